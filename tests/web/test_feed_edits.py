"""Feeds added, taken over, paused and resumed at the desk: written into config.yaml, and taken up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestServer

from monitor.config.settings import load_settings
from monitor.core.models import Act, Via
from monitor.store import Store
from monitor.web import desk as desk_pages
from monitor.web.feeds import feed_id
from monitor.web.ports import World
from tests.store.samples import NOW
from tests.web.conftest import Around, Desk, open_desk
from tests.web.test_story_actions import sent, text_of

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>The {host} wire</title>
<item><title>A raid &lt;script&gt;alert(1)&lt;/script&gt; on the border</title><link>http://news.example/1</link></item>
</channel></rss>"""
OPML = b"""<opml version="2.0"><body><outline text="War"><outline text="&lt;b&gt;One" type="rss"
 xmlUrl="https://one.example/feed"/><outline text="Evil" type="rss" xmlUrl="javascript:alert(1)"/>
</outline></body></opml>"""


@pytest.fixture
async def proxy() -> AsyncIterator[str]:
    """A proxy through which every site has a feed, or a page without one."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/feed":
            return web.Response(text=RSS.format(host="morning"), content_type="application/rss+xml")
        return web.Response(text="<html><title>No feed here</title>", content_type="text/html")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def config(tmp_path: Path, proxy: str) -> Path:
    """A configuration with one feed and a comment."""
    path = tmp_path / "config.yaml"
    path.write_text(
        f"# ours\npolling: {{proxy: '{proxy}'}}\nrules: [rules.yaml]\nfeeds:\n"
        "  - https://bbc.example/feed  # the first\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture
async def world(world: World, config: Path, around: Around, store: Store) -> AsyncIterator[World]:
    """A daemon that takes the file over when it is asked to."""
    syncing: set[asyncio.Task[None]] = set()

    def reload() -> None:
        around.reloads.append(around.now)
        loaded = load_settings(config)
        world.in_force.settings = loaded.accepted()
        world.in_force.feeds = {feed.url: feed for feed in loaded.feeds}
        syncing.add(asyncio.create_task(store.sync_feeds(loaded.feeds, around.now)))

    reload()
    await asyncio.wait(syncing)
    around.reloads.clear()
    yield replace(world, reload=reload, feeds=lambda: list(world.in_force.feeds.values()))
    await asyncio.wait(syncing)


async def test_a_feed_is_added_with_what_is_in_it_and_the_rules_that_match(
    desk: Desk, config: Path, around: Around
) -> None:
    """The sentences of `feeds add`; what the feed says is text; the daemon reads the file again."""
    said = {"url": "http://news.example/feed", "name": "", "tags": "war, world"}
    page = await (await desk.post("/feed-health/add", data=said)).text()
    assert "was added to" in page
    assert "<script>alert" not in page
    assert 'href="/rules/raids"' in page
    written = config.read_text(encoding="utf-8")
    assert written.startswith("# ours\n")
    assert '"http://news.example/feed", name: "The morning wire", tags: ["war", "world"]}' in written
    assert around.reloads == [NOW]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1/feed", "Nothing was added: 127.0.0.1 is not on the public Internet"),
        ("http://news.example/page", "It names no feed"),
        ("https://bbc.example/feed", "is known already: nothing was added"),
        ("javascript:alert(1)", "The address"),
        ("", "The address"),
    ],
)
async def test_what_cannot_be_added_is_said_and_changes_nothing(
    desk: Desk, config: Path, around: Around, url: str, sentence: str
) -> None:
    """A page on the network opens no way to private addresses."""
    before = config.read_bytes()
    answer = await desk.post("/feed-health/add", data={"url": url})
    assert answer.status == 409
    assert sentence.casefold() in " ".join((await answer.text()).split()).casefold()
    assert (config.read_bytes(), around.reloads) == (before, [])


async def test_a_feed_is_paused_and_resumed(desk: Desk, config: Path, around: Around) -> None:
    """It is listed as paused, and its entry in the file says so."""
    feed = feed_id("https://bbc.example/feed")
    assert await sent(desk, f"/feed-health/{feed}/pause") == "/feed-health"
    assert "enabled: false}  # the first" in config.read_text(encoding="utf-8")
    assert "Paused bbc.example Resume" in await text_of(desk, "/feed-health")
    assert await sent(desk, f"/feed-health/{feed}/resume") == "/feed-health"
    assert "enabled: true}  # the first" in config.read_text(encoding="utf-8")
    assert "Paused" not in await text_of(desk, "/feed-health")
    assert len(around.reloads) == 2
    assert (await desk.post(f"/feed-health/{feed}/resume")).status == 404


async def test_an_edit_of_the_file_is_a_line_of_the_audit_log(desk: Desk, store: Store) -> None:
    """What was refused is none."""
    feed = feed_id("https://bbc.example/feed")
    await sent(desk, f"/feed-health/{feed}/pause")
    await sent(desk, f"/feed-health/{feed}/resume")
    await desk.post("/feed-health/add", data={"url": "not an address"})
    deeds = [(one.act, one.what, one.via) for one in await store.page_of_audit(limit=9)]
    assert deeds == [
        (Act.RESUME_FEED, "https://bbc.example/feed", Via.DESK),
        (Act.PAUSE_FEED, "https://bbc.example/feed", Via.DESK),
    ]


async def test_another_readers_list_is_taken_over(desk: Desk, config: Path, around: Around) -> None:
    """Folders become tags; what cannot be a feed is left out with a reason."""
    form = FormData()
    form.add_field("file", OPML, filename="feeds.opml", content_type="text/x-opml")
    page = await (await desk.post("/feed-health/import", data=form)).text()
    assert "1 feed added, 0 known already" in page
    assert "left out" in page
    assert "<b>One" not in page
    assert '{url: "https://one.example/feed", name: "<b>One", tags: ["war"]}' in config.read_text("utf-8")
    assert around.reloads == [NOW]


@pytest.mark.parametrize(
    "content", [b"", b"no list at all", b"<opml>" + b" " * 9 * 2**20], ids=["nothing", "no list", "too long"]
)
async def test_what_is_no_list_is_refused(desk: Desk, config: Path, content: bytes) -> None:
    """However long it is."""
    before = config.read_bytes()
    form = FormData()
    form.add_field("file", BytesIO(content), filename="x")
    answer = await desk.post("/feed-health/import", data=form)
    assert answer.status == 409
    assert config.read_bytes() == before
    assert (await desk.post("/feed-health/import", data={"file": "x"})).status == 409


async def test_a_file_with_mistakes_is_left_to_its_author(desk: Desk, world: World, config: Path) -> None:
    """The page says what is wrong with it."""
    config.write_text("feeds: [https://bbc.example/feed]\nnonsense: 1\n", encoding="utf-8")
    async with TestServer(open_desk(desk_pages.routes(world))):
        feed = feed_id("https://bbc.example/feed")
        for path in ("add", "import", f"{feed}/pause"):
            form = FormData()
            form.add_field("file", OPML, filename="x")
            data = form if path == "import" else {"url": "https://new.example/feed"}
            answer = await desk.post(f"/feed-health/{path}", data=data)
            assert answer.status == 409
            assert "nonsense" in await answer.text()
