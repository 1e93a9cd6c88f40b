"""English: `The FSB said`, `..., the FSB said`, `"...," said the FSB`, `denied by the FSB`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor.core.claims import vocabulary as known
from monitor.core.claims.sentences import Sentence, Token, clause_before
from monitor.core.claims.speaker import Speaker, last_name, whole_name

_LONGEST: Final = 9
_PLACES: Final = frozenset({
    "kremlin", "russia", "ukraine", "moscow", "kyiv", "kiev", "pentagon", "nato", "washington", "israel",
    "hamas", "iran", "tehran", "beijing", "china", "belarus", "minsk", "putin", "zelensky", "zelenskyy",
    "zelenskiy", "wagner", "prigozhin", "lavrov", "peskov", "shoigu", "kadyrov", "biden", "trump",
    "erdogan", "lukashenko", "poland", "germany", "france", "turkey", "hezbollah", "taliban",
    "pyongyang", "seoul", "japan", "taiwan",
})  # fmt: skip
"""Names so common that a capital at the start of a sentence is no accident."""
_LOOKS_BACK: Final = 4
_SHORT: Final = 4
_NATIONS: Final = ("ian", "ish", "ese", "'s", "s'")
_NATIONAL: Final = frozenset({
    "german", "french", "dutch", "us", "u.s.", "uk", "u.k.", "eu", "un", "swiss", "greek",
    "israeli", "turkish",
})  # fmt: skip
_QUOTES: Final = "\"”»’'“«"
_VOTING: Final = frozenset({"senate", "house", "congress", "senators", "lawmakers", "parliament"})
"""Who confirms people in office rather than facts."""
_CLOSED: Final = frozenset({"”", "»"})
"""The end of a name in quotation marks, after which its sentence goes on."""
_PAUSES: Final = frozenset(",;:.!?—–-…)(" + _QUOTES)


def english_speaker(said: Sentence, at: int) -> Speaker | None:
    """Who speaks at the verb number `at` of a sentence; None if that is not certain."""
    tokens = said.tokens
    verb = tokens[at]
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if verb.lower in known.PARTICIPLES and after is not None and after.lower == "by" and not after.before:
        found = _behind(said, at + 2, passive=True)
        return None if found and found.tokens[-1].lower in _VOTING else found
    if _refused(tokens, at):
        return None
    if verb.before and verb.before[-1] in _PAUSES and at > 0:
        return None if verb.before[-1] == ":" else _behind(said, at + 1, passive=False)
    return _before(said, at)


def _refused(tokens: Sequence[Token], at: int) -> bool:
    earlier = [token.lower for token in clause_before(tokens, at, _LOOKS_BACK)]
    if any(word in known.REFUSING or word.endswith("n't") for word in earlier):
        return True
    if earlier and earlier[-1] in known.AUXILIARIES:
        return True
    later = [token.lower for token in tokens[at + 1 : at + 4] if not token.before]
    if tokens[at].lower in {"said", "says", "say"}:
        return bool(later) and later[0] == "to"
    return any(word in known.REFUSED_THINGS or word.isdigit() for word in later[:1]) or any(
        word in {"lives", "gold", "silver", "bronze", "bail", "asylum", "medal", "title", "entry"}
        for word in later
    )


def _before(said: Sentence, at: int) -> Speaker | None:
    """The name between the beginning of the clause and the verb."""
    tokens = said.tokens
    last = _skipped(tokens, at - 1)
    if last < 0 or any(token.before for token in tokens[last + 1 : at + 1]):
        return None
    first = last
    while first >= 0 and last - first < _LONGEST and _of_a_name(tokens[first]):
        if tokens[first].before:
            break
        first -= 1
    else:
        first += 1
    name = tokens[first : last + 1]
    return _judged(said, name) if name and _opens(tokens, first, len(name)) else None


def _skipped(tokens: Sequence[Token], at: int) -> int:
    """Pass over adverbs and days between name and verb."""
    while at >= 0:
        word = tokens[at].lower
        if word in known.DAYS:
            at -= 2 if at > 0 and tokens[at - 1].lower in {"on", "last", "in"} else 1
        elif word in known.BETWEEN:
            at -= 1
        else:
            return at
    return at


def _of_a_name(token: Token) -> bool:
    word = token.lower
    if word in known.DAYS:
        return False
    return token.name is not None or token.capital or word in known.ROLES or word in known.LINKERS


def _opens(tokens: Sequence[Token], first: int, length: int) -> bool:
    """Whether a clause begins at a word."""
    if first == 0:
        return True
    token, earlier = tokens[first], tokens[first - 1]
    if token.before:
        listed = token.before[0] == "," and earlier.capital and length == 1 and first > 1
        return token.before[-1] in _PAUSES and token.before not in _CLOSED and not listed
    return earlier.lower in known.OPENERS or earlier.lower in known.DAYS


def _behind(said: Sentence, at: int, *, passive: bool) -> Speaker | None:
    """The name right behind the verb, as far as it goes, with nothing of another clause after it."""
    tokens = said.tokens
    end = at
    while end < len(tokens) and end - at < _LONGEST and _of_a_name(tokens[end]):
        if end > at and tokens[end].before:
            break
        end += 1
    name = tokens[at:end]
    while name and name[-1].lower in known.LINKERS:
        name = name[:-1]
    if not name or name[0].before or name[0].lower in {"of", "for", "and"}:
        return None
    ended = at + len(name) == len(tokens) or bool(tokens[at + len(name)].before)
    follows = "" if ended else tokens[at + len(name)].lower
    if not ended and not (passive or follows in {"in", "on", "at", "during"} | known.DAYS):
        return None
    return _judged(said, name)


def _judged(said: Sentence, name: Sequence[Token]) -> Speaker | None:
    """A name that can speak: more than articles and offices, no plain word with a capital by its place."""
    while name and (name[0].lower in known.LINKERS or name[0].lower in known.OPENERS):
        name = name[1:]
    if not name or name[-1].lower in known.LINKERS or name[-1].lower.endswith(("'s", "s'", "'")):
        return None
    if len(name) > _LONGEST or any(
        token.lower in known.NOBODY and token.lower not in known.ROLES for token in name
    ):
        return None
    if not any(_names(said, token, number, name) for number, token in enumerate(name)):
        return None
    if said.shouted and not all(_sure(token) or token.lower in known.ROLES | known.LINKERS for token in name):
        return None
    return Speaker(name, whole_name(name) or last_name(name))


def _names(said: Sentence, token: Token, number: int, name: Sequence[Token]) -> bool:
    """Whether a word is a name rather than one that stands first."""
    if _sure(token):
        return True
    if said.shouted or not token.capital:
        return False
    first_of_all = token is said.tokens[0] or (token.before and token.before[-1] not in ",-–—")
    if not first_of_all:
        return token.lower not in known.ROLES or number > 0
    return False


def _sure(token: Token) -> bool:
    word = token.lower
    if token.name is not None or token.acronym or word in _PLACES:
        return True
    return token.capital and (word in _NATIONAL or (word.endswith(_NATIONS) and len(word) > _SHORT))
