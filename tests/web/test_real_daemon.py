"""The desk of a real daemon: what a form writes into config.yaml is in force a moment later."""

from __future__ import annotations

from aiohttp import ClientSession

from tests.acceptance.conftest import desk as folder
from tests.acceptance.daemon import Desk as Folder
from tests.web.conftest import read

__all__ = ["folder"]


async def test_a_feed_is_paused_and_resumed_while_the_daemon_runs(folder: Folder) -> None:
    """It is gone from what is polled, and back with its memory; the answer waits until that is so."""
    folder.settings["web"] = {"listen": "127.0.0.1:0"}
    folder.feed("/one", [("a", "Flood closes road")])
    async with folder.running() as daemon, ClientSession() as session:
        started = daemon.event("started")
        assert started is not None
        await daemon.until(lambda: folder.rows("SELECT 1 FROM feeds WHERE last_polled_at IS NOT NULL"))
        at = f"{started['web']}/feed-health"
        page = read(await (await session.get(at)).text())
        [feed] = page.xpath("//tbody//a/@href")
        answer = await session.post(f"{started['web']}{feed}/pause")
        page = read(await answer.text())
        assert not page.xpath("//tbody/tr")
        [resume] = page.xpath("//form[contains(@action, '/resume')]/@action")
        assert folder.rows("SELECT configured FROM feeds") == [(0,)]
        answer = await session.post(f"{started['web']}{resume}")
        assert len(read(await answer.text()).xpath("//tbody/tr")) == 1
        assert folder.rows("SELECT configured FROM feeds") == [(1,)]


async def test_a_rule_is_tried_over_what_the_daemon_has_kept(folder: Folder) -> None:
    """With the rules that it has in force."""
    folder.settings["web"] = {"listen": "127.0.0.1:0"}
    folder.feed("/one", [("a", "Flood closes road"), ("b", "Trains stand still")])
    async with folder.running() as daemon, ClientSession() as session:
        started = daemon.event("started")
        assert started is not None
        await daemon.until(lambda: folder.rows("SELECT 1 FROM assignments LIMIT 1 OFFSET 1"))
        said = {"rule": "stranded:\n  any: [trains]\n", "days": "1"}
        answer = await session.post(f"{started['web']}/try/rule", data=said)
        assert "would have alerted on 1 story" in await answer.text()
