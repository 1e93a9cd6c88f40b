"""An entry and the names in it -> its claims.

A claim is read only where the sentence leaves no doubt who speaks: the words between a clause's beginning and
the verb are one name with its office, or one stands right behind the verb. Everything else is left unsaid:
a missing line is a pity, a wrong one puts words into somebody's mouth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from monitor.core.claims.english import english_speaker
from monitor.core.claims.sentences import Sentence, Span, Token, bounds, breaks, sentence
from monitor.core.claims.slavic import slavic_speaker
from monitor.core.claims.speaker import Speaker
from monitor.core.claims.vocabulary import ENGLISH, SLAVIC
from monitor.core.models import Claim, Entry, Hit, Stance, TextField

_READ: Final = 4000
"""Characters of a field that are read."""
_MOST: Final = 4
_QUOTED: Final = 240
_NAMED: Final = 80
_VERBS: Final = ENGLISH | SLAVIC
_WORD: Final = re.compile(r"\w+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_HINTS: Final = (
    "said", "say", "claim", "deny", "denie", "confirm", "заяв", "сообщи", "повідоми", "утвержда", "стверджу",
    "опровер", "отрица", "спросту", "запереч", "подтверд", "підтверд",
)  # fmt: skip
"""What every verb holds: a text without it, as most are, is not read word by word."""


def claims_of(entry: Entry, names: Callable[[], Sequence[Hit]] = tuple) -> tuple[Claim, ...]:
    """Return who claims, denies, confirms or says something in an entry, at most four.

    Args:
        entry: title, summary and the beginning of the content are read.
        names: says where the entities of the rule files stand in it; asked only if it is worth it.
    """
    found: dict[tuple[Stance, str], Claim] = {}
    for field, text in _fields(entry):
        places = _verbs(text)
        if not places:
            continue
        spans = [
            Span(hit.start, hit.end, hit.entity)
            for hit in names()
            if hit.field is field and hit.entity is not None
        ]
        for claim in _claims(text, places, spans):
            found.setdefault((claim.stance, claim.entity or claim.speaker.casefold()), claim)
            if len(found) == _MOST:
                return tuple(found.values())
    return tuple(found.values())


def _fields(entry: Entry) -> Iterator[tuple[TextField, str]]:
    yield TextField.TITLE, entry.title[:_READ]
    if len(entry.content) > len(entry.summary):
        yield TextField.CONTENT, entry.content[:_READ]
    else:
        yield TextField.SUMMARY, entry.summary[:_READ]


def _verbs(text: str) -> list[int]:
    """Where reporting verbs begin, found by what every one of them holds: most texts hold none."""
    lower = text.lower()
    if len(lower) != len(text):
        return []
    found = set()
    for hint in _HINTS:
        at = lower.find(hint)
        while at >= 0:
            word = _WORD.match(lower, at)
            if word and word[0] in _VERBS and not (at and lower[at - 1].isalnum()):
                found.add(at)
            at = lower.find(hint, at + 1)
    return sorted(found)


def _claims(text: str, verbs: Sequence[int], names: Sequence[Span]) -> Iterator[Claim]:
    ends = breaks(text)
    read: dict[tuple[int, int], Sentence | None] = {}
    for verb in verbs:
        place = bounds(text, verb, ends)
        if place not in read:
            read[place] = sentence(text, *place, names)
        said = read[place]
        if said is None or said.asks:
            continue
        at = next((n for n, token in enumerate(said.tokens) if token.start == verb), None)
        if at is not None and said.tokens[at].lower in _VERBS and (claim := _claim(text, said, at)):
            yield claim


def _claim(text: str, said: Sentence, at: int) -> Claim | None:
    verb = said.tokens[at]
    speaker: Speaker | None
    if (stance := ENGLISH.get(verb.lower)) is not None:
        speaker = english_speaker(said, at)
    else:
        stance = SLAVIC.get(verb.lower)
        speaker = slavic_speaker(said, at)
    if stance is None or speaker is None:
        return None
    name = _between(text, speaker.tokens)
    if not name or len(name) > _NAMED:
        return None
    return Claim(stance=stance, speaker=name, entity=speaker.entity, sentence=_cut(said.text))


def _between(text: str, tokens: Sequence[Token]) -> str:
    return " ".join(_CONTROL.sub(" ", text[tokens[0].start : tokens[-1].end]).split())


def _cut(text: str) -> str:
    flat = " ".join(_CONTROL.sub(" ", text).split())
    return flat if len(flat) <= _QUOTED else flat[: _QUOTED - 1].rsplit(" ", 1)[0] + "…"
