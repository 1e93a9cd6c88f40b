"""All pages of the desk, put together."""

from __future__ import annotations

from aiohttp import web

from monitor.web.actions import Actions
from monitor.web.deliveries import Deliveries
from monitor.web.feeds import Feeds
from monitor.web.forms import take_name
from monitor.web.pages import Pages
from monitor.web.ports import World
from monitor.web.silences import Silences
from monitor.web.story import StoryPage


def routes(world: World) -> list[web.AbstractRouteDef]:
    """Where each page and each form is."""
    now = Pages(world.store, rules=lambda: tuple(world.in_force.rulebook.rules))
    parts = (now, StoryPage(world), Actions(world), Silences(world), Feeds(world), Deliveries(world))
    return [web.post("/name", take_name), *(route for part in parts for route in part.routes())]
