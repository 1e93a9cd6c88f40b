"""Feeds written into config.yaml from the desk: added, taken over from another reader, switched off and on.

form -> the function that the command line calls -> its sentences -> a reload of what is in force

A page on the network never asks private addresses: that stays with whoever may edit the file.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final

from aiohttp import BodyPartReader, web

from monitor.config.feed_list import take_opml
from monitor.config.switching import paused_feeds, switch_feed
from monitor.core.errors import ConfigurationError, ParserUnusableError
from monitor.core.models import Act
from monitor.opml import MAX_BYTES
from monitor.sources.adding import Outcome, Wanted, add_feed
from monitor.web.feeds import feed_id
from monitor.web.forms import back_to, refused, text
from monitor.web.ports import World
from monitor.web.rendering import page

_HERE: Final = "/feed-health"
_LONGEST: Final = 2000
"""Characters of an address."""
_SETTLING: Final = 5.0
"""Seconds that an answer waits for the daemon to take the file over, so that it shows what was done."""
_STEP: Final = 0.05


class FeedEdits:
    """Carries out what forms about feeds ask for, one at a time: they all write one file."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._writing = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """Where each form sends."""
        one = f"{_HERE}/{{feed:[0-9a-f]{{16}}}}"
        return [
            web.post(f"{_HERE}/add", self.add),
            web.post(f"{_HERE}/import", self.take_over),
            web.post(f"{one}/pause", self.pause),
            web.post(f"{one}/resume", self.resume),
        ]

    async def add(self, request: web.Request) -> web.Response:
        """Look behind an address and add the feed there: what `feeds add` does."""
        tags = tuple((await text(request, "tags")).replace(",", " ").split())
        url = await text(request, "url", most=_LONGEST)
        wanted = Wanted(url=url, name=await text(request, "name"), tags=tags)
        async with self._writing:
            try:
                addition = await add_feed(self._world.config, wanted, self._world.clock())
            except (ConfigurationError, ParserUnusableError) as error:
                return refused(self._world.hide(str(error)), back=_HERE)
        if addition.outcome is Outcome.ADDED:
            await self._world.store.note(
                Act.ADD_FEED, self._world.hide(addition.probed.url if addition.probed else url)
            )
            self._world.reload()
        status = HTTPStatus.OK if addition.outcome is Outcome.ADDED else HTTPStatus.CONFLICT
        return page("feed_added.html", status=status, addition=addition, hide=self._world.hide)

    async def take_over(self, request: web.Request) -> web.Response:
        """Add the feeds of an OPML file: what `feeds import` does."""
        document = await _uploaded(request)
        if document is None:
            return refused("no file was chosen", back=_HERE)
        async with self._writing:
            try:
                taken = await asyncio.to_thread(take_opml, self._world.config, document, name="the file")
            except ConfigurationError as error:
                return refused(self._world.hide(str(error)), back=_HERE)
        if taken.refusal is not None:
            return refused(self._world.hide(str(taken.refusal)), back=_HERE)
        if taken.added:
            await self._world.store.note(Act.IMPORT_FEEDS, detail=f"{len(taken.added)} added")
            self._world.reload()
        return page("feeds_taken.html", taken=taken)

    async def pause(self, request: web.Request) -> web.Response:
        """Switch a feed off in the file; it is polled no more."""
        return await self._switch(request, enabled=False)

    async def resume(self, request: web.Request) -> web.Response:
        """Switch a feed on again."""
        return await self._switch(request, enabled=True)

    async def _switch(self, request: web.Request, *, enabled: bool) -> web.Response:
        in_force = self._world.in_force
        feeds = paused_feeds(in_force.settings) if enabled else self._world.feeds()
        wanted = request.match_info["feed"]
        url = next((feed.url for feed in feeds if feed_id(feed.url) == wanted), None)
        if url is None:
            raise web.HTTPNotFound(text="There is no such feed in the configuration.")
        async with self._writing:
            try:
                mistake = await asyncio.to_thread(switch_feed, self._world.config, url, enabled=enabled)
            except (ConfigurationError, OSError) as error:
                return refused(self._world.hide(str(error)), back=_HERE)
        if mistake is not None:
            return refused(self._world.hide(str(mistake)), back=_HERE)
        act = Act.RESUME_FEED if enabled else Act.PAUSE_FEED
        await self._world.store.note(act, self._world.hide(url))
        self._world.reload()
        await self._until_taken(url, enabled=enabled)
        return back_to(_HERE)

    async def _until_taken(self, url: str, *, enabled: bool) -> None:
        for _ in range(round(_SETTLING / _STEP)):
            paused = any(feed.url == url for feed in paused_feeds(self._world.in_force.settings))
            # Settings are swapped first; only when that is done is it worth asking the store for all feeds.
            if paused != enabled and await self._is_polled(url) == enabled:
                return
            await asyncio.sleep(_STEP)

    async def _is_polled(self, url: str) -> bool:
        return any(state.url == url for state in await self._world.store.feed_states())


async def _uploaded(request: web.Request) -> bytes | None:
    """Read the file of a form, as far as one may be long; None if there is none."""
    if not request.content_type.startswith("multipart/"):
        return None
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "file":
            found = bytearray()
            while len(found) <= MAX_BYTES and (chunk := await part.read_chunk()):
                found += chunk
            return bytes(found) or None
    return None
