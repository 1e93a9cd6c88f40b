"""The audit log: who did what, when, from where, to what. For editors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from aiohttp import web

from monitor.core.models import Act, Deed
from monitor.web.access import MAY_CHANGE
from monitor.web.pages import place_of
from monitor.web.ports import World
from monitor.web.rendering import page

_HERE: Final = "/audit"
PAGE: Final = 100
"""Lines of one page."""
_STORIES: Final = frozenset({Act.MERGE, Act.SPLIT, Act.UNDO})
_SILENCES: Final = frozenset({Act.SILENCE, Act.EXTEND_SILENCE, Act.END_SILENCE})


class AuditPage:
    """Answers requests about who did what."""

    def __init__(self, world: World) -> None:
        self._store, self._hide = world.store, world.hide

    def routes(self) -> list[web.RouteDef]:
        """Where the page is."""
        return [web.get(_HERE, self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """The newest first: `?by=` of names that hold it, `?act=` of one kind, `?before=` after a page."""
        if not MAY_CHANGE.get():
            text = "Who did what is shown to editors: ask for the role."
            return page("error.html", status=HTTPStatus.FORBIDDEN, heading="For editors", text=text)
        by, act = request.query.get("by", "").strip()[:64], _act(request.query.get("act", ""))
        before = place_of(request.query.get("before"))
        found = await self._store.page_of_audit(before=before, limit=PAGE + 1, by=by or None, act=act)
        given = {"by": by, "act": act.value if act else ""}
        asked = "".join(f"&{name}={quote(value)}" for name, value in given.items() if value)
        return page(
            "audit.html",
            rows=[(one, where(one), self._hide(one.detail)) for one in found[:PAGE]],
            older=place(found[PAGE - 1]) if len(found) > PAGE else None,
            later=before is not None,
            asked=asked,
            by=by,
            act=act,
            acts=tuple(Act),
        )


def place(last: Deed) -> str:
    """Write where a page ended, as `before` takes it."""
    return f"{last.at.isoformat()}~{last.number}"


def where(deed: Deed) -> str | None:
    """Give the page of the object; None where it has none."""
    if deed.act in _STORIES:
        return f"/stories/{deed.what}"
    return f"/silences/{deed.what}" if deed.act in _SILENCES else None


def _act(said: str) -> Act | None:
    return next((one for one in Act if one.value == said), None)
