"""Schemathesis asks the API whatever its document permits, and much that it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from monitor.core.models import Silence
from monitor.core.settings import WebSettings
from monitor.store import Store, open_store
from monitor.web.access import Access
from monitor.web.api.endpoints import InForceNow
from monitor.web.api.routes import ROOT, routes
from monitor.web.server import application
from tests.store.samples import FEED, NOW, a_delivery, a_feed
from tests.web.conftest import clock
from tests.web.keeping import kept
from tests.web.serving import served
from tests.web.test_outgoing_feeds import RULES

TOKEN = "probing-token-of-many-characters"
NAMES = [letter * 32 for letter in "abc"]
USERS = WebSettings.model_validate({"users": [{"name": "probe", "token": TOKEN, "role": "editor"}]})
EXAMPLES = "10"
"""Of each operation and phase; the same ones each time."""


async def fill(store: Store) -> None:
    """Three of everything."""
    await kept(store, *NAMES)
    await store.queue([a_delivery(name, alert=name) for name in NAMES])
    await store.sync_feeds([FEED, a_feed(1), a_feed(2)], NOW)
    for name in NAMES:
        silence = Silence(
            id=name,
            matchers={"rule": "raids"},
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=1),
            author="alice",
        )
        await store.add_silence(silence)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where an API with users and real rows is served."""
    path = tmp_path_factory.mktemp("probed") / "desk.db"

    async def made() -> tuple[web.Application, Callable[[], Awaitable[None]]]:
        store = await open_store(f"sqlite:///{path}", owner="test", exclusive=True)
        await fill(store)
        in_force = InForceNow(rules=lambda: RULES, feeds=lambda: {FEED.url: FEED})
        return application(routes(store, in_force, wants_login=True), Access(USERS, clock=clock)), store.close

    with served(made) as found:
        yield found


def test_every_answer_is_one_that_the_document_names(address: str, tmp_path: Path) -> None:
    """Each operation by all its checks: statuses, types, shapes, wrong values, missing tokens, chains."""
    asked = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}{ROOT}/openapi.json"]
    how = ["--max-examples", EXAMPLES, "--generation-deterministic", "--continue-on-failure", "--no-color"]
    here = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(
        [*asked, *how, "--header", f"Authorization: Bearer {TOKEN}"],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=str(here), SCHEMATHESIS_HOOKS="tests.web.probing_hooks"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "13 selected / 13 total" in done.stdout
    assert "6 selected / 6 total" in done.stdout, "lists lead to their first items"
    assert "No checks" not in done.stdout
