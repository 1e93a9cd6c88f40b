"""The desk: whether a daemon answers, whom it believes, and whether hubs could reach it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

import aiohttp

from monitor.cli.checkups.findings import Finding, note, ok, problem, warning
from monitor.cli.guard import one_paragraph
from monitor.core.settings import Settings
from monitor.core.settings.web import is_loopback, split_address

_SECONDS = 5
_MOST = 500
"""Bytes of an answer that are read."""
_NARROW = {4: 24, 6: 64}
"""Bits of a network, by version of the protocol, that a proxy and its siblings may share."""
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where it is asked, not where it listens
_UNKNOWN_HOOK = "We asked for no such thing"
_READY, _NOT_READY = "ready: ", "not ready: "


def trusted(settings: Settings) -> Iterator[Finding]:
    """Judge the addresses that may say who somebody is."""
    proxy = settings.web.proxy
    if proxy is None or not settings.web.enabled:
        return
    for network in proxy.networks:
        if _is_wide(network):
            yield warning(
                "desk",
                f"`web.proxy.trusted` has {network}: each of its {network.num_addresses:,} addresses "
                "can call itself any user",
                "name the address of the proxy alone, and let a firewall keep others from `web.listen`",
            )
    host, _ = split_address(settings.web.listen)
    if is_loopback(host) and not any(network.is_loopback for network in proxy.networks):
        yield warning(
            "desk",
            f"the desk listens at {settings.web.listen}, where only this machine reaches it, "
            "but `web.proxy.trusted` has no address of this machine: everybody is refused",
            "add 127.0.0.1 to `web.proxy.trusted`, or listen where the proxy reaches the desk",
        )


def _is_wide(network: IPv4Network | IPv6Network) -> bool:
    return not network.is_loopback and network.prefixlen < _NARROW[network.version]


async def answering(settings: Settings) -> list[Finding]:
    """Ask the desk of this machine whether its daemon can work."""
    if not settings.web.enabled:
        return []
    host, port = split_address(settings.web.listen)
    if not port:
        return [note("desk", "its port is chosen anew at each start, so it is not asked")]
    host = _EVERYWHERE.get(host, host)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    said = await _said(f"http://{place}/readyz")
    if said is None:
        return [
            note(
                "desk",
                f"no daemon answers at {place}",
                "if one should run here: systemctl status news-monitor, or news-monitor run",
            )
        ]
    return [_judged(place, said)]


def _judged(place: str, said: str) -> Finding:
    if said.startswith(_READY):
        return ok("desk", f"a daemon answers at {place}: {one_paragraph(said.strip())}")
    if said.startswith(_NOT_READY):
        return problem(
            "desk",
            f"the daemon at {place} cannot work: {one_paragraph(said.strip())}",
            "journalctl -u news-monitor -p warning; its database is examined here as well",
        )
    return problem(
        "desk",
        f"something else than news-monitor answers at {place}",
        "stop it, or give the desk another port: `web.listen`",
    )


async def hooked(settings: Settings) -> list[Finding]:
    """Try the address that hubs are given; a hint only, since they come from elsewhere."""
    websub = settings.web.websub
    if websub is None:
        return []
    said = await _said(f"{websub.callback}/x")
    if said is not None and _UNKNOWN_HOOK in said:
        return [ok("websub", f"{websub.callback} leads to this program, as seen from here")]
    what = "does not answer" if said is None else "leads to something else"
    return [
        note(
            "websub",
            f"{websub.callback} {what}, as seen from here; while hubs fail to reach it, "
            "their feeds are polled as others",
            f"while the daemon runs, `curl -i {websub.callback}/x` from outside must answer 404 with "
            f'"{_UNKNOWN_HOOK}"; mend the reverse proxy',
        )
    ]


async def _said(address: str) -> str | None:
    """Return the beginning of what an address answers; None if nothing does."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(address, allow_redirects=False) as answer,
        ):
            return (await answer.content.read(_MOST)).decode(errors="replace")
    except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
        return None
