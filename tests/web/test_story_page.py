"""What the page of a story says of texts that stand in one another, and of stories that may be the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.models import NewEntry
from monitor.store import Store
from monitor.web.ports import World
from monitor.web.rendering import told
from monitor.web.story import PAGE
from tests.store.samples import NOW, claim
from tests.web.conftest import Desk, read
from tests.web.gallery import FEEDS, RULES, RUSSIAN, Told, entries_of, hang, polled, put_together


@pytest.fixture
def rules() -> str:
    """Rules of every severity."""
    return RULES


async def test_a_text_that_stands_in_another_in_part_says_in_which(
    desk: Desk, world: World, store: Store
) -> None:
    """With the way to it."""
    story = await hang(world, store, filler=0)
    tree = read(await (await desk.get(f"/stories/{story}")).text())
    said = {" ".join(one.text_content().split()) for one in tree.xpath("//ol/li/p[starts-with(., 'partly')]")}
    assert said == {"partly copied from outlet-00.example"}
    [to] = set(tree.xpath("//ol/li/p[starts-with(., 'partly')]/a/@href"))
    assert tree.xpath(f"//li[@id='{to[1:]}']")


async def test_a_story_that_may_be_the_same_is_named_on_either_page(
    desk: Desk, world: World, store: Store
) -> None:
    """With a button that makes it part of this one."""
    story = await hang(world, store, filler=0)
    tree = read(await (await desk.get(f"/stories/{story}")).text())
    [other] = tree.xpath("//h2[.='Possibly told already']/following-sibling::ul/li")
    assert RUSSIAN in other.text_content()
    [name] = other.xpath(".//input[@name='other']/@value")
    assert other.xpath("a/@href") == [f"/stories/{name}"]
    assert other.xpath("form/@action") == [f"/stories/{story}/merge"]
    back = read(await (await desk.get(f"/stories/{name}")).text())
    assert back.xpath("//h2[.='Possibly told already']/following-sibling::ul/li/a/@href") == [
        f"/stories/{story}"
    ]


async def test_what_can_be_done_comes_before_the_timeline(desk: Desk, world: World, store: Store) -> None:
    """On a phone nobody scrolls past forty articles to acknowledge an alert."""
    story = await hang(world, store, filler=0)
    page = await (await desk.get(f"/stories/{story}")).text()
    assert page.index(">Acknowledge<") < page.index(">Timeline<") < page.index(">Told by<")


async def test_a_silence_names_the_story_that_it_is_of(desk: Desk, world: World, store: Store) -> None:
    """An id says nothing to whoever wonders why it is quiet."""
    story = await hang(world, store, filler=0)
    for address in ("/silences", f"/silences/{1:032x}"):
        tree = read(await (await desk.get(address)).text())
        [named] = tree.xpath(f"//main//a[@href='/stories/{story}']")
        assert named.text_content() == "Raid across the border near Belgorod: what is known so far"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("set `polling.contact` at once", "set <code>polling.contact</code> at once"),
        (
            "ok since 2026-03-01 07:05 UTC",
            'ok since <time datetime="2026-03-01T07:05+00:00">2026-03-01 07:05 UTC</time>',
        ),
        ("<b>`<i>`</b>", "&lt;b&gt;<code>&lt;i&gt;</code>&lt;/b&gt;"),
        ('`"><script>`', "<code>&#34;&gt;&lt;script&gt;</code>"),
        ("a ` alone, 2026-03-01 07:05", "a ` alone, 2026-03-01 07:05"),
        ("", ""),
    ],
)
def test_a_sentence_made_for_a_terminal_is_shown_as_a_page_would_say_it(text: str, shown: str) -> None:
    """Code as code, moments in the reader's zone; whatever else it holds stays text."""
    assert told(text) == shown


async def test_a_story_of_a_thousand_outlets_is_a_page_of_bounded_length(
    desk: Desk, world: World, store: Store
) -> None:
    """Its texts come page by page, each once, the latest first; outlets are named up to a number."""
    world.in_force.feeds = {FEEDS[0].url: FEEDS[0]}
    [state] = await claim(store, FEEDS[0], now=NOW - timedelta(days=2))
    told_by = Told(title="Raid told by all", outlets=tuple(f"o{number:03}.example" for number in range(260)))
    entries = entries_of(told_by, 0, 1)
    match = world.in_force.rulebook.matcher.match
    await store.commit_polls([polled(state, [NewEntry(entry=one, findings=match(one)) for one in entries])])
    await store.commit_assembled(put_together(told_by, await store.pending_entries(limit=1000)))
    address, seen = f"/stories/{entries[0].id}", list[str]()
    tree = read(await (await desk.get(address)).text())
    while True:
        seen += reversed([one.split("-")[1] for one in tree.xpath("//ol/li/@id")])
        following = tree.xpath("//a[.='Earlier texts']/@href")
        if not following:
            break
        text = await (await desk.get(following[0])).text()
        assert len(text) < 200_000
        tree = read(text)
    assert len(seen) == len(set(seen)) > PAGE * 2
    assert tree.xpath("//a[.='Later texts']/@href") == [f"{address}?page={len(seen) // PAGE}"]
    for nonsense in ("0", "x", "99", "-1"):
        again = read(await (await desk.get(f"{address}?page={nonsense}")).text())
        assert len(again.xpath("//ol/li")) == PAGE
        assert "and 60 more" in again.xpath("string(//details[summary[contains(., '260 outlets')]])")
