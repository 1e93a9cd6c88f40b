"""The daemon watches itself: systemd and a dead man's switch hear good news only while every stage turns.

turns of poller, assembler, deliverers -> which stand still? -> none: WATCHDOG=1 and a ping
                                                             -> some: silence, a line in the log, a ping /fail
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from monitor.core.pulses import Pulse, followed, stuck
from monitor.core.settings import SelfCheckSettings
from monitor.pipeline.in_force import InForce
from monitor.telemetry import fields, notify, watchdog_interval

log = logging.getLogger(__name__)

_LOOK: Final = timedelta(seconds=20)
"""Between two looks, where systemd wants no shorter time."""


class Sign(StrEnum):
    """What is said to the dead man's switch; the end of the address, as Healthchecks has it."""

    START = "/start"
    WELL = ""
    FAIL = "/fail"


class Switch(Protocol):
    """A dead man's switch somewhere else, which raises the alarm when we fall silent."""

    async def __call__(self, settings: SelfCheckSettings, sign: Sign) -> str:
        """Ping within bounded time; returns why it failed, without the address, or nothing."""


class Watch:
    """Looks at the stages' turns; what stands still silences the watchdog, so that systemd starts us anew."""

    def __init__(
        self,
        turns: Callable[[], Mapping[str, int]],
        in_force: InForce,
        switch: Switch,
        *,
        dead: Callable[[], str] = str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what counts the stages' turns; `dead` names what else stands still, or nothing."""
        self._turns, self._in_force, self._switch, self._monotonic = turns, in_force, switch, monotonic
        self._dead = dead
        self._pulses: dict[str, Pulse] = {}
        self._looked: float | None = None
        self._pinged: float | None = None
        self._sign = Sign.START
        self._trouble = ""
        self.stages: tuple[str, ...] = ()
        """Stages that stand still."""
        self.stuck: tuple[str, ...] = ()
        """These, and what else does."""

    async def run(self) -> None:
        """Watch for ever; cancel it to stop."""
        pinging = asyncio.create_task(self._ping_for_ever(), name="heartbeat")
        try:
            while True:
                self.look()
                if pinging.done():
                    pinging.result()  # it ends only by an error of ours, which this raises
                interval = watchdog_interval()
                await asyncio.sleep(min(_LOOK, interval / 3 if interval else _LOOK).total_seconds())
        finally:
            pinging.cancel()
            await asyncio.gather(pinging, return_exceptions=True)

    def look(self) -> bool:
        """Look once, and feed the watchdog if every stage turns; returns whether they all do."""
        settings, now = self._in_force.settings.self_check, self._monotonic()
        passed = timedelta(seconds=now - self._looked) if self._looked is not None else timedelta(0)
        self._looked = now
        self._pulses = followed(self._pulses, self._turns(), passed=passed, longest=3 * _LOOK)
        self.stages = stuck(self._pulses, patience=settings.patience)
        dead = self._dead()
        found = (*self.stages, dead) if dead else self.stages
        if found != self.stuck:
            self._tell(found)
        self.stuck = found
        if not found:
            notify("WATCHDOG=1")
        return not found

    def _tell(self, found: tuple[str, ...]) -> None:
        if found:
            log.error("watch.stuck", extra=fields(stages=", ".join(found)))
            notify(f"STATUS=stands still: {', '.join(found)}")
        else:
            log.warning("watch.recovered", extra=fields(stages=", ".join(self.stuck)))
            notify(f"STATUS=watching {len(self._in_force.feeds)} feeds")

    async def _ping_for_ever(self) -> None:
        while True:
            await self.ping()
            await asyncio.sleep(1)

    async def ping(self) -> None:
        """Tell the dead man's switch how we are, if it is time to or if that has changed."""
        settings, now = self._in_force.settings.self_check, self._monotonic()
        if settings.heartbeat is None:
            self._pinged = None
            return
        first = self._pinged is None
        sign = Sign.START if first else Sign.FAIL if self.stuck else Sign.WELL
        is_due = self._pinged is None or now - self._pinged >= settings.every.total_seconds()
        has_turned = (sign is Sign.FAIL) != (self._sign is Sign.FAIL)
        if not is_due and not has_turned:
            return
        self._pinged, self._sign = now, sign
        trouble = await self._switch(settings, sign)
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning("heartbeat.failed" if trouble else "heartbeat.recovered", extra=fields(why=trouble))
