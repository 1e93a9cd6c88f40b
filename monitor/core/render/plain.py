"""The message as plain text: what a terminal and the first part of a mail show.

The first line of a first post is `SEVERITY · rule`, of a follow-up `+ ` and what is new. Matched texts stand
in square brackets; brackets of the feed's own become round ones beside them, so that none can pose as proof.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from monitor.core.render.excerpts import Line
from monitor.core.render.times import moment
from monitor.core.render.view import POSSIBLY, SourceLine, View

NO_LINK: Final = "(no link)"
ROUND: Final = str.maketrans("[]", "()")


def text(view: View, *, now: datetime) -> str:
    """Give the whole message, lines not wrapped: what is told, and then who else tells it."""
    told = [
        *([f"+ {view.news}"] if view.news else []),
        heading(view),
        bracketed(view.headline),
        byline(view, now=now),
        view.link or NO_LINK,
        *(f"  “{bracketed(excerpt)}”" for excerpt in view.excerpts),
        *labelled(view),
    ]
    others = [piece for source in view.sources for piece in _source(source)]
    if view.more_sources:
        others.append(f"… and {view.more_sources:,} more")
    return "\n".join([*told, "", view.listing, *others] if others else told)


def heading(view: View) -> str:
    """Say how much it matters, which rule found it, and what to beware of."""
    marks = (["sample"] if view.sample else []) + (["unconfirmed"] if view.unconfirmed else [])
    return " · ".join([view.severity.value.upper(), view.rule, *marks])


def byline(view: View, *, now: datetime) -> str:
    """Say who published it and when."""
    return " · ".join(filter(None, [view.outlet, moment(view.at, now=now), view.delay]))


def labelled(view: View) -> list[str]:
    """The lines that begin with a label: what matched, who tells it, who claims it, why now."""
    matched = [f"matched  {', '.join(view.matched)}"] if view.matched else []
    names = f": {view.outlets}" if view.outlets else ""
    claims = [f"claims   {view.claims}"] if view.claims else []
    told_by = f"told by  {view.told_by}{names}"
    return [*matched, told_by, *claims, *_possibly(view), f"why now  {why(view)}"]


def _possibly(view: View) -> list[str]:
    """Say with which story it may be one, and how to make them one."""
    if view.possibly is None:
        return []
    said = f"{POSSIBLY} “{view.possibly.title}” ({view.possibly.outlet})"
    return [f"possibly {said.translate(ROUND)}", f"         if so: {view.to_merge}"]


def why(view: View) -> str:
    """Say why the reader hears of it now, and how much was held back meanwhile."""
    return held_too(view.why, view.held)


def held_too(said: str, held: str) -> str:
    """Add how much was held back since the last message."""
    return f"{said}; {held}" if held else said


def bracketed(line: Line) -> str:
    """Mark the matched texts of a line."""
    return "".join(f"[{piece.text}]" if piece.hit else piece.text.translate(ROUND) for piece in line)


def _source(source: SourceLine) -> list[str]:
    said = f"- {source.outlet}: {source.title}"
    return [said, f"  {source.link}"] if source.link else [said]
