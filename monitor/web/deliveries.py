"""Deliveries: the ledger of what was sent, what waits, and what was refused; retried or given up."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from monitor.core.models import Delivery, DeliveryState
from monitor.web.forms import back_to, refused
from monitor.web.pages import place_of
from monitor.web.ports import World
from monitor.web.rendering import page

_HERE: Final = "/deliveries"
PAGE: Final = 50
"""Deliveries of one page."""
RETRIED: Final = frozenset(
    {DeliveryState.PARKED, DeliveryState.DROPPED, DeliveryState.UNSURE, DeliveryState.READY}
)
GIVEN_UP: Final = frozenset({DeliveryState.PARKED, DeliveryState.UNSURE, DeliveryState.READY})
WORDS: Final = {
    DeliveryState.READY: "waiting",
    DeliveryState.SENDING: "being sent",
    DeliveryState.UNSURE: "unsure whether it arrived",
    DeliveryState.SENT: "sent",
    DeliveryState.PARKED: "refused for good, until somebody retries it",
    DeliveryState.DROPPED: "given up or overtaken",
    DeliveryState.FOLDED: "told in a digest",
}


class Deliveries:
    """Answers requests about deliveries."""

    def __init__(self, world: World) -> None:
        self._world, self._store = world, world.store

    def routes(self) -> list[web.RouteDef]:
        """Where the page and its forms are."""
        one = f"{_HERE}/{{delivery:[0-9a-f]{{32}}}}"
        return [
            web.get(_HERE, self.show_all),
            web.post(f"{one}/retry", self.retry),
            web.post(f"{one}/drop", self.drop),
        ]

    async def show_all(self, request: web.Request) -> web.Response:
        """The ledger, the newest first: `?state=` those in one state, `?before=` those after a page."""
        state = _state(request.query.get("state"))
        before = place_of(request.query.get("before"))
        found = await self._store.page_of_deliveries(state=state, before=before, limit=PAGE + 1)
        counts = await self._store.counts()
        return page(
            "deliveries.html",
            rows=[(one, self._why(one)) for one in found[:PAGE]],
            older=_place(found[PAGE - 1]) if len(found) > PAGE else None,
            state=state,
            counts=counts.deliveries,
            oldest=counts.oldest_unsent_at,
            words=WORDS,
            retried=RETRIED,
            given_up=GIVEN_UP,
            later=before is not None,
        )

    async def retry(self, request: web.Request) -> web.Response:
        """Send one at once, as `alerts retry` does."""
        done = await self._store.retry_delivery(request.match_info["delivery"], self._world.clock())
        if not done:
            return refused("it went on meanwhile, or is no longer kept", back=_HERE)
        self._world.on_retry()
        return back_to(_back(request))

    async def drop(self, request: web.Request) -> web.Response:
        """Give one up, as `alerts drop` does."""
        if await self._store.drop_delivery(request.match_info["delivery"]):
            return back_to(_back(request))
        return refused("it went on meanwhile, or is no longer kept", back=_HERE)

    def _why(self, delivery: Delivery) -> str:
        return self._world.hide(delivery.error or "")


def _place(last: Delivery) -> str:
    return f"{last.created_at.isoformat()}~{last.id}"


def _state(said: str | None) -> DeliveryState | None:
    """Read a state; what is none means all of them."""
    return next((one for one in DeliveryState if one.value == said), None)


def _back(request: web.Request) -> str:
    """The list that the button was in, as far as it can be told: that of one state, or all."""
    state = _state(request.query.get("state"))
    return f"{_HERE}?state={state.value}" if state else _HERE
