"""An SQLite file filled with the rows that growing.py gives PostgreSQL, and what both lack for the API."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert

from monitor.core.models import Feed
from monitor.store import Store, schema

PER_STORY = 5
SILENCES = 200
FEEDS = 10_000
_TEXT = "officials said on Sunday that fighting near the border had stopped and talks would go on "
_MICROS = 1_000_000
Row = tuple[object, ...]


def name(kind: str, number: int) -> str:
    """Return the id of a row, the same as `md5(kind || number)` of PostgreSQL."""
    return hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest()


def fill_file(path: Path, total: int, step: float) -> None:
    """Add entries `step` seconds apart up to now, with all that belongs to them; the tables are there."""
    now = int(datetime.now(UTC).timestamp() * _MICROS)

    def seen(number: int) -> int:
        return now - int((total - number) * step * _MICROS)

    def story(number: int) -> str:
        return name("e", number - number % PER_STORY)

    numbers = range(1, total + 1)
    with closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;")
        for table, columns, rows in (
            ("entries", _ENTRY, (_entry(n, seen(n)) for n in numbers)),
            ("entry_keys", "feed, kind, value, entry", _keys(numbers)),
            ("stories", _STORY, (_story(n, seen(n)) for n in numbers if n % PER_STORY == 0)),
            ("assignments", _ASSIGNMENT, (_assignment(n, seen(n), story(n)) for n in numbers)),
            ("decisions", _DECISION, (_decision(n, seen(n), story(n)) for n in numbers if n % 10 == 0)),
            ("alerts", _ALERT, (_alert(n, seen(n)) for n in numbers if n % 100 == 0)),
        ):
            marks = ", ".join("?" * (columns.count(",") + 1))
            database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
        database.commit()


_ENTRY = (
    "seq, id, feed, outlet, first_seen, fetched, published, revision, text_hash, lang, title, link, url, "
    "guid, author, aliases, categories, tags, sample, first_read, matches, entities, summary, content"
)
_STORY = "id, title, opened_at, updated_at, entries, texts, outlets, languages, entities, sources"
_ASSIGNMENT = "seq, entry, revision, first_seen, story, placement, score, reason, news, trace"
_DECISION = "entry, rule, story, verdict, reason, at, detail"
_ALERT = "id, rule, story, entry, state, created_at, updated_at, outlets, hits, follow_ups"


def _feed(number: int) -> str:
    return f"https://{number % FEEDS}.example/feed"


def _entry(number: int, seen: int) -> Row:
    address = f"https://x.example/{number}"
    return (
        number, name("e", number), _feed(number), f"{number % 2000}.example", seen, seen, seen, 0,
        name("t", number), "en", f"Title of {number} words", address, address, f"guid-{number}", "",
        "[]", "[]", "[]", 0, 0, "[]", "[]", (_TEXT + str(number)) * 4, "",
    )  # fmt: skip


def _keys(numbers: range) -> Iterator[Row]:
    for number in numbers:
        yield _feed(number), "guid", f"guid-{number}", name("e", number)
        yield _feed(number), "url", f"https://x.example/{number}", name("e", number)


def _story(number: int, seen: int) -> Row:
    title = f"Title of {number} words"
    return (name("e", number), title, seen, seen, 5, 5, '["x.example"]', '["en"]', "[]", "[]")


def _assignment(number: int, seen: int, story: str) -> Row:
    trace = b"\xab" * 300
    return (number, name("e", number), 0, seen, story, "joins", 0.5, "alike", "[]", trace)


def _decision(number: int, seen: int, story: str) -> Row:
    return (name("e", number), f"rule-{number % 200}", story, "update", "ANOTHER_SOURCE", seen, "")


def _alert(number: int, seen: int) -> Row:
    entry = name("e", number)
    return (name("a", number), f"rule-{number % 200}", entry, entry, "alert", seen, seen, 1, "[]", 0)


# ------------------------------------------------------------------ for both databases


def extras(connection: Connection, total: int, days: int) -> None:
    """Add ten deliveries of each alert, silences that follow one another, and what these held back."""
    now = datetime.now(UTC)
    step = timedelta(days=days) / total
    numbers = range(100, total + 1, 100)
    rows = [
        _delivery(number, ordinal, now - (total - number) * step)
        for number in numbers
        for ordinal in range(10)
    ]
    held = [_silenced(number, now - (total - number) * step, total) for number in range(20, total + 1, 20)]
    length = timedelta(days=days) / SILENCES
    silences = [_silence(number, now - timedelta(days=days) + number * length) for number in range(SILENCES)]
    for table, given in ((schema.deliveries, rows), (schema.decisions, held), (schema.silences, silences)):
        for start in range(0, len(given), 1000):
            connection.execute(insert(table), given[start : start + 1000])


def _delivery(number: int, ordinal: int, at: datetime) -> dict[str, object]:
    """Of a thousand one is a dead letter, one was given up, all others were sent."""
    message: dict[str, object] = {
        "title": "Title",
        "text": _TEXT * 5,
        "html": _TEXT * 10,
        "blocks": [],
        "link": None,
    }
    return {
        "id": name(f"d{ordinal}-", number), "alert": name("a", number), "story": name("e", number),
        "channel": "slack" if ordinal else "mail", "recipient": "", "kind": "thread" if ordinal else "post",
        "ordinal": ordinal, "created_at": at, "next_attempt_at": at, "attempts": 1, "epoch": 1,
        "state": {0: "parked", 500: "dropped"}.get(number // 10 % 1000 + ordinal, "sent"), "message": message,
    }  # fmt: skip


def _silenced(number: int, at: datetime, total: int) -> dict[str, object]:
    silence = name("s", (number - 1) * SILENCES // total)
    return {
        "entry": name("e", number), "rule": f"rule-{number % 200}", "verdict": "suppressed", "at": at,
        "story": name("e", number - number % PER_STORY), "reason": "SILENCED",
        "detail": f"silence {silence} by olena",
    }  # fmt: skip


def _silence(number: int, begins: datetime) -> dict[str, object]:
    return {
        "id": name("s", number), "matchers": {"rule": f"rule-{number}"}, "starts_at": begins,
        "ends_at": begins + timedelta(days=1), "author": "olena", "comment": "",
    }  # fmt: skip


async def fill_feeds(store: Store, now: datetime) -> None:
    """Configure the feeds of the entries."""
    feeds = [Feed(url=_feed(n), name=f"Feed {n}", outlet=f"{n}.example") for n in range(FEEDS)]
    await store.sync_feeds(feeds, now)
