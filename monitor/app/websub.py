"""What a daemon needs to hear of new entries from hubs; nothing of it exists unless `web.websub` is set."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp.web import RouteDef

from monitor.app.prepared import clock, dice
from monitor.core.settings import WebSubSettings
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.following import SitemapFollower
from monitor.feeds.hubs import HubClient
from monitor.feeds.parse import ParserPool
from monitor.pipeline.hearing import HearingFetcher, Hubs
from monitor.pipeline.in_force import InForce
from monitor.pipeline.poll import World
from monitor.pipeline.ports import Clock
from monitor.pipeline.subscribing import Subscriber
from monitor.store import Store
from monitor.web.websub import Callback

_UNGUESSABLE = 32
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSub:
    """The parts, joined."""

    settings: WebSubSettings
    hubs: Hubs
    subscriber: Subscriber
    callback: Callback

    async def run(self) -> None:
        """Subscribe and renew for ever."""
        await self.subscriber.run(self.settings.callback)


async def open_websub(
    stack: AsyncExitStack, store: Store, in_force: InForce, *, clock: Clock
) -> WebSub | None:
    """Join the parts; None if hubs are not to be asked."""
    settings = in_force.settings
    if settings.web.websub is None:
        return None
    wanted = settings.web.websub
    hubs = Hubs(clock, lambda: wanted.interval)
    client = await stack.enter_async_context(HubClient(settings.polling))
    subscriber = Subscriber(
        store, hubs, client, clock=clock, unguessable=unguessable, feeds=lambda: in_force.feeds
    )
    callback = Callback(subscriber, most_bytes=settings.polling.max_body)
    return WebSub(settings=wanted, hubs=hubs, subscriber=subscriber, callback=callback)


def unguessable() -> str:
    """Make a token or a secret."""
    return secrets.token_urlsafe(_UNGUESSABLE)


def world_of(http: HttpFetcher, parser: ParserPool, websub: WebSub | None) -> World:
    """Give polling what it asks for: sitemaps are followed, and hubs heard if they are to be."""
    fetcher = SitemapFollower(http, parser)
    if websub is None:
        return World(clock=clock, dice=dice, fetcher=fetcher, parser=parser)
    hearing = HearingFetcher(fetcher, websub.hubs)
    return World(clock=clock, dice=dice, fetcher=hearing, parser=parser, hubs=websub.hubs)


def routes_of(websub: WebSub | None) -> list[RouteDef]:
    """Where hubs reach us."""
    return websub.callback.routes() if websub else []
