"""Every few minutes a synthetic entry is sent through every stage; if it does not arrive, people are told.

publish | poller: claim, fetch, parse, match, commit | keeper: story, decision, outbox, null channel | arrived

Late is not dead: an entry that is late is told to people; systemd's watchdog goes without food only while
the stage that has it is this daemon's own, and has done nothing else for as long either.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Feed, LateWalk, Walk, WalkStage, WalkStanding
from monitor.core.pulses import Pulse, followed, stuck
from monitor.core.walking import STAGES, sentence_on
from monitor.pipeline.in_force import InForce
from monitor.pipeline.ports import Clock
from monitor.telemetry import fields

T = TypeVar("T")
log = logging.getLogger(__name__)

_LOOKS: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before the first looks at where an entry is; then one a second."""
_LOOK: Final = 1.0
_LONGEST: Final = timedelta(seconds=10)
"""What one look adds at most to how long it is on its way: the process itself may have stood still."""
_WAITING: Final = frozenset({WalkStage.DATABASE, WalkStage.DUE, WalkStage.PENDING, WalkStage.READY})
_ENDED: Final = frozenset({WalkStage.DECIDED})
_PATIENCE: Final = 5.0
"""Seconds that the database has to answer."""


class WalkStore(Protocol):
    """What is asked of the database."""

    @property
    def worker(self) -> str:
        """The name of this daemon."""

    async def launch_walk(self, number: int, now: datetime) -> None:
        """Send this daemon's n-th entry on its way."""

    async def look_at_walk(self, walk: Walk) -> Walk | None:
        """Say where it is, and write down that it is late or has arrived; None if it is lost."""

    async def forget_walk(self) -> None:
        """Take this daemon's entry off its way."""

    async def forget_walks_of_the_gone(self) -> None:
        """Delete what daemons that are gone have left."""


class Publisher(Protocol):
    """The feed of the entry."""

    @property
    def feed(self) -> Feed:
        """How it is polled."""

    async def start(self) -> None:
        """Listen; raises OSError if that is not possible."""

    def publish(self, number: int) -> None:
        """Let the n-th entry be what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a walk looks at beside the database."""

    works: Callable[[], Mapping[str, int]]
    """How much each part (`poll`, `assemble`, `deliver`) has done: only what grows shows that it works."""
    is_willing: Callable[[], bool]
    """Whether this daemon is to work, and not to be emptied."""
    is_keeper: Callable[[], bool]
    """Whether it keeps stories and delivers."""


class Walks:
    """Sends the entries of one daemon, one after the other."""

    def __init__(
        self,
        store: WalkStore,
        publisher: Publisher,
        in_force: InForce,
        around: Surroundings,
        *,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._publisher, self._in_force, self._around = store, publisher, in_force, around
        self._clock, self._monotonic = clock, monotonic
        self._listens = False
        self._walk = Walk(worker=store.worker, number=0, stage=WalkStage.ARRIVED)
        self._lasted = timedelta(0)
        """How long none has arrived, as far as we were awake to see it."""
        self._lasted_when_sent = timedelta(0)
        """The same, when the present one was sent."""
        self._looked = 0.0
        self._pulses: dict[str, Pulse] = {}
        self.late: LateWalk | None = None

    @property
    def dead(self) -> str:
        """What keeps systemd from being told that all is well; empty: nothing."""
        late = self.late
        return f"synthetic entry at stage {late.stage}" if late is not None and late.dead else ""

    @property
    def standing(self) -> WalkStanding:
        """What is known of the latest ones."""
        return WalkStanding(
            seconds=self._walk.seconds,
            arrived_at=self._walk.arrived_at,
            late=self.late,
            is_on=self._in_force.settings.self_check.walk is not None,
        )

    async def run(self) -> None:
        """Send one after the other for ever; cancel it to stop."""
        while True:
            every = self._in_force.settings.self_check.walk
            if every is None or not self._around.is_willing():
                self._rest()
                await asyncio.sleep(_LOOK)
                continue
            began = self._monotonic()
            if await self._walked(every):
                await self._until_due(began + every.total_seconds())

    async def leave(self) -> None:
        """Take the entry off its way when the daemon stops; what is left of it, the next start deletes."""
        try:
            async with asyncio.timeout(1):
                await self._store.forget_walk()
        except (StoreUnavailableError, TimeoutError):
            return

    def _rest(self) -> None:
        """Nothing is on its way, so nothing can be late."""
        self._lasted, self._pulses, self._looked = timedelta(0), {}, self._monotonic()
        self.late = None

    async def _until_due(self, moment: float) -> None:
        while self._in_force.settings.self_check.walk is not None:
            left = moment - self._monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LOOK))

    async def _walked(self, every: timedelta) -> bool:
        """Send one and wait until it arrives; False if it was given up, for another to be sent."""
        began = self._looked = self._monotonic()
        pauses = iter(_LOOKS)
        launched = False
        while self._around.is_willing():
            launched = launched or await self._launched()
            if launched and await self._has_arrived():
                self._arrived(self._monotonic() - began)
                await self._has_arrived()  # so that the row says it as well
                return True
            self._judge()
            if launched and self._is_lost(for_long=self._monotonic() - began, every=every):
                return False
            await asyncio.sleep(next(pauses, _LOOK))
        return False

    def _is_lost(self, *, for_long: float, every: timedelta) -> bool:
        """Say whether another had better be sent: this one will never arrive, or whoever had it is gone."""
        if self._walk.stage in _WAITING:  # it is taken from there whenever the next stage works
            return False
        patience = self._in_force.settings.self_check.patience
        return self._walk.stage in _ENDED or for_long > max(every, 2 * patience).total_seconds()

    async def _launched(self) -> bool:
        """Publish the next entry and make its feed due; False if that cannot be written down."""
        number = self._walk.number + 1
        try:
            await self._listen()
            self._publisher.publish(number)
            await self._answer(self._store.launch_walk(number, self._clock()))
            await self._answer(self._store.forget_walks_of_the_gone())
        except (StoreUnavailableError, OSError) as error:
            self._cannot(str(error))
            return False
        self._walk = replace(self._walk, number=number, stage=WalkStage.DUE, said="")
        self._lasted_when_sent = self._lasted
        return True

    async def _listen(self) -> None:
        if self._listens or self._in_force.walker is None:
            return
        await self._publisher.start()
        self._in_force.walker = replace(self._in_force.walker, feed=self._publisher.feed)
        self._listens = True

    async def _has_arrived(self) -> bool:
        late_for = None if self.late is None else self.late.lasted.total_seconds()
        known = replace(self._walk, late_for=late_for)
        try:
            found = await self._answer(self._store.look_at_walk(known))
        except StoreUnavailableError as error:
            self._cannot(str(error))
            return False
        if found is None or found.number != self._walk.number:  # the row is gone: send another
            self._walk = replace(self._walk, stage=WalkStage.DECIDED)
            return False
        self._walk = replace(self._walk, stage=found.stage, said=found.said)
        return found.stage is WalkStage.ARRIVED

    async def _answer(self, asked: Coroutine[object, object, T]) -> T:
        """Wait for the database, however long it takes; meanwhile time passes for the entry."""
        answer = asyncio.ensure_future(asked)
        began = self._monotonic()
        try:
            while not (await asyncio.wait({answer}, timeout=_LOOK))[0]:
                if (waited := self._monotonic() - began) > _PATIENCE:
                    self._cannot(f"the database has not answered for {waited:.0f} s")
                    self._judge()
        finally:
            answer.cancel()
        return answer.result()

    def _cannot(self, said: str) -> None:
        self._walk = replace(self._walk, stage=WalkStage.DATABASE, said=said)

    def _arrived(self, seconds: float) -> None:
        if self.late is not None:
            log.warning("walk.arrived", extra=fields(seconds=round(seconds, 3)))
        self._walk = replace(self._walk, arrived_at=self._clock(), seconds=seconds)
        self._rest()
        log.debug("walk.done", extra=fields(number=self._walk.number, seconds=round(seconds, 3)))

    def _judge(self) -> None:
        """Add the time since the last look, and find out whether the entry is late, or worse."""
        now, patience = self._monotonic(), self._in_force.settings.self_check.patience
        passed = min(timedelta(seconds=now - self._looked), _LONGEST)
        self._looked, self._lasted = now, self._lasted + passed
        stage = self._stage_shown()
        part = STAGES[stage].part
        turns = {part: self._around.works().get(part, 0)}
        self._pulses = followed(self._pulses, turns, passed=passed, longest=_LONGEST)
        if self._lasted <= patience:
            return
        is_dead = self._is_ours(stage) and bool(stuck(self._pulses, patience=patience))
        before = self.late
        self.late = LateWalk(
            worker=self._walk.worker, stage=stage, said=self._walk.said, lasted=self._lasted, dead=is_dead
        )
        if before is None or before.stage is not stage:
            log.error("walk.late", extra=fields(stage=stage, said=sentence_on(self.late)))

    def _stage_shown(self) -> WalkStage:
        """Return where the entry is; right after one was given up, where that one was, till it is passed."""
        is_young = self._lasted - self._lasted_when_sent <= self._in_force.settings.self_check.patience
        order = list(WalkStage)
        if self.late is not None and is_young and self._walk.stage is not WalkStage.DATABASE:
            return max(self._walk.stage, self.late.stage, key=order.index)
        return self._walk.stage

    def _is_ours(self, stage: WalkStage) -> bool:
        """Say whether a restart of this daemon could help: no database is mended by one."""
        part = STAGES[stage].part
        return part == "poll" or (bool(part) and self._around.is_keeper())
