"""Names to addresses in threads of their own, so that slow name servers hold up nothing else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

_THREADS = 32


class PatientResolver(AbstractResolver):
    """The system's resolver, with more threads than the loop's default pool, which a few slow names fill."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return every address of the host.

        Raises:
            OSError: it has none.
        """
        loop = asyncio.get_running_loop()
        infos = await loop.run_in_executor(self._threads, _lookup, host, port, family)
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
        """Let the threads go; look-ups under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


_SockAddress = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_Info = tuple[socket.AddressFamily, socket.SocketKind, int, str, _SockAddress]


def _lookup(host: str, port: int, family: socket.AddressFamily) -> Sequence[_Info]:
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
