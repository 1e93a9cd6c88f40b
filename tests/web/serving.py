"""A desk in a thread of its own, for programs that ask as others do: over TCP, and not on our loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from aiohttp import web

Made = Callable[[], Awaitable[tuple[web.Application, Callable[[], Awaitable[None]]]]]
"""Makes an application, and says what is to be closed after it."""


@contextmanager
def served(made: Made) -> Iterator[str]:
    """Serve an application on a free port of loopback; give its address."""
    loop, stop, address = asyncio.new_event_loop(), asyncio.Event(), Future[str]()

    async def live() -> None:
        application, close = await made()
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address.set_result(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await stop.wait()
        await runner.cleanup()
        await close()

    def run() -> None:
        try:
            loop.run_until_complete(live())
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for the address
            address.set_exception(error)
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="desk")
    thread.start()
    try:
        yield address.result()
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join()
