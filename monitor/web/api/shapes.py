"""What the API answers: the nouns of the store in the shapes that programs may rely on. Also its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from monitor.core.models import (
    Decision,
    Deed,
    Delivery,
    Feed,
    FeedState,
    ListedAlert,
    ListedSilence,
    Silence,
    Story,
)
from monitor.core.rules.tree import Rule
from monitor.web.rendering import safe_link


class Shape(BaseModel):
    """A shape; its fields are only ever added to."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceShape(Shape):
    """An article of a story."""

    entry: str
    outlet: str
    title: str
    link: str | None = Field(description="http or https; null where a browser could not follow it safely")
    lang: str | None
    at: datetime = Field(description="first seen")
    placement: str


class ClaimShape(Shape):
    """Who claimed, denied or confirmed it."""

    stance: str
    speaker: str
    sentence: str
    entry: str
    outlet: str
    at: datetime


class StoryShape(Shape):
    """One happening and who reports it."""

    id: str
    title: str
    opened_at: datetime
    updated_at: datetime
    entries: int = Field(description="articles, revisions not counted")
    texts: int = Field(description="independent texts: copies of one count once")
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    entities: tuple[str, ...]
    claims: tuple[ClaimShape, ...]
    sources: tuple[SourceShape, ...] = Field(
        description="the first of each outlet and the latest, at most 50"
    )

    @classmethod
    def of(cls, story: Story) -> Self:
        """Shape a story."""
        return cls(
            id=story.id,
            title=story.title,
            opened_at=story.opened_at,
            updated_at=story.updated_at,
            entries=story.entries,
            texts=story.texts,
            outlets=story.outlets,
            languages=story.languages,
            entities=story.entities,
            claims=tuple(
                ClaimShape(
                    stance=one.claim.stance,
                    speaker=one.claim.speaker,
                    sentence=one.claim.sentence,
                    entry=one.entry,
                    outlet=one.outlet,
                    at=one.at,
                )
                for one in story.claims
            ),
            sources=tuple(
                SourceShape(
                    entry=one.entry,
                    outlet=one.outlet,
                    title=one.title,
                    link=safe_link(one.link),
                    lang=one.lang,
                    at=one.at,
                    placement=one.placement,
                )
                for one in story.sources
            ),
        )


class HitShape(Shape):
    """A word that matched: `text` stands at [start, end) of the article's field, in code points."""

    field: str
    start: int
    end: int
    text: str
    term: str
    entity: str | None


class AlertShape(Shape):
    """What a rule told of a story."""

    id: str
    rule: str
    story: str
    entry: str = Field(description="the article that raised it")
    state: str
    title: str
    link: str | None
    outlet: str
    outlets: int = Field(description="named in the last message about it")
    created_at: datetime
    updated_at: datetime
    deadline: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    evidence: tuple[HitShape, ...]
    deliveries: dict[str, int] = Field(description="how many messages are in each state")

    @classmethod
    def of(cls, alert: ListedAlert) -> Self:
        """Shape an alert."""
        record = alert.record
        return cls(
            id=record.id,
            rule=record.rule,
            story=record.story,
            entry=record.entry,
            state=record.state,
            title=alert.title,
            link=safe_link(alert.link),
            outlet=alert.outlet,
            outlets=record.outlets,
            created_at=record.created_at,
            updated_at=record.updated_at,
            deadline=record.deadline,
            acknowledged_at=record.acknowledged_at,
            acknowledged_by=record.acknowledged_by,
            evidence=tuple(
                HitShape(
                    field=hit.field,
                    start=hit.start,
                    end=hit.end,
                    text=hit.text,
                    term=hit.term,
                    entity=hit.entity,
                )
                for hit in record.hits
            ),
            deliveries={state.value: number for state, number in alert.deliveries.items()},
        )


class DecisionShape(Shape):
    """What became of one match of one article, and why."""

    entry: str
    verdict: str
    reason: str
    detail: str
    at: datetime

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Shape a decision."""
        return cls(
            entry=decision.entry,
            verdict=decision.verdict,
            reason=decision.reason,
            detail=decision.detail,
            at=decision.at,
        )


class AlertDetail(AlertShape):
    """An alert with all that was decided on its story by its rule, the latest last, at most 200."""

    decisions: tuple[DecisionShape, ...]

    @classmethod
    def with_decisions(cls, alert: ListedAlert, decisions: Iterable[Decision]) -> Self:
        """Shape an alert with its decisions."""
        said = AlertShape.of(alert).model_dump()
        return cls(**said, decisions=tuple(DecisionShape.of(one) for one in decisions))


class FeedShape(Shape):
    """A configured feed."""

    url: str
    name: str
    outlet: str
    tags: tuple[str, ...]
    health: str
    health_since: datetime | None
    reason: str = Field(description="why its health is so, in one sentence; empty where all is well")
    next_poll_at: datetime
    last_polled_at: datetime | None
    last_success_at: datetime | None
    last_entry_at: datetime | None
    failures: int = Field(description="failed polls in a row")
    error: str | None
    entries: int = Field(description="ever stored of it")

    @classmethod
    def of(cls, state: FeedState, feed: Feed | None) -> Self:
        """Shape a feed; one that the configuration has just dropped is called by its address."""
        return cls(
            url=state.url,
            name=feed.name if feed else state.url,
            outlet=feed.outlet if feed else "",
            tags=feed.tags if feed else (),
            health=state.health.state,
            health_since=state.health.since,
            reason=state.health.reason,
            next_poll_at=state.next_poll_at,
            last_polled_at=state.last_polled_at,
            last_success_at=state.last_success_at,
            last_entry_at=state.last_entry_at,
            failures=state.failures,
            error=state.error,
            entries=state.entries,
        )

    def without(self, hide: Callable[[str], str], *, addresses: bool) -> Self:
        """Take secrets out of what went wrong, and out of its address and name if `addresses`."""
        shown = {"reason": hide(self.reason), "error": self.error and hide(self.error)}
        if addresses:
            shown |= {"url": hide(self.url), "name": hide(self.name)}
        return self.model_copy(update=shown)


class RuleShape(Shape):
    """A rule in force."""

    id: str
    title: str
    severity: str
    owner: str
    tags: tuple[str, ...]
    channels: tuple[str, ...] = Field(description="empty: as the routes say")
    follow_up: str

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """Shape a rule."""
        return cls(
            id=rule.id,
            title=rule.title,
            severity=rule.severity,
            owner=rule.owner,
            tags=rule.tags,
            channels=rule.alert.channels,
            follow_up=rule.alert.follow_up,
        )


class SilenceShape(Shape):
    """What is not to alert for a while."""

    id: str
    matchers: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str
    tells_at_end: bool

    @classmethod
    def of(cls, silence: Silence) -> Self:
        """Shape a silence."""
        return cls(
            id=silence.id,
            matchers=dict(silence.matchers),
            starts_at=silence.starts_at,
            ends_at=silence.ends_at,
            author=silence.author,
            comment=silence.comment,
            tells_at_end=silence.release,
        )


class SilenceDetail(SilenceShape):
    """A silence with what it has held back."""

    decisions: int = Field(description="matches that it held back, as far as decisions are kept")
    stories: int
    last_at: datetime | None

    @classmethod
    def with_effect(cls, listed: ListedSilence) -> Self:
        """Shape a silence with what it held."""
        said = SilenceShape.of(listed.silence).model_dump()
        return cls(**said, decisions=listed.decisions, stories=listed.stories, last_at=listed.last_at)


class DeliveryShape(Shape):
    """One message on its way to one channel."""

    id: str
    alert: str
    story: str
    channel: str
    recipient: str | None
    kind: str
    ordinal: int
    state: str
    title: str
    created_at: datetime
    started_at: datetime | None = Field(description="when the latest attempt began")
    next_attempt_at: datetime
    attempts: int
    expires_at: datetime | None
    error: str | None
    remote_id: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Shape a delivery."""
        return cls(
            id=delivery.id,
            alert=delivery.alert,
            story=delivery.story,
            channel=delivery.channel,
            recipient=delivery.recipient or None,
            kind=delivery.kind,
            ordinal=delivery.ordinal,
            state=delivery.state,
            title=delivery.message.title,
            created_at=delivery.created_at,
            started_at=delivery.started_at,
            next_attempt_at=delivery.next_attempt_at,
            attempts=delivery.attempts,
            expires_at=delivery.expires_at,
            error=delivery.error,
            remote_id=delivery.remote_id,
        )


class DeedShape(Shape):
    """One thing that somebody did by hand."""

    number: int = Field(description="the later, the greater")
    at: datetime
    by: str = Field(description="as what they did is signed")
    via: str = Field(description="desk, slack or terminal")
    address: str = Field(description="of the network; empty where it was not the desk")
    act: str
    what: str = Field(description="id or address of the object; empty where there is none")
    detail: str

    @classmethod
    def of(cls, deed: Deed) -> Self:
        """Shape a line of the audit log."""
        return cls(
            number=deed.number,
            at=deed.at,
            by=deed.by,
            via=deed.via.value,
            address=deed.address,
            act=deed.act.value,
            what=deed.what,
            detail=deed.detail,
        )


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    title: str
    status: int
    detail: str
