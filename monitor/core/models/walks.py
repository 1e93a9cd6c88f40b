"""The synthetic entry that walks the whole path every few minutes, to prove that each stage hands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class WalkStage(StrEnum):
    """How far it has come; each but the first is written down by the stage that it has just passed."""

    DATABASE = "database"
    """It could not be written down, or nobody can read where it is; never stored."""
    DUE = "due"
    """Its feed waits to be claimed."""
    POLLED = "polled"
    """Its feed was claimed: it is fetched, parsed, matched and committed next."""
    PENDING = "pending"
    """It waits for its story."""
    DECIDED = "decided"
    """It was decided on, and nothing was to be sent."""
    READY = "ready"
    """Its alert is in the outbox."""
    SENDING = "sending"
    """Its alert was claimed by the deliverer of the null channel."""
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where the entry of one daemon is, as the database has it."""

    worker: str
    number: int
    """Counts the entries that the daemon has sent on their way."""
    stage: WalkStage
    said: str = ""
    """What its stage said went wrong with it; empty: nothing did."""
    arrived_at: datetime | None = None
    """When one last arrived."""
    seconds: float | None = None
    """How long the way took it."""
    late_for: float | None = None
    """For how many seconds none has arrived, where that is too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateWalk:
    """An entry that should have arrived."""

    worker: str
    stage: WalkStage
    said: str
    lasted: timedelta
    """How long it has been on its way."""
    dead: bool = False
    """Whether the stage that has it is the daemon's own, and has done nothing else meanwhile either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkStanding:
    """What one daemon knows of its own walks."""

    seconds: float | None = None
    """How long the last that arrived took; None: none has yet."""
    arrived_at: datetime | None = None
    late: LateWalk | None = None
    is_on: bool = True
