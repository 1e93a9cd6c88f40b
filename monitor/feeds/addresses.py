"""Which network addresses may be dialled: a feed, a redirect or a name server must not lead us inside.

The check sits where the socket is made, on the very address that is dialled next. Whatever a URL looks like,
however often it redirects and whatever DNS answers the second time, no connection is opened before it passed.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable
from functools import lru_cache

from aiohttp.connector import AddrInfoType

from monitor.core.addresses import Address, carried, is_public

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ForbiddenAddressError(OSError):
    """The address is not on the public Internet and no setting allows it."""

    def __init__(self, host: str) -> None:
        # One message for all: aiohappyeyeballs passes this error on only if all addresses say the same.
        super().__init__(errno.EACCES, "this address is not on the public Internet")
        self.host = host


@lru_cache(maxsize=1024)
def literal(host: str) -> Address | None:
    """Read a host that is an address, in any of the forms that sockets accept (`127.1`, `0x7f000001`)."""
    text = host.strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    if not text[:1].isdigit():
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except (OSError, ValueError):
        return None


class AddressPolicy:
    """Public addresses, and the networks that the operator allows besides."""

    def __init__(self, allow_networks: Iterable[str] = ()) -> None:
        """Take CIDR texts.

        Raises:
            ValueError: one of them is no network.
        """
        self._allowed: tuple[_Network, ...] = tuple(
            ipaddress.ip_network(text, strict=False) for text in allow_networks
        )
        self._of_host = lru_cache(maxsize=1024)(self._judged)

    def permits(self, address: Address) -> bool:
        """Say whether the address may be dialled."""
        if is_public(address):
            return True
        forms = (address, carried(address))
        return any(
            form.version == network.version and form in network for network in self._allowed for form in forms
        )

    def permits_host(self, host: str) -> bool:
        """Judge a host that is not resolved here, as behind a proxy: literal addresses and localhost only."""
        return self._of_host(host)

    def _judged(self, host: str) -> bool:
        address = literal(host)
        if address is not None:
            return self.permits(address)
        name = host.rstrip(".").lower()
        return not (name == "localhost" or name.endswith(".localhost"))

    def open_socket(self, info: AddrInfoType) -> socket.socket:
        """Make the socket for one address, or refuse; aiohttp calls this for every address it dials.

        Raises:
            ForbiddenAddressError: the address may not be dialled.
        """
        family, kind, protocol, _, sockaddr = info
        host = str(sockaddr[0])
        address = literal(host)
        if address is None or not self.permits(address):
            raise ForbiddenAddressError(host)
        return socket.socket(family=family, type=kind, proto=protocol)
