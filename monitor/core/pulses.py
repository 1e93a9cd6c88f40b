"""Which stages stand still: each counts its turns, and a count that does not move is a stage that hangs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What was last seen of a stage."""

    turns: int
    still: timedelta = timedelta(0)
    """How long its count has not moved, as far as we were awake to see it."""


def followed(
    before: Mapping[str, Pulse], turns: Mapping[str, int], *, passed: timedelta, longest: timedelta
) -> dict[str, Pulse]:
    """Take a look at the counts of all stages; one that is new begins, one that is gone is forgotten.

    Args:
        before: what the last look left.
        turns: how often each stage has turned, by its name.
        passed: since the last look.
        longest: what a look may add at most: while the process itself was held up, no stage could turn.
    """
    added = min(passed, longest)
    return {
        stage: Pulse(turns=count, still=known.still + added)
        if (known := before.get(stage)) is not None and known.turns == count
        else Pulse(turns=count)
        for stage, count in turns.items()
    }


def stuck(pulses: Mapping[str, Pulse], *, patience: timedelta) -> tuple[str, ...]:
    """Name the stages that have stood still for longer than `patience`, in order of their names."""
    return tuple(sorted(stage for stage, pulse in pulses.items() if pulse.still > patience))
