"""Pages that keep themselves true in a real browser, without taking anything from under a reader's hands."""

from __future__ import annotations

from playwright.async_api import expect

from monitor.core.models import Verdict
from monitor.store import Store
from monitor.web.live import Live
from tests.store.samples import NOW, an_entry, assembled, poll
from tests.web.browser import reading
from tests.web.conftest import Desk
from tests.web.keeping import kept
from tests.web.test_browser import address

A = "a" * 32


async def another(store: Store, name: str) -> None:
    """Let another article join the story of A."""
    await poll(store, an_entry(name, title=f"Later article {name[0]}"), now=NOW)
    [waiting] = await store.pending_entries(limit=1)
    await store.commit_assembled([assembled(waiting, story=A, verdict=Verdict.UPDATE)])


async def test_a_story_takes_in_what_happens_to_it_without_a_reload(desk: Desk, store: Store) -> None:
    """What was folded open stays open, and the key of the list keeps its place."""
    await kept(store, A)
    async with reading() as reader:
        page = reader.page
        await page.goto(address(desk, f"/stories/{A}"))
        await expect(page.locator("#line")).to_have_text("live")
        await page.evaluate("window.loadedOnce = true")
        await page.locator(".articles details").first.evaluate("one => one.open = true")
        await page.keyboard.press("j")
        await another(store, "b" * 32)
        await expect(page.locator(".articles > li")).to_have_count(2)
        await expect(page.locator(".articles > li").last).to_contain_text("Later article b")
        assert await page.locator(".articles details").first.evaluate("one => one.open")
        await expect(page.locator(".articles > li").first).to_have_class("at")
        assert await page.evaluate("window.loadedOnce")
        assert reader.complaints == []


async def test_what_somebody_types_is_not_taken_away(desk: Desk, store: Store) -> None:
    """The page says that there is news, and takes it in when the hands are off."""
    await kept(store, A)
    async with reading() as reader:
        page = reader.page
        await page.goto(address(desk, f"/stories/{A}"))
        await expect(page.locator("#line")).to_have_text("live")
        await page.get_by_placeholder("id or address of its page").fill("abc")
        await another(store, "b" * 32)
        await expect(page.locator("#line")).to_have_text("has changed: reload to see")
        await expect(page.get_by_placeholder("id or address of its page")).to_have_value("abc")
        await page.get_by_placeholder("id or address of its page").fill("")
        await page.keyboard.press("Escape")
        await another(store, "c" * 32)
        await expect(page.locator(".articles > li")).to_have_count(3)
        assert reader.complaints == []


async def test_the_end_of_the_desk_is_said_on_the_page_of_a_story(
    desk: Desk, store: Store, live: Live
) -> None:
    """Nobody takes silence for quiet."""
    await kept(store, A)
    async with reading() as reader:
        await reader.page.goto(address(desk, f"/stories/{A}"))
        await expect(reader.page.locator("#line")).to_have_text("live")
        live.close()
        await expect(reader.page.locator("#line")).to_have_text("connection lost")


async def test_a_story_that_became_part_of_another_leads_there(desk: Desk, store: Store) -> None:
    """The open page goes where a reader would be led."""
    await kept(store, A, "b" * 32)
    async with reading() as reader:
        page = reader.page
        await page.goto(address(desk, f"/stories/{A}"))
        await expect(page.locator("#line")).to_have_text("live")
        answer = await desk.post(f"/stories/{'b' * 32}/merge", data={"other": A, "why": "the same"})
        assert answer.status == 200
        await page.wait_for_url(f"**/stories/{'b' * 32}")
