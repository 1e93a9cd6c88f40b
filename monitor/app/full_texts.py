"""What a daemon needs to fetch the full texts of articles; its process starts with the first page."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from monitor.app.prepared import clock
from monitor.feeds.articles import ACCEPT, Articles, for_pages
from monitor.feeds.fetch import HttpFetcher
from monitor.pipeline.full_texts import FullTexts
from monitor.pipeline.in_force import InForce
from monitor.store import Store


async def open_pages(
    stack: AsyncExitStack, feeds: HttpFetcher, store: Store, in_force: InForce, on_entries: asyncio.Event
) -> FullTexts:
    """Join the parts; pages take turns at their hosts with the feeds."""
    polling = for_pages(in_force.settings.polling)
    http = await stack.enter_async_context(HttpFetcher(polling, clock=clock, beside=feeds, accept=ACCEPT))
    articles = Articles(http, polling)
    stack.push_async_callback(articles.close)
    return FullTexts(store, articles, in_force, clock=clock, on_entries=on_entries)
