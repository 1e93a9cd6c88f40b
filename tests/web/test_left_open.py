"""A page that is left open for a day: its title says what alerted, neither rows nor dates go stale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from playwright.async_api import Page, expect

from monitor.core.models import Among, Mark
from monitor.store import Store
from tests.store.samples import NOW
from tests.web.browser import reading
from tests.web.conftest import Desk
from tests.web.keeping import kept
from tests.web.test_browser import address
from tests.web.test_story_actions import sent

HIDING = """(hidden) => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.hasFocus = () => !hidden;
  document.dispatchEvent(new Event("visibilitychange"));
  if (!hidden) dispatchEvent(new Event("focus"));
}"""


async def look_away(page: Page, *, hidden: bool) -> None:
    """Let the page think that its tab is hidden, or seen again."""
    await page.evaluate(HIDING, hidden)


async def opened(page: Page, desk: Desk, path: str = "/") -> None:
    """Open Now and wait until it listens."""
    await page.goto(address(desk, path))
    await expect(page.locator("#line")).to_have_text("live")


async def test_the_title_of_a_hidden_tab_counts_what_alerted(desk: Desk, store: Store) -> None:
    """Asked for twice a minute, without a connection; whoever comes back has seen it."""
    await kept(store, "a" * 32)
    async with reading() as reader:
        page = reader.page
        await page.clock.install()
        await opened(page, desk)
        await expect(page).to_have_title("Now · news-monitor")
        await look_away(page, hidden=True)
        await kept(store, "b" * 32, "c" * 32, minute=3)
        await page.clock.run_for(31_000)
        await expect(page).to_have_title("(2) Now · news-monitor")
        await kept(store, "d" * 32, minute=6)
        await page.clock.run_for(31_000)
        await expect(page).to_have_title("(3) Now · news-monitor")
        await look_away(page, hidden=False)
        await expect(page).to_have_title("Now · news-monitor")
        await expect(page.locator("#stories > li")).to_have_count(4)
        assert reader.complaints == []


async def test_the_title_counts_what_comes_live_while_another_window_is_used(
    desk: Desk, store: Store
) -> None:
    """A page beside another one is seen, not looked at."""
    async with reading() as reader:
        page = reader.page
        await opened(page, desk)
        await page.evaluate("document.hasFocus = () => false")
        await kept(store, "a" * 32)
        await expect(page).to_have_title("(1) Now · news-monitor")
        await page.evaluate("document.hasFocus = () => true; dispatchEvent(new Event('focus'))")
        await expect(page).to_have_title("Now · news-monitor")


async def test_only_what_was_chosen_is_counted(store: Store) -> None:
    """By rule and by language, and nothing from before the mark."""
    before = await store.mark()
    await kept(store, "a" * 32)
    after = await store.mark()

    async def counted(among: Among, *, since: Mark = before) -> Sequence[str]:
        return await store.alerted(since, after, among)

    assert await counted(Among()) == ["a" * 32]
    assert await counted(Among(rules=frozenset({"raids"}))) == ["a" * 32]
    assert await counted(Among(rules=frozenset({"floods"}))) == []
    assert await counted(Among(lang="xx")) == []
    assert await counted(Among(), since=after) == []


async def test_a_page_left_far_down_does_not_grow_without_end(desk: Desk, store: Store) -> None:
    """Rows that nobody sees are counted; whoever comes up gets the page anew."""
    await kept(store, *(f"{number:032x}" for number in range(30)))
    async with reading() as reader:
        page = reader.page
        await opened(page, desk)
        # As many rows as a page may hold, made of the ones that it has.
        await page.evaluate(
            """() => {
              const rows = [...document.querySelectorAll("#stories > li")];
              for (let number = 0; number < 400 - rows.length; number += 1) {
                const made = rows.at(-1).cloneNode(true);
                made.dataset.story = number.toString(16).padStart(32, "f");
                document.getElementById("stories").append(made);
              }
              scrollTo({ top: document.body.scrollHeight, behavior: "instant" });
            }"""
        )
        await kept(store, "e" * 32, "f" * 32, minute=60)
        await expect(page.get_by_role("button", name="2 new or changed above")).to_be_visible()
        assert await page.locator("#stories > li").count() <= 400
        await page.get_by_role("button", name="2 new or changed above").click()
        await expect(page.locator("#stories > li").first).to_have_attribute("data-story", "f" * 32)
        await expect(page.locator("#stories > li")).to_have_count(30)
        assert reader.complaints == []


async def test_past_midnight_yesterday_is_called_so(desk: Desk, store: Store) -> None:
    """A time alone means today."""
    await kept(store, "a" * 32)
    async with reading() as reader:
        page = reader.page
        await page.clock.install(time=NOW + timedelta(hours=1))
        await opened(page, desk)
        shown = page.locator("#stories time")
        [today] = await shown.all_text_contents()
        await page.clock.run_for(timedelta(hours=24) // timedelta(milliseconds=1))
        await expect(shown).not_to_have_text(today)
        await expect(shown).to_contain_text("Mar")


async def test_what_a_colleague_took_on_is_seen_at_once(desk: Desk, store: Store) -> None:
    """In the list and on the page of the story, without a reload: two people must not do the same."""
    await kept(store, "a" * 32)
    async with reading() as reader:
        page = reader.page
        await opened(page, desk)
        await sent(desk, "/name", name="Olena", back="/")
        await sent(desk, f"/stories/{'a' * 32}/alerts/{'a' * 32}/acknowledge")
        await expect(page.locator("#stories > li").first).to_contain_text("✓ Olena (desk)")
        await opened(page, desk, f"/stories/{'a' * 32}")
        await sent(desk, f"/stories/{'a' * 32}/alerts/{'a' * 32}/noise")
        await expect(page.locator(".acts")).to_contain_text("noise, says Olena (desk)")
        assert reader.complaints == []
