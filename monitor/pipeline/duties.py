"""What the keeper alone does: take up what was left, assemble, deliver, listen to what people press."""

from __future__ import annotations

import asyncio
import logging

from monitor.core.errors import StoreUnavailableError
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.dispatch import Dispatch
from monitor.pipeline.in_force import InForce
from monitor.pipeline.listening import Listening
from monitor.pipeline.pace import pause

log = logging.getLogger(__name__)


class Duties:
    """The work of one term, from its beginning to its end."""

    def __init__(
        self, assembler: Assembler, dispatch: Dispatch, listening: Listening, in_force: InForce
    ) -> None:
        self._assembler = assembler
        self._dispatch = dispatch
        self._listening = listening
        self._in_force = in_force
        self._assembling = False

    @property
    def turns(self) -> dict[str, int]:
        """How often each stage that is at work has turned; a daemon that stands by has none."""
        assembling = {"assemble": self._assembler.turns} if self._assembling else {}
        return assembling | {f"deliver on {name}": turns for name, turns in self._dispatch.turns.items()}

    async def run(self) -> None:
        """Do them for ever; when cancelled, what is under way is ended before this returns."""
        try:
            await self._recover()
            self._dispatch.start(self._in_force.receivers)
            self._listening.start(self._in_force.settings.channels)
            self._assembling = True
            await self._assembler.run()
        finally:
            self._assembling = False
            await asyncio.gather(self._dispatch.stop(), self._listening.stop())

    async def round(self) -> None:
        """Assemble what is pending, and deliver what is due, once."""
        await self._dispatch.recover()
        while await self._assembler.run_once():
            pass
        await self._dispatch.round()

    async def _recover(self) -> None:
        while True:
            try:
                return await self._dispatch.recover()
            except StoreUnavailableError as error:
                await pause(log, "deliveries.recovery_postponed", error)
