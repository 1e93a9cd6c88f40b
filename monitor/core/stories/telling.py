"""Telling: a story of the window as people are shown it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.core.models import Story
from monitor.core.stories.observe import named
from monitor.core.stories.shelf import moment
from monitor.core.stories.window import Window

_SHOWN = 50
_FIRSTS = 40


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
        outlets=tuple(shelf.outlet_name(outlet) for outlet in sorted(firsts, key=firsts.__getitem__)),
        texts=texts,
        languages=tuple(dict.fromkeys(source.lang for source in sources if source.lang)),
        entities=named(sorted(+group.entities) if group else shelf.footprint(seq).entities),
        sources=sources,
    )


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
