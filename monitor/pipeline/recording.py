"""Recordings: files of entries, or folders of feed snapshots, as replay and backtests read them.

A file holds one JSON object a line: `feed`, `guid`, `url`, `title`, `summary`, `content`, `published`,
`fetched`, `lang`, `id`, `outlet`; all but the title may be missing. A folder holds snapshots of feeds and an
`index.tsv` whose first columns are `feed_url`, `time` and `file`.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from monitor.core.errors import ConfigurationError, Mistake
from monitor.core.models import RawEntry
from monitor.files import Kind, look_at, reason_of, refusal

_COLUMNS = ("feed_url", "time", "file")
_START = datetime(2000, 1, 1, tzinfo=UTC)
"""The virtual time of entries at the head of a recording that have no date at all."""
_UNNAMED = "recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEntry:
    """One line of a recorded file."""

    id: str
    """As given, or the number of the line."""
    feed: str
    outlet: str
    at: datetime
    """When it was fetched, else published, else the time of the line before."""
    raw: RawEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One recorded state of a feed."""

    feed: str
    at: datetime
    file: Path


def read_entries(path: Path) -> list[RecordedEntry]:
    """Read a recorded file, in order of time; entries without time keep their place.

    Raises:
        ConfigurationError: naming every line that is no JSON object, or the file that cannot be read.
    """
    found: list[RecordedEntry] = []
    mistakes: list[Mistake] = []
    now = _START
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                values = _object(line)
                if values is None:
                    mistakes.append(
                        Mistake(path=str(path), line=number, message="one JSON object a line is wanted")
                    )
                    continue
                entry = _entry(values, number, now)
                now = entry.at
                found.append(entry)
    except (OSError, ValueError) as error:
        mistakes.append(refusal(path, error))
    if mistakes:
        raise ConfigurationError(mistakes)
    return sorted(found, key=lambda entry: entry.at)


def read_snapshots(folder: Path) -> list[Snapshot]:
    """Read the index of a folder of snapshots, in order of time.

    Raises:
        ConfigurationError: there is no index, it is not UTF-8, it lacks a column, or a line has no readable
            time or names a file that cannot be read.
    """
    index = folder / "index.tsv"
    try:
        with index.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
    except (OSError, ValueError) as error:
        message = f"cannot be read: {reason_of(error)}; a folder of snapshots needs it"
        raise ConfigurationError([Mistake(path=str(index), message=message)]) from error
    except csv.Error as error:
        message = f"is no table with tabs between its columns: {error}"
        raise ConfigurationError([Mistake(path=str(index), message=message)]) from error
    mistakes = list(_index_mistakes(index, rows))
    if mistakes:
        raise ConfigurationError(mistakes)
    found = [
        Snapshot(feed=row["feed_url"], at=_time(row["time"]) or _START, file=folder / row["file"])
        for row in rows
    ]
    return sorted(found, key=lambda snapshot: snapshot.at)


def _index_mistakes(index: Path, rows: Iterable[Mapping[str, str]]) -> Iterator[Mistake]:
    for number, row in enumerate(rows, 2):
        missing = [column for column in _COLUMNS if not row.get(column)]
        if missing:
            yield Mistake(path=str(index), line=number, message=f"lacks {', '.join(missing)}")
        elif _time(row["time"]) is None:
            message = f"no time: {row['time']!r}; write it as 20260115T120000Z"
            yield Mistake(path=str(index), line=number, message=message)
        elif message := _unreadable(index.parent / row["file"]):
            yield Mistake(path=str(index), line=number, message=f"names {row['file']}, which {message}")


def _unreadable(file: Path) -> str:
    """Say what is wrong with a snapshot's file; empty if it can be read."""
    kind = look_at(file)
    if isinstance(kind, Mistake):
        return kind.message
    if kind is not Kind.FILE:
        return "is not there" if kind is Kind.NOTHING else "is no file"
    return "" if os.access(file, os.R_OK, effective_ids=True) else "cannot be read: permission denied"


def _object(line: str) -> Mapping[str, object] | None:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _entry(values: Mapping[str, object], number: int, now: datetime) -> RecordedEntry:
    published = _time(values.get("published"))
    url = _text(values.get("url"))
    feed = _text(values.get("feed")) or _text(values.get("source"))
    return RecordedEntry(
        id=_text(values.get("id")) or str(number),
        feed=feed or _UNNAMED,
        outlet=_text(values.get("outlet")) or _host(url) or _host(feed) or _UNNAMED,
        at=_time(values.get("fetched")) or _believable(published) or now,
        raw=RawEntry(
            guid=_text(values.get("guid")) or None,
            link=url or None,
            title=_text(values.get("title")),
            summary=_text(values.get("summary")),
            content=_text(values.get("content")),
            lang=_text(values.get("lang")) or None,
            published=published,
        ),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _believable(published: datetime | None) -> datetime | None:
    return published if published is not None and published >= _START else None


def _time(value: object) -> datetime | None:
    """Read ISO 8601 (basic or extended) or the form of RFC 5322; without zone it is UTC."""
    text = _text(value).strip()
    if not text:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return None
