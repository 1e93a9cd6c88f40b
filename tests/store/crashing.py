"""The process that tests/store/test_crashes.py kills: polls, assembles and claims without end."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection

from monitor.store import open_store
from tests.store.samples import LEASE, NOW, a_delivery, an_entry, assembled, poll

PER_POLL = 20


def work(url: str, start: int, told: Connection) -> None:
    """Work until killed, and tell the number of each poll before it begins."""
    asyncio.run(_work(url, start, told))


async def _work(url: str, start: int, told: Connection) -> None:
    store = await open_store(url, owner="child", exclusive=True)
    for number in range(start, start + 10_000):
        told.send(number)
        await poll(store, *(an_entry(f"n{number}-{one}") for one in range(PER_POLL)))
        waiting = await store.pending_entries(limit=PER_POLL)
        done = [
            assembled(item, deliveries=[a_delivery(f"d-{item.entry.id}", alert=f"alert-{item.entry.id}")])
            for item in waiting
        ]
        await store.commit_assembled(done)
        await store.claim_deliveries(NOW, lease=LEASE, limit=PER_POLL)
