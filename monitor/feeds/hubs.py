"""Hubs asked to tell of new entries: one form sent, its answer as a value."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import aiohttp
from yarl import URL

from monitor.core.models import Subscription
from monitor.core.settings import PollingSettings
from monitor.core.websub import LEASE
from monitor.feeds.addresses import AddressPolicy
from monitor.feeds.bounded import BoundedConnector
from monitor.feeds.failures import NETWORK_ERRORS, RefusedError, explain
from monitor.feeds.fetch import user_agent
from monitor.feeds.resolver import PatientResolver
from monitor.feeds.targets import http_url, looks_numeric, redirect_target

_ELSEWHERE: Final = frozenset({307, 308})
_HOPS: Final = 3
_SAID: Final = 200
"""Bytes of an answer that are read: a hub says in plain text what it does not like."""
_MULTIPLE: Final = 300


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """What a hub said: nothing if it will verify that it was we."""

    refusal: str = ""


class HubClient:
    """Asks hubs, under the limits and at the addresses that feeds are under; used as a context manager."""

    def __init__(self, settings: PollingSettings) -> None:
        self._settings = settings
        self._policy = AddressPolicy(settings.allow_networks)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def subscribe(self, wanted: Subscription, *, callback: str) -> HubAnswer:
        """Ask for a subscription, at another hub if this one says so; whatever goes wrong is a refusal."""
        form = {
            "hub.mode": "subscribe",
            "hub.topic": wanted.topic,
            "hub.callback": f"{callback}/{wanted.token}",
            "hub.secret": wanted.secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        try:
            url = http_url(wanted.hub)
            for _ in range(_HOPS):
                answer = await self._post(url, form)
                if isinstance(answer, HubAnswer):
                    return answer
                url = answer
        except RefusedError as refused:
            return HubAnswer(refused.message)
        except NETWORK_ERRORS as error:
            return HubAnswer(explain(error, URL(wanted.hub))[1])
        return HubAnswer(f"it sends us on more than {_HOPS} times")

    async def _post(self, url: URL, form: dict[str, str]) -> HubAnswer | URL:
        host = url.host or ""
        if looks_numeric(host) and not self._policy.permits_host(host):
            return HubAnswer(f"{host} is not on the public Internet")
        async with (
            asyncio.timeout(self._settings.total_timeout.total_seconds()),
            self._opened().post(url, data=form, allow_redirects=False) as response,
        ):
            if response.status in _ELSEWHERE and "Location" in response.headers:
                return redirect_target(url, response.headers["Location"])
            if response.status < _MULTIPLE:
                return HubAnswer()
            said = (await response.content.read(_SAID)).decode("utf-8", "replace")
            return HubAnswer(f"status {response.status}: {' '.join(said.split()) or 'no reason given'}")

    def _opened(self) -> aiohttp.ClientSession:
        """Open the one session when it is first needed."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=BoundedConnector(
                    limit=4,
                    ssl=ssl.create_default_context(),
                    resolver=PatientResolver(),
                    socket_factory=self._policy.open_socket,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                headers={"User-Agent": user_agent(self._settings)},
            )
        return self._session
