"""Weeks of real feeds with broken keys, replayed: every article once."""

from __future__ import annotations

import calendar
import io
import tarfile
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.core.identity import folded
from monitor.core.models import Entry, EntryKey, Feed, KnownEntry, RawEntry
from monitor.core.normalise import classify, lookup_keys, normalise

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import feedparser

pytestmark = pytest.mark.realdata
STEP = 12
"""Every so manieth state is read, to stay within seconds; a state holds many polls' worth of items."""


def states(archive: Path) -> Iterator[tuple[str, datetime, bytes]]:
    """Give feed address, time and document of each state, in order."""
    with tarfile.open(archive) as packed:
        members = {Path(member.name).name: member for member in packed.getmembers()}
        index = packed.extractfile(members["index.tsv"])
        assert index is not None
        rows = [line.split("\t") for line in index.read().decode().splitlines()[1:]]
        for url, time, file, *_ in rows[::STEP]:
            document = packed.extractfile(members[file])
            assert document is not None
            yield url, datetime.strptime(time, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), document.read()


def raw_entry(item: Any) -> RawEntry:
    """Read the few fields that identity needs."""
    date = item.get("published_parsed")
    return RawEntry(
        guid=item.get("id"),
        link=item.get("link"),
        title=item.get("title", ""),
        summary=item.get("summary", ""),
        published=datetime.fromtimestamp(calendar.timegm(date), UTC) if date else None,
    )


def replay(archive: Path) -> tuple[list[Entry], list[Entry], set[tuple[str, str]]]:
    """Return all entries told as new, all told as revised, and every (title, address) the feed ever had."""
    new: list[Entry] = []
    revised: list[Entry] = []
    said: set[tuple[str, str]] = set()
    store: dict[str, KnownEntry] = {}
    borne: dict[EntryKey, set[str]] = {}
    for url, fetched, document in states(archive):
        feed = Feed(url=url, name=url, outlet=url)
        parsed = feedparser.parse(io.BytesIO(document))
        body = [
            normalise(raw_entry(item), feed=feed, feed_lang="ru", fetched=fetched, first_read=not store)
            for item in parsed.entries
        ]
        said |= {(folded(entry.title), entry.url or "") for entry in body}
        known = {found for key in lookup_keys(body) for found in borne.get(key, ())}
        for entry in classify(body, [store[found] for found in known]):
            (revised if entry.revision else new).append(entry)
            store[entry.id] = KnownEntry(
                id=entry.id,
                keys=entry.keys,
                text_hash=entry.text_hash,
                revision=entry.revision,
                first_seen=entry.first_seen,
            )
            for key in entry.keys:
                borne.setdefault(key, set()).add(entry.id)
    return new, revised, said


def test_a_feed_without_guids_links_and_dates_tells_each_headline_once(recorded: Path) -> None:
    """Every link is the home page, every date lies in 1970: no article lost, none repeated."""
    new, revised, said = replay(recorded / "timeseries" / "ru_meduza.tar.xz")
    assert Counter(folded(entry.title) for entry in new) == Counter({title for title, _ in said})
    assert not revised
    assert {entry.published for entry in new} == {None}
    assert {entry.lang for entry in new} == {"ru"}


def test_a_feed_with_empty_states_tells_each_address_once(recorded: Path) -> None:
    """What comes back after an empty state is known; edits are revisions, not articles."""
    new, revised, said = replay(recorded / "timeseries" / "ru_feed_novaya.tar.xz")
    assert Counter(entry.url for entry in new) == Counter({url for _, url in said})
    assert len(revised) < len(new) / 10


def test_a_feed_that_dates_every_item_anew_tells_each_address_once(recorded: Path) -> None:
    """A date regenerated at each poll makes no article and no revision."""
    new, revised, said = replay(recorded / "timeseries" / "ru_feed_holod.tar.xz")
    assert Counter(entry.url for entry in new) == Counter({url for _, url in said})
    assert len(revised) < len(new) / 10
