"""What the desk needs of the world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from monitor.core.matcher import Matcher
from monitor.core.models import (
    Act,
    Ailment,
    Among,
    Changes,
    Counts,
    Day,
    Decision,
    Deed,
    Delivery,
    DeliveryState,
    Feed,
    FeedState,
    Growth,
    ListedAlert,
    ListedSilence,
    Mark,
    PageTally,
    PendingEntry,
    RuleBundle,
    RuleFeedback,
    RuleStatistics,
    Silence,
    Standing,
    StoredEntry,
    Story,
    StoryEdit,
    WalkStanding,
    Worker,
)
from monitor.core.rules.tree import Rule
from monitor.pipeline.acting import HandlingStore, Presses
from monitor.pipeline.editing import EditingStore
from monitor.pipeline.in_force import InForce

Clock = Callable[[], datetime]
RuleNames = Callable[[], Sequence[str]]
"""Names of the rules in force."""


class StoryReader(Protocol):
    """Reads stories and what became of them."""

    async def page_of_stories(
        self, *, before: tuple[datetime, str] | None = None, limit: int = 50, among: Among
    ) -> list[Story]:
        """Stories of those asked for, the last changed first: those after (changed, id) of a walk."""

    async def growth(self, of_stories: Sequence[str]) -> dict[str, Growth]:
        """How each of the stories of one page grew, hour by hour."""

    async def languages(self) -> list[str]:
        """The languages of the stories that changed last, by their codes."""

    async def story(self, prefix: str) -> Story | None:
        """The story of that id, or the only one whose id begins so."""

    async def merged_into(self, story: str) -> str | None:
        """The story that this one was made part of, None if it stands by itself."""

    async def possibly_same(self, story: Story) -> list[str]:
        """Ids of later stories, in other languages, that were opened as possibly the same as this one."""

    async def entries_of_story(self, story: str) -> list[StoredEntry]:
        """The entries of a story, in order of arrival."""

    async def decisions_on(self, entries: Sequence[str]) -> list[Decision]:
        """What was decided on these entries; the latest last."""

    async def alerts_of_story(self, story: str) -> list[ListedAlert]:
        """The alerts on a story, with where they went; the oldest first."""

    async def alerts_of_stories(self, ids: Sequence[str]) -> list[ListedAlert]:
        """The alerts on the stories of one page, with where they went; the oldest first."""

    async def counts(self) -> Counts:
        """How much there is of everything."""


class SilenceStore(Protocol):
    """Keeps silences."""

    async def silences(self, now: datetime) -> list[Silence]:
        """The silences in force."""

    async def listed_silences(self, *, ending_after: datetime | None = None) -> list[ListedSilence]:
        """All silences, or those that end after a moment, with what each held; the last to end first."""

    async def silences_like(self, prefix: str, *, limit: int = 10) -> list[Silence]:
        """Silences whose id begins so."""

    async def add_silence(self, silence: Silence) -> None:
        """Add a silence, or replace the one of the same id."""

    async def end_silence(self, silence: str, now: datetime) -> bool:
        """End a silence before its time; False if there is none of that id still to end."""

    async def extend_silence(self, silence: str, ends_at: datetime, now: datetime) -> bool:
        """Let a silence that is in force end at another moment; False if there is none of that id."""

    async def silenced(self, silence: Silence, *, limit: int = 200) -> list[Decision]:
        """What a silence held, as far as decisions are kept; the latest last."""

    async def entry(self, entry: str) -> StoredEntry | None:
        """One entry by id."""


class FeedStore(Protocol):
    """Remembers feeds."""

    async def feed_states(self) -> list[FeedState]:
        """Every configured feed, by url."""

    async def page_tally(self, feed: str) -> PageTally:
        """How the latest pages of a feed's articles fared."""

    async def usual_delays(self) -> dict[str, timedelta]:
        """How long after its publication an entry of each feed is seen, by url; of feeds with dates alone."""

    async def make_due(self, url: str, now: datetime) -> bool:
        """Let a configured feed be polled at once; False if there is none of that url."""


class DeliveryStore(Protocol):
    """Keeps the ledger of deliveries."""

    async def page_of_deliveries(
        self, *, before: tuple[datetime, str] | None = None, limit: int, state: DeliveryState | None = None
    ) -> list[Delivery]:
        """Deliveries in a state, the newest first: those after (made, id) of a walk."""

    async def retry_delivery(self, delivery: str, now: datetime) -> bool:
        """Send a delivery again, or a waiting one at once; False if it cannot be."""

    async def drop_delivery(self, delivery: str) -> bool:
        """Give up a delivery; False if it cannot be."""


class EditLog(EditingStore, Protocol):
    """Edits stories and remembers it."""

    async def story_edits(self, story: str | None = None, *, number: int | None = None) -> list[StoryEdit]:
        """The edits by hand of one story, or the one of a number, or all; the oldest first."""


class AuditReader(Protocol):
    """Knows who did what by hand, and is told."""

    async def note(self, act: Act, what: str = "", detail: str = "") -> None:
        """Write down what whoever acts just now did outside the store: logins, edits of files."""

    async def page_of_audit(
        self,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int,
        by: str | None = None,
        act: Act | None = None,
    ) -> list[Deed]:
        """What was done, by names that hold `by`; the newest first."""


class SystemStore(Protocol):
    """Says how things stand."""

    @property
    def is_shared(self) -> bool:
        """Whether several daemons may work on it: PostgreSQL."""

    async def standing(self, now: datetime) -> Standing:
        """How things stand: feeds, queues, size."""

    async def day_since(self, since: datetime) -> Day:
        """What was done since a moment, and how long its alerts took."""

    async def workers(self) -> list[Worker]:
        """The daemons that work on it, the eldest first; on SQLite none."""

    async def ailments_told(self) -> list[Ailment]:
        """What the `ops` channels were told has begun, and not that it ended."""


class ChangeReader(Protocol):
    """Says what changed."""

    async def mark(self) -> Mark:
        """How far the keeping of stories is."""

    async def changes(self, since: Mark) -> Changes:
        """The stories that changed after a mark."""


class AlertCounter(Protocol):
    """Says what alerted."""

    async def alerted(self, since: Mark, upto: Mark, among: Among) -> list[str]:
        """The stories of those asked for that an alert was told of between two marks; a hundred at most."""


class LiveStore(AlertCounter, StoryReader, ChangeReader, Protocol):
    """All that is told live."""

    async def counts(self) -> Counts:
        """How much there is of everything."""


class RuleReader(Protocol):
    """Reads what rules did, and what they may be tried on."""

    def entries_since(self, since: datetime) -> AsyncIterator[list[PendingEntry]]:
        """Walk the entries first seen at or after `since`, oldest first."""

    async def rule_statistics(self, *, since: datetime | None = None) -> list[RuleStatistics]:
        """What each rule did day by day; a rule that never matched is not among them."""

    async def feedback_by_rule(self) -> list[RuleFeedback]:
        """What people said of the alerts of each rule, where they did."""

    async def watching_since(self) -> datetime | None:
        """When the oldest entry that is kept was first seen; None if there is none."""

    async def entry(self, entry: str) -> StoredEntry | None:
        """The entry of that id."""


class RulesInForce(Protocol):
    """The rules as they are now, and what was compiled of them."""

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule by its id, in the order of the files."""

    @property
    def matcher(self) -> Matcher:
        """The matcher of these rules, the one that the daemon itself asks."""

    @property
    def bundle(self) -> RuleBundle | None:
        """As they were pushed to the database; None where they are files."""


class DeskStore(
    LiveStore,
    RuleReader,
    SilenceStore,
    FeedStore,
    DeliveryStore,
    EditLog,
    HandlingStore,
    SystemStore,
    AuditReader,
    Protocol,
):
    """All that the pages read and change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the pages stand on: the store, what is in force, and what the daemon knows of itself."""

    store: DeskStore
    presses: Presses
    in_force: InForce
    clock: Clock
    feeds: Callable[[], Collection[Feed]]
    """The feeds that the configuration names: without the samples."""
    hide: Callable[[str], str]
    """Hides secrets in a text for people."""
    on_retry: Callable[[], None]
    """Wakes whoever delivers."""
    config: Path
    """The configuration file, which pages may add to."""
    reload: Callable[[], None]
    """Has the file read again, as SIGHUP has."""
    stuck: Callable[[], Sequence[str]]
    """Stages that stand still, by name."""
    started_at: datetime
    walk: Callable[[], WalkStanding] = WalkStanding
    """How the synthetic entries fare."""

    @property
    def owners(self) -> Mapping[str, str]:
        """Which outlets are one publisher's, as settings have it."""
        return self.in_force.settings.stories.owner_of
