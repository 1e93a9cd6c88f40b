"""Connections to PostgreSQL on one host or on several, of which one is the primary.

postgresql://user@one,two:5433/news -> the host that served last, then the others, each for a few seconds

asyncpg itself knows lists of hosts, but has one deadline for all: a first host that is switched off and does
not even refuse would use it up, and the second would never be asked.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final

Host = tuple[str, int]

_PATIENCE: Final = 4.0
"""Seconds that connecting to one of several hosts may take."""
_PORT: Final = 5432
_SEVERAL: Final = re.compile(
    r"(?P<head>postgres(?:ql)?(?:\+\w+)?://(?:[^/?#]*@)?)(?P<hosts>[^/?#@]+,[^/?#@]+)(?P<tail>(?:[/?#].*)?)"
)
_HOST: Final = re.compile(r"(?P<name>\[[^\]]+\]|[^:\[\]]+)(?::(?P<port>\d{1,5}))?")
_KEEPALIVE: Final = (
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 3),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 2),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 2),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 5000),
)
"""A link that is cut without a word is an error after some seconds, not after the minutes of the system."""


def several_hosts(url: str) -> tuple[str, tuple[Host, ...]]:
    """Take the hosts out of an address that names several; others are returned as they are, with no hosts.

    Raises:
        ValueError: one of the hosts is not `name` or `name:port`.
    """
    found = _SEVERAL.fullmatch(url)
    if found is None:
        return url, ()
    hosts = tuple(_host(part.strip()) for part in found["hosts"].split(","))
    return f"{found['head']}{found['tail']}", hosts


def _host(text: str) -> Host:
    found = _HOST.fullmatch(text)
    if found is None or not 0 < int(found["port"] or _PORT) < 2**16:
        message = f"'{text}' is not a host or host:port"
        raise ValueError(message)
    return found["name"].strip("[]"), int(found["port"] or _PORT)


def connector(hosts: tuple[Host, ...]) -> Callable[..., Awaitable[Any]]:
    """Return what makes a connection: to a host of these that can write, or, without any, as it is told."""
    if not hosts:
        return _connected
    order = list(hosts)

    async def connect(**arguments: Any) -> Any:
        """Raises what the last host met with."""
        failure: BaseException = OSError("no host was asked")
        for host, port in tuple(order):
            wanted = {"target_session_attrs": "read-write"} | arguments
            try:
                made = await _connected(**wanted | {"host": host, "port": port, "timeout": _PATIENCE})
            except _next_host() as error:
                failure = error
                continue
            order.sort(key=lambda one: one != (host, port))
            return made
        raise failure

    return connect


async def _connected(**arguments: Any) -> Any:
    import asyncpg  # noqa: PLC0415 - an optional dependency

    made = await asyncpg.connect(**arguments)
    wire = made._transport.get_extra_info("socket")  # noqa: SLF001 - nothing public leads to it
    if wire is not None and wire.family in {socket.AF_INET, socket.AF_INET6}:
        for level, name, value in _KEEPALIVE:
            if hasattr(socket, name):  # not every system has all
                wire.setsockopt(level, getattr(socket, name), value)
    return made


def _next_host() -> tuple[type[Exception], ...]:
    from asyncpg import CannotConnectNowError, TargetServerAttributeNotMatched  # noqa: PLC0415

    return (OSError, asyncio.TimeoutError, CannotConnectNowError, TargetServerAttributeNotMatched)
