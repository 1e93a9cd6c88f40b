"""How much of one hot topic is told, and how large its stories grow, on recorded feeds; run as a program.

    python -m tests.benchmarks.bench_topic [--clusters 10] [--told 50] [--seed 1]

The English entries of May 2023 that name Russia or Ukraine, in order. Nobody labelled them, so what is
printed are sizes: entries, those that open a story like no other and so ring, those that are a line in a
thread besides, the largest stories. `--clusters` prints random stories of two entries and more, `--told`
random entries that are told with the earlier entries most like them, to be judged by eye.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.core.models import Assignment, Entry, Findings, Placement
from monitor.core.stories import StoryBook
from monitor.core.stories.joining import ranked
from tests.benchmarks.bench_stories import DATA, WINDOW, is_told

ITEMS = DATA.parent / "items" / "raids-2023-05.jsonl.xz"
TOPIC = re.compile(
    r"\b(?:ukrain|russia|kyiv|kiev|moscow|putin|zelensk|kremlin|bakhmut|belgorod|wagner|prigozhin)",
    re.IGNORECASE,
)
_LARGE = 40
_SUMMARY = 3000


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an entry, and the titles of the likeliest stories' nearest members."""

    entry: Entry
    assignment: Assignment
    told: bool
    near: tuple[tuple[float, str], ...]


def topic(path: Path) -> list[Entry]:
    """Read the entries of the topic in order of time."""
    found: list[tuple[datetime, dict[str, str]]] = []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            item = {key: value or "" for key, value in json.loads(line).items()}
            if item["lang"].startswith("en") and TOPIC.search(f"{item['title']} {item['summary']}"):
                found.append((_moment(item), item))
    found.sort(key=lambda one: one[0])
    return [_entry(number, at, item) for number, (at, item) in enumerate(found)]


def _moment(item: dict[str, str]) -> datetime:
    at = datetime.fromisoformat(item["fetched"] or item["published"] or f"{item['export_day']}T12:00:00Z")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _entry(number: int, at: datetime, item: dict[str, str]) -> Entry:
    return Entry(
        id=f"{number:06}",
        feed=item["source"],
        outlet=(item["outlet"] or "unknown").split()[0],
        url=item["url"] or None,
        title=item["title"],
        summary=item["summary"][:_SUMMARY],
        lang="en",
        fetched=at,
        first_seen=at,
    )


def by_book(entries: Sequence[Entry]) -> list[Told]:
    """Place the entries."""
    book = StoryBook(WINDOW)
    titles: dict[str, str] = {}
    found = []
    for entry in entries:
        book.expire(entry.first_seen)
        arrival = book._arrival(entry, Findings())
        stories = ranked(book._window, arrival, book._query(arrival.observed))
        near = tuple((one.score, titles[book._window.shelf.entry_id(one.seq)]) for one in stories[:3])
        assignment, _ = book.assign(entry, Findings())
        titles[entry.id] = entry.title
        found.append(Told(entry, assignment, is_told(entry, assignment), near))
    return found


def show_clusters(found: Sequence[Told], number: int, dice: random.Random) -> None:
    """Print random stories of two entries and more."""
    stories: defaultdict[str, list[Entry]] = defaultdict(list)
    for one in found:
        stories[one.assignment.story].append(one.entry)
    several = [members for members in stories.values() if len(members) > 1]
    for members in dice.sample(several, number):
        print(f"\n{len(members)} entries")
        for entry in members:
            print(f"  {entry.first_seen:%d %H:%M} {entry.outlet[:14]:14} {entry.title[:110]}")


def show_told(found: Sequence[Told], number: int, dice: random.Random) -> None:
    """Print random entries that are told, with what they are most like."""
    for one in dice.sample([one for one in found if one.told], number):
        print(f"\n{one.assignment.placement.value:5} {one.entry.first_seen:%d %H:%M} {one.entry.title[:130]}")
        print(f"      {one.entry.summary[:150]!r}")
        for score, title in one.near:
            print(f"      {score:4.2f} {title[:120]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=ITEMS)
    parser.add_argument("--clusters", type=int, default=0)
    parser.add_argument("--told", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = by_book(topic(options.path))
    sizes: defaultdict[str, int] = defaultdict(int)
    for one in found:
        sizes[one.assignment.story] += 1
    rings = sum(
        one.told and one.assignment.placement is Placement.OPENS and not one.assignment.likely
        for one in found
    )
    told = sum(one.told for one in found)
    large = sum(size for size in sizes.values() if size > _LARGE)
    print(
        f"{len(found)} entries, {len(sizes)} stories; ring {100 * rings / len(found):.1f} %, told "
        f"{100 * told / len(found):.1f} %; largest {sorted(sizes.values(), reverse=True)[:5]}; in stories of "
        f"over {_LARGE} {100 * large / len(found):.1f} %"
    )
    dice = random.Random(options.seed)
    show_clusters(found, options.clusters, dice)
    show_told(found, options.told, dice)


if __name__ == "__main__":
    main()
