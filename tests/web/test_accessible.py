"""Every page for everybody: nothing serious for axe, nothing scrolls sideways, both themes and a phone.

With NEWS_MONITOR_SCREENSHOTS naming a folder, each page is kept there as a picture (`make screenshots`).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe

from monitor.store import Store
from monitor.web.feeds import feed_id
from monitor.web.ports import World
from tests.web.browser import PHONE, WIDE, Reader, reading
from tests.web.conftest import Desk
from tests.web.gallery import FEEDS, RULES, hang

GRAVE = {"serious", "critical"}
SENT = {"try", "draft"}
"""Pages of which the answer to their form is looked at."""
OPENED = {"feeds", "story"}
"""Pages of which something folded is opened."""


@pytest.fixture
def rules() -> str:
    """Rules of every severity."""
    return RULES


def pages(story: str) -> dict[str, str]:
    """Every page by the name of its picture."""
    return {
        "now": "/",
        "now-nothing": "/?rule=markets",
        "story": f"/stories/{story}",
        "rules": "/rules",
        "rule": "/rules/raids",
        "try": f"/try?entry={story}&rule=raids",
        "silences": "/silences",
        "silence": f"/silences/{1:012x}",
        "feeds": "/feed-health",
        "feed": f"/feed-health/{feed_id(FEEDS[0].url)}",
        "draft": "/try/rule?rule=raids",
        "deliveries": "/deliveries",
        "system": "/system",
        "audit": "/audit",
        "login": "/login",
        "missing": "/stories/ffffffff",
    }


async def violations(reader: Reader, name: str) -> list[str]:
    """What axe finds that keeps people out; all that it finds is kept beside the pictures."""
    answered = (await Axe().run(reader.page)).response
    found = answered["violations"]
    if folder := os.environ.get("NEWS_MONITOR_SCREENSHOTS"):
        lesser = ", ".join(f"{one['id']} ({one['impact']})" for one in found) or "nothing"
        with (Path(folder) / "axe.txt").open("a", encoding="utf-8") as report:
            report.write(f"{name}: {len(answered['passes'])} rules pass, found {lesser}\n")
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


async def keep(reader: Reader, name: str) -> None:
    """Keep a picture, if a folder for them is named."""
    if folder := os.environ.get("NEWS_MONITOR_SCREENSHOTS"):
        await reader.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("size", "dark"), [(WIDE, False), (WIDE, True), (PHONE, False), (PHONE, True)], ids=str
)
async def test_every_page_is_for_everybody(
    desk: Desk, world: World, store: Store, size: tuple[int, int], *, dark: bool
) -> None:
    """Contrast, names, landmarks, headings; nothing is wider than the window or against the policy."""
    story = await hang(world, store)
    await desk.post(f"/feed-health/{feed_id(FEEDS[0].url)}/poll")  # a line of the audit log
    found = {}
    async with reading(size=size, dark=dark) as reader:
        for name, path in pages(story).items():
            await reader.page.goto(f"http://127.0.0.1:{desk.port}{path}")
            if name in SENT:
                await reader.page.locator("main form").get_by_role("button", name="Try", exact=True).click()
                await reader.page.locator("main h2").first.wait_for()
            if name in OPENED:
                await reader.page.locator("main details").first.evaluate("one => one.open = true")
            await keep(reader, f"{name}-{'dark' if dark else 'light'}-{size[0]}")
            said = await violations(reader, f"{name}, {size[0]} px, {'dark' if dark else 'light'}")
            said += [] if await reader.is_within_width() else ["scrolls sideways"]
            if said:
                found[name] = said
        complaints = [one for one in reader.complaints if "404" not in one]
    assert found == {}
    assert complaints == []
