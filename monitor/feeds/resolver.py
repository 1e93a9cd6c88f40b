"""Names to addresses in threads of their own, so that slow name servers hold up nothing else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread

from aiohttp.abc import AbstractResolver, ResolveResult

_THREADS = 32


class PatientResolver(AbstractResolver):
    """The system's resolver, each look-up in a daemon thread.

    The loop's default pool is filled by a few slow names, and Python waits for the threads of any pool at its
    exit: a look-up may take half a minute, and a daemon that is told to stop must not.
    """

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(_THREADS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return every address of the host.

        Raises:
            OSError: it has none.
        """
        async with self._slots:
            infos = await _in_thread(host, port, family)
        return [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=int(sockaddr[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, sockaddr in infos
            # Link-local addresses with a scope need more than a host text; no feed lives there.
            if not (kind == socket.AF_INET6 and sockaddr[3:] != (0,))
        ]

    async def close(self) -> None:
        """Do nothing: look-ups under way end by themselves."""


_SockAddress = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_Info = tuple[socket.AddressFamily, socket.SocketKind, int, str, _SockAddress]


async def _in_thread(host: str, port: int, family: socket.AddressFamily) -> Sequence[_Info]:
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[_Info]] = loop.create_future()

    def tell(infos: Sequence[_Info] | None, error: OSError | None) -> None:
        if found.done():
            return
        if error is not None:
            found.set_exception(error)
        else:
            found.set_result(infos or ())

    def look_up() -> None:
        infos, error = None, None
        try:
            infos = _lookup(host, port, family)
        except OSError as failed:
            error = failed
        except UnicodeError as failed:  # a label too long for a name
            error = OSError(str(failed))
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(tell, infos, error)

    Thread(target=look_up, name="dns", daemon=True).start()
    return await found


def _lookup(host: str, port: int, family: socket.AddressFamily) -> Sequence[_Info]:
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
