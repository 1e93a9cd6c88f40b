"""An event loop whose end waits for no name server.

asyncio looks names up in a pool of threads and joins them at its end, as Python does once more at its exit:
a name server that does not answer holds both for as long as the system's resolver tries, twenty seconds or
more. Here each look-up has a daemon thread of its own, which nobody waits for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any, Final, TypeVar

AT_ONCE: Final = 32
"""Look-ups at a time: threads are not free, and a name server has its limits, too."""

Info = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
_T = TypeVar("_T")


class Looping(asyncio.SelectorEventLoop):
    """The selector loop, with look-ups that hold up no exit."""

    def __init__(self) -> None:
        super().__init__()
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def getaddrinfo(  # type: ignore[override]  # typeshed gives it no room for AI_ flags as int
        self,
        host: str | bytes | None,
        port: str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - the name is asyncio's
        proto: int = 0,
        flags: int = 0,
    ) -> Sequence[Info]:
        """Look a name up, as socket.getaddrinfo does.

        Raises:
            OSError: it has no address, or cannot be a name.
        """
        async with self._slots:
            return await look_up(host, port, family=family, type=type, proto=proto, flags=flags)


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end, as asyncio.run does, on such a loop."""
    with asyncio.Runner(loop_factory=Looping) as runner:
        return runner.run(main)


async def look_up(host: str | bytes | None, port: str | int | None, **how: int) -> Sequence[Info]:
    """Call socket.getaddrinfo in a daemon thread.

    Raises:
        OSError: the name has no address, or cannot be one.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[Info]] = loop.create_future()

    def tell(infos: Sequence[Info], error: OSError | None) -> None:
        if found.done():
            return
        if error is not None:
            found.set_exception(error)
        else:
            found.set_result(infos)

    def ask() -> None:
        infos: Sequence[Info] = ()
        error: OSError | None = None
        try:
            infos = socket.getaddrinfo(host, port, **how)
        except OSError as failed:
            error = failed
        except UnicodeError as failed:  # a label too long for a name
            error = OSError(str(failed))
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(tell, infos, error)

    Thread(target=ask, name="dns", daemon=True).start()
    return await found
