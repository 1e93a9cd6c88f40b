"""The pages in a real browser: live, by keyboard, on a phone, and that nothing of a feed runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from playwright.async_api import expect

from monitor.store import Store
from monitor.web.live import Live
from monitor.web.ports import World
from tests.acceptance.conftest import desk as folder
from tests.acceptance.daemon import Desk as Folder
from tests.store.samples import FEED
from tests.web.browser import PHONE, reading
from tests.web.conftest import Around, Desk
from tests.web.keeping import kept
from tests.web.test_pages import EVIL

__all__ = ["folder"]

LONG = "Ünbrökenwørdwithoutanyblank" * 8


def address(desk: Desk, path: str = "/") -> str:
    """Return the address of a page."""
    return f"http://127.0.0.1:{desk.port}{path}"


async def test_now_takes_in_new_and_changed_stories_without_a_reload(desk: Desk, store: Store) -> None:
    """The new one comes on top, a changed one says so, and the counts follow."""
    await kept(store, *(f"{number:032x}" for number in range(3)))
    async with reading() as reader:
        page = reader.page
        await page.goto(address(desk))
        await expect(page.locator("#line")).to_have_text("live")
        await page.evaluate("window.loadedOnce = true")
        await kept(store, "f" * 32, title="Raid told just now", minute=9)
        first = page.locator("#stories > li").first
        await expect(first).to_contain_text("Raid told just now")
        await expect(first).to_contain_text("raids: alert")
        await expect(page.locator("#counts")).to_contain_text("stories 4")
        await expect(page.locator("#stories > li")).to_have_count(4)
        assert await page.evaluate("window.loadedOnce")
        assert reader.complaints == []


async def test_what_is_being_read_stays_where_it_is(desk: Desk, store: Store) -> None:
    """A story that comes above moves nothing under the reader's eyes, and a button leads up to it."""
    await kept(store, *(f"{number:032x}" for number in range(25)))
    async with reading() as reader:
        page = reader.page
        await page.goto(address(desk))
        await expect(page.locator("#line")).to_have_text("live")
        await page.evaluate("scrollTo({top: 600, behavior: 'instant'})")
        seen = page.locator(f"li[data-story='{10:032x}']")
        before = await seen.bounding_box()
        await kept(store, "f" * 32, title="Raid told just now", minute=40)
        fresh = page.get_by_role("button", name="1 new or changed above")
        await expect(fresh).to_be_visible()
        after = await seen.bounding_box()
        assert before is not None
        assert after is not None
        assert abs(after["y"] - before["y"]) < 2
        await fresh.click()
        await expect(fresh).to_be_hidden()
        await expect(page.locator("#stories > li").first).to_contain_text("Raid told just now")
        assert reader.complaints == []


async def test_the_end_of_the_desk_is_said_in_the_page(desk: Desk, live: Live) -> None:
    """Nobody takes silence for quiet."""
    async with reading() as reader:
        await reader.page.goto(address(desk))
        await expect(reader.page.locator("#line")).to_have_text("live")
        live.close()
        await expect(reader.page.locator("#line")).to_have_text("connection lost")


async def test_keys_walk_open_and_explain_themselves(desk: Desk, store: Store) -> None:
    """j, k, o, and ? for those who do not know them; letters typed into a form are letters."""
    await kept(store, *(f"{number:032x}" for number in range(3)))
    async with reading() as reader:
        page = reader.page
        await page.goto(address(desk))
        for key in "jjjk":
            await page.keyboard.press(key)
        await expect(page.locator("#stories > li").nth(1)).to_have_class("at")
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_contain_text("next, previous")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await page.keyboard.press("o")
        await page.wait_for_url(f"**/stories/{1:032x}")
        await page.keyboard.press("t")
        await page.wait_for_url("**/try")
        await page.get_by_label("Title").fill("A raid ")
        await page.get_by_label("Title").press("j")
        await page.get_by_role("button", name="Try").last.click()
        await expect(page.locator("mark")).to_have_text(["raid"])
        assert reader.complaints == []


async def test_on_a_phone_no_page_scrolls_sideways(desk: Desk, store: Store) -> None:
    """At 390 pixels, with the longest words, and with what comes live."""
    await kept(store, "a" * 32, title=f"Raid {LONG}")
    async with reading(size=PHONE, dark=True) as reader:
        for path in ("/", f"/stories/{'a' * 32}", "/rules", "/rules/raids", f"/try?entry={'a' * 32}"):
            await reader.page.goto(address(desk, path))
            assert await reader.is_within_width(), path
        await reader.page.get_by_role("button", name="Try").last.click()
        await expect(reader.page.locator("mark").first).to_be_visible()
        assert await reader.is_within_width()
        assert reader.complaints == []


async def test_nothing_of_a_feed_runs_or_is_loaded(
    desk: Desk, store: Store, world: World, around: Around
) -> None:
    """Neither in a page nor in what comes live; nothing is asked of anybody but the desk."""
    around.now += timedelta(hours=1)
    world.in_force.feeds = {FEED.url: replace(FEED, name=EVIL[2])}
    await kept(store, *(f"{number:032x}" for number in range(3)), title="".join(EVIL[:3]))
    async with reading() as reader:
        page = reader.page
        await page.goto(address(desk))
        await expect(page.locator("#line")).to_have_text("live")
        for number, evil in enumerate(EVIL, start=20):
            await kept(store, f"{number:032x}", title=evil, minute=number)
        last = page.locator("#stories > li").first
        await expect(last).to_have_attribute("data-story", f"{25:032x}")
        assert await page.locator("main :is(img, svg, script, style, b)").count() == 0
        for number in range(20, 26):
            await page.goto(address(desk, f"/stories/{number:032x}"))
            await page.goto(address(desk, f"/try?entry={number:032x}&rule=raids"))
            await page.get_by_role("button", name="Try").last.click()
            await page.wait_for_load_state()
        await page.goto(address(desk, "/try/rule"))
        await page.get_by_label("Rule, as in its file").fill("evil:\n  any: [alert, turned, style]\n")
        await page.get_by_label("Over the last").select_option("30")
        await page.get_by_role("button", name="Try").last.click()
        await expect(page.locator("section li")).not_to_have_count(0)
        assert await page.locator("main :is(img, svg, script, style, b)").count() == 0
        await page.goto(address(desk, "/feed-health"))
        await expect(page.locator("tbody tr")).to_contain_text("<svg/onload=alert(1)>")
        assert reader.complaints == []
        assert all(asked.startswith(address(desk)) for asked in reader.asked)


async def test_the_daemon_itself_tells_an_open_page(folder: Folder) -> None:
    """From the feed to the browser, and an open page does not hold up its end."""
    folder.settings["web"] = {"listen": "127.0.0.1:0"}
    folder.feed("/one", [("a", "Flood closes road")])
    async with folder.running() as daemon, reading() as reader:
        started = daemon.event("started")
        assert started is not None
        page = reader.page
        await page.goto(started["web"])
        await expect(page.locator("#stories")).to_contain_text("Flood closes road")
        await expect(page.locator("#line")).to_have_text("live")
        folder.publish("/one", [("a", "Flood closes road"), ("b", "Dam holds, engineers say")], etag='"2"')
        await expect(page.locator("#stories > li").first).to_contain_text("Dam holds, engineers say")
        assert await daemon.stop() == 0
        assert daemon.event("stopped_late") is None
        await expect(page.locator("#line")).to_have_text("connection lost")
