"""From an entry to what the book compares: one pass over its text, bounded whatever its length."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import xxhash

from monitor.core.models import Claim, Entry, Findings, Match
from monitor.core.signature import Sketch, credited, sketch
from monitor.core.stories.identity import bare_title, confirms, core_title, denies, is_live, names_page
from monitor.core.stories.meaning import Meaning, meaning
from monitor.core.stories.trace import Flag
from monitor.core.stories.words import term, terms, words

_LEAD = 400
"""Characters of the text that decide its story: the first sentences say what happened."""
_WHOLE = 100_000
"""Characters of the text that decide whether it is a copy."""
_CREDITED = 3000
_BODY_TERMS = 40
_TITLE_TERMS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What an entry's text says, before anything is known of its neighbours."""

    url: int
    title_key: int
    text_key: int
    words: int
    """Words of title and text, as far as they were read."""
    lang: str
    title: tuple[int, ...]
    body: tuple[int, ...]
    lead: tuple[str, ...]
    """Words of the title and the first sentences, folded."""
    sketch: Sketch
    entities: tuple[str, ...]
    """Of the entities mentioned; and of the rules matched, which say in any language what happens."""
    flags: int
    """Bits of `Flag`."""
    agency: str
    claims: tuple[Claim, ...] = ()
    meaning: Meaning = field(default_factory=Meaning)

    def by_term(self) -> dict[int, str]:
        """A word for each term, to show."""
        found: dict[int, str] = {}
        for word in self.lead:
            found.setdefault(term(word), word)
        return found


def key64(kind: str, value: str) -> int:
    """Hash a value to 64 bits, apart from values of other kinds; never 0."""
    return xxhash.xxh3_64_intdigest(f"{kind}\0{value}".encode("utf-8", "surrogatepass")) or 1


_RULE = "rule:"


def rule_name(match: Match) -> str:
    """Return the name under which a rule matched stands among the entities."""
    return _RULE + match.rule


def named(entities: Iterable[str]) -> tuple[str, ...]:
    """Return the entities without the rules among them: those that people know by name."""
    return tuple(name for name in entities if not name.startswith(_RULE))


def observe(entry: Entry, findings: Findings) -> Observed:
    """Read an entry."""
    title, correction = bare_title(entry.title)
    title = core_title(title)
    text = _text(entry)
    title_words = words(title[:_LEAD])
    lead = words(text[:_LEAD])
    whole = title_words + (words(text[:_WHOLE]) if len(text) > _LEAD else lead)
    own = terms(title_words)
    known = frozenset(own)
    return Observed(
        url=key64("url", entry.url or "") if names_page(entry.url) else 0,
        title_key=key64("title", " ".join(title_words)) if title_words else 0,
        text_key=key64("text", " ".join(whole)) if whole else 0,
        words=len(whole),
        lang=(entry.lang or "")[:8],
        title=tuple(own[:_BODY_TERMS]),
        body=tuple(one for one in terms(lead) if one not in known)[:_BODY_TERMS],
        lead=(*title_words, *lead),
        sketch=sketch(whole),
        entities=(*findings.entities, *map(rule_name, findings.matches))[:_BODY_TERMS],
        flags=_flags(entry, title, text, correction=correction),
        agency=credited(f"{entry.author} {text[:_CREDITED]} {text[-_LEAD:]}") or "",
        claims=findings.claims,
        meaning=meaning(title[:_LEAD], text[:_LEAD], cut=(title_words, lead)),
    )


def untitled(observed: Observed) -> Observed:
    """The same without its title, which is a mere label: the first words of the text take its place."""
    return replace(
        observed,
        title_key=0,
        title=observed.body[:_TITLE_TERMS],
        body=observed.body[_TITLE_TERMS:],
        meaning=replace(observed.meaning, title=observed.meaning.body, body=()),
    )


def _text(entry: Entry) -> str:
    """The longer of summary and content, which usually begins with the summary."""
    return entry.content if len(entry.content) > len(entry.summary) else entry.summary


def _flags(entry: Entry, title: str, text: str, *, correction: bool) -> int:
    flags = Flag.CORRECTION if correction else Flag.NONE
    lead = f"{title}. {text[:_LEAD]}"
    if is_live(title, entry.url):
        flags |= Flag.LIVE
    if denies(lead):
        flags |= Flag.DENIAL
    if confirms(lead):
        flags |= Flag.CONFIRMATION
    return flags
