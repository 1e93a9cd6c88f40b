"""Entries are found by address across feeds, through an index."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from monitor.core.models import Entry, PollRecord
from monitor.store import Store, open_store
from tests.store.samples import NOW, a_feed, alerted, an_entry, claim, new


async def test_every_feed_that_brought_an_address_is_answered(store: Store) -> None:
    """In order of arrival, with the place in a story where there is one."""
    await alerted(store)
    other = replace(an_entry("other", feed=a_feed(2)), url="https://bbc.example/a")
    await bring(store, other)
    found = await store.entries_at("https://bbc.example/a")
    assert [one.entry.id for one in found] == ["a", "other"]
    assert [one.assignment is None for one in found] == [False, True]


async def test_an_address_is_compared_in_its_canonical_form(store: Store) -> None:
    """Tracking parameters and `www.` lead to the same article; what is no address leads nowhere."""
    await bring(store, an_entry("a", feed=a_feed(2)))
    for address in ("https://www.bbc.example/a?utm_source=mail#top", "http://bbc.example/a/"):
        assert [one.entry.id for one in await store.entries_at(address)] == ["a"]
    for address in ("", "a", "ftp://bbc.example/a", "https://bbc.example/b", "https://[", "https://a\x00b/"):
        assert await store.entries_at(address) == []


async def test_an_address_of_any_length_can_be_kept(store: Store) -> None:
    """PostgreSQL refuses long values in sorted indexes: this one is not sorted."""
    url = "https://bbc.example/" + "".join(chr(0x4E00 + n % 20000) for n in range(3000))
    await bring(store, replace(an_entry("a", feed=a_feed(2)), url=url, keys=()))
    assert (await store.counts()).entries == 1


async def bring(store: Store, entry: Entry) -> None:
    """Let a second feed bring an entry."""
    [state] = [one for one in await claim(store, a_feed(2), now=NOW) if one.url == entry.feed]
    await store.commit_polls([PollRecord(state=state, entries=new(entry))])


async def test_an_index_finds_them(tmp_path: Path) -> None:
    """However many entries there are."""
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="one", exclusive=True)
    await store.close()
    with closing(sqlite3.connect(tmp_path / "news.db")) as database:
        [row] = database.execute("EXPLAIN QUERY PLAN SELECT * FROM entries WHERE url = 'x'")
    assert "USING INDEX ix_entries_url" in row[3]
