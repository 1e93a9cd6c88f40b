"""The decisions on one batch of placed entries: the past is read once, then decided in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.alerting import Limits, Ruling, Subject, decide, overdue, rule_gone
from monitor.core.labels import Labels, labels_of
from monitor.core.models import (
    AlertPolicy,
    AlertRecord,
    Assembled,
    Assignment,
    Card,
    Decision,
    Delivery,
    DeliveryKind,
    Entry,
    Match,
    PendingEntry,
    Reason,
    Silence,
    Story,
    Verdict,
)
from monitor.core.posting import Destination, deliveries_of
from monitor.core.routing import channels_for
from monitor.core.rules.tree import Rule
from monitor.pipeline.in_force import InForce
from monitor.pipeline.past import Past
from monitor.pipeline.ports import StoryStore

_UNUSUAL = frozenset({Reason.FASTER, Reason.SEEN_AGAIN})
"""Reasons whose detail is worth a word in the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A pending entry with its place among the stories."""

    pending: PendingEntry
    assignment: Assignment
    story: Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A decision with all that is to be stored for it."""

    decision: Decision
    alerts: tuple[AlertRecord, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


class Judge:
    """Decides on the matches of one batch; later entries of the batch see what earlier ones came to."""

    def __init__(self, store: StoryStore, in_force: InForce, now: datetime) -> None:
        self._store = store
        self.now = now
        """The moment of the decisions to come."""
        self._settings = in_force.settings
        self._rulebook = in_force.rulebook
        self._destinations = {
            name: Destination(channel=name, recipients=channel.recipients, can_update=channel.can_update)
            for name, channel in in_force.channels.items()
        }
        self._records: dict[tuple[str, str], AlertRecord] = {}
        self._roots: dict[str, Entry] = {}
        self._last_alert_at: dict[str, datetime | None] = {}
        self._silences: Sequence[Silence] = ()
        self._past = Past(store, in_force.rulebook)

    async def recall(self, placed: Sequence[Placed]) -> None:
        """Read what the decisions on these entries depend on."""
        self._roots |= {one.pending.entry.id: one.pending.entry for one in placed}
        pairs = [(match.rule, one.story.id) for one in placed for match in one.pending.findings.matches]
        if placed and not pairs:
            return
        self._silences = await self._store.silences(self.now)
        found = await self._store.alert_records(list(dict.fromkeys(pairs)))
        self._records = {(record.rule, record.story): record for record in found}
        for record in found:
            await self._root(record.entry)
        await self._past.recall([match for one in placed for match in one.pending.findings.matches], self.now)
        for rule in dict.fromkeys(rule for rule, _ in pairs):
            if self._policy(rule).cooldown:
                self._last_alert_at[rule] = await self._store.last_alert_at(rule)

    def decide(self, one: Placed) -> Assembled:
        """Decide on every match of one entry."""
        rules = self._rulebook.rules
        ruled = [
            self._decided(one, match, rules[match.rule])
            if match.rule in rules
            else self._rule_gone(one, match)
            for match in one.pending.findings.matches
        ]
        self._past.saw(one.pending.entry, one.pending.findings)
        return Assembled(
            seq=one.pending.seq,
            entry=one.pending.entry,
            assignment=one.assignment,
            story=one.story,
            findings=one.pending.findings,
            decisions=tuple(each.decision for each in ruled),
            alerts=tuple(record for each in ruled for record in each.alerts),
            deliveries=tuple(delivery for each in ruled for delivery in each.deliveries),
        )

    async def overdue(self, record: AlertRecord) -> Ruled:
        """Decide on a held alert whose deadline has passed."""
        rule = self._rulebook.rules.get(record.rule)
        root, story = await self._root(record.entry), await self._store.story(record.story)
        if rule is None:
            return self._ruled(rule_gone(record, self.now))
        if root is None or story is None:
            gone = overdue(record, AlertPolicy(), silences=(), labels={}, channels=(), now=self.now)
            return self._ruled(gone)
        labels = labels_of(
            root, rule=rule.id, severity=rule.severity, tags=rule.tags, entities=story.entities
        )
        channels = self._channels(rule, labels)
        ruling = overdue(
            record, rule.alert, silences=self._silences, labels=labels, channels=channels, now=self.now
        )
        card = self._card(rule, ruling, root, Match(rule=rule.id, hits=record.hits), story)
        return self._ruled(ruling, card, channels)

    def _rule_gone(self, one: Placed, match: Match) -> Ruled:
        """Record of a match whose rule was removed between matching and now that it comes to nothing."""
        return Ruled(
            decision=Decision(
                entry=one.pending.entry.id,
                rule=match.rule,
                story=one.story.id,
                verdict=Verdict.SUPPRESSED,
                reason=Reason.RULE_GONE,
                at=self.now,
            )
        )

    def _decided(self, one: Placed, match: Match, rule: Rule) -> Ruled:
        entry, entities = one.pending.entry, one.pending.findings.entities
        labels = labels_of(entry, rule=rule.id, severity=rule.severity, tags=rule.tags, entities=entities)
        channels = self._channels(rule, labels)
        subject = Subject(
            match=match,
            entry=entry,
            assignment=one.assignment,
            story=one.story,
            severity=rule.severity,
            policy=self._policy(rule.id),
            channels=channels,
            labels=labels,
            judgements=self._past.judged(rule, entry, match, self.now),
        )
        alerts = self._settings.alerts
        ruling = decide(
            subject,
            self._records.get((rule.id, one.story.id)),
            silences=self._silences,
            last_alert_at=self._last_alert_at.get(rule.id),
            limits=Limits(max_age=alerts.max_age, first_read_max_age=alerts.first_read_max_age),
            now=self.now,
        )
        self._remember(ruling)
        card = self._card(rule, ruling, entry, match, one.story, one.assignment)
        self._past.matched(rule, entry, ruling.decision)
        return self._ruled(ruling, card, channels)

    def _remember(self, ruling: Ruling) -> None:
        if ruling.record is not None:
            self._records[ruling.record.rule, ruling.record.story] = ruling.record
        if ruling.decision.verdict is Verdict.ALERT:
            self._last_alert_at[ruling.decision.rule] = self.now

    def _ruled(self, ruling: Ruling, card: Card | None = None, channels: Iterable[str] = ()) -> Ruled:
        alerts = () if ruling.record is None else (ruling.record,)
        if ruling.kind is None or ruling.record is None or card is None:
            return Ruled(decision=ruling.decision, alerts=alerts)
        deliveries = deliveries_of(
            ruling.record,
            card,
            ruling.kind,
            destinations=[self._destinations[name] for name in channels if name in self._destinations],
            now=self.now,
        )
        return Ruled(decision=ruling.decision, alerts=alerts, deliveries=deliveries)

    def _card(
        self,
        rule: Rule,
        ruling: Ruling,
        entry: Entry,
        match: Match,
        story: Story,
        assignment: Assignment | None = None,
    ) -> Card | None:
        """Return what the message shows, None if nothing is sent."""
        record = ruling.record
        if record is None or ruling.kind is None:
            return None
        return Card(
            alert=record.id,
            rule=rule.id,
            rule_title=rule.title,
            severity=rule.severity,
            verdict=ruling.decision.verdict,
            reason=ruling.decision.reason,
            entry=entry,
            hits=match.hits,
            story=story,
            news=assignment.news if assignment else (),
            sample=entry.sample,
            root=self._roots.get(record.entry),
            root_hits=record.hits,
            names=self._rulebook.names,
            detail=ruling.decision.detail if ruling.decision.reason in _UNUSUAL else "",
            matches=self._past.others(rule, entry, self.now) if ruling.kind is DeliveryKind.POST else (),
        )

    async def _root(self, entry: str) -> Entry | None:
        if entry not in self._roots and (stored := await self._store.entry(entry)) is not None:
            self._roots[entry] = stored.entry
        return self._roots.get(entry)

    def _policy(self, rule: str) -> AlertPolicy:
        """Return how a rule alerts; one that waits for a spike tells of it once a window."""
        found = self._rulebook.rules.get(rule)
        if found is None:
            return AlertPolicy()
        if found.spike is None:
            return found.alert
        return replace(found.alert, cooldown=max(found.alert.cooldown, found.spike.window))

    def _channels(self, rule: Rule, labels: Labels) -> tuple[str, ...]:
        return channels_for(self._settings, rule.alert, labels)
