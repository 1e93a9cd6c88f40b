"""When the entries of recorded feeds appeared, for benchmarks of the schedule; read only."""

from __future__ import annotations

import csv
import json
import lzma
import os
import random
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from lxml import etree

DATA = Path(os.environ.get("NEWS_MONITOR_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
DAY, WEEK = 86_400.0, 604_800.0
HOLE = 3 * DAY
"""Seconds without a recorded state that are cut out of a history."""


@dataclass(frozen=True, slots=True)
class History:
    """One feed: the span that was recorded and when entries appeared in it, in seconds since 1970."""

    start: float
    end: float
    entries: Sequence[float]


def recorded_states(days: float) -> dict[str, History]:
    """Read the entries of the recorded feeds, of each the last `days` days."""
    found = {}
    for archive in sorted((DATA / "timeseries").glob("*.tar.xz")):
        history = _history(archive)
        start = max(history.start, history.end - days * DAY)
        entries = [one for one in history.entries if one > start]
        if entries:
            name = archive.name.removesuffix(".tar.xz")
            found[name] = History(start=start, end=history.end, entries=entries)
    return found


def _history(archive: Path) -> History:
    with tarfile.open(archive) as kept:
        files = {Path(member.name).name: member for member in kept.getmembers() if member.isfile()}
        index = kept.extractfile(files["index.tsv"])
        assert index is not None
        rows = list(csv.DictReader(index.read().decode().splitlines(), delimiter="\t"))
        bodies = {}
        for row in rows:
            if row["file"] not in bodies and (body := kept.extractfile(files[row["file"]])):
                bodies[row["file"]] = list(_items(body.read()))
    return _appearances(rows, bodies, random.Random(archive.name))


def _appearances(
    rows: Sequence[Mapping[str, str]],
    bodies: Mapping[str, Sequence[tuple[str, float | None]]],
    dice: random.Random,
) -> History:
    seen: set[str] = set()
    entries: list[float] = []
    cut, before = 0.0, None
    start = end = _stamp(rows[0]["time"])
    for row in rows:
        now = _stamp(row["time"])
        hole = before is not None and now - before > HOLE
        if hole and before is not None:
            cut += (now - before) // WEEK * WEEK
        new = [(name, date) for name, date in bodies[row["file"]] if name not in seen]
        seen.update(name for name, _ in new)
        if before is not None and not hole:
            together = before + (now - before) * dice.random()
            dates = (date if date and before < date <= now else together for _, date in new)
            entries.extend(date - cut for date in dates)
        before, end = now, now - cut
    return History(start=start, end=end, entries=sorted(entries))


def _stamp(text: str) -> float:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


def _items(body: bytes) -> Iterator[tuple[str, float | None]]:
    """Yield each item's name, unique in its document where it can be, and its date."""
    root = etree.fromstring(body, etree.XMLParser(recover=True, resolve_entities=False)) if body else None
    if root is None:
        return
    items = [
        {etree.QName(part).localname: part.text or part.get("href") or "" for part in reversed(list(element))
         if isinstance(part.tag, str)}
        for element in root.iter("{*}item", "{*}entry")
    ]  # fmt: skip
    for key in ("guid", "id", "link", "title"):
        names = [item.get(key, "") for item in items]
        if all(names) and max(Counter(names).values(), default=0) == 1:
            break
    for item in items:
        yield item.get(key, ""), _date(item.get("pubDate") or item.get("published") or item.get("updated"))


def _date(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text.strip()).timestamp() if text else None
    except ValueError:
        return None


def outlets() -> dict[str, History]:
    """Read when the entries of some eighty outlets were published in a fortnight."""
    published = defaultdict(list)
    with lzma.open(DATA / "items" / "raids-2023-05.jsonl.xz", "rt") as lines:
        for line in lines:
            item = json.loads(line)
            published[item["source"]].append(datetime.fromisoformat(item["published"]).timestamp())
    start, end = datetime(2023, 5, 15, tzinfo=UTC).timestamp(), datetime(2023, 6, 1, tzinfo=UTC).timestamp()
    within = {name: sorted(one for one in found if start < one < end) for name, found in published.items()}
    return {name: History(start, end, found) for name, found in within.items() if len(found) > 5}
