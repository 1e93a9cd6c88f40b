"""Decisions as timelines: at(minute) publish, want(verdict, reason, what is sent)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.core.alerting import Limits, Ruling, Subject, decide, overdue
from monitor.core.models import (
    AlertPolicy,
    AlertRecord,
    Assignment,
    DeliveryKind,
    Entry,
    Match,
    News,
    Placement,
    Reason,
    Severity,
    Silence,
    Story,
    Verdict,
)
from monitor.core.stories.identity import sums_up

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = Limits(max_age=timedelta(hours=24), first_read_max_age=timedelta(hours=1))
RULE = "raids"
LABELS = {"rule": frozenset({RULE}), "outlet": frozenset({"one.example"})}


def minutes(number: float) -> timedelta:
    """Return so many minutes."""
    return timedelta(minutes=number)


@dataclass(slots=True)
class Timeline:
    """One rule and what happens over time; stories are named by letters."""

    policy: AlertPolicy = field(default_factory=AlertPolicy)
    silences: list[Silence] = field(default_factory=list)
    channels: tuple[str, ...] = ("desk",)
    now: datetime = START
    ruling: Ruling | None = None
    records: dict[str, AlertRecord] = field(default_factory=dict)
    outlets: dict[str, list[str]] = field(default_factory=dict)
    last_alert_at: datetime | None = None
    ordinals: list[int] = field(default_factory=list)
    _entries: int = 0

    def at(self, minute: float) -> Timeline:
        """Go to a moment."""
        self.now = START + minutes(minute)
        return self

    def publish(
        self,
        story: str = "a",
        *,
        outlet: str = "one.example",
        placement: Placement = Placement.OPENS,
        news: tuple[News, ...] = (),
        texts: int | None = None,
        nearly: str = "",
        **fields: Any,
    ) -> Timeline:
        """Let an outlet tell a story."""
        self._entries += 1
        told = self.outlets.setdefault(story, [])
        if outlet not in told:
            told.append(outlet)
        given: dict[str, Any] = {"published": self.now, "id": f"entry-{self._entries}"} | fields
        entry = Entry(feed="f", outlet=outlet, fetched=self.now, first_seen=self.now, **given)
        assignment = Assignment(
            entry=entry.id, story=story, placement=placement, reason="for the test", news=news
        )
        subject = Subject(
            match=Match(rule=RULE, hits=()),
            entry=entry,
            assignment=assignment,
            story=self._story(story, len(told) if texts is None else texts),
            severity=Severity.HIGH,
            policy=self.policy,
            channels=self.channels,
            labels=LABELS,
            nearly=self.records.get(nearly),
            possibly_told=nearly in self.records,
            sums_up=sums_up(entry.title),
        )
        in_force = [one for one in self.silences if one.starts_at <= self.now < one.ends_at]
        self._take(
            decide(
                subject,
                self.records.get(story),
                silences=in_force,
                last_alert_at=self.last_alert_at,
                limits=LIMITS,
                now=self.now,
            ),
        )
        return self

    def expire(self, story: str = "a") -> Timeline:
        """Let the deadline of a held alert be looked at."""
        record = self.records[story]
        assert record.deadline is not None
        assert record.deadline <= self.now
        in_force = [one for one in self.silences if one.starts_at <= self.now < one.ends_at]
        ruling = overdue(
            record,
            self.policy,
            silences=in_force,
            labels=LABELS,
            channels=self.channels,
            now=self.now,
        )
        self._take(ruling)
        return self

    def want(self, verdict: Verdict, reason: Reason, kind: DeliveryKind | None = None) -> Timeline:
        """Check the decision that was just made."""
        assert self.ruling is not None
        decision = self.ruling.decision
        assert (decision.verdict, decision.reason, self.ruling.kind) == (verdict, reason, kind)
        assert (kind is not None) == (verdict in {Verdict.ALERT, Verdict.UPDATE})
        assert decision.at == self.now
        return self

    def _take(self, ruling: Ruling) -> None:
        self.ruling = ruling
        if ruling.record is not None:
            self.records[ruling.record.story] = ruling.record
        if ruling.decision.verdict is Verdict.ALERT:
            self.last_alert_at = self.now
        if ruling.kind is not None and ruling.record is not None:
            self.ordinals.append(ruling.record.follow_ups)

    def _story(self, story: str, texts: int) -> Story:
        told = tuple(self.outlets[story])
        return Story(
            id=story,
            title="",
            opened_at=START,
            updated_at=self.now,
            entries=self._entries,
            outlets=told,
            texts=texts,
            languages=(),
            entities=(),
            sources=(),
        )


def silence(*, of: dict[str, str], first: float, last: float) -> Silence:
    """Silence what the matchers say from one minute to another."""
    return Silence(
        id="s1", matchers=of, starts_at=START + minutes(first), ends_at=START + minutes(last), author="ann"
    )


def changed(policy: AlertPolicy, **fields: Any) -> AlertPolicy:
    """Return the policy with other values."""
    return replace(policy, **fields)
