"""Documents are read by processes that may die; the daemon's loop and the other feeds never notice."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.core.models import Document, Fetched, NotAFeed, ParsedFeed
from monitor.core.settings import PollingSettings
from monitor.feeds.parse import ParserPool
from tests.feeds.zoo import RSS

SLOW = b'<rss version="2.0"><channel><item><description>' + b"&lt;!--" * 400_000 + b"</description></item>"


def fetched(body: bytes) -> Fetched:
    """Wrap a body as if it came from a server."""
    return Fetched(url="http://valley.example/feed.xml", status=200, body=body)


def options(**changes: Any) -> PollingSettings:
    """Return settings with a short deadline."""
    return PollingSettings(**{"parse_timeout": timedelta(seconds=1), "parse_workers": 2, **changes})


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    """Run a pool of two workers."""
    async with ParserPool(options()) as running:
        yield running


def pids(pool: ParserPool) -> list[int]:
    """Return the processes of the pool."""
    return [worker._running.pid for worker in pool._workers if worker._running is not None]


async def test_feed_is_read_in_another_process(pool: ParserPool) -> None:
    """The result is what the reader makes of it; one worker is enough for one feed after the other."""
    for _ in range(3):
        feed = await pool.parse(fetched(RSS))
        assert isinstance(feed, ParsedFeed)
        assert feed.entries[0].title == "Bridge reopens"
    assert len(pids(pool)) == 1


async def test_document_that_takes_too_long_costs_its_worker_only(pool: ParserPool) -> None:
    """Feeds read beside it and after it are not affected."""
    hostile = asyncio.create_task(pool.parse(fetched(SLOW * 8)))
    beside = [await pool.parse(fetched(RSS)) for _ in range(5)]
    verdict = await hostile
    assert isinstance(verdict, NotAFeed)
    assert verdict.document is Document.HOSTILE
    after = await asyncio.gather(*(pool.parse(fetched(RSS)) for _ in range(4)))
    assert all(isinstance(feed, ParsedFeed) and feed.entries for feed in (*beside, *after))


async def test_worker_killed_from_outside_is_replaced(pool: ParserPool) -> None:
    """Whatever ends a worker, the next document gets a new one."""
    await pool.parse(fetched(RSS))
    (first,) = pids(pool)
    os.kill(first, signal.SIGKILL)
    outcomes = [await pool.parse(fetched(RSS)) for _ in range(2)]
    assert isinstance(outcomes[-1], ParsedFeed)
    assert first not in pids(pool)


async def test_cancelled_poll_leaves_no_confusion(pool: ParserPool) -> None:
    """A reply that nobody waits for is not taken for the next one."""
    task = asyncio.create_task(pool.parse(fetched(SLOW)))
    await pool.parse(fetched(RSS))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    found = await asyncio.gather(*(pool.parse(fetched(body)) for body in (RSS, b"", RSS, b"{}")))
    assert [type(one) for one in found] == [ParsedFeed, NotAFeed, ParsedFeed, NotAFeed], found


async def test_worker_sees_nothing_of_our_environment(
    pool: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets in the daemon's environment do not reach the process that reads hostile documents."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    await pool.parse(fetched(RSS))
    (pid,) = pids(pool)
    assert b"xoxb-secret" not in Path(f"/proc/{pid}/environ").read_bytes()


async def test_close_leaves_no_process_behind() -> None:
    """Not even while a worker is busy."""
    pool = ParserPool(options())
    task = asyncio.create_task(pool.parse(fetched(SLOW)))
    await pool.parse(fetched(RSS))
    processes = pids(pool)
    await pool.close()
    await asyncio.gather(task, return_exceptions=True)
    for pid in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    await pool.close()


async def test_large_feed_comes_in_many_frames(pool: ParserPool) -> None:
    """A reply of megabytes does not stop the loop, and is complete."""
    item = b"<item><title>%d</title><description>" + b"word " * 1500 + b"</description></item>"
    body = b'<rss version="2.0"><channel>' + b"".join(item % n for n in range(200)) + b"</channel></rss>"
    feed = await pool.parse(fetched(body))
    assert isinstance(feed, ParsedFeed)
    assert [entry.title for entry in feed.entries] == [str(n) for n in range(200)]
