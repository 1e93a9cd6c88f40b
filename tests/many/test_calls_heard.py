"""What one daemon commits, another hears of at once; after a lost connection it looks by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from monitor.pipeline import calls
from monitor.pipeline.calls import hear
from monitor.pipeline.pace import Wakeup
from monitor.store import Store, open_store
from tests.store.samples import an_entry, poll
from tests.store.test_postgres_troubles import cut


@asynccontextmanager
async def hearing_on(store: Store) -> AsyncIterator[dict[str, Wakeup]]:
    """Hear while the block runs."""
    wake = {"entries": Wakeup(), "workers": Wakeup()}
    task = asyncio.create_task(hear(store, wake))
    try:
        yield wake
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def woken(wakeup: Wakeup) -> None:
    """Wait for a call, and take it."""
    async with asyncio.timeout(60):
        await wakeup.wait()
    wakeup.clear()


@pytest.mark.postgres
async def test_new_entries_are_heard_of_also_after_a_lost_connection(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever listens is woken by the commit; when it can listen again, once for all it may have missed."""
    monkeypatch.setattr(calls, "PAUSE", 0.1)
    one = await open_store(postgres_url, owner="one", exclusive=True)
    other = await open_store(postgres_url, owner="other", exclusive=True)
    async with hearing_on(other) as wake:
        await woken(wake["entries"])  # it listens
        await poll(one, an_entry("a"))
        await woken(wake["entries"])
        await poll(one, an_entry("a"))
        assert not wake["entries"].is_set()  # nothing new, no call
        wake["workers"].clear()
        await one.sign_out()
        await woken(wake["workers"])
        await cut(postgres_url)
        await woken(wake["entries"])
        await poll(one, an_entry("b"))
        await woken(wake["entries"])
    await one.close()
    await other.close()


async def test_on_sqlite_nobody_calls(tmp_path: Path) -> None:
    """The one daemon of a file has no others to hear."""
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="me", exclusive=True)
    async with hearing_on(store) as wake:
        await poll(store, an_entry("a"))
        await asyncio.sleep(0)
        assert not any(wakeup.is_set() for wakeup in wake.values())
    await store.close()
