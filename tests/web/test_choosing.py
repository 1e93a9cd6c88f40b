"""Which stories Now shows and is told of, and what a row says of a story at a glance."""

from __future__ import annotations

import pytest

from monitor.store import Store
from monitor.web.ports import World
from tests.web.conftest import Desk, read
from tests.web.gallery import RULES, RUSSIAN, hang
from tests.web.keeping import kept
from tests.web.test_live import listening


@pytest.fixture
def rules() -> str:
    """Rules of every severity."""
    return RULES


async def titles(desk: Desk, query: str) -> list[str]:
    """The titles that the page of a choice shows."""
    tree = read(await (await desk.get(f"/?{query}")).text())
    return [one.text_content() for one in tree.xpath("//ol[@id='stories']//a[@class='title']")]


async def test_a_least_severity_leaves_out_what_matters_less(desk: Desk, world: World, store: Store) -> None:
    """Stories that no rule matched are of no severity."""
    await hang(world, store, filler=3)
    assert len(await titles(desk, "severity=critical")) == 4
    assert len(await titles(desk, "severity=high")) == 5
    assert len(await titles(desk, "severity=low")) == 7
    assert len(await titles(desk, "severity=nonsense")) == 12


async def test_tag_language_and_rule_are_chosen_together(desk: Desk, world: World, store: Store) -> None:
    """Each leaves out more; a choice that nothing is of says so."""
    await hang(world, store, filler=3)
    assert await titles(desk, "tag=war&lang=ru") == [RUSSIAN]
    assert len(await titles(desk, "tag=nature")) == 3
    assert await titles(desk, "rule=raids&tag=nature") == []
    page = await (await desk.get("/?rule=raids&tag=nature")).text()
    assert "No story is of that choice" in page
    assert await titles(desk, 'lang=%22%25"') != []


async def test_further_pages_and_events_keep_the_choice(desk: Desk, world: World, store: Store) -> None:
    """The address of what comes live says what was chosen."""
    await hang(world, store, filler=3)
    tree = read(await (await desk.get("/?severity=high&lang=uk")).text())
    [events] = tree.xpath("//form/@data-events")
    assert "severity=high" in events
    assert "lang=uk" in events


async def test_a_page_is_told_only_of_what_it_chose(desk: Desk, store: Store) -> None:
    """By severity and language; the page of a story of that story alone."""
    await kept(store, "a" * 32, "b" * 32, title="Рейд")
    async with (
        listening(desk, f"/events?story={'b' * 32}&after=0.0.0.0") as of_one,
        listening(desk, "/events?severity=critical&after=0.0.0.0") as critical,
        listening(desk, "/events?severity=critical&lang=ru&after=0.0.0.0") as russian,
    ):
        assert (await of_one.next(event="story"))["id"] == "b" * 32
        assert (await critical.next(event="story"))["id"] == "a" * 32
        assert "stories 2" in (await russian.next(event="counts"))["text"]


async def test_a_row_says_how_sure_a_story_is_and_how_it_grew(desk: Desk, world: World, store: Store) -> None:
    """Severity and denial in words, not in colours alone; growth with a name for those who do not see it."""
    await hang(world, store, filler=0)
    tree = read(await (await desk.get("/")).text())
    by_title = {one.xpath(".//a[@class='title']")[0].text_content(): one for one in tree.xpath("//ol/li")}
    russian = by_title[RUSSIAN].text_content()
    assert "critical" in russian
    assert "disputed" in russian
    greatest = by_title["Raid across the border near Belgorod: what is known so far"]
    assert "confirmed" in greatest.text_content()
    [spark] = greatest.xpath(".//svg/@aria-label")
    assert spark == "43 articles in the 24 hours up to the latest"
    assert not by_title["Parliament debates the budget until midnight"].xpath(".//svg")
