"""What the pages show, and that nothing a feed says runs in them."""

from __future__ import annotations

import pytest

from monitor.store import Store
from monitor.web.pages import PAGE
from tests.web.conftest import Desk, read
from tests.web.keeping import kept

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "</title><style>*{display:none}</style>",
    "\u202e<b>turned\u202c",
)
OWN = {f"/static/{name}.js" for name in ("desk", "live", "anew")}
RUNS = ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>1</script>", "http://[broken")


async def test_without_stories_now_says_what_will_come(desk: Desk) -> None:
    """An empty page is no blank page."""
    answer = await desk.get("/")
    assert answer.status == 200
    assert "No story yet" in await answer.text()


async def test_now_lists_stories_page_by_page_each_once(desk: Desk, store: Store) -> None:
    """The last changed first; following `Older stories` shows every story exactly once."""
    names = [f"{number:032x}" for number in range(PAGE + 5)]
    await kept(store, *names)
    seen: list[str] = []
    address: str | None = "/"
    while address:
        tree = read(await (await desk.get(address)).text())
        seen += [href.rpartition("/")[2] for href in tree.xpath("//ol//a[@class='title']/@href")]
        address = next(iter(tree.xpath("//a[@rel='next']/@href")), None)
    assert seen == names[::-1]


async def test_now_shows_the_stories_of_one_rule(desk: Desk, store: Store) -> None:
    """A rule that matched nothing shows nothing, and the way back."""
    await kept(store, "a" * 32)
    assert f"/stories/{'a' * 32}" in await (await desk.get("/?rule=raids")).text()
    assert "No story that “floods” matched" in await (await desk.get("/?rule=floods")).text()


async def test_a_story_marks_its_evidence_and_says_what_was_decided(desk: Desk, store: Store) -> None:
    """The words that matched are marked where they stand."""
    await kept(store, "a" * 32)
    tree = read(await (await desk.get(f"/stories/{'a' * 8}")).text())
    assert tree.xpath("//mark/text()") == ["Рейд", "Бєлгород"]
    assert "raids: alert" in " ".join(tree.text_content().split())


async def test_a_story_that_is_not_there_is_said(desk: Desk) -> None:
    """With a page, not with a trace."""
    answer = await desk.get(f"/stories/{'b' * 32}")
    assert answer.status == 404
    assert "There is no such story" in await answer.text()


@pytest.mark.parametrize("evil", EVIL)
async def test_nothing_a_feed_says_becomes_markup(desk: Desk, store: Store, evil: str) -> None:
    """Title, summary, author and outlet come out as the text they are."""
    await kept(store, "a" * 32, title=evil)
    for address in ("/", f"/stories/{'a' * 32}"):
        tree = read(await (await desk.get(address)).text())
        assert {one.get("src") for one in tree.iter("script")} <= {
            f"/static/{name}.js" for name in ("desk", "live", "anew")
        }
        assert not list(tree.iter("img", "svg", "style", "b"))
        assert not tree.xpath("//@*[starts-with(name(), 'on')]")
        assert evil in tree.text_content()


@pytest.mark.parametrize("address", RUNS)
async def test_an_address_that_runs_is_no_link(desk: Desk, store: Store, address: str) -> None:
    """Only http and https are."""
    await kept(store, "a" * 32, link=address)
    tree = read(await (await desk.get(f"/stories/{'a' * 32}")).text())
    assert all(href.startswith(("/", "#")) for href in tree.xpath("//@href"))


@pytest.mark.parametrize("cursor", ["x", "2026-03-01~a", "~", "2026-03-01T00:00:00Z"])
async def test_a_page_that_begins_nowhere_begins_at_the_top_or_is_empty(desk: Desk, cursor: str) -> None:
    """What people write into the address costs no error."""
    assert (await desk.get("/", params={"before": cursor})).status == 200
