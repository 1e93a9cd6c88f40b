"""Alerts: what becomes of a match, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.core.models.deliveries import DeliveryKind
from monitor.core.models.entries import Entry
from monitor.core.models.matches import Hit, Severity
from monitor.core.models.stories import News, Source, Story


class Verdict(StrEnum):
    """What becomes of a match."""

    ALERT = "alert"
    UPDATE = "update"
    HELD = "held"
    SUPPRESSED = "suppressed"


class Reason(StrEnum):
    """Why: stored with each decision, logged and shown."""

    NEW_STORY = "first match in this story"
    POSSIBLY_TOLD = "possibly told already"
    NEW_INFORMATION = "new information in a known story"
    CORROBORATED = "enough outlets tell it"
    UNCONFIRMED = "deadline passed without corroboration"
    ANOTHER_SOURCE = "another source of a story already alerted"
    QUIET_FOLLOW_UP = "the rule asks for silence after the first alert"
    COPY = "copy of a text already alerted"
    REVISION = "changed text of an article already alerted"
    BEFORE_MATCH = "revision of an article that had matched before"
    ROUND_UP = "sums up what has been told"
    TOO_OLD = "too old to alert when first seen"
    COOLDOWN = "the rule's cooldown has not passed"
    SILENCED = "silenced"
    QUIET_HOURS = "quiet hours"
    AWAITING_OUTLETS = "held until enough outlets tell it"
    NO_CHANNEL = "no channel is configured for it"
    FIRST_READ = "backlog of a feed read for the first time"
    EXPIRED = "held until its deadline, not corroborated"
    RULE_GONE = "the rule was removed before it was decided"
    OUR_ERROR = "an error of news-monitor itself"
    FASTER = "matches come faster than usual"
    NOT_FASTER = "matches come no faster than usual"
    SEEN_AGAIN = "a name not seen for long"
    MERGED = "its story was made part of another by hand"
    SEEN_LATELY = "its names were seen lately"
    GROUP_WAIT = "waits a moment for other outlets"
    HOURLY_LIMIT = "over the limit of messages an hour"
    DIGEST = "gathered for a digest"
    RELEASED = "told now that nothing holds it any more"
    ESCALATED = "nobody acknowledged it in time"
    ARTICLE_GONE = "its article is no longer kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided on one match of one entry, with its reason."""

    entry: str
    rule: str
    story: str
    verdict: Verdict
    reason: Reason
    at: datetime
    detail: str = ""
    """What the reason refers to: a silence's id, the entry copied, the deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRecord:
    """The alert of one rule on one story, as remembered."""

    id: str
    """32 hex digits, derived from rule and story."""
    rule: str
    story: str
    entry: str
    """The entry that raised it."""
    state: Verdict
    """ALERT once sent to the outbox, HELD while it waits."""
    created_at: datetime
    updated_at: datetime
    deadline: datetime | None = None
    """When a held alert is decided at the latest."""
    outlets: int = 0
    """Outlets named in the last message about it."""
    hits: tuple[Hit, ...] = ()
    """The proof of the entry that raised it."""
    follow_ups: int = 0
    """Messages about it after the first: the ordinal of the latest delivery."""
    escalate_at: datetime | None = None
    """When other channels are told, unless somebody acknowledges it before; None: never, or done."""
    escalated_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What one channel is to get of an alert, but later; whatever comes meanwhile is told with it."""

    alert: str
    rule: str
    story: str
    channel: str
    kind: DeliveryKind
    ordinal: int
    """Of the delivery that it will become."""
    entry: str
    """The latest entry to tell of."""
    why: Reason
    """What the message will give as its reason."""
    detail: str = ""
    """What that reason refers to."""
    reason: Reason
    """What holds it: GROUP_WAIT, QUIET_HOURS, DIGEST, HOURLY_LIMIT or SILENCED."""
    terms: str = ""
    """What holds it in words: `22:00 to 07:00 Europe/Kyiv`; of a silence its label."""
    since: datetime
    until: datetime
    matches: int = 1
    """Matches told of by it."""
    ended_at: datetime | None = None
    """When it was told, or came to nothing."""
    told_in: str | None = None
    """The digest that told it; None where it became a message of its own, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Matchers, all of which an alert must satisfy to be silenced, and until when."""

    id: str
    matchers: Mapping[str, str]
    """rule, severity, story, outlet, tag or entity to the value it must have."""
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str = ""
    release: bool = False
    """Whether what it holds is told at its end; else it is listed and no more."""

    @property
    def label(self) -> str:
        """What a decision says in its detail when this silence made it."""
        return f"silence {self.id} by {self.author}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """All that a message about an alert may show; what the renderer turns into a Message."""

    alert: str
    rule: str
    rule_title: str
    severity: Severity
    verdict: Verdict
    reason: Reason
    entry: Entry
    hits: tuple[Hit, ...]
    story: Story
    news: tuple[News, ...] = ()
    sample: bool = False
    held_back: Mapping[Reason, int] = field(default_factory=dict)
    """Matches of the rule that were held back since its last message, by reason; told with it."""
    root: Entry | None = None
    """The entry that raised the alert, where `entry` is a later one: a living message keeps its headline."""
    root_hits: tuple[Hit, ...] = ()
    """The proof in `root`."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Ids of entities to the names that people know; ids not in it are shown as they are."""
    detail: str = ""
    """What the reason refers to, where a reader wants to know: `7 in 1h, usually 0.4`."""
    template: str = ""
    """What the rule wants its messages to look like; empty: as each channel says."""
    possibly: Story | None = None
    """A story alerted before that is likely the same."""
    matches: tuple[Source, ...] = ()
    """The articles that make an alert on the pace of matches: listed instead of the story's sources."""

    @property
    def held(self) -> int:
        """How many matches were held back since the last message."""
        return sum(self.held_back.values())
