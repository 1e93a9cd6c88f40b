"""What an HTTP exchange came to, seen from a sender who must not send twice.

The line that matters: was the request certainly not written (Deferred), or may it have been (Unsure)?
Sentences are built from kinds of errors, never from their texts: those can hold addresses with secrets.
"""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp

from monitor.core.models import Deferred, Rejected, Unsure

DEFAULT_PAUSE: Final = timedelta(seconds=30)
UNTIL_MENDED: Final = timedelta(minutes=10)
"""How long a message is held that would go but for the channel's settings: a person has to mend those."""
LONGEST_PAUSE: Final = timedelta(hours=1)
OK: Final = 200
TOO_MANY: Final = 429
REQUEST_TIMEOUT: Final = 408
TOO_EARLY: Final = 425
SERVER_ERROR: Final = 500
CLIENT_ERROR: Final = 400

NETWORK_ERRORS: Final = (aiohttp.ClientError, OSError, TimeoutError)
"""What the network may raise through aiohttp; InvalidURL is among the ClientErrors."""


def open_session(
    timeout: timedelta, *, connector: aiohttp.TCPConnector | None = None
) -> aiohttp.ClientSession:
    """Open a session for one channel; `timeout` bounds an exchange, of which connecting takes 5 s at most."""
    seconds = timeout.total_seconds()
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, 5)),
        # A connection that the other side has meanwhile closed would make the next message a doubtful one.
        connector=connector or aiohttp.TCPConnector(limit=4, keepalive_timeout=5),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def failed(error: BaseException, place: str) -> Deferred | Unsure | Rejected:
    """Judge an exception that an exchange with `place` (a host, in words fit for people) ended with."""
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return Rejected(why=f"the address of {place} is no valid URL; correct it in the configuration")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Deferred(why=f"{place}: {_unconnected(error)}", channel_down=True)
    if isinstance(error, TimeoutError):
        return Unsure(why=f"{place}: no answer in time")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Unsure(why=f"{place}: the connection was closed without an answer")
    return Unsure(why=f"{place}: the exchange broke off ({type(error).__name__})")


TO_BE_MENDED: Final = {
    401: "our credentials are refused (HTTP 401); correct the address or the secret in the configuration",
    403: "we may not post there (HTTP 403); correct the address, the secret or the rights on the other side",
    404: "there is nothing at this address (HTTP 404); correct it in the configuration",
    407: "a proxy wants credentials (HTTP 407)",
}
"""Statuses that are no fault of the message, which goes once a person has mended the settings."""


def refused(status: int, place: str, *, pause: timedelta | None) -> Deferred | Unsure | Rejected:
    """Judge an answer with a status other than 2xx that carries no better explanation."""
    if status == TOO_MANY:
        return Deferred(why=f"{place}: too many requests", retry_after=pause or DEFAULT_PAUSE)
    if status in {REQUEST_TIMEOUT, TOO_EARLY}:
        return Deferred(why=f"{place}: HTTP {status}", retry_after=pause)
    if status in TO_BE_MENDED:
        return Deferred(why=f"{place}: {TO_BE_MENDED[status]}", retry_after=UNTIL_MENDED)
    if status >= SERVER_ERROR:
        return Unsure(why=f"{place}: HTTP {status}")
    if status < CLIENT_ERROR:
        why = f"{place}: answers with a redirect (HTTP {status}); configure the address it leads to"
        return Deferred(why=why, retry_after=UNTIL_MENDED)
    return Rejected(why=f"{place}: HTTP {status}; check the address and whether it is still in use")


def dated(header: str | None) -> datetime | None:
    """Read a header that dates an answer; None if there is none, or it says nothing usable."""
    try:
        said = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def pause_of(header: str | None, *, now: datetime | None = None) -> timedelta | None:
    """Read Retry-After: seconds, or a date where `now` is given; None if it says nothing usable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=min(int(text[:9]), 10**8)), LONGEST_PAUSE)
    until = dated(text)
    if now is None or until is None:
        return None
    return min(max(until - now, timedelta(0)), LONGEST_PAUSE)


def _unconnected(error: aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError) -> str:
    """Say why there never was a connection."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time"
        case aiohttp.ClientConnectorDNSError():
            return "the name cannot be resolved"
        case aiohttp.ClientConnectorCertificateError():
            return "the certificate is not trusted"
        case aiohttp.ClientConnectorSSLError():
            return "TLS could not be agreed upon"
        case _:
            return _reason(error.os_error)


def _reason(error: OSError) -> str:
    if error.errno == errno.ECONNREFUSED:
        return "connection refused"
    return os.strerror(error.errno).lower() if error.errno else "no connection"
