"""What the pipeline needs of the world, in its own words; app brings those who provide it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from monitor.core.models import (
    AlertRecord,
    Assembled,
    Delivery,
    EntryKey,
    Feed,
    FeedState,
    Fetched,
    FetchResult,
    Fold,
    Folded,
    Hold,
    KnownEntry,
    Lookup,
    Outcome,
    ParseResult,
    PendingEntry,
    PollRecord,
    Reason,
    Released,
    Remembered,
    Silence,
    Source,
    StoredEntry,
    Story,
    Told,
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

    async def free_claims(self, *, but: Collection[str]) -> None:
        """Free what this worker has claimed, but for the feeds of these urls."""

    def may_poll(self, shard: int) -> bool:
        """Whether the hosts of a shard are this worker's just now, and nobody else's."""

    async def pull_back_polls(self, now: datetime, *, furthest: datetime, lease: timedelta) -> int:
        """Make due at `now` what a clock that was ahead put off; returns how many feeds that were.

        That is what is due later than `furthest`, was polled in the future, or is claimed for longer than
        `lease`.
        """

    async def next_poll_at(self) -> datetime | None:
        """When the next unclaimed feed that may be claimed here is due; None if there is none."""

    async def spread_overdue(self, now: datetime, *, each: timedelta, but: int) -> int:
        """Give the feeds that are overdue and unclaimed moments `each` apart, unless there are at most `but`.

        Returns how many that concerned.
        """

    async def feed_states(self) -> list[FeedState]:
        """Every configured feed, by url."""

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

    def remembered(self, since: datetime) -> AsyncIterator[list[Remembered]]:
        """Every assembled entry first seen at or after `since`, by hundreds, as the book takes them in."""

    async def alert_records(self, pairs: Sequence[tuple[str, str]]) -> list[AlertRecord]:
        """The alerts of these (rule, story) pairs that exist."""

    async def last_alert_at(self, rule: str) -> datetime | None:
        """When it was last decided that the rule alerts on any story, be it after a moment's wait."""

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

    async def first_of_texts(self, texts: Sequence[tuple[str, str]], before: datetime) -> list[StoredEntry]:
        """Of these (outlet, hash of a text), the first entry seen before a moment, if there is one."""

    async def edited_stories(self, known: int) -> tuple[int, list[Remembered]]:
        """The number of the last edit by hand, and all rows of the stories edited later than `known`.

        Both are of one moment; a negative `known` asks for the number alone.
        """

    async def forgot_since(self, known: int) -> bool:
        """Whether an edit later than `known` was that an entry is forgotten."""

    async def commit_assembled(self, batch: Sequence[Assembled], *, edits_known: int | None = None) -> None:
        """Store stories, decisions, alerts and outbox rows of several entries in one transaction.

        An entry already assembled is left alone. A READY update delivery is DROPPED when a later one of the
        same alert and channel is added, since the later one tells more.

        Raises:
            StoriesEditedError: stories were edited by hand since the edit of this number; nothing was stored.
        """

    async def commit_released(self, told: Released) -> None:
        """Store what became of held alerts that no new entry released, in one transaction.

        An alert that is no longer HELD in the store is left alone, with all that belongs to it.
        """

    async def commit_let_go(self, told: Released) -> None:
        """Store what became of alerts that channels held or nobody acknowledged, in one transaction.

        A hold that has ended in the store stays as it ended.
        """

    async def alerts_by_id(self, ids: Sequence[str]) -> list[AlertRecord]:
        """The alerts of these ids that exist."""

    async def due_holds(self, now: datetime) -> list[Hold]:
        """What channels were to get later, and the moment has come; the earliest decided first."""

    async def holds_of(self, alerts: Sequence[str]) -> list[Hold]:
        """What channels were or are to get of these alerts later, oldest first."""

    async def open_holds(self, rule: str) -> list[Hold]:
        """What channels are still to get of a rule, the first to be told first."""

    async def due_escalations(self, now: datetime) -> list[AlertRecord]:
        """Alerts that nobody has acknowledged until their moment, the earliest first."""

    async def told_since(self, since: datetime) -> list[Told]:
        """The messages that rang since a moment, once for each rule and channel: what limits count."""

    async def held_back(self, rule: str, since: datetime) -> dict[Reason, int]:
        """How many matches of a rule were suppressed since its last message, by reason; after `since`."""


class Outbox(Protocol):
    """What delivery keeps: the ledger that alone decides on repeats."""

    @property
    def is_keeper(self) -> bool:
        """Whether no other daemon can be delivering just now."""

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
        self, delivery: Delivery, outcome: Outcome | Lookup | Folded, *, now: datetime, retry_at: datetime
    ) -> bool:
        """Record what came of an attempt or a look-up.

        Sent -> SENT; Deferred -> READY at `retry_at`; Unsure and Unknown -> UNSURE at `retry_at`; Absent ->
        READY at once; Rejected -> PARKED; Folded -> FOLDED.

        Returns:
            False if the delivery's epoch is stale (somebody else owns it now) and nothing was written.
        """

    async def give_up(self, delivery: Delivery, why: str) -> bool:
        """Turn a claimed delivery that was not sent into DROPPED; False if somebody else owns it now."""

    async def next_delivery_at(self, channel: str) -> datetime | None:
        """When something is next due on a channel, or a lease on it over; None if nothing waits there."""

    async def number_waiting(self, channel: str, now: datetime) -> int:
        """How many first posts are due on a channel, unclaimed and never in doubt."""

    async def waiting(self, channel: str, now: datetime, *, limit: int) -> list[Delivery]:
        """These, the oldest first."""

    async def fold(self, fold: Fold, now: datetime) -> bool:
        """Queue a digest in the place of what it tells, in one transaction; False if one of these went on."""

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
