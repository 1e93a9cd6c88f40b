"""The desk before a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from monitor.core.settings import WebSettings
from monitor.store import Store, open_store
from monitor.web.access import Access
from monitor.web.pages import Pages
from monitor.web.server import application

Desk = TestClient[web.Request, web.Application]


def clock() -> datetime:
    """It is always noon."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


def open_desk(routes: Iterable[web.AbstractRouteDef]) -> web.Application:
    """These routes on a desk that asks nobody for a token."""
    return application(routes, Access(WebSettings(), clock=clock))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database."""
    opened = await open_store(f"sqlite:///{tmp_path / 'desk.db'}", owner="test", exclusive=True)
    yield opened
    await opened.close()


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    """A reader of the pages."""
    pages = Pages(store, rules=lambda: ("raids", "floods"))
    async with TestClient(TestServer(open_desk(pages.routes()))) as client:
        yield client
