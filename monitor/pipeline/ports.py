"""What the pipeline needs of the world, in its own words; app.py brings those who provide it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from monitor.core.models import (
    AlertRecord,
    Assembled,
    Decision,
    Delivery,
    EntryKey,
    Feed,
    FeedState,
    Fetched,
    FetchResult,
    KnownEntry,
    Lookup,
    Outcome,
    ParseResult,
    PendingEntry,
    PollRecord,
    Remembered,
    Silence,
    Source,
    StoredEntry,
    Story,
)


class Clock(Protocol):
    """Says what time it is: aware UTC. The daemon has one; replay and tests hand in a virtual one."""

    def __call__(self) -> datetime:
        """Return the present moment."""


class Fetcher(Protocol):
    """Asks servers for feeds."""

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Ask conditionally with the validators in `state`; failures of the network are values."""


class Parser(Protocol):
    """Reads documents, outside the event loop, within a deadline."""

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Read whatever can be read of the document, but for the items with these hashes.

        `known` are `seen` of an earlier result of the same feed.
        """


class PollStore(Protocol):
    """What polling keeps."""

    async def claim_due_feeds(self, now: datetime, *, lease: timedelta, limit: int) -> list[FeedState]:
        """Take up to `limit` feeds that are due and unclaimed, longest due first; nobody else gets them.

        A feed may be claimed when it is configured, `next_poll_at <= now`, and its lease is free or over.
        Each claim raises the feed's epoch; a PollRecord with an older epoch is refused.
        """

    async def pull_back_polls(self, now: datetime, *, furthest: datetime, lease: timedelta) -> int:
        """Make due at `now` what a clock that was ahead put off; returns how many feeds that were.

        That is what is due later than `furthest`, was polled in the future, or is claimed for longer than
        `lease`.
        """

    async def next_poll_at(self) -> datetime | None:
        """When the next unclaimed feed is due; None if there is none."""

    async def known_entries(self, feed: str, keys: Sequence[EntryKey]) -> list[KnownEntry]:
        """The stored entries of the feed that bear any of the keys."""

    async def commit_polls(self, polls: Sequence[PollRecord]) -> int:
        """Store states and entries of several polls in one transaction, free the claims.

        An entry id already stored with the same or a later revision is left alone, so that a repeat changes
        nothing. Records whose epoch is no longer the feed's are left out.

        Returns:
            How many entries were added or revised.
        """


class StoryStore(Protocol):
    """What the assembly of stories and alerts keeps."""

    async def pending_entries(self, *, limit: int) -> list[PendingEntry]:
        """The oldest entries not yet assembled, in order of arrival (`seq` ascending)."""

    async def remembered(self, since: datetime) -> list[Remembered]:
        """Every assembled entry first seen at or after `since`, in order of assembly."""

    async def alert_records(self, pairs: Sequence[tuple[str, str]]) -> list[AlertRecord]:
        """The alerts of these (rule, story) pairs that exist."""

    async def last_alert_at(self, rule: str) -> datetime | None:
        """When the rule last alerted on any story."""

    async def held_alerts(self, *, due: datetime) -> list[AlertRecord]:
        """The alerts still held whose deadline is at or before `due`."""

    async def entry(self, entry: str) -> StoredEntry | None:
        """One entry by id, with its findings and its place in a story."""

    async def story(self, prefix: str) -> Story | None:
        """The story of that id, or the only one whose id begins so."""

    async def silences(self, now: datetime) -> list[Silence]:
        """The silences in force."""

    async def matches_since(self, rule: str, since: datetime) -> list[Source]:
        """The entries on which the rule was decided at or after a moment, backlog left out, oldest first."""

    async def number_of_matches(self, rule: str, *, since: datetime, before: datetime) -> int:
        """How many entries the rule was decided on from a moment to another, backlog left out."""

    async def watching_since(self) -> datetime | None:
        """When the oldest entry that is kept was first seen."""

    async def last_seen(self, entities: Sequence[str]) -> dict[str, datetime]:
        """When each of these entities was last mentioned in an assembled entry, if it ever was."""

    async def commit_assembled(self, batch: Sequence[Assembled]) -> None:
        """Store stories, decisions, alerts and outbox rows of several entries in one transaction.

        An entry already assembled is left alone. A READY update delivery is DROPPED when a later one of the
        same alert and channel is added, since the later one tells more.
        """

    async def commit_released(
        self, alerts: Sequence[AlertRecord], decisions: Sequence[Decision], deliveries: Sequence[Delivery]
    ) -> None:
        """Store what became of held alerts that no new entry released, in one transaction.

        An alert that is no longer HELD in the store is left alone, with its decisions and deliveries.
        """


class Outbox(Protocol):
    """What delivery keeps: the ledger that alone decides on repeats."""

    async def recover_deliveries(self, now: datetime) -> int:
        """After a crash: turn every delivery found SENDING into UNSURE; returns how many."""

    async def claim_deliveries(
        self, now: datetime, *, lease: timedelta, limit: int, channel: str | None = None
    ) -> list[Delivery]:
        """Take due deliveries, of one channel or of all, oldest first; nobody else gets them meanwhile.

        READY ones come back as SENDING with `attempts` and `epoch` raised and `started_at` set, committed
        before this returns. UNSURE ones come back as UNSURE. An UPDATE or THREAD is due only once the alert's
        POST on the same channel and recipient is SENT (its `root_remote_id` is filled in); if that POST is
        PARKED or DROPPED the follow-up is due as well, with no root.
        """

    async def begin_repeat(self, delivery: Delivery, now: datetime) -> bool:
        """Before an UNSURE delivery is sent once more: SENDING, `attempts` raised; False if it is stale."""

    async def settle(
        self, delivery: Delivery, outcome: Outcome | Lookup, *, now: datetime, retry_at: datetime
    ) -> bool:
        """Record what came of an attempt or a look-up.

        Sent -> SENT; Deferred -> READY at `retry_at`; Unsure and Unknown -> UNSURE at `retry_at`; Absent ->
        READY at once; Rejected -> PARKED.

        Returns:
            False if the delivery's epoch is stale (somebody else owns it now) and nothing was written.
        """

    async def park_unconfigured(self, channels: Collection[str]) -> int:
        """Park what waits for a channel that is none of these, where people find it; return how many."""

    async def hurry_deliveries(self, channels: Collection[str], now: datetime) -> int:
        """Make what was put off on these channels due at once; return how many."""

    async def pull_back_deliveries(self, now: datetime) -> int:
        """Make due what waits for longer than anything may: a wrong clock wrote it; return how many."""


class Channel(Protocol):
    """A place alerts go to."""

    @property
    def name(self) -> str:
        """The channel's name in config.yaml."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses of a channel that needs one delivery for each; empty for all others."""

    @property
    def can_update(self) -> bool:
        """Whether it can take an UPDATE quietly; one that would ring a bell, as a mail does, gets none."""

    @property
    def settle(self) -> timedelta:
        """How long after an unanswered request a look-up gives a reliable answer."""

    @property
    def on_doubt(self) -> Literal["repeat", "hold"]:
        """What to do when a look-up is Unknown for good: send again, marked as a repeat, or park."""

    async def send(self, delivery: Delivery) -> Outcome:
        """Try once. Never retries by itself and raises nothing that the other side can cause."""

    async def find(self, delivery: Delivery) -> Lookup:
        """Ask whether an earlier, unanswered attempt arrived."""

    async def verify(self) -> list[str]:
        """What is wrong with the channel's settings as the other side sees them, one sentence each."""

    async def close(self) -> None:
        """Let go of connections."""
