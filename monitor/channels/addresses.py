"""Which addresses a webhook may lead to: checked on the socket, so that no name can lie about it."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Final

import aiohttp

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class PublicConnector(aiohttp.TCPConnector):
    """Connects to public addresses only; `refused` names the last address that was none."""

    def __init__(self) -> None:
        super().__init__(limit=4, keepalive_timeout=5, socket_factory=self._socket)
        self.refused = ""

    def _socket(self, found: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _name, place = found
        if not is_public(str(place[0])):
            self.refused = str(place[0])
            raise PermissionError("not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public Internet, IPv4 wrapped in IPv6 unwrapped first."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    inner = _wrapped(address) if isinstance(address, ipaddress.IPv6Address) else None
    return (inner or address).is_global and not (inner or address).is_multicast


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
