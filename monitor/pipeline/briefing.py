"""What decisions depend on, read once for a batch: alerts, holds, silences, limits, what was held back.

Later decisions of the batch see what earlier ones came to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.core.alerting import Ruling, Share, Shared, alert_id, share_out
from monitor.core.alerting.tally import is_told
from monitor.core.alerting.timing import HOUR, Asking, terms_of
from monitor.core.labels import Labels, silence_of
from monitor.core.models import (
    UNLIMITED,
    AlertPolicy,
    AlertRecord,
    Card,
    Decision,
    Delivery,
    DeliveryKind,
    Entry,
    Hold,
    Reason,
    Released,
    Silence,
    Told,
    Verdict,
    WhenExpired,
)
from monitor.core.posting import Destination, deliveries_of
from monitor.core.routing import Leg, legs_for
from monitor.core.rules.tree import Rule
from monitor.pipeline.in_force import InForce
from monitor.pipeline.ports import StoryStore

_TALLY = timedelta(days=7)
"""How far back is counted what was held back since a rule's last message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A decision with all that is to be stored for it."""

    decision: Decision
    alerts: tuple[AlertRecord, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    holds: tuple[Hold, ...] = ()


def released(rulings: Iterable[Ruled]) -> Released:
    """Put together what several decisions leave to store."""
    found = list(rulings)
    return Released(
        alerts=tuple(record for ruled in found for record in ruled.alerts),
        decisions=tuple(ruled.decision for ruled in found),
        deliveries=tuple(delivery for ruled in found for delivery in ruled.deliveries),
        holds=tuple(hold for ruled in found for hold in ruled.holds),
    )


class Briefing:
    """What is known when a batch is decided on."""

    def __init__(self, store: StoryStore, in_force: InForce) -> None:
        self._store = store
        self.settings = in_force.settings
        self.rulebook = in_force.rulebook
        self.zone = in_force.settings.alerts.clock_zone
        self.records: dict[tuple[str, str], AlertRecord] = {}
        """Alerts by rule and story."""
        self.last_alert_at: dict[str, datetime | None] = {}
        self.silences: Sequence[Silence] = ()
        self._roots: dict[str, Entry] = {}
        self._holds: dict[tuple[str, str], Hold] = {}
        """The latest of an alert for a channel."""
        self._told: list[Told] = []
        self._held_back: dict[str, Counter[Reason]] = {}
        self._destinations = {
            name: Destination(
                channel=name,
                recipients=channel.recipients,
                can_update=channel.can_update,
                look=in_force.look_of(name),
            )
            for name, channel in in_force.channels.items()
        }

    # ------------------------------------------------------------------ what is read

    async def recall(
        self, pairs: Sequence[tuple[str, str]], now: datetime, *, timed: Collection[str] = ()
    ) -> None:
        """Read what is known of these rules and stories.

        When a rule last alerted is read of those that have a cooldown, and of `timed` ones.
        """
        self.silences = await self._store.silences(now)
        found = await self._store.alert_records(list(dict.fromkeys(pairs)))
        self.records |= {(record.rule, record.story): record for record in found}
        for record in found:
            await self.root(record.entry)
        self.note(await self._store.holds_of([record.id for record in found]))
        for rule in dict.fromkeys(rule for rule, _ in pairs):
            self._held_back[rule] = Counter(await self._store.held_back(rule, now - _TALLY))
            self.note(await self._store.open_holds(rule))
            if self.policy(rule).cooldown or rule in timed:
                self.last_alert_at[rule] = await self._store.last_alert_at(rule)
        if self._is_limited():
            self._told = await self._store.told_since(now - HOUR)

    def _is_limited(self) -> bool:
        """Tell whether anything in force limits messages an hour: else nothing need be counted."""
        said = [rule.alert.sending.max_per_hour for rule in self.rulebook.rules.values()]
        said += [route.max_per_hour for route in self.settings.routes]
        return any(most and most < UNLIMITED for most in (*said, self.settings.alerts.max_per_hour))

    def know(self, entries: Iterable[Entry]) -> None:
        """Take entries that are at hand, so that none of them is read."""
        self._roots |= {entry.id: entry for entry in entries}

    async def root(self, entry: str) -> Entry | None:
        """Return an entry by id, read if it must be; None if it is gone."""
        if entry not in self._roots and (stored := await self._store.entry(entry)) is not None:
            self._roots[entry] = stored.entry
        return self._roots.get(entry)

    def known_root(self, entry: str) -> Entry | None:
        """Return an entry that was read."""
        return self._roots.get(entry)

    def policy(self, rule: str) -> AlertPolicy:
        """Return how a rule alerts; one that waits for a spike tells of it once a window."""
        found = self.rulebook.rules.get(rule)
        if found is None:
            return AlertPolicy()
        if found.spike is None:
            return found.alert
        return replace(found.alert, cooldown=max(found.alert.cooldown, found.spike.window))

    # ------------------------------------------------------------------ where and when

    def legs(self, rule: Rule, labels: Labels) -> tuple[Leg, ...]:
        """Return the channels of an alert, and the terms of each."""
        return legs_for(self.settings, rule.alert, labels)

    def asking(self, rule: Rule, leg: Leg, *, story: str, labels: Labels, now: datetime) -> Asking:
        """Put together what the questions about when a channel may have a message look at."""
        return Asking(
            policy=leg.policy,
            severity=rule.severity,
            zone=self.zone,
            now=now,
            unusual=rule.spike is not None or rule.first_seen is not None,
            silence=silence_of(labels, story, self.silences),
            lately=[
                told.at
                for told in self._told
                if told.channel == leg.channel and (told.rule == rule.id or not leg.limit_per_rule)
            ],
        )

    def shared(
        self, rule: Rule, ruling: Ruling, legs: Sequence[Leg], labels: Labels, *, entry: str
    ) -> Shared:
        """Share an alert out among its channels, each in its own time; what came of it is remembered."""
        record = ruling.record
        shares = () if record is None else [self._share(rule, leg, record, ruling, labels) for leg in legs]
        shared = share_out(ruling, shares, entry=entry, severity=rule.severity)
        self._remember(shared)
        return shared

    def _share(self, rule: Rule, leg: Leg, record: AlertRecord, ruling: Ruling, labels: Labels) -> Share:
        hold = self._holds.get((record.id, leg.channel))
        now = ruling.decision.at
        asking = self.asking(rule, leg, story=record.story, labels=labels, now=now)
        first = ruling.kind is DeliveryKind.POST and record.follow_ups == 0
        corroborated = rule.alert.corroboration is not None
        terms = terms_of(replace(asking, first=first and not corroborated))
        return Share(leg=leg, terms=terms, hold=hold)

    # ------------------------------------------------------------------ what came of it

    def _remember(self, shared: Shared) -> None:
        ruling = shared.ruling
        decision = ruling.decision
        self.take(ruling.record)
        if decision.verdict is Verdict.ALERT or decision.reason is Reason.GROUP_WAIT:
            self.last_alert_at[decision.rule] = decision.at
        self.note(shared.holds)
        if ruling.kind not in {None, DeliveryKind.UPDATE}:
            for leg in shared.now:
                self.rang(decision.rule, leg.channel, decision.at)

    def note(self, holds: Iterable[Hold]) -> None:
        """Remember holds as they are now."""
        for hold in holds:
            known = self._holds.get((hold.alert, hold.channel))
            if known is None or known.ordinal <= hold.ordinal:
                self._holds[hold.alert, hold.channel] = hold

    def take(self, record: AlertRecord | None) -> None:
        """Remember an alert as it is now."""
        if record is not None:
            self.records[record.rule, record.story] = record

    def rang(self, rule: str, channel: str, at: datetime) -> None:
        """Count a message towards the limits an hour."""
        self._told.append(Told(rule=rule, channel=channel, at=at))

    def counted(self, decision: Decision, channels: Collection[str] = ()) -> Counter[Reason]:
        """Count what was held back; return what a message that rings on these channels is to say of it.

        That is what was suppressed since the rule's last message, and what these channels still hold of other
        alerts of the rule.
        """
        tally = self._held_back.setdefault(decision.rule, Counter())
        if decision.verdict is Verdict.SUPPRESSED:
            tally[decision.reason] += 1
        if decision.verdict is not Verdict.ALERT:
            return Counter()
        self._held_back[decision.rule] = Counter()
        told = tally.copy()
        for hold in self._holds.values():
            is_other = hold.ended_at is None and hold.story != decision.story
            if is_other and hold.rule == decision.rule and hold.channel in channels:
                told[hold.reason] += hold.matches
        return Counter({reason: number for reason, number in told.items() if is_told(reason)})

    def destination(self, leg: Leg) -> Destination | None:
        """Return a channel as deliveries see it; None if it is not there."""
        found = self._destinations.get(leg.channel)
        if found is None:
            return None
        policy = leg.policy
        return replace(
            found,
            expires_after=policy.expires_after,
            when_expired=policy.when_expired or WhenExpired.MARK,
        )

    def deliveries(
        self, record: AlertRecord, card: Card, kind: DeliveryKind, legs: Iterable[Leg], now: datetime
    ) -> tuple[Delivery, ...]:
        """Return the rows of the outbox that tell these channels."""
        found = [self.destination(leg) for leg in legs]
        return deliveries_of(
            record, card, kind, destinations=[one for one in found if one is not None], now=now
        )


__all__ = ["Briefing", "Ruled", "alert_id", "released"]
