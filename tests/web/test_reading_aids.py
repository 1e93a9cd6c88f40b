"""For those who read by keyboard, on paper, or without motion."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from monitor.core.models import DeliveryState
from monitor.store import Store
from monitor.web.feeds import feed_id
from tests.store.samples import FEED, claim
from tests.web.browser import reading
from tests.web.conftest import Desk
from tests.web.keeping import kept
from tests.web.test_browser import address
from tests.web.test_deliveries_page import kept as letters
from tests.web.test_silences_page import a_silence

A = "a" * 32


async def test_the_first_stop_of_the_keyboard_skips_the_bar(desk: Desk, store: Store) -> None:
    """It is seen while it has the focus, and leads to what the page is about."""
    await kept(store, A)
    async with reading() as reader:
        page = reader.page
        await page.goto(address(desk))
        await page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to content")
        await expect(skip).to_be_focused()
        await expect(skip).to_be_in_viewport()
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_be_focused()
        await page.keyboard.press("Tab")
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "2px"


async def test_every_list_is_walked_and_opened_by_keys(desk: Desk, store: Store) -> None:
    """Stories, rules, feeds, silences, deliveries alike."""
    await kept(store, A)
    await letters(store, DeliveryState.PARKED)
    await store.add_silence(a_silence())
    await claim(store, FEED)
    opens = {
        "/": "/stories/",
        "/rules": "/rules/raids",
        "/feed-health": f"/feed-health/{feed_id(FEED.url)}",
        "/silences": "/silences/",
        "/deliveries": "/stories/",
    }
    async with reading() as reader:
        for listed, opened in opens.items():
            await reader.page.goto(address(desk, listed))
            await reader.page.keyboard.press("j")
            await expect(reader.page.locator(".at")).to_have_count(1)
            await reader.page.keyboard.press("o")
            await reader.page.wait_for_url(f"**{opened}*")


@pytest.mark.parametrize("path", ["/", f"/stories/{A}", "/system"])
async def test_on_paper_there_is_black_on_white_and_nothing_to_press(
    desk: Desk, store: Store, path: str
) -> None:
    """Whatever theme the reader has on the screen."""
    await kept(store, A)
    async with reading(dark=True) as reader:
        page = reader.page
        await page.goto(address(desk, path))
        await page.emulate_media(media="print", color_scheme="dark")
        await expect(page.locator("body > header")).to_be_hidden()
        assert await page.locator("main button:visible").count() == 0
        colours = "getComputedStyle(document.body)"
        assert await page.evaluate(f"{colours}.backgroundColor") == "rgb(252, 252, 250)"
        assert await page.evaluate(f"{colours}.color") == "rgb(28, 28, 26)"


async def test_without_motion_a_new_story_is_simply_there(desk: Desk, store: Store) -> None:
    """For those who asked their system for less of it; others see it fade in."""
    async with reading() as reader:
        page = reader.page
        await page.emulate_media(reduced_motion="reduce")
        await page.goto(address(desk))
        await expect(page.locator("#line")).to_have_text("live")
        await kept(store, A)
        new = page.locator("#stories > li.news")
        await expect(new).to_be_visible()
        assert await new.evaluate("one => getComputedStyle(one).animationName") == "none"
        await page.emulate_media(reduced_motion="no-preference")
        assert await new.evaluate("one => getComputedStyle(one).animationName") == "came"
