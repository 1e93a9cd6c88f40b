"""A database kept below a size: the oldest go first, and nothing that is still needed."""

from __future__ import annotations

import base64
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.ailing import ailing
from monitor.core.limiting import share_to_drop
from monitor.core.models import Bulk, Extent, Measures
from monitor.core.settings import RetentionSettings
from monitor.pipeline.limiting import keep_below
from monitor.store import Store, open_store
from monitor.store.files import write_anew
from tests.store.samples import FEED, NOW, a_delivery, a_story, an_entry, assembled, poll

MIB = 2**20
DAY = timedelta(days=1)
WINDOW = 3 * DAY
KEPT = RetentionSettings()
DICE = random.Random(7)


def text() -> str:
    """Write 24 kB that no database makes smaller: some hundred fill what a table needs to be measured."""
    return base64.b64encode(DICE.randbytes(18_000)).decode()


async def filled(store: Store, number: int = 400) -> None:
    """Bring so many entries, each a day's tenth later than the one before, the last of them now."""
    for start in range(0, number, 50):
        items = []
        for place in range(start, min(start + 50, number)):
            seen = NOW - DAY / 10 * (number - place)
            items.append(replace(an_entry(f"e{place:05}"), content=text(), fetched=seen, first_seen=seen))
        await poll(store, *items)
    for one in await store.pending_entries(limit=number):
        story = a_story(one.entry.id, updated_at=one.entry.first_seen)
        placed = replace(assembled(one), story=story, alerts=(), decisions=())
        await store.commit_assembled([placed])


async def keep(store: Store, limit: int) -> Bulk:
    """Keep the database below a limit."""
    return await keep_below(store, limit, retention=KEPT, window=WINDOW, now=NOW)


async def test_the_oldest_entries_go_until_the_rest_fits(store: Store) -> None:
    """What is dropped leaves tombstones: none of it returns as news."""
    await filled(store)
    full = await store.extent()
    limit = full.used * 2 // 3
    bulk = await keep(store, limit)
    assert bulk.extent.used <= limit
    assert bulk.extent.used > limit * 0.7
    counts = await store.counts()
    assert 0 < bulk.dropped == 400 - counts.entries
    [known] = await store.known_entries(FEED.url, an_entry("e00000").keys)
    assert known.title == ""
    assert bulk.oldest is not None
    assert bulk.oldest > NOW - 40 * DAY


async def test_a_database_below_its_limit_loses_nothing(store: Store) -> None:
    """Not one entry, and not by another look."""
    await filled(store, 100)
    bulk = await keep(store, 1000 * MIB)
    assert bulk.dropped == 0
    assert (await store.counts()).entries == 100


async def test_a_second_look_drops_nothing_more(store: Store) -> None:
    """PostgreSQL's file stays as large as it was: what counts is what is used of it."""
    await filled(store)
    limit = (await store.extent()).used * 2 // 3
    await keep(store, limit)
    left = (await store.counts()).entries
    assert (await keep(store, limit)).dropped == 0
    assert (await store.counts()).entries == left


async def test_what_the_window_needs_stays_whatever_the_limit(store: Store) -> None:
    """And people are told that the limit cannot be kept."""
    await filled(store)
    bulk = await keep(store, MIB)
    assert bulk.oldest is not None
    assert bulk.oldest >= NOW - WINDOW
    assert (await store.counts()).entries == 30
    assert bulk.extent.used > MIB
    [said] = ailing(Measures(at=NOW, bulk=bulk, kept_for=90 * DAY), ())
    assert "Nothing more can go" in said.said


async def test_entries_of_a_message_under_way_stay(store: Store) -> None:
    """Its alert may still have to be told, and shown."""
    long_ago = NOW - 40 * DAY
    await poll(store, replace(an_entry("a"), fetched=long_ago, first_seen=long_ago))
    [waiting] = await store.pending_entries(limit=1)
    placed = replace(
        assembled(waiting, deliveries=[a_delivery("d")]), story=a_story("a", updated_at=long_ago)
    )
    await store.commit_assembled([placed])
    await filled(store)
    await keep(store, MIB)
    counts = await store.counts()
    assert counts.entries == 31
    assert counts.alerts == 1


@pytest.fixture
async def lite(tmp_path: Path) -> AsyncIterator[Store]:
    """A file."""
    opened = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="one", exclusive=True)
    yield opened
    await opened.close()


async def test_freed_pages_of_a_new_file_are_given_back(lite: Store) -> None:
    """As far as the limit wants it; the rest is used again."""
    await filled(lite)
    limit = (await lite.extent()).used * 2 // 3
    bulk = await keep(lite, limit)
    assert bulk.extent.file <= limit


async def test_a_file_of_an_earlier_version_gives_back_after_it_was_written_anew(tmp_path: Path) -> None:
    """Till then its freed pages are used again, and it stays as large as it was."""
    path = tmp_path / "news.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE scratch (x)")
        connection.execute("DROP TABLE scratch")
    store = await open_store(f"sqlite:///{path}", owner="one", exclusive=True)
    await filled(store)
    limit = (await store.extent()).used * 2 // 3
    bulk = await keep(store, limit)
    assert not bulk.extent.shrinks
    assert bulk.extent.used <= limit < bulk.extent.file
    await store.close()
    write_anew(path)
    store = await open_store(f"sqlite:///{path}", owner="one", exclusive=True)
    found = await store.extent()
    assert found.shrinks
    assert found.file == found.used <= limit
    await store.close()


@pytest.mark.parametrize(
    ("used", "limit", "share"), [(100, 100, 0), (50, 100, 0), (200, 100, 0.525), (100, 1, 0.9905)]
)
def test_some_room_is_made_beyond_the_limit(used: int, limit: int, share: float) -> None:
    """Else every look would drop a little."""
    assert share_to_drop(Extent(file=used, used=used), limit) == pytest.approx(share)


def test_people_are_told_that_the_limit_decides() -> None:
    """From nine tenths on, until it is below eight."""
    bulk = Bulk(
        limit=100 * MIB, extent=Extent(file=95 * MIB, used=95 * MIB), dropped=7, oldest=NOW - 41 * DAY
    )
    [said] = ailing(Measures(at=NOW, bulk=bulk, kept_for=90 * DAY), ())
    assert "95 MiB of 100 MiB" in said.said
    assert "7 of the oldest entries went just now" in said.said
    assert "kept for 41 d, where `retention.entries` says 90 d" in said.said
    less = replace(bulk, extent=Extent(file=85 * MIB, used=85 * MIB))
    assert ailing(Measures(at=NOW, bulk=less), ()) == ()
    assert len(ailing(Measures(at=NOW, bulk=less), {"size"})) == 1
