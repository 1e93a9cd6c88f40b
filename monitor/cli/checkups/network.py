"""The network as feeds see it: names, a connection, the servers' clock."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from monitor.cli.checkups.findings import Finding, note, ok, problem, warning
from monitor.config.outlets import host_of
from monitor.core.models import Feed
from monitor.core.settings import Settings

ASKED = 5
"""Hosts asked at most: the doctor is no load test."""
_SECONDS = 5
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


async def resolved(hosts: Sequence[str]) -> dict[str, bool]:
    """Look up each host name; True where an address was found in time."""
    loop = asyncio.get_running_loop()

    async def look_up(host: str) -> bool:
        try:
            async with asyncio.timeout(_SECONDS):
                await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError):
            return False
        return True

    answers = await asyncio.gather(*map(look_up, hosts))
    return dict(zip(hosts, answers, strict=True))


def hosts_of(feeds: Sequence[Feed]) -> list[str]:
    """Pick a few hosts of feeds that may be asked, each once; sample outlets are no hosts."""
    found = dict.fromkeys(
        host_of(feed.fetch_url) for feed in feeds if not feed.sample and not feed.allow_private
    )
    return list(found)[:ASKED]


def proxies_of(settings: Settings, feeds: Sequence[Feed]) -> list[tuple[str, int]]:
    """Host and port of each proxy that feeds are fetched through, once; nothing of its user and password."""
    general = settings.polling.proxy
    written = [general.get_secret_value()] if general else []
    written += [feed.proxy for feed in feeds if feed.proxy and not feed.sample]
    parts = [urlsplit(one) for one in written]
    found = [(one.hostname or "", one.port or _PORTS.get(one.scheme, 80)) for one in parts]
    return list(dict.fromkeys(found))[:ASKED]


async def proxies_tried(places: Sequence[tuple[str, int]]) -> list[Finding]:
    """Connect to each proxy and say nothing to it: one that is down makes all its feeds fail alike."""
    return list(await asyncio.gather(*(_tried(host, port) for host, port in places)))


async def _tried(host: str, port: int) -> Finding:
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        reason = f"no answer within {_SECONDS} s"
    except socket.gaierror:
        reason = "its name cannot be resolved"
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "no address of it answers"
    else:
        writer.close()
        return ok("proxy", f"{host}:{port} takes connections")
    return problem(
        "proxy",
        f"{host}:{port} cannot be reached: {reason}; no feed that goes through it is fetched",
        "start the proxy, or mend its address under `proxy` in the configuration",
    )


def names(answers: dict[str, bool]) -> Iterator[Finding]:
    """Judge the look-ups together: one bad name is its feed's trouble, all bad names are ours."""
    missing = [host for host, found in answers.items() if not found]
    if not answers:
        yield note("dns", "there is no feed whose host could be looked up")
    elif len(missing) == len(answers):
        yield problem(
            "dns",
            f"no host name can be resolved ({', '.join(missing)})",
            "check the network and /etc/resolv.conf; in a container, that it may reach a name server",
        )
    elif missing:
        yield warning(
            "dns",
            f"not found: {', '.join(missing)}",
            "check these feeds' addresses: news-monitor feeds probe URL",
        )
    else:
        yield ok("dns", f"{len(answers)} host names resolved")


async def date_of(hosts: Sequence[str], proxy: str | None, *, scheme: str = "https") -> datetime | None:
    """Return the Date that the first answering host sends, or None."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
        for host in hosts:
            try:
                async with session.head(f"{scheme}://{host}/", allow_redirects=False, proxy=proxy) as answer:
                    said = parsedate_to_datetime(answer.headers.get("Date", ""))
            except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
                continue
            return said if said.tzinfo else said.replace(tzinfo=UTC)
    return None
