"""The decisions on one batch of placed entries: the past is read once, then decided in order."""

from __future__ import annotations

from collections.abc import Sequence
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
    DeliveryKind,
    Entry,
    Match,
    PendingEntry,
    Reason,
    Story,
    Verdict,
)
from monitor.core.rates import UNUSUAL
from monitor.core.rules.tree import Rule
from monitor.core.stories.identity import sums_up
from monitor.pipeline.briefing import Briefing, Ruled
from monitor.pipeline.in_force import InForce
from monitor.pipeline.past import Past
from monitor.pipeline.ports import StoryStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A pending entry with its place among the stories."""

    pending: PendingEntry
    assignment: Assignment
    story: Story
    likely: Story | None = None
    """A story in another language that is likely the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One match, with what its message would show."""

    rule: Rule
    entry: Entry
    match: Match
    story: Story
    assignment: Assignment | None = None
    possibly: Story | None = None
    """A story in another language that is likely the same, and was alerted by the same rule."""


class Judge:
    """Decides on the matches of one batch; later entries of the batch see what earlier ones came to."""

    def __init__(self, store: StoryStore, in_force: InForce, now: datetime) -> None:
        self._store = store
        self.now = now
        """The moment of the decisions to come."""
        self._rules = in_force.rulebook.rules
        self._names = in_force.rulebook.names
        self._known = Briefing(store, in_force)
        self._past = Past(store, in_force.rulebook)

    async def recall(self, placed: Sequence[Placed]) -> None:
        """Read what the decisions on these entries depend on."""
        self._known.know(one.pending.entry for one in placed)
        pairs = [
            (match.rule, story.id)
            for one in placed
            for match in one.pending.findings.matches
            for story in (one.story, one.likely)
            if story is not None
        ]
        if not pairs:
            return
        timed = {match.rule for one in placed if _sums_up(one) for match in one.pending.findings.matches}
        await self._known.recall(pairs, self.now, timed=timed)
        await self._past.recall([match for one in placed for match in one.pending.findings.matches], self.now)

    def decide(self, one: Placed) -> Assembled:
        """Decide on every match of one entry."""
        ruled = [
            self._decided(one, match, self._rules[match.rule])
            if match.rule in self._rules
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
            holds=tuple(hold for each in ruled for hold in each.holds),
        )

    async def recall_held(self, records: Sequence[AlertRecord]) -> None:
        """Read what the decisions on held alerts depend on."""
        await self._known.recall([(record.rule, record.story) for record in records], self.now)

    async def overdue(self, record: AlertRecord) -> Ruled:
        """Decide on a held alert whose deadline has passed."""
        rule = self._rules.get(record.rule)
        root, story = await self._known.root(record.entry), await self._store.story(record.story)
        if rule is None:
            return _bare(rule_gone(record, self.now))
        if root is None or story is None:
            return _bare(overdue(record, AlertPolicy(), silences=(), labels={}, channels=(), now=self.now))
        labels = labels_of(
            root, rule=rule.id, severity=rule.severity, tags=rule.tags, entities=story.entities
        )
        ruling = overdue(
            record,
            rule.alert,
            silences=self._known.silences,
            labels=labels,
            channels=[leg.channel for leg in self._known.legs(rule, labels)],
            now=self.now,
        )
        match = Match(rule=rule.id, hits=record.hits)
        return self._ruled(_Case(rule=rule, entry=root, match=match, story=story), ruling, labels)

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
        possibly = self._told_likely(rule, one)
        beside = possibly if possibly and entry.lang in {None, *possibly.languages} else None
        subject = Subject(
            match=match,
            entry=entry,
            assignment=one.assignment,
            story=one.story,
            severity=rule.severity,
            policy=self._known.policy(rule.id),
            channels=tuple(leg.channel for leg in self._known.legs(rule, labels)),
            labels=labels,
            judgements=self._past.judged(rule, entry, match, self.now),
            possibly_told=possibly is not None,
            nearly=self._known.records.get((rule.id, beside.id)) if beside else None,
            sums_up=_sums_up(one),
        )
        alerts = self._known.settings.alerts
        ruling = decide(
            subject,
            self._known.records.get((rule.id, one.story.id)),
            silences=self._known.silences,
            last_alert_at=self._known.last_alert_at.get(rule.id),
            limits=Limits(max_age=alerts.max_age, first_read_max_age=alerts.first_read_max_age),
            now=self.now,
        )
        case = _Case(
            rule=rule,
            entry=entry,
            match=match,
            story=one.story,
            assignment=one.assignment,
            possibly=possibly,
        )
        ruled = self._ruled(case, ruling, labels)
        self._past.matched(rule, entry, ruled.decision)
        return ruled

    def _told_likely(self, rule: Rule, one: Placed) -> Story | None:
        """Return the story that is likely the same, if the rule alerted on it."""
        record = None if one.likely is None else self._known.records.get((rule.id, one.likely.id))
        return one.likely if record is not None and record.state is Verdict.ALERT else None

    def _ruled(self, case: _Case, ruling: Ruling, labels: Labels) -> Ruled:
        """Share a decision out among the channels, and write the messages of those that get one now."""
        why = ruling.decision.detail if ruling.decision.reason in UNUSUAL else ""
        legs = self._known.legs(case.rule, labels)
        shared = self._known.shared(case.rule, ruling, legs, labels, entry=case.entry.id)
        ruling = shared.ruling
        held_back = self._known.counted(ruling.decision, {leg.channel for leg in shared.now})
        alerts = () if ruling.record is None else (ruling.record,)
        if ruling.kind is None or ruling.record is None:
            return Ruled(decision=ruling.decision, alerts=alerts, holds=shared.holds)
        card = replace(self._card(case, ruling, ruling.record), detail=why, held_back=held_back)
        return Ruled(
            decision=ruling.decision,
            alerts=alerts,
            deliveries=self._known.deliveries(ruling.record, card, ruling.kind, shared.now, self.now),
            holds=shared.holds,
        )

    def _card(self, case: _Case, ruling: Ruling, record: AlertRecord) -> Card:
        """Return what the message shows."""
        decision, rule = ruling.decision, case.rule
        beside = decision.reason is Reason.POSSIBLY_TOLD
        return Card(
            alert=record.id,
            rule=rule.id,
            rule_title=rule.title,
            severity=rule.severity,
            verdict=decision.verdict,
            reason=decision.reason,
            entry=case.entry,
            hits=case.match.hits,
            story=case.story,
            news=case.assignment.news if case.assignment else (),
            sample=case.entry.sample,
            root=self._known.known_root(record.entry),
            root_hits=record.hits,
            names=self._names,
            template=rule.template,
            possibly=case.possibly if ruling.kind is DeliveryKind.POST or beside else None,
            matches=self._past.others(rule, case.entry, self.now) if ruling.kind is DeliveryKind.POST else (),
        )


def _sums_up(one: Placed) -> bool:
    return sums_up(one.pending.entry.title)


def _bare(ruling: Ruling) -> Ruled:
    """Return a ruling that sends nothing."""
    return Ruled(decision=ruling.decision, alerts=() if ruling.record is None else (ruling.record,))
