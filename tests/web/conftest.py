"""The desk before a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from lxml import html

from monitor.config.rules import load_rules
from monitor.core.matcher import Matcher
from monitor.core.settings import Settings, WebSettings
from monitor.pipeline.acting import Presses
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.store import Store, open_store
from monitor.telemetry import Redactor
from monitor.web import desk as desk_pages
from monitor.web.access import Access
from monitor.web.live import Live
from monitor.web.ports import World
from monitor.web.server import application
from tests.store.samples import FEED, NOW

Desk = TestClient[web.Request, web.Application]
SECRET = "hunter2-very-secret"
RULES = """
rules:
  raids:
    title: Raids over the border
    owner: night desk
    any: [рейд, raid]
    none: ["video game"]
    tests:
      match: ["A raid on the border"]

  floods:
    title: Floods
    where: {languages: [en], fields: [title]}
    any: ["=flood"]
"""
LOOK = 0.02
"""Seconds between two looks: tests need not wait a second."""


def read(page: str) -> Any:
    """Read a page as a browser would; what XPath finds has no narrower type."""
    return html.fromstring(page)


@dataclass(slots=True, kw_only=True)
class Around:
    """What is around the pages: the time, calls for whoever delivers, stages that stand still, reloads."""

    now: datetime = NOW
    calls: list[datetime] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    reloads: list[datetime] = field(default_factory=list)


def clock() -> datetime:
    """It is always noon."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


def open_desk(
    routes: Iterable[web.AbstractRouteDef], *, closing: Callable[[], None] = lambda: None
) -> web.Application:
    """These routes on a desk that asks nobody for a token."""
    return application(routes, Access(WebSettings(), clock=clock), closing=closing)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database."""
    opened = await open_store(f"sqlite:///{tmp_path / 'desk.db'}", owner="test", exclusive=True)
    yield opened
    await opened.close()


@pytest.fixture
def around() -> Around:
    """The time of the tests, which they may move."""
    return Around()


@pytest.fixture
def rules() -> str:
    """The rule file; a module may have its own."""
    return RULES


def world_of(store: Store, around: Around, folder: Path, rules: str) -> World:
    """Return what the daemon hands to the pages."""
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    ruleset = load_rules([folder / "rules.yaml"]).ruleset
    in_force = InForce(settings=Settings(), rulebook=Rulebook.of(ruleset, Matcher(ruleset)))
    in_force.feeds = {FEED.url: FEED}
    return World(
        store=store,
        presses=Presses(store, clock=lambda: around.now),
        in_force=in_force,
        clock=lambda: around.now,
        feeds=lambda: [FEED],
        hide=Redactor({SECRET}).for_people,
        on_retry=lambda: around.calls.append(around.now),
        config=folder / "config.yaml",
        reload=lambda: around.reloads.append(around.now),
        stuck=lambda: around.stuck,
        started_at=NOW,
    )


@pytest.fixture
def world(store: Store, around: Around, tmp_path: Path, rules: str) -> World:
    """What the daemon hands to the pages."""
    return world_of(store, around, tmp_path, rules)


@pytest.fixture
def book(world: World) -> Rulebook:
    """The rules in force."""
    return world.in_force.rulebook


@pytest.fixture
def live(store: Store, world: World) -> Live:
    """What tells open pages."""
    return Live(store, look=LOOK, rules=lambda: world.in_force.rulebook.rules)


@pytest.fixture
async def desk(world: World, live: Live) -> AsyncIterator[Desk]:
    """A reader of the pages."""
    routes = [*desk_pages.routes(world), *live.routes()]
    async with TestClient(TestServer(open_desk(routes, closing=live.close))) as client:
        yield client
