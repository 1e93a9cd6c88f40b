"""A parser process that cannot be started is found at the start and said in a sentence."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from monitor.core.errors import ParserUnusableError
from monitor.core.models import Fetched, ParsedFeed
from monitor.feeds.parse import ParserPool
from tests.feeds.polling import settings
from tests.feeds.zoo import RSS

DOCUMENT = Fetched(url="http://valley.example/feed.xml", status=200, body=RSS)


async def test_one_process_is_warm_before_the_first_document() -> None:
    """The first poll does not wait for an interpreter to start; the others start when needed."""
    async with ParserPool(settings(parse_workers=2)) as pool:
        [warm] = [worker._running for worker in pool._workers if worker._running is not None]
        assert isinstance(await pool.parse(DOCUMENT), ParsedFeed)
        assert [worker._running for worker in pool._workers if worker._running is not None] == [warm]


@pytest.mark.parametrize("interpreter", ["/nowhere/python", "/bin/false"])
async def test_a_parser_that_does_not_start_stops_the_start(
    interpreter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the system starts no process or the process ends at once: one sentence, no process left."""
    monkeypatch.setattr(sys, "executable", interpreter)
    with pytest.raises(ParserUnusableError, match="the feed parser process"):
        async with ParserPool(settings()):
            raise AssertionError


async def test_a_parser_that_fails_later_recovers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As after an upgrade under a running daemon: documents fail with the sentence until it can start."""
    async with ParserPool(settings(parse_workers=1)) as pool:
        await pool._workers[0].stop()
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", str(tmp_path / "python"))
            with pytest.raises(ParserUnusableError, match="cannot be started: no such file"):
                await pool.parse(DOCUMENT)
        found = await asyncio.gather(*(pool.parse(DOCUMENT) for _ in range(2)))
        assert all(isinstance(one, ParsedFeed) for one in found)
