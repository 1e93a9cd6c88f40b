"""The side of the store that knows what people did about alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.core.models import (
    Act,
    Ailment,
    AlertTimes,
    Day,
    Delivery,
    Feedback,
    Handling,
    RuleFeedback,
    Trouble,
)
from monitor.store import ailments, alert_times, audit, feedback, outbox, troubles
from monitor.store.opened import Opened


class Judging(Opened):
    """Judgements of alerts, and what was done about them."""

    async def judge(self, given: Feedback) -> None:
        """Write down a judgement, in place of the same person's earlier one; an older one changes nothing."""
        done = audit.deed(Act.JUDGE, given.alert, given.judgement.value)
        await self._by_hand(done, feedback.judge, given)

    async def judgements(self, *, rule: str | None = None) -> list[Feedback]:
        """The judgement that counts of each alert, the latest one; the oldest first."""
        return await self._database.read(feedback.judgements, rule=rule)

    async def feedback_by_rule(self) -> list[RuleFeedback]:
        """How each rule that was ever judged fared."""
        return await self._database.read(feedback.by_rule)

    async def handling(self, alert: str, now: datetime) -> Handling | None:
        """What people did about an alert so far; None if there is no such alert."""
        return await self._database.read(feedback.handling, alert, now)

    async def alerts_since(self, since: datetime) -> int:
        """How many alerts were made since a moment."""
        return await self._database.read(feedback.number_of_alerts, since=since)

    async def troubles(self, *, before: datetime) -> list[Trouble]:
        """Channels on which something waits since before a moment, or that refused something for good."""
        return await self._database.read(troubles.of_channels, before=before)

    async def oldest_pending_at(self) -> datetime | None:
        """When the entry that has waited longest for its story was fetched."""
        return await self._database.read(ailments.oldest_pending)

    async def ailments_told(self) -> list[Ailment]:
        """What people were told has begun, and not that it ended."""
        return await self._database.read(ailments.told)

    async def tell_ailments(
        self, begun: Sequence[Ailment], over: Sequence[Ailment], deliveries: Sequence[Delivery]
    ) -> None:
        """Write down what people are told has begun and ended, together with the messages that tell it."""
        await self._write_as_keeper(ailments.tell, begun, over, deliveries)

    async def day_since(self, since: datetime) -> Day:
        """What was done since a moment."""
        return await self._database.read(alert_times.day_since, since)

    async def alert_times(self, alerts: Sequence[str]) -> list[AlertTimes]:
        """When the steps of these alerts were made."""
        return await self._database.read(alert_times.of_alerts, alerts)

    async def enqueue(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries that no alert made; one whose id is there already is left alone."""
        await self._write_as_keeper(outbox.enqueue, deliveries)
