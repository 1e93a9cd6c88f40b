"""Names to addresses in threads of their own, so that slow name servers hold up nothing else."""

from __future__ import annotations

import asyncio
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.looping import look_up

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
            infos = await look_up(
                host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
            )
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
