"""The network as feeds see it: names, a connection, the servers' clock."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from monitor.cli.checkups.findings import Finding, note, ok, problem, warning
from monitor.config.outlets import host_of
from monitor.core.models import Feed

ASKED = 5
"""Hosts asked at most: the doctor is no load test."""
_SECONDS = 5


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
