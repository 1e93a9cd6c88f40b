"""What other daemons call out over the database, heard at once; what is missed is found by looking, as ever.

connect, LISTEN | a call -> wake whoever looks after it | connection lost -> again, and wake all once
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.pipeline.pace import PAUSE, Wakeup
from monitor.telemetry import fields

log = logging.getLogger(__name__)


class Calls(Protocol):
    """What the store offers of calls between daemons."""

    @property
    def is_shared(self) -> bool:
        """Whether there may be others."""

    async def listen(self, heard: Callable[[str], None], *, ready: Callable[[], None]) -> None:
        """Hear calls until cancelled; `ready` is called when none is missed any more.

        Raises:
            StoreUnavailableError: the connection cannot be made, or was lost.
        """


async def hear(store: Calls, wake: Mapping[str, Wakeup]) -> None:
    """Wake whom a call is for, for ever; after a lost connection all, since calls may have been missed."""
    if not store.is_shared:
        await asyncio.Event().wait()

    def heard(call: str) -> None:
        if call in wake:
            wake[call].set()

    def ready() -> None:
        for wakeup in wake.values():
            wakeup.set()

    while True:
        try:
            await store.listen(heard, ready=ready)
        except StoreUnavailableError as error:  # the heartbeat, which meets it too, says so
            log.debug("calls.unheard", extra=fields(error=str(error), next_try_seconds=PAUSE))
        await asyncio.sleep(PAUSE)
