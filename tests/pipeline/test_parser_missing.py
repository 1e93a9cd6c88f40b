"""A parser that does not start is told as one fact, and its feeds recover."""

from __future__ import annotations

import logging
import sys
from typing import cast

import pytest

from monitor.feeds.parse import ParserPool
from tests.pipeline.rig import Rig


async def test_feeds_that_cannot_be_read_are_told_in_one_line(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No traceback for each poll; nothing is lost once it starts again."""
    for number in range(5):
        await rig.serve(f"f{number}", (f"a{number}", f"Market report number {number}"))
    with monkeypatch.context() as broken, caplog.at_level(logging.INFO):
        broken.setattr(sys, "executable", "/nowhere/python")
        await cast("ParserPool", rig.world.parser).close()
        await rig.poller.run_once()
    assert not [record for record in caplog.records if record.exc_info]
    [told] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert told.message == "feeds.failing"
    assert told.__dict__["fields"]["why"].startswith("5 cannot be read: the parser does not start")
    errors = {one.error for one in await rig.store.store.feed_states()}
    assert errors == {"the feed parser process cannot be started: no such file or directory"}
    rig.later(minutes=20)
    await rig.poller.run_once()
    assert (await rig.store.store.counts()).entries == 5
