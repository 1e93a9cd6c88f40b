"""What time alone brings about: what channels held is told, and what nobody acknowledged is told to others.

due holds | still a rule, an article, a channel? | may it go now? | alone or in a digest | decide, enqueue
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.alerting.escalating import Escalated, escalate
from monitor.core.alerting.letting_go import Bundle, bundles, come_to_nothing, ended, held_on, told_now
from monitor.core.alerting.sharing import until_when
from monitor.core.alerting.tally import held_in_words
from monitor.core.alerting.timing import terms_of
from monitor.core.labels import Labels, labels_of, silence_of
from monitor.core.models import (
    AlertRecord,
    Card,
    Decision,
    Delivery,
    DeliveryKind,
    Entry,
    Hold,
    Reason,
    Severity,
    StoredEntry,
    Story,
    Verdict,
)
from monitor.core.posting import digest_deliveries
from monitor.core.rates import UNUSUAL
from monitor.core.routing import Leg
from monitor.core.rules.tree import Rule
from monitor.pipeline.briefing import Briefing, Ruled
from monitor.pipeline.in_force import InForce
from monitor.pipeline.ports import StoryStore


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """All that is kept of an alert."""

    record: AlertRecord
    rule: Rule
    root: Entry
    story: Story
    labels: Labels
    told: StoredEntry
    """The entry to tell of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A hold that lets go now."""

    hold: Hold
    kept: _Kept
    leg: Leg


class LettingGo:
    """Decides on what is due at one moment."""

    def __init__(self, store: StoryStore, in_force: InForce, now: datetime) -> None:
        self._store = store
        self._now = now
        self._rules = in_force.rulebook.rules
        self._names = in_force.rulebook.names
        self._known = Briefing(store, in_force)
        self._records: dict[str, AlertRecord] = {}

    async def let_go(self, holds: Sequence[Hold]) -> list[Ruled]:
        """Decide on holds whose moment has come."""
        await self._recall(await self._store.alerts_by_id([hold.alert for hold in holds]))
        ruled: list[Ruled] = []
        due: list[_Due] = []
        for hold in holds:
            found = await self._looked_at(hold)
            if isinstance(found, _Due):
                due.append(found)
            elif found is not None:
                ruled.append(found)
        by_hold = {(one.hold.alert, one.hold.channel, one.hold.ordinal): one for one in due}
        for bundle in bundles(one.hold for one in due):
            members = [by_hold[hold.alert, hold.channel, hold.ordinal] for hold in bundle.holds]
            ruled += self._digest(bundle, members) if bundle.digest else [self._alone(members[0])]
        return ruled

    async def escalate(self, records: Sequence[AlertRecord]) -> list[Ruled]:
        """Decide on alerts that nobody acknowledged until their moment."""
        await self._recall(records)
        return [await self._escalated(record) for record in records]

    # ------------------------------------------------------------------ what is known

    async def _recall(self, records: Iterable[AlertRecord]) -> None:
        found = list(records)
        self._records |= {record.id: record for record in found}
        await self._known.recall([(record.rule, record.story) for record in found], self._now)

    async def _kept(self, alert: str, entry: str) -> _Kept | Reason:
        """Return what is kept of an alert, or why nothing can be told of it."""
        record = self._records.get(alert)
        if record is None:
            return Reason.ARTICLE_GONE
        rule = self._rules.get(record.rule)
        if rule is None:
            return Reason.RULE_GONE
        root, told = await self._known.root(record.entry), await self._store.entry(entry)
        story = await self._store.story(record.story)
        if root is None or told is None or story is None:
            return Reason.ARTICLE_GONE
        labels = labels_of(
            root, rule=rule.id, severity=rule.severity, tags=rule.tags, entities=story.entities
        )
        return _Kept(record=record, rule=rule, root=root, story=story, labels=labels, told=told)

    def _leg(self, kept: _Kept, channel: str) -> Leg | None:
        """Return on which terms a channel has an alert that it holds; None if there is no such channel."""
        found = {leg.channel: leg for leg in self._known.legs(kept.rule, kept.labels)}
        if channel in found:
            return found[channel]
        if channel not in self._known.settings.channels:
            return None
        policy = kept.rule.alert.sending.over(self._known.settings.alerts.policy())
        return Leg(channel=channel, taken_by="a route of before", policy=policy)

    # ------------------------------------------------------------------ holds

    async def _looked_at(self, hold: Hold) -> _Due | Ruled | None:
        """Return a hold that lets go, what is to be stored of one that does not."""
        kept = await self._kept(hold.alert, hold.entry)
        leg = self._leg(kept, hold.channel) if isinstance(kept, _Kept) else None
        if not isinstance(kept, _Kept) or leg is None:
            reason = Reason.NO_CHANNEL if isinstance(kept, _Kept) else kept
            return self._nothing(hold, reason)
        asking = self._known.asking(kept.rule, leg, story=hold.story, labels=kept.labels, now=self._now)
        terms = terms_of(asking, after=hold.reason)
        if terms is not None:
            return self._still_held(held_on(hold, terms))
        if hold.reason is Reason.GROUP_WAIT:
            self._known.rang(hold.rule, hold.channel, self._now)
        return _Due(hold=hold, kept=kept, leg=leg)

    def _nothing(self, hold: Hold, reason: Reason) -> Ruled:
        """Record that a channel is never told."""
        record = self._records.get(hold.alert)
        record, decision = come_to_nothing(record, hold, reason, now=self._now)
        alerts = () if record is None else (record,)
        return Ruled(decision=decision, alerts=alerts, holds=(ended(hold, self._now),))

    def _still_held(self, hold: Hold) -> Ruled:
        decision = Decision(
            entry=hold.entry,
            rule=hold.rule,
            story=hold.story,
            verdict=Verdict.HELD,
            reason=hold.reason,
            at=self._now,
            detail=hold.terms if hold.reason is Reason.SILENCED else until_when(hold),
        )
        return Ruled(decision=decision, holds=(hold,))

    def _alone(self, due: _Due) -> Ruled:
        """Tell one alert by a message of its own."""
        told = self._told(due, digest=None)
        [record] = told.alerts
        held_back = self._known.counted(told.decision, {due.hold.channel})
        deliveries = self._known.deliveries(
            replace(record, follow_ups=due.hold.ordinal),
            replace(self._card(due, told.decision, record), held_back=held_back),
            due.hold.kind,
            [due.leg],
            self._now,
        )
        return replace(told, deliveries=deliveries)

    def _digest(self, bundle: Bundle, members: Sequence[_Due]) -> list[Ruled]:
        """Tell several alerts by one message."""
        ruled = [self._told(due, digest=bundle.digest) for due in members]
        cards = [
            self._card(due, told.decision, told.alerts[0]) for due, told in zip(members, ruled, strict=True)
        ]
        rang = {told.decision.rule: told.decision for told in ruled if told.decision.verdict is Verdict.ALERT}
        held_back = Counter[Reason]()
        for decision in rang.values():
            held_back += self._known.counted(decision, {bundle.channel})
        title = "; ".join(filter(None, [bundle.title, held_in_words(held_back)]))
        destination = self._known.destination(members[0].leg)
        deliveries: tuple[Delivery, ...] = ()
        if destination is not None and bundle.digest is not None:
            deliveries = digest_deliveries(
                bundle.digest, cards, title=title, destination=destination, now=self._now
            )
        return [replace(ruled[0], deliveries=deliveries), *ruled[1:]]

    def _told(self, due: _Due, *, digest: str | None) -> Ruled:
        record, decision = told_now(
            self._records[due.hold.alert], due.hold, due.leg, severity=due.kept.rule.severity, now=self._now
        )
        record = replace(record, outlets=len(due.kept.story.outlets))
        self._records[record.id] = record
        hold = ended(due.hold, self._now, told_in=digest)
        self._known.note([hold])
        return Ruled(decision=decision, alerts=(record,), holds=(hold,))

    def _card(self, due: _Due, decision: Decision, record: AlertRecord) -> Card:
        told = due.kept.told
        first = due.hold.ordinal == 0
        hits = next((match.hits for match in told.findings.matches if match.rule == due.hold.rule), ())
        return Card(
            alert=record.id,
            rule=due.kept.rule.id,
            rule_title=due.kept.rule.title,
            severity=due.kept.rule.severity,
            verdict=Verdict.ALERT if first else decision.verdict,
            reason=due.hold.why,
            entry=due.kept.root if first else told.entry,
            hits=record.hits if first else hits,
            story=due.kept.story,
            news=told.assignment.news if told.assignment else (),
            sample=due.kept.root.sample,
            root=due.kept.root,
            root_hits=record.hits,
            names=self._names,
            template=due.kept.rule.template,
            detail=due.hold.detail if due.hold.why in UNUSUAL else "",
        )

    # ------------------------------------------------------------------ escalation

    async def _escalated(self, record: AlertRecord) -> Ruled:
        kept = await self._kept(record.id, record.entry)
        if not isinstance(kept, _Kept):
            done = escalate(record, (), severity=Severity.LOW, silence=None, now=self._now)
            return Ruled(decision=done.decision, alerts=(done.record,))
        done = escalate(
            record,
            self._known.legs(kept.rule, kept.labels),
            severity=kept.rule.severity,
            silence=silence_of(kept.labels, record.story, self._known.silences),
            now=self._now,
        )
        if not done.channels:
            return Ruled(decision=done.decision, alerts=(done.record,))
        return Ruled(decision=done.decision, alerts=(done.record,), deliveries=self._called_out(kept, done))

    def _called_out(self, kept: _Kept, done: Escalated) -> tuple[Delivery, ...]:
        policy = kept.rule.alert.sending.over(self._known.settings.alerts.policy())
        legs = [Leg(channel=name, taken_by="escalation", policy=policy) for name in done.channels]
        card = Card(
            alert=done.record.id,
            rule=kept.rule.id,
            rule_title=kept.rule.title,
            severity=kept.rule.severity,
            verdict=Verdict.ALERT,
            reason=done.decision.reason,
            entry=kept.root,
            hits=done.record.hits,
            story=kept.story,
            sample=kept.root.sample,
            root=kept.root,
            root_hits=done.record.hits,
            names=self._names,
            template=kept.rule.template,
            detail=done.decision.detail,
        )
        return self._known.deliveries(done.record, card, DeliveryKind.POST, legs, self._now)
