"""All pages of the desk, put together."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from monitor.web.actions import Actions
from monitor.web.audit_page import AuditPage
from monitor.web.deliveries import Deliveries
from monitor.web.drafts import Drafts
from monitor.web.feed_edits import FeedEdits
from monitor.web.feeds import Feeds
from monitor.web.forms import take_name
from monitor.web.pages import Pages
from monitor.web.ports import World
from monitor.web.rule_pages import RulePages
from monitor.web.silences import Silences
from monitor.web.story import StoryPage
from monitor.web.system import System

_PARTS: Final = (
    StoryPage,
    Actions,
    Drafts,
    Silences,
    FeedEdits,
    Feeds,
    Deliveries,
    System,
    AuditPage,
)


def routes(world: World) -> list[web.AbstractRouteDef]:
    """Where each page and each form is."""
    now = Pages(world.store, rules=lambda: world.in_force.rulebook.rules)
    rules = RulePages(world.store, lambda: world.in_force.rulebook, clock=world.clock)
    parts = (now, rules, *(part(world) for part in _PARTS))
    return [web.post("/name", take_name), *(route for part in parts for route in part.routes())]
