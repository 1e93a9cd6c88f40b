"""How a feed is doing, and the few facts that a poll leaves for judging that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Health(StrEnum):
    """How a feed is doing; everything but the first two wants somebody's eye."""

    OK = "ok"
    NEW = "new"
    """Not read yet."""
    OFFLINE = "offline"
    """Our own network is down: nothing is held against the feed."""
    MOVED = "moved"
    THROTTLED = "throttled"
    FAILING = "failing"
    BLOCKED = "blocked"
    """A bot check stands before it."""
    HTML = "web page"
    NOT_A_FEED = "not a feed"
    """Something comes that is neither a feed nor a page."""
    GONE = "gone"
    EMPTY = "empty"
    """A feed without entries comes where there used to be some."""
    LYING = "lying"
    """It says 'not modified' though it is."""
    GAP = "gap"
    """Everything in it was new: entries between two polls were lost."""
    STALE = "stale"
    """Old copies come, or entries lost their dates."""
    LATE = "late"
    """Other feeds of its host are before it: it is asked later than its interval allows."""
    UNTOLD = "hub silent"
    """Its hub does not tell of new entries any more: polls find them."""
    SILENT = "silent"
    """Nothing has come for longer than its rhythm explains."""


class Why(StrEnum):
    """Why the next poll of a feed is when it is."""

    FIRST = "first"
    BOUND = "interval"
    LEARNED = "learned"
    FLOOR = "floor"
    WINDOW = "window"
    HINT = "hint"
    BACKOFF = "backoff"
    ASKED = "asked"
    GONE = "gone"
    OFFLINE = "offline"
    TURN = "turn"
    HUB = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a feed and its server say about how often to ask; seconds, hours of the day and days in UTC."""

    every: int = 0
    """`ttl` or sy:updatePeriod over sy:updateFrequency."""
    fresh: int = 0
    """For how long the answer counts as fresh: max-age less Age, or Expires less Date."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    """Monday is 0."""


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What the latest polls left for judging a feed and explaining it; nothing here decides what is new."""

    why: Why = Why.FIRST
    conditional: bool = False
    """Whether the last request bore validators."""
    answer: str = ""
    """What came, in a few words."""
    failed: str = ""
    """What kind of failure that was: the value of a Failure or of a Document; empty if it was none."""
    status: int = 0
    """The HTTP status of a failure, 0 if there was none."""
    wall: str = ""
    """Who makes the bot check that was met last."""
    offer: str = ""
    """The feed that the page names which came instead."""
    listed: int = 0
    """Entries in the last document."""
    usual: int = 0
    """The most entries that a document had, fading."""
    empty: int = 0
    """Documents in a row without any."""
    empty_at: datetime | None = None
    """When the first of them came."""
    refilled: int = 0
    """How often entries came back after that."""
    dated: bool = False
    """Whether its entries had dates at some time."""
    undated: int = 0
    """Looks in a row whose new entries mostly had no date."""
    whole_at: datetime | None = None
    """When the document was last asked for unconditionally."""
    unmodified: int = 0
    """How often the server has said 'not modified' since."""
    strikes: int = 0
    """How often that unmasked a 'not modified'."""
    distrusted_until: datetime | None = None
    """Until when validators are not sent, since they are not heeded."""
    gap_at: datetime | None = None
    old_at: datetime | None = None
    """When an old copy came last."""
    old: str = ""
    """How it was known for one."""
    old_copies: int = 0
    """In a row without a day between them."""
    due_at: datetime | None = None
    """When it was due, if since then it has awaited its turn at the host."""
    late: int = 0
    """Seconds by which waiting for its turn exceeded its interval at the last poll."""
    lates: int = 0
    """Polls in a row that were so late."""
    hub: str = ""
    """The host of the hub that was to tell of new entries at the last poll; empty if none was."""
    told: bool = False
    """Whether the latest new entries came from it."""
    untold: int = 0
    """Polls in a row that found entries of which it had not told."""
    former: str = ""
    """The hash of the document before the last one."""
    hints: Hints = NO_HINTS


NOTHING_NOTED = Noted()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """How a feed is doing, since when, and why in one sentence."""

    state: Health = Health.NEW
    since: datetime | None = None
    reason: str = ""


UNJUDGED = FeedHealth()


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthNews:
    """A feed whose health is not the one that people were told of last."""

    url: str
    name: str
    health: FeedHealth
    failures: int
    told: Health | None
    """What people know; None if that all is well."""
    noted: Noted
