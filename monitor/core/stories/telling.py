"""Telling: a story of the window as people are shown it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.core.models import Attributed, Stance, Story
from monitor.core.stories.observe import named
from monitor.core.stories.shelf import moment
from monitor.core.stories.window import Window

_SHOWN = 50
_FIRSTS = 40
_SPEAKING = 40
_CLAIMS = 12
_STATEMENTS = 4
"""What people merely say leaves room for what they claim and deny."""


def told(window: Window, seq: int) -> Story:
    """The story of an entry: counts since it opened, sources as far as the window reaches."""
    shelf = window.shelf
    members = window.members(seq)
    group = shelf.group(seq)
    firsts = window.firsts(seq)
    opened, entries, texts = window.counts(seq)
    sources = tuple(shelf.source(number) for number in _chosen(members, firsts.values()))
    return Story(
        id=window.story_id(seq),
        title=sources[0].title,
        opened_at=moment(opened),
        updated_at=moment(max(shelf.time(members[-1]), shelf.time(seq))),
        entries=entries,
        outlets=_outlets(window, sorted(firsts, key=firsts.__getitem__)),
        texts=texts,
        languages=tuple(dict.fromkeys(source.lang for source in sources if source.lang)),
        entities=named(sorted(group.entities) if group else shelf.glance(seq).entities),
        sources=sources,
        claims=_claims(window, seq),
        partly=group.partly if group else 0,
    )


def _outlets(window: Window, told: Iterable[int]) -> tuple[str, ...]:
    """The outlets in order of appearance; those of one owner as one: `rt (rt.com, ruptly.tv)`."""
    by_owner: dict[str, list[str]] = {}
    for outlet in told:
        by_owner.setdefault(window.owner(outlet), []).append(window.shelf.outlet_name(outlet))
    return tuple(
        names[0] if len(names) == 1 else f"{owner} ({', '.join(names)})" for owner, names in by_owner.items()
    )


def _claims(window: Window, seq: int) -> tuple[Attributed, ...]:
    """Who claims and denies what, each once, by the entry that told of it first."""
    shelf = window.shelf
    found: dict[tuple[Stance, str], Attributed] = {}
    statements = 0
    for number in window.speaking(seq)[:_SPEAKING]:
        source = shelf.source(number)
        for claim in shelf.footprint(number).claims:
            key = claim.stance, claim.entity or claim.speaker.casefold()
            said = claim.stance is Stance.STATEMENT
            if key in found or (said and statements == _STATEMENTS):
                continue
            statements += said
            found[key] = Attributed(claim=claim, entry=source.entry, outlet=source.outlet, at=source.at)
            if len(found) == _CLAIMS:
                return tuple(found.values())
    return tuple(found.values())


def _chosen(members: Sequence[int], firsts: Iterable[int]) -> Sequence[int]:
    """The first entry of each outlet and the latest ones, in order."""
    if len(members) <= _SHOWN:
        return members
    chosen = set(sorted(firsts)[:_FIRSTS])
    for number in reversed(members):
        if len(chosen) >= _SHOWN:
            break
        chosen.add(number)
    return sorted(chosen)
