"""Rules that wait for something unusual: matches faster than usual, a name not seen for long.

Counting is left to whoever keeps the past; here it is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.core.models import Reason
from monitor.core.rules.tree import FirstSeen, Spike
from monitor.core.units import spoken

BACKLOG: Final = frozenset({Reason.TOO_OLD, Reason.FIRST_READ})
"""Reasons of matches refused for their age: they say nothing of how fast news come now."""
UNUSUAL: Final = frozenset({Reason.FASTER, Reason.SEEN_AGAIN})
"""Reasons whose detail is worth a word in the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether something is out of the ordinary, and the sentence that says so or why not."""

    unusual: bool
    reason: Reason
    detail: str


def surge(spike: Spike, *, recent: int, earlier: int, watched: timedelta) -> Judgement:
    """Judge whether matches come faster than usual.

    Args:
        spike: what the rule calls unusual.
        recent: matches in the window that ends now, the present one included.
        earlier: matches in the rest of the baseline, before the window.
        watched: how long before the window anything was watched at all. Where that is less than the
            baseline, what was usual is reckoned over it; where it is less than a window, as if it were one.
    """
    span = max(min(watched, spike.baseline - spike.window), spike.window)
    usual = earlier * (spike.window / span)
    unusual = recent >= spike.at_least and recent >= spike.factor * usual
    return Judgement(
        unusual=unusual,
        reason=Reason.FASTER if unusual else Reason.NOT_FASTER,
        detail=f"{recent} in {spoken(spike.window)}, usually {_rounded(usual)}",
    )


def seen_again(
    first_seen: FirstSeen,
    last_seen: Mapping[str, datetime | None],
    *,
    names: Mapping[str, str],
    now: datetime,
) -> Judgement:
    """Judge whether an entity is mentioned that nobody has mentioned for long.

    Args:
        first_seen: how long is long.
        last_seen: when each entity of the match was last mentioned before, by anybody; None: never.
        names: ids of entities to the names people know.
        now: the moment of the present mention.
    """
    long_ago = {entity: at for entity, at in last_seen.items() if at is None or now - at >= first_seen.quiet}
    told = long_ago or last_seen
    return Judgement(
        unusual=bool(long_ago),
        reason=Reason.SEEN_AGAIN if long_ago else Reason.SEEN_LATELY,
        detail=", ".join(f"{names.get(entity, entity)}: {_last(at)}" for entity, at in told.items()),
    )


def _rounded(number: float) -> str:
    return f"{number:.2g}" if number < 10 else f"{number:.0f}"  # noqa: PLR2004 - two digits say enough


def _last(at: datetime | None) -> str:
    return "never seen before" if at is None else f"last seen {at:%Y-%m-%d %H:%M} UTC"
