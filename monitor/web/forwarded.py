"""What a proxy in front of the desk says of a request: who asks, from where, under which name, how.

Only the addresses of `web.proxy.trusted` are believed. A request from elsewhere that bears the header of a
user is refused: somebody found a way around the proxy, or the settings do not name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from aiohttp import web

from monitor.core.settings.web import ProxySettings, can_sign

_FOR, _PROTO, _HOST = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom the proxy names."""

    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotBelieved:
    """Why a header is not taken for true, in a sentence."""

    said: str


class Proxy:
    """Reads the headers of a proxy."""

    def __init__(self, settings: ProxySettings) -> None:
        self._settings, self._networks = settings, settings.networks

    def as_sent(self, request: web.Request) -> web.Request:
        """Give the request as the proxy got it: address, scheme and host are those of the browser."""
        if not self.trusts(request.remote):
            return request
        scheme, host = _last(request, _PROTO).casefold(), _last(request, _HOST)
        seen = {"remote": self._origin(request), "host": host}
        changed = {name: value for name, value in seen.items() if value}
        if scheme in {"http", "https"}:
            changed["scheme"] = scheme
        return request.clone(**changed) if changed else request  # type: ignore[arg-type]

    def named(self, request: web.Request) -> Named | NotBelieved | None:
        """Say whom the proxy names; None if nobody. The request is as it came from the network."""
        name = request.headers.get(self._settings.user_header, "").strip()
        if not name:
            return None
        if not self.trusts(request.remote):
            return NotBelieved(
                f"{request.remote} says {self._settings.user_header}, and is none of web.proxy.trusted "
                f"({', '.join(self._settings.trusted)})"
            )
        if not can_sign(name):
            return NotBelieved(
                f"{self._settings.user_header} names somebody who cannot sign: a name has up to 64 letters, "
                "digits and . @ _ + -"
            )
        groups = request.headers.get(self._settings.groups_header, "")
        return Named(name=name, groups=tuple(filter(None, (one.strip() for one in groups.split(",")))))

    def role_of(self, named: Named) -> str:
        """Say what somebody may: as `roles` says of them, else of a group of theirs, else `role`."""
        roles = self._settings.roles
        if named.name in roles:
            return roles[named.name]
        of_groups = {roles[f"@{group}"] for group in named.groups if f"@{group}" in roles}
        return "editor" if "editor" in of_groups else next(iter(of_groups), self._settings.role)

    def trusts(self, address: str | None) -> bool:
        """Say whether an address is one whose headers are believed."""
        try:
            found = ip_address((address or "").partition("%")[0])
        except ValueError:
            return False
        mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
        return any((mapped or found) in network for network in self._networks)

    def _origin(self, request: web.Request) -> str:
        """Find the last address on the way that is not a proxy of ours: those before it are hearsay."""
        hops = [hop.strip() for hop in ",".join(request.headers.getall(_FOR, [])).split(",")]
        return next((hop for hop in reversed(hops) if hop and not self.trusts(hop)), _first(hops))


def _first(hops: Sequence[str]) -> str:
    return next(iter(hops), "")


def _last(request: web.Request, header: str) -> str:
    """Read the last value of a header: what the proxy nearest to us added."""
    return ",".join(request.headers.getall(header, [])).rpartition(",")[2].strip()
