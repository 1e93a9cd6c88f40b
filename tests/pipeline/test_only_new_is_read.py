"""A document mostly seen before costs its new items, and brings what the whole of it would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.models import Feed, FeedState, Fetched, FetchResult, ParsedFeed, ParseResult
from monitor.feeds.limits import Source
from monitor.feeds.reading import read_document
from monitor.pipeline.pace import Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.store import Store, open_store
from tests.rules_history.conftest import in_force

URL = "http://valley.example/feed.xml"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """An item of a feed; few of everything, so that keys and titles meet."""

    guid: int | None
    link: int | None
    title: int
    text: int

    def __str__(self) -> str:
        guid = "" if self.guid is None else f"<guid>tag:{self.guid}</guid>"
        link = "" if self.link is None else f"<link>http://valley.example/news/{self.link}</link>"
        words = ("Bridge reopens", "Market burns down", "Ferry aground", "Council votes on budget")[
            self.title
        ]
        texts = ("", "Nobody was hurt.", "It was the second in a week.", "Officials said little.")
        return f"<item>{guid}{link}<title>{words}</title><description>{texts[self.text]}</description></item>"


def item(guid: int | None, link: int | None, title: int = 0, text: int = 0) -> Item:
    """Make one up."""
    return Item(guid, link, title, text)


def document(items: Sequence[Item]) -> bytes:
    """Write the feed."""
    return f"<rss version='2.0'><channel><title>T</title>{''.join(map(str, items))}</channel></rss>".encode()


@dataclass
class Serving:
    """Hands out the document of the moment and reads it in this process."""

    body: bytes = b""
    read: list[int] = field(default_factory=list)
    """How many items were read each time."""

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Answer without validators."""
        return Fetched(url=feed.url, status=200, body=self.body, content_type="text/xml")

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Read as the worker does."""
        found = read_document(fetched.body, Source(url=fetched.url, known=known))
        if isinstance(found, ParsedFeed):
            self.read.append(len(found.entries))
        return found


class Desk:
    """A store and a poller; a forgetful one gets a new poller for each poll."""

    def __init__(self, store: Store, folder: Path, *, forgetful: bool) -> None:
        self.store = store
        self.forgetful = forgetful
        self.serving = Serving()
        self.now = START
        self.in_force = in_force(folder)
        self.in_force.feeds = {
            URL: Feed(url=URL, name="V", outlet="valley.example", interval=timedelta(minutes=5))
        }
        self.poller = self._poller()

    def _poller(self) -> Poller:
        world = World(clock=lambda: self.now, dice=lambda: 0.5, fetcher=self.serving, parser=self.serving)
        return Poller(self.store, world, self.in_force, on_entries=Wakeup())

    async def poll(self, items: Sequence[Item]) -> list[tuple[object, ...]]:
        """Poll once and return what entered the store, in order."""
        if self.forgetful:
            self.poller = self._poller()
        self.serving.body = document(items)
        self.now += timedelta(hours=1)
        await self.poller.run_once()
        brought = await self.store.pending_entries(limit=1000)
        return [
            (one.entry.id, one.entry.revision, one.entry.title, one.entry.text_hash, one.entry.keys)
            for one in brought
        ]


async def opened(folder: Path, *, forgetful: bool) -> Desk:
    """Open a desk on a store in memory."""
    (folder / "rules.yaml").write_text("rules:\n  bridges: {any: [bridge]}\n", encoding="utf-8")
    store = await open_store("sqlite://", owner="one", exclusive=False)
    desk = Desk(store, folder, forgetful=forgetful)
    await store.sync_feeds(list(desk.in_force.feeds.values()), START)
    return desk


items = st.builds(
    Item,
    guid=st.none() | st.integers(0, 5),
    link=st.none() | st.integers(0, 5),
    title=st.integers(0, 3),
    text=st.integers(0, 3),
)
histories = st.lists(st.lists(items, min_size=1, max_size=7), min_size=2, max_size=6)


@st.composite
def rolling(draw: st.DrawFn) -> list[list[Item]]:
    """Documents of which each is the one before but for an item that left and one that came."""
    body = draw(st.lists(items, min_size=3, max_size=8))
    found = [list(body)]
    for _ in range(draw(st.integers(2, 6))):
        if len(body) > 1 and draw(st.booleans()):
            del body[draw(st.integers(0, len(body) - 1))]
        if draw(st.booleans()):
            body.insert(draw(st.integers(0, len(body))), draw(items))
        found.append(list(body))
    return found


@given(histories)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_is_remembered_changes_nothing(tmp_path: Path, history: list[list[Item]]) -> None:
    """Shared guids, labels for titles, edits, repeats, returns: the same entries as from whole documents."""
    remembering = await opened(tmp_path, forgetful=False)
    forgetful = await opened(tmp_path, forgetful=True)
    try:
        for body in history:
            assert await remembering.poll(body) == await forgetful.poll(body)
    finally:
        await remembering.store.close()
        await forgetful.store.close()


@given(rolling())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_rolls_through_a_feed_is_told_alike(tmp_path: Path, history: list[list[Item]]) -> None:
    """Items that share keys, skipped or gone: the same entries, revisions and texts as from whole documents.

    Keys are not compared: of a revision, those that other items of the document bear are noted only where
    these are read.
    """
    remembering = await opened(tmp_path, forgetful=False)
    forgetful = await opened(tmp_path, forgetful=True)
    try:
        for body in history:
            found, wanted = await remembering.poll(body), await forgetful.poll(body)
            assert [one[:4] for one in found] == [one[:4] for one in wanted]
    finally:
        await remembering.store.close()
        await forgetful.store.close()


async def test_items_that_share_a_key_are_not_read_again_while_all_stand(tmp_path: Path) -> None:
    """Nor are items that are the same to the letter; if one that shares its key goes, the whole is read."""
    desk = await opened(tmp_path, forgetful=False)
    pair = [item(1, 9, 0), item(2, 9, 1)]
    old = [*pair, item(3, 3, 2), item(3, 3, 2)]
    try:
        await desk.poll(old)
        assert len(await desk.poll([item(4, 4, 3), *old])) == 4
        assert len(await desk.poll([item(5, 5, 3), item(4, 4, 3), *old[:-1]])) == 5
        assert desk.serving.read == [4, 1, 1]
        await desk.poll([item(5, 5, 3), item(4, 4, 3), *old[1:]])
        assert desk.serving.read[3:] == [0, 5]
    finally:
        await desk.store.close()


async def test_a_growing_feed_costs_its_new_items(tmp_path: Path) -> None:
    """So does an edit; after a restart, or a document that another machine has read, the whole is read."""
    desk = await opened(tmp_path, forgetful=False)
    old = [item(n, n, n % 4) for n in range(6)]
    new, edited = item(7, 7, 3), item(7, 7, 3, text=2)
    try:
        await desk.poll(old)
        assert len(await desk.poll([new, *old])) == 7
        assert [revision for _, revision, *_ in await desk.poll([edited, *old])] == [0] * 6 + [1]
        assert desk.serving.read == [6, 1, 1]
        one, other = desk.poller, desk._poller()
        desk.poller = other
        await desk.poll([edited, *old[1:]])
        desk.poller = one
        await desk.poll([edited, *old])
        assert desk.serving.read[3:] == [6, 7]
    finally:
        await desk.store.close()
