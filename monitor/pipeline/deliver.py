"""From the outbox to the channels; the ledger alone decides on repeats.

claim due deliveries of a channel | READY: send once, UNSURE: ask whether it arrived | settle
a channel that is outrun | what waits becomes digests
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.errors import StoreUnavailableError
from monitor.core.folding import Tempo, folds, is_outrun
from monitor.core.models import (
    Deferred,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Folded,
    Lookup,
    Outcome,
    Rejected,
    Sent,
    Unknown,
    Unsure,
)
from monitor.core.render.late import is_too_late, lateness, marked_late
from monitor.core.schedule import next_attempt, next_repeat
from monitor.pipeline.pace import PAUSE, Hold, Rhythm, Wakeup, pause, wait_for
from monitor.pipeline.ports import Channel, Clock, Outbox
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_LEASE = timedelta(minutes=15)
"""Longer than the slowest channel takes; on SQLite a restart does not wait for it."""
_MOST = 3
"""Attempts without an answer after which a delivery is left to a person: it may have arrived each time."""
_IDLE = 1.0
_LOOK = timedelta(seconds=1)
_MOST_FOLDED = 5000
"""Deliveries read at a time to be told in digests."""
_OVER = "not sent: another daemon may deliver by now"
_DRAIN = 5.0
"""Seconds that a message under way may take to finish when the daemon stops."""


class Deliverer:
    """Sends what is due on one channel, in order, one at a time; a slow channel delays no other."""

    def __init__(
        self,
        store: Outbox,
        channel: Channel,
        tempo: Tempo = Tempo(),  # noqa: B008 - frozen
        *,
        clock: Clock,
        dice: Callable[[], float],
        on_alerts: Wakeup,
    ) -> None:
        self._store = store
        self._channel = channel
        self._tempo = tempo
        self._clock = clock
        self._dice = dice
        self._on_alerts = on_alerts
        self._rhythm = Rhythm(tempo.pace)
        self._looked = Hold()
        """How long it is to the next look at how many wait."""
        self._working = False
        """Whether the last turn found something: then it is worth a claim to see whether there is more."""
        self.sent = 0
        self.failing = False
        self.turns = 0
        """Grows with each look for messages, found or not: see watch.py."""

    async def run(self) -> None:
        """Deliver for ever; when cancelled, the message under way is finished first, within limits."""
        while True:
            self.turns += 1
            try:
                worked = await self.run_once()
            except StoreUnavailableError as error:
                await pause(log, "deliver.store_unavailable", error)
                continue
            if not worked:
                left = self._rhythm.wait(self._clock()).total_seconds()
                await wait_for(self._on_alerts, at_most=min(left, _IDLE) if left else _IDLE)

    async def run_all(self) -> None:
        """Deliver what is due now, at the channel's pace; not what it asks to be sent later."""
        while True:
            while await self.run_once():
                pass
            due = await self._store.next_delivery_at(self._channel.name)
            wait = self._rhythm.pace(self._clock())
            if due is None or due > self._clock() or not wait:
                return
            await asyncio.sleep(wait.total_seconds())

    async def run_once(self) -> int:
        """Send or look up the one that is due first; returns how many that were: 0 or 1.

        One at a time, so that a crash leaves one message of a channel in doubt and not a batch. Cancelling
        lets a turn that has begun come to its end, within limits: a claim that was made is not left behind.
        Where another daemon may be the keeper by now, it is broken off at once: the other may send it.
        """
        turn = asyncio.ensure_future(self._turn())
        try:
            return await asyncio.shield(turn)
        except asyncio.CancelledError:
            await asyncio.wait([turn], timeout=_DRAIN if self._store.is_keeper else 0)
            turn.cancel()
            await asyncio.gather(turn, return_exceptions=True)
            raise

    async def _turn(self) -> int:
        now = self._clock()
        if self._rhythm.wait(now) or not (self._working or await self._is_due(now)):
            return 0
        if self._working:
            await self._fold(now)
        claimed = await self._store.claim_deliveries(now, lease=_LEASE, limit=1, channel=self._channel.name)
        self._working = bool(claimed)
        for delivery in claimed:
            await self._attempt(delivery)
        return len(claimed)

    async def _is_due(self, now: datetime) -> bool:
        """Look before claiming: a claim writes, and nothing is due most of the time."""
        due = await self._store.next_delivery_at(self._channel.name)
        return due is not None and due <= now

    async def _fold(self, now: datetime) -> None:
        """Put digests in the place of what would wait too long; only while the channel takes messages."""
        if self._tempo.fold_after is None or self._rhythm.is_down or self._looked.left(now):
            return
        self._looked.until(now, now + _LOOK)
        name = self._channel.name
        number = await self._store.number_waiting(name, now)
        if not is_outrun(self._tempo, waiting=number, each=self._rhythm.each):
            return
        waiting = await self._store.waiting(name, now, limit=_MOST_FOLDED)
        for fold in folds(waiting, self._tempo, now=now):
            if await self._store.fold(fold, now):
                said = {"channel": name, "alerts": len(fold.members), "digest": fold.digest.id[:12]}
                log.warning("deliver.folded", extra=fields(**said))

    async def _attempt(self, delivery: Delivery) -> None:
        """Send or look up one delivery. The last of the three borders at which a bug is caught."""
        began = self._clock()
        if await self._needs_no_sending(delivery, began):
            return
        if delivery.kind is not DeliveryKind.UPDATE and delivery.state is not DeliveryState.UNSURE:
            self._rhythm.begin(began)
        outcome: Outcome | Lookup
        try:
            outcome = await self._outcome(delivery)
        except asyncio.CancelledError:
            await self._cut_off(delivery)
            raise
        except Exception as error:
            log.exception("deliver.bug", extra=fields(delivery=delivery.id, channel=self._channel.name))
            outcome = Unsure(why=f"an error of news-monitor itself: {type(error).__name__}")
        await self._write_down(delivery, outcome, began)

    async def _needs_no_sending(self, delivery: Delivery, now: datetime) -> bool:
        """Settle what is too late to matter, and an edit of what a digest tells; tell whether it was such."""
        if delivery.state is not DeliveryState.UNSURE and is_too_late(delivery, now):
            await self._drop_late(delivery)
            return True
        if delivery.kind is not DeliveryKind.UPDATE or delivery.root_folded_into is None:
            return False
        await self._settle_surely(delivery, Folded(into=delivery.root_folded_into), now=now, retry_at=now)
        return True

    async def _write_down(self, delivery: Delivery, outcome: Outcome | Lookup, began: datetime) -> None:
        """Settle, and tell everybody whom it concerns."""
        now = self._clock()
        retry_at = self._retry_at(delivery, outcome, now)
        if isinstance(outcome, Deferred) and outcome.retry_after and delivery.kind is DeliveryKind.POST:
            self._rhythm.rest(now, retry_at)  # the others would be sent away as well
        back = self._rhythm.note(outcome, began=began, now=now)
        await self._settle_surely(delivery, outcome, now=now, retry_at=retry_at)
        self._tell(delivery, outcome, now)
        if back:
            await self._store.hurry_deliveries([self._channel.name], now)

    async def _drop_late(self, delivery: Delivery) -> None:
        """Drop what is too old to matter, with its reason, where its rule or route wants that."""
        why = f"not sent: {lateness(delivery, self._clock())}"
        if await self._store.give_up(delivery, why):
            log.warning(
                "deliver.too_late",
                extra=fields(channel=self._channel.name, delivery=delivery.id[:12], why=why),
            )

    async def _cut_off(self, delivery: Delivery) -> None:
        """Settle what a stop or a reload broke off: in doubt at once, and not only when its lease is over."""
        cut, now = Unsure(why="cut off by a stop or a reload"), self._clock()
        with suppress(StoreUnavailableError):
            await self._store.settle(delivery, cut, now=now, retry_at=self._retry_at(delivery, cut, now))

    async def _outcome(self, delivery: Delivery) -> Outcome | Lookup:
        if delivery.state is not DeliveryState.UNSURE:
            return await self._sent(delivery)
        early = self._too_early(delivery)
        if early is not None:
            return early
        found = await self._channel.find(delivery)
        if not isinstance(found, Unknown) or found.retry_after is not None:
            return found
        if self._channel.on_doubt == "hold":
            return Rejected(why=f"it may have arrived, and {found.why}; on_doubt says hold")
        if delivery.doubts >= _MOST:
            return Rejected(why=f"it may have arrived {delivery.doubts} times; {found.why}")
        return await self._repeated(delivery)

    async def _sent(self, delivery: Delivery) -> Outcome:
        if not self._store.is_keeper:  # the daemon was paused after its claim: no byte has left
            return Deferred(why=_OVER, retry_after=timedelta(0))
        going = marked_late(delivery, self._clock())
        return await self._channel.send(replace(going, repeat=delivery.doubts > 0))

    async def _repeated(self, delivery: Delivery) -> Outcome | Lookup:
        """Send what may have arrived once more; the ledger says so before the first byte leaves."""
        now = self._clock()
        try:
            owned = await self._store.begin_repeat(delivery, now)
        except StoreUnavailableError as error:
            return Unknown(why=str(error), retry_after=timedelta(seconds=PAUSE))
        if not owned:
            return Unknown(why="somebody else has it now", retry_after=timedelta(0))
        if not self._store.is_keeper:
            return Unknown(why=_OVER, retry_after=timedelta(0))
        return await self._channel.send(
            replace(
                marked_late(delivery, now),
                state=DeliveryState.SENDING,
                attempts=delivery.attempts + 1,
                started_at=now,
                repeat=True,
            )
        )

    def _too_early(self, delivery: Delivery) -> Unknown | None:
        """Tell to wait where the channel may not yet show what it took: after a crash, for instance."""
        if delivery.started_at is None:
            return None
        left = delivery.started_at + self._channel.settle - self._clock()
        return Unknown(why=delivery.error or "unanswered", retry_after=left) if left > timedelta(0) else None

    async def _settle_surely(
        self, delivery: Delivery, outcome: Outcome | Lookup | Folded, *, now: datetime, retry_at: datetime
    ) -> None:
        """Write the outcome down; while the store cannot, nothing else is sent on this channel."""
        while True:
            try:
                owned = await self._store.settle(delivery, outcome, now=now, retry_at=retry_at)
            except StoreUnavailableError as error:
                await pause(log, "deliver.store_unavailable", error)
                continue
            if not owned:
                log.warning("deliver.stale", extra=fields(delivery=delivery.id, channel=self._channel.name))
            return

    def _retry_at(self, delivery: Delivery, outcome: Outcome | Lookup, now: datetime) -> datetime:
        match outcome:
            case Unsure():
                return now + max(self._channel.settle, next_repeat(delivery.doubts + 1))
            case Deferred(retry_after=wait) | Unknown(retry_after=wait):
                return next_attempt(now, attempts=delivery.attempts, retry_after=wait, dice=self._dice())
            case _:
                return now

    def _tell(self, delivery: Delivery, outcome: Outcome | Lookup, now: datetime) -> None:
        """Log what came of it: a channel that begins to fail is told once, each dead letter always."""
        said = {"channel": self._channel.name, "delivery": delivery.id[:12], "kind": delivery.kind}
        match outcome:
            case Sent():
                self.sent += 1
                waited = round((now - delivery.created_at).total_seconds(), 3)
                log.debug("deliver.sent", extra=fields(**said, seconds=waited, attempts=delivery.attempts))
                if self.failing:
                    log.info("deliver.recovered", extra=fields(channel=self._channel.name))
                self.failing = False
            case Rejected(why=why):
                log.error("deliver.parked", extra=fields(**said, why=why))
            case Deferred(why=why) | Unsure(why=why) | Unknown(why=why):
                level = logging.DEBUG if self.failing else logging.WARNING
                log.log(level, "deliver.failing", extra=fields(**said, why=why, attempts=delivery.attempts))
                self.failing = True
            case _:
                log.info("deliver.absent", extra=fields(**said))
