"""Which network addresses may be dialled: a feed, a redirect or a name server must not lead us inside.

The check sits where the socket is made, on the very address that is dialled next. Whatever a URL looks like,
however often it redirects and whatever DNS answers the second time, no connection is opened before it passed.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable

from aiohttp.connector import AddrInfoType

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Written out rather than taken from `is_global`, whose answer differs between patch levels of Python 3.11.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host services answer on this otherwise public address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)
# Prefix and how many bits lie below the IPv4 address that it carries.
_CARRIERS = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)


class ForbiddenAddressError(OSError):
    """The address is not on the public Internet and no setting allows it."""

    def __init__(self, host: str) -> None:
        # One message for all: aiohappyeyeballs passes this error on only if all addresses say the same.
        super().__init__(errno.EACCES, "this address is not on the public Internet")
        self.host = host


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


def carried(address: Address) -> Address:
    """Unwrap the IPv4 address inside a mapped, compatible, translated, NAT64 or 6to4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        for prefix, shift in _CARRIERS:
            if address in prefix:
                return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Say whether the address, or the IPv4 address it carries, is ordinary public unicast."""
    inner = carried(address)
    if isinstance(inner, ipaddress.IPv4Address):
        return not any(inner in network for network in _CLOSED_V4)
    return inner in _OPEN_V6 and not any(inner in network for network in _CLOSED_V6)


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
