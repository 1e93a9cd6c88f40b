"""The buttons of a story: the same acts as those under a Slack message and of the command line.

form -> read with limits -> pipeline's act -> 303 to the story, or a page with the reason
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from monitor.core.errors import StoryEditError
from monitor.core.models import Press, Pressed, Story
from monitor.pipeline import editing
from monitor.pipeline.acting import MUTED_FOR
from monitor.pipeline.hushing import Wanted, hushed
from monitor.web.forms import back_to, person_of, refused, signature, text, texts
from monitor.web.ports import World

_PREFIX: Final = re.compile(r"[0-9a-f]{4,32}")
_PRESSES: Final = {"acknowledge": Press.ACKNOWLEDGE, "relevant": Press.RELEVANT, "noise": Press.NOISE}


class Actions:
    """Carries out what is pressed on the page of a story."""

    def __init__(self, world: World) -> None:
        self._world, self._store = world, world.store

    def routes(self) -> list[web.RouteDef]:
        """Where each form sends."""
        story = "/stories/{story:[0-9a-f]{32}}"
        return [
            web.post(f"{story}/alerts/{{alert:[0-9a-f]{{32}}}}/{{press:{'|'.join(_PRESSES)}}}", self.press),
            web.post(f"{story}/mute", self.mute),
            web.post(f"{story}/merge", self.merge),
            web.post(f"{story}/split", self.split),
            web.post(f"{story}/undo", self.undo),
        ]

    async def press(self, request: web.Request) -> web.Response:
        """Acknowledge an alert, or say whether it was worth it."""
        where, alert = _address(request.match_info["story"]), request.match_info["alert"]
        press = _PRESSES[request.match_info["press"]]
        pressed = Pressed(
            id=f"desk {press.value} {alert}",
            press=press,
            alert=alert,
            channels=(),
            message="",
            by=person_of(request),
        )
        answered = await self._world.presses.press_here(pressed)
        return back_to(where) if answered.done else refused(answered.text, back=where)

    async def mute(self, request: web.Request) -> web.Response:
        """Silence a story for as long as the button under a message does."""
        story = await self._story(request)
        wanted = Wanted(
            cause=f"desk mute {await text(request, 'token')} {story.id}",
            matchers={"story": story.id},
            length=MUTED_FOR,
            author=signature(request),
            comment="from a button of the desk",
        )
        await self._store.add_silence(hushed(wanted, self._world.clock()))
        return back_to(_address(story.id))

    async def merge(self, request: web.Request) -> web.Response:
        """Make another story part of this one."""
        story = await self._story(request)
        where = _address(story.id)
        other = await self._named(await text(request, "other"))
        if other is None:
            return refused("no story, or more than one, has an id that begins so", back=where)
        try:
            edit = await editing.merge(
                self._store,
                into=story,
                part=other,
                signed=await self._signed(request),
                owners=self._world.owners,
            )
        except StoryEditError as error:
            return refused(str(error), back=where)
        return back_to(_address(edit.target))

    async def split(self, request: web.Request) -> web.Response:
        """Take the articles that are ticked out, into a story of their own; show that one."""
        story = await self._story(request)
        try:
            edit = await editing.split(
                self._store,
                story=story.id,
                leaving=set(await texts(request, "entry")),
                signed=await self._signed(request),
                owners=self._world.owners,
            )
        except StoryEditError as error:
            return refused(str(error), back=_address(story.id))
        return back_to(_address(edit.target))

    async def undo(self, request: web.Request) -> web.Response:
        """Take an edit of this story back; show the story that the articles are in again."""
        story = await self._story(request)
        number = await text(request, "edit")
        edits = await self._store.story_edits(story.id)
        edit = next((one for one in edits if str(one.number) == number), None)
        if edit is None:
            return refused("there is no such edit of this story", back=_address(story.id))
        signed = await self._signed(request)
        try:
            done = await editing.undo(self._store, edit, signed=signed, owners=self._world.owners)
        except StoryEditError as error:
            return refused(str(error), back=_address(story.id))
        return back_to(_address(done.target))

    async def _signed(self, request: web.Request) -> editing.Signed:
        why = await text(request, "why")
        return editing.Signed(at=self._world.clock(), author=signature(request), why=why)

    async def _story(self, request: web.Request) -> Story:
        found = await self._store.story(request.match_info["story"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such story, or it is no longer kept.")
        return found

    async def _named(self, words: str) -> Story | None:
        """Find a story by the start of its id, or by the address of its page."""
        prefix = urlsplit(words).path.rpartition("/")[2] if "/" in words else words
        return await self._store.story(prefix) if _PREFIX.fullmatch(prefix) else None


def _address(story: str) -> str:
    return f"/stories/{story}"
