"""What went wrong on the way to a document, as one sentence that holds no secret."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDictProxy
from yarl import URL

from monitor.core.models import Failure
from monitor.feeds import walls
from monitor.feeds.addresses import ForbiddenAddressError
from monitor.feeds.content import BadCodingError, decoder_for

NETWORK_ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError, BadCodingError)
"""Everything that a server, a name server or a proxy can make the client raise (timeouts are OSErrors)."""

MAX_RETRY_AFTER = timedelta(hours=24)
_RATE_LIMITED = frozenset({429, 503})
_GONE = 410
_GLIMPSE = 1.0
"""Seconds within which a refusal may say who refuses."""
_PIECE = 16 * 2**10
_CERTIFICATE = (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError)


class RefusedError(Exception):
    """We stop here ourselves: a limit is reached or a rule forbids the next step."""

    def __init__(self, failure: Failure, message: str) -> None:
        super().__init__(message)
        self.failure = failure
        self.message = message


def shown(url: URL) -> str:
    """Write an address without user information, query and fragment, which may hold secrets."""
    if url.host is None:
        return url.scheme + ":"
    if url.raw_user is None and url.raw_password is None and not (url.raw_query_string or url.raw_fragment):
        return str(url)
    return str(url.with_user(None).with_query(None).with_fragment(None))


def explain(error: Exception, url: URL) -> tuple[Failure, str]:
    """Say which failure an exception of the network is, and in which words a person should hear of it."""
    host = url.host or "the server"
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(inner, ForbiddenAddressError):
        return _forbidden(host, inner.host)
    if isinstance(error, BadCodingError):
        return Failure.BAD_ENCODING, str(error)
    if isinstance(error, TimeoutError):
        return Failure.TIMEOUT, f"{host} did not answer in time"
    if isinstance(error, _CERTIFICATE):
        return Failure.TLS, f"no secure connection to {host}: {_tls_reason(error)}"
    if isinstance(error, OSError):
        return _unreachable(error, host)
    return _malformed(error, host)


def _forbidden(host: str, address: str) -> tuple[Failure, str]:
    where = "" if host == address else f" ({address})"
    return (
        Failure.FORBIDDEN_ADDRESS,
        f"{host}{where} is not on the public Internet; allow_private or allow_networks would permit it",
    )


def _tls_reason(error: Exception) -> str:
    inner = error.__cause__ if error.__cause__ is not None else error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message.rstrip(".")
    if isinstance(inner, ssl.SSLError) and inner.reason:
        return inner.reason.lower().replace("_", " ")
    return "the handshake failed"


def _unreachable(error: OSError, host: str) -> tuple[Failure, str]:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Failure.DNS, f"the name {host} could not be resolved"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return Failure.UNREACHABLE, "the proxy cannot be reached"
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    reason = f": {inner.strerror.lower()}" if inner.strerror and inner.errno else ""
    return Failure.UNREACHABLE, f"cannot connect to {host}{reason}"


def _malformed(error: Exception, host: str) -> tuple[Failure, str]:
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Failure.UNREACHABLE, f"{host} closed the connection without an answer"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Failure.UNREACHABLE, f"the proxy refused with status {error.status}"
    if isinstance(error, aiohttp.ClientPayloadError):
        return Failure.MALFORMED, f"the answer of {host} broke off before its end"
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
        return Failure.MALFORMED, "the address is not a valid http or https address"
    return Failure.MALFORMED, f"{host} did not answer in proper HTTP"


async def glimpse(response: aiohttp.ClientResponse) -> bytes:
    """Return the beginning of what came with a refusal, which may name who refuses; empty if that is hard."""
    if response.status not in walls.MAY_BE_WALLS:
        return b""
    try:
        async with asyncio.timeout(_GLIMPSE):
            piece = await response.content.readany()
        plain = decoder_for(response.headers.get("Content-Encoding")).feed(piece[:_PIECE])
        return next(iter(plain), b"")[:_PIECE]
    except NETWORK_ERRORS:
        return b""


def refusal(status: int, headers: CIMultiDictProxy[str], page: bytes = b"") -> tuple[Failure, str, str]:
    """Say what a status that brings no document means, and who makes the bot check that it is, if it is one.

    `page` is the beginning of what came with it.
    """
    wall = (walls.signed(headers) or walls.on_page(page)) if status in walls.MAY_BE_WALLS else ""
    by = f" ({walls.named(wall)})" if wall else ""
    if status == _GONE:
        return Failure.GONE, "the server says that the feed is gone for good (410)", ""
    if status in _RATE_LIMITED:
        return Failure.RATE_LIMITED, f"the server asks to come back later ({status}){by}", wall
    return Failure.HTTP, f"the server answered with status {status}{by}", wall


def retry_after(headers: CIMultiDictProxy[str], now: datetime) -> timedelta | None:
    """Read Retry-After, as seconds or as a date, between zero and a day; None if absent or unreadable."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        # More digits than a day needs: do not even build the number.
        seconds = int(text) if len(text) <= len("86400") else MAX_RETRY_AFTER.total_seconds()
        return min(timedelta(seconds=seconds), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), MAX_RETRY_AFTER)
