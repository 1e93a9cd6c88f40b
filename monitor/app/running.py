"""A daemon from its start to its end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from monitor.app.daemon import Daemon
from monitor.app.prepared import Prepared


async def run(
    prepared: Prepared,
    *,
    once: bool = False,
    at_most: timedelta | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run the daemon until `stop` is set, a signal comes or `at_most` has passed.

    With `once`, one round of everything and no more.

    Raises:
        DatabaseHeldError: another daemon holds the database.
        DatabaseUnusableError: the database cannot be used.
    """
    stop = stop or asyncio.Event()
    if at_most is not None:
        asyncio.get_running_loop().call_later(at_most.total_seconds(), stop.set)
    daemon = Daemon(prepared, stop, once=once)
    async with daemon.built():
        await (daemon.round() if once else daemon.live())
