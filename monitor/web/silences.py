"""Silences: those in force and those past, made, ended, extended, and what one held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from aiohttp import web

from monitor.core.models import Decision, Silence
from monitor.core.silencing import MATCHERS, wrong_matcher
from monitor.core.units import duration
from monitor.pipeline.hushing import Wanted, hushed
from monitor.web.forms import back_to, name_of, refused, signature, text, texts, token
from monitor.web.ports import World
from monitor.web.rendering import page

_HERE: Final = "/silences"
_PAST: Final = 100
"""Silences past that are shown: the latest."""
_HELD: Final = 200
_ROWS: Final = 3
"""Matchers that the form has room for."""
_LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form as it was sent, to be shown again beside what is wrong with it."""

    matchers: Sequence[tuple[str, str]] = (("rule", ""), ("tag", ""), ("outlet", ""))
    length: str = "4h"
    comment: str = ""
    release: bool = False
    wrong: str = ""


class Silences:
    """Answers requests about silences."""

    def __init__(self, world: World) -> None:
        self._world, self._store = world, world.store

    def routes(self) -> list[web.RouteDef]:
        """Where each page and form is."""
        one = f"{_HERE}/{{silence:[0-9a-f]{{32}}}}"
        return [
            web.get(_HERE, self.show_all),
            web.post(_HERE, self.add),
            web.get(one, self.show),
            web.post(f"{one}/end", self.end),
            web.post(f"{one}/extend", self.extend),
        ]

    async def show_all(self, request: web.Request) -> web.Response:
        """Silences in force and past, and the form for another one."""
        return await self._page(request, Draft())

    async def add(self, request: web.Request) -> web.Response:
        """Make a silence, or show what is wrong with it; the same form sent twice makes one."""
        draft = await _draft(request)
        matchers, wrong = _read(draft)
        length = _length(draft.length)
        if not wrong and length is None:
            wrong = f"write how long as 30m, 4h or 7d, up to {_LONGEST.days}d"
        if not wrong and "story" in matchers:
            story = await self._store.story(matchers["story"])
            wrong = "" if story else "no story, or more than one, has an id that begins so"
            matchers = {**matchers, "story": story.id} if story else matchers
        if wrong or length is None:
            return await self._page(request, _marked(draft, wrong))
        wanted = Wanted(
            cause=f"desk silence {await text(request, 'token') or token()}",
            matchers=matchers,
            length=length,
            author=signature(request),
            comment=draft.comment,
            release=draft.release,
        )
        await self._store.add_silence(hushed(wanted, self._world.clock()))
        return back_to(_HERE)

    async def show(self, request: web.Request) -> web.Response:
        """One silence, and each match that it held."""
        silence = await self._silence(request)
        held = await self._store.silenced(silence, limit=_HELD)
        return page(
            "silence.html",
            silence=silence,
            titles=await self._titles([silence]),
            held=await self._titled(held),
            now=self._world.clock(),
            most=_HELD,
        )

    async def end(self, request: web.Request) -> web.Response:
        """End a silence now."""
        silence = await self._silence(request)
        if await self._store.end_silence(silence.id, self._world.clock()):
            return back_to(_HERE)
        return refused("this silence had ended already", back=_HERE)

    async def extend(self, request: web.Request) -> web.Response:
        """Let a silence end so long from now."""
        silence, now = await self._silence(request), self._world.clock()
        length = _length(await text(request, "length"))
        if length is None:
            return refused("write how long as 30m, 4h or 7d", back=_HERE)
        if await self._store.extend_silence(silence.id, now + length, now):
            return back_to(_HERE)
        return refused("this silence had ended already: make it anew", back=_HERE)

    async def _silence(self, request: web.Request) -> Silence:
        found = await self._store.silences_like(request.match_info["silence"], limit=1)
        if not found:
            raise web.HTTPNotFound(text="There is no such silence.")
        return found[0]

    async def _titled(self, held: Sequence[Decision]) -> list[tuple[Decision, str]]:
        found = []
        for one in held:
            stored = await self._store.entry(one.entry)
            found.append((one, stored.entry.title if stored else ""))
        return found[::-1]

    async def _titles(self, silences: Iterable[Silence]) -> Mapping[str, str]:
        """Of the stories that silences are of; empty for one that is no longer kept."""
        ids = {one.matchers["story"] for one in silences if "story" in one.matchers}
        found = {one: await self._store.story(one) for one in ids}
        return {one: story.title if story else "" for one, story in found.items()}

    async def _page(self, request: web.Request, draft: Draft) -> web.Response:
        now = self._world.clock()
        known = await self._store.listed_silences()
        in_force = [one for one in known if one.silence.ends_at > now]
        past = [one for one in known if one.silence.ends_at <= now][:_PAST]
        return page(
            "silences.html",
            in_force=in_force,
            past=past,
            titles=await self._titles(one.silence for one in (*in_force, *past)),
            draft=draft,
            names=MATCHERS,
            rules=tuple(self._world.in_force.rulebook.rules),
            token=token(),
            name=name_of(request),
        )


async def _draft(request: web.Request) -> Draft:
    names, values = await texts(request, "name"), await texts(request, "value")
    pairs = [(name, value) for name, value in zip(names, values, strict=False)][:_ROWS]
    return Draft(
        matchers=pairs,
        length=await text(request, "length"),
        comment=await text(request, "comment"),
        release=bool(await text(request, "release")),
    )


def _read(draft: Draft) -> tuple[Mapping[str, str], str]:
    """Read the matchers that are filled in, and say what is wrong; empty if nothing is."""
    found: dict[str, str] = {}
    for name, value in draft.matchers:
        if not value:
            continue
        if wrong := wrong_matcher(name, "=", value, found):
            return found, wrong
        found[name] = value
    return found, "" if found else "say what to silence: fill in at least one value"


def _length(said: str) -> timedelta | None:
    try:
        length = duration(said)
    except ValueError:
        return None
    return length if isinstance(length, timedelta) and timedelta(0) < length <= _LONGEST else None


def _marked(draft: Draft, wrong: str) -> Draft:
    """The draft with what is wrong with it, and as many rows as the form has."""
    rows = [*draft.matchers, *Draft().matchers][:_ROWS]
    return replace(draft, matchers=rows, wrong=wrong[:1].upper() + wrong[1:])
