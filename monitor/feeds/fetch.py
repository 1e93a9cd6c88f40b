"""Asking servers for feeds: conditionally, politely, and within limits that no answer can stretch.

    feed, state -> url -> (slot of its host -> request -> redirect?)* -> body in steps -> Fetched

Nothing that a server, a name server or a proxy does raises; it becomes a FetchFailed with one sentence.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from monitor.core.models import (
    Failure,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    HostBusy,
    NotModified,
)
from monitor.core.settings import PollingSettings
from monitor.feeds import caching
from monitor.feeds.addresses import AddressPolicy
from monitor.feeds.bounded import BoundedConnector
from monitor.feeds.content import ACCEPTED, decoder_for
from monitor.feeds.failures import NETWORK_ERRORS, RefusedError, explain, glimpse, refusal, retry_after, shown
from monitor.feeds.hosts import HostBusyError, HostDownError, HostSlots
from monitor.feeds.resolver import PatientResolver
from monitor.feeds.targets import basic, http_url, looks_numeric, redirect_target
from monitor.feeds.unpacking import too_large, unpacked

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_OK = frozenset({200, 203, 204, 205})
_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_TOO_MANY = 429
_HOST_FAILURES = frozenset({Failure.DNS, Failure.TIMEOUT, Failure.UNREACHABLE})
_DNS_TTL = 300
_KEEPALIVE = 75.0
"""Seconds: feeds polled every minute find their connection open; common servers keep it about as long."""
_PATIENCE = 15.0
"""Seconds that a fetch waits for turns at hosts in all, beside a pause; the poller's claims last longer."""
_MAX_VALIDATOR = 1024
_MAX_LINKS = 8192
_OURS = frozenset(
    {
        "host",
        "accept-encoding",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "upgrade",
        "if-none-match",
        "if-modified-since",
    }
)


@dataclass(slots=True)
class _Trip:
    """One fetch on its way along redirects."""

    feed: Feed
    state: FeedState
    url: URL
    home: URL
    """The address as configured: headers, user and password are meant for its origin and no other."""
    started: float
    left: float
    """Seconds that may still be spent asking; waiting for a host's slot does not count."""
    patience: float
    """Seconds that may still be spent waiting."""
    hops: int = 0
    stays: bool = False
    """Whether the host just asked sent us here, to itself."""
    permanent: bool = True
    credentials: str | None = field(default=None, repr=False)

    @property
    def may_be_private(self) -> bool:
        """Whether this hop may go to a private address: the feed may, and is still at its own host."""
        return self.feed.allow_private and self.url.host == self.home.host

    @property
    def moved_to(self) -> str | None:
        return str(self.url.with_user(None)) if self.hops and self.permanent else None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def failed(self, failure: Failure, message: str) -> FetchFailed:
        return FetchFailed(url=shown(self.url), failure=failure, message=message, seconds=self.seconds)


def user_agent(settings: PollingSettings) -> str:
    """Name the project, its version and whom to turn to."""
    if settings.user_agent:
        return settings.user_agent
    try:
        number = version("news-monitor")
    except PackageNotFoundError:
        number = "0"
    contact = f"; +{settings.contact}" if settings.contact else ""
    return f"news-monitor/{number} (feed reader{contact})"


class HttpFetcher:
    """Fetches feeds over HTTP; one for the whole daemon, closed at its end.

    Only http and https; only public addresses, checked on the socket at every hop, unless the feed says
    `allow_private` or the settings allow the network. Behind a proxy only the proxy's socket is ours: there,
    literal addresses and localhost are refused and the rest is the proxy's to decide. Feeds that allow
    private addresses do not go through the proxy of the settings, only through one of their own.
    """

    def __init__(
        self,
        settings: PollingSettings,
        *,
        clock: Callable[[], datetime],
        ssl_context: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
        beside: HttpFetcher | None = None,
        accept: str = ACCEPT,
    ) -> None:
        """Open nothing yet; what asks for other things `beside` another fetcher takes turns at hosts with it.

        Raises:
            ValueError: an entry of `allow_networks` is no network.
        """
        self._settings = settings
        self._clock = clock
        self._policy = AddressPolicy(settings.allow_networks)
        self._ssl = ssl_context
        self._resolver = resolver
        self._accept = accept
        self.slots: HostSlots = beside.slots if beside else HostSlots(settings.per_host)
        self._guarded: aiohttp.ClientSession | None = None
        self._open: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        for session in (self._guarded, self._open):
            if session is not None:
                await session.close()
        if self._resolver is not None:
            await self._resolver.close()
        self._guarded = self._open = self._resolver = None

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Ask for the feed with the validators of `state`, at `state.moved_to` if that is known.

        Takes at most `total_timeout` and, where hosts are busy, a quarter of a minute. Failures are values.
        """
        started = time.monotonic()
        try:
            trip = self._depart(feed, state, started)
        except RefusedError as stop:
            return FetchFailed(
                url=feed.name, failure=stop.failure, message=stop.message, seconds=time.monotonic() - started
            )
        try:
            result = await self._travel(trip)
        except HostDownError as down:
            return replace(down.failed, url=shown(trip.url), seconds=trip.seconds)
        except HostBusyError:
            return HostBusy(url=shown(trip.url), seconds=trip.seconds)
        if isinstance(result, FetchFailed) and _concerns_the_host(result):
            self.slots.report(trip.url.host or "", result)
        return result

    async def _travel(self, trip: _Trip) -> FetchResult:
        try:
            while True:
                outcome = await self._hop(trip)
                if not isinstance(outcome, URL):
                    return outcome
                self._redirect(trip, outcome)
        except RefusedError as stop:
            return trip.failed(stop.failure, stop.message)
        except NETWORK_ERRORS as error:
            return trip.failed(*explain(error, trip.url))

    def _depart(self, feed: Feed, state: FeedState, started: float) -> _Trip:
        home = http_url(feed.fetch_url)
        url = http_url(state.moved_to) if state.moved_to else home
        login = feed.auth or ((home.user, home.password or "") if home.user else None)
        return _Trip(
            feed=feed,
            state=state,
            url=url if url.raw_user is None and url.raw_password is None else url.with_user(None),
            started=started,
            left=self._settings.total_timeout.total_seconds(),
            patience=_PATIENCE + self._settings.host_interval.total_seconds(),
            credentials=basic(*login) if login else None,
            home=home,
        )

    async def _hop(self, trip: _Trip) -> FetchResult | URL:
        """Ask one host; returns the next address if it redirects."""
        proxy = self._proxy(trip.feed)
        if not self._permitted(trip, proxy):
            host = trip.url.host or ""
            message = f"{host} is not on the public Internet; allow_private or allow_networks would permit it"
            raise RefusedError(Failure.FORBIDDEN_ADDRESS, message)
        session = self._session(guarded=proxy is None and not trip.may_be_private)
        arrived = time.monotonic()
        pause = self._pause(trip)
        async with self.slots.slot(trip.url.host or "", patience=trip.patience, pause=pause):
            began = time.monotonic()
            trip.patience -= began - arrived
            async with (
                asyncio.timeout(trip.left),
                session.get(
                    trip.url, headers=self._headers(trip), allow_redirects=False, proxy=proxy
                ) as response,
            ):
                outcome = await self._receive(trip, response)
            trip.left -= time.monotonic() - began
        return outcome

    def _pause(self, trip: _Trip) -> float:
        """Return how far apart two requests to the host are to be; a redirect within it is one visit."""
        if trip.may_be_private or trip.stays:
            return 0.0
        return self._settings.host_interval.total_seconds()

    def _permitted(self, trip: _Trip, proxy: str | None) -> bool:
        """Judge literal hosts before anything is opened; names are judged by their addresses when dialled."""
        if trip.may_be_private or (proxy is None and not looks_numeric(trip.url.host or "")):
            return True
        return self._policy.permits_host(trip.url.host or "")

    def _proxy(self, feed: Feed) -> str | None:
        if feed.proxy or feed.allow_private or feed.sample or self._settings.proxy is None:
            return feed.proxy
        return self._settings.proxy.get_secret_value()

    def _session(self, *, guarded: bool) -> aiohttp.ClientSession:
        """Return the session for guarded or for unguarded connections.

        Two, so that a connection once opened to a private address is never reused for a feed that may not
        have opened it.
        """
        if guarded:
            self._guarded = self._guarded or self._new_session(guarded=True)
            return self._guarded
        self._open = self._open or self._new_session(guarded=False)
        return self._open

    def _new_session(self, *, guarded: bool) -> aiohttp.ClientSession:
        self._ssl = self._ssl or ssl.create_default_context()
        self._resolver = self._resolver or PatientResolver()
        connect = self._settings.connect_timeout.total_seconds()
        read = self._settings.read_timeout.total_seconds()
        return aiohttp.ClientSession(
            connector=BoundedConnector(
                limit=0,
                ssl=self._ssl,
                resolver=self._resolver,
                ttl_dns_cache=_DNS_TTL,
                keepalive_timeout=_KEEPALIVE,
                socket_factory=self._policy.open_socket if guarded else None,
            ),
            connector_owner=True,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(
                total=None, connect=connect, sock_connect=connect, sock_read=read, ceil_threshold=3600
            ),
            headers={
                "User-Agent": user_agent(self._settings),
                "Accept": self._accept,
                "Accept-Encoding": ACCEPTED,
            },
        )

    @staticmethod
    def _headers(trip: _Trip) -> dict[str, str]:
        headers: dict[str, str] = {}
        own = trip.credentials or trip.feed.headers
        if own and trip.url.origin() == trip.home.origin():
            headers.update(
                (name, value) for name, value in trip.feed.headers.items() if name.lower() not in _OURS
            )
            if trip.credentials:
                headers["Authorization"] = trip.credentials
        if trip.state.etag:
            headers["If-None-Match"] = trip.state.etag
        if trip.state.last_modified:
            headers["If-Modified-Since"] = trip.state.last_modified
        return headers

    async def _receive(self, trip: _Trip, response: aiohttp.ClientResponse) -> FetchResult | URL:
        status = response.status
        if status in _REDIRECTS and "Location" in response.headers:
            trip.permanent = trip.permanent and status in _PERMANENT
            return redirect_target(trip.url, response.headers["Location"])
        if status == _NOT_MODIFIED and (trip.state.etag or trip.state.last_modified):
            fresh = caching.fresh(response.headers)
            return NotModified(url=shown(trip.url), moved_to=trip.moved_to, fresh=fresh, seconds=trip.seconds)
        if status not in _OK:
            failure, message, wall = refusal(status, response.headers, await glimpse(response))
            return FetchFailed(
                url=shown(trip.url),
                failure=failure,
                message=message,
                wall=wall,
                status=status,
                retry_after=retry_after(response.headers, self._clock()),
                seconds=trip.seconds,
            )
        return await self._document(trip, response)

    async def _document(self, trip: _Trip, response: aiohttp.ClientResponse) -> Fetched:
        body = await self._body(response)
        headers = response.headers
        return Fetched(
            url=str(trip.url),
            status=response.status,
            body=body,
            content_type=headers.get("Content-Type"),
            etag=_validator(headers.get("ETag")),
            last_modified=_validator(headers.get("Last-Modified")),
            moved_to=trip.moved_to,
            retry_after=retry_after(headers, self._clock()),
            fresh=caching.fresh(headers),
            age=caching.age(headers),
            server_time=caching.server_time(headers),
            links=", ".join(headers.getall("Link", ()))[:_MAX_LINKS],
            seconds=trip.seconds,
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """Read and decompress, counting both sizes while they grow."""
        wire_limit, plain_limit = self._settings.max_body, self._settings.max_document
        if (response.content_length or 0) > wire_limit:
            raise too_large(wire_limit, "on the wire")
        decoder = decoder_for(response.headers.get("Content-Encoding"))
        return await unpacked(
            response.content.iter_any(), decoder, wire_limit=wire_limit, plain_limit=plain_limit
        )

    def _redirect(self, trip: _Trip, target: URL) -> None:
        trip.hops += 1
        if trip.hops > self._settings.max_redirects:
            raise RefusedError(
                Failure.REDIRECTS, f"redirected more than {self._settings.max_redirects} times"
            )
        if trip.url.scheme == "https" and target.scheme == "http":
            trip.permanent = False
            if trip.credentials or trip.feed.headers:
                message = "redirected from https to http, which a feed with credentials must not follow"
                raise RefusedError(Failure.REDIRECTS, message)
        trip.stays = trip.url.host == target.host
        trip.url = target


def _concerns_the_host(failed: FetchFailed) -> bool:
    """Say whether other feeds of the host would fare no better."""
    return failed.failure in _HOST_FAILURES or failed.status == _TOO_MANY


def _validator(text: str | None) -> str | None:
    """Keep a validator that can be sent back as it is."""
    return text if text and len(text) <= _MAX_VALIDATOR and text.isprintable() and text.isascii() else None
