"""Stories across languages: found, joined, wrongly joined; names of two alphabets. Run as a program.

    python -m tests.benchmarks.bench_across [names|stories]

`names`: mentions of the same and of different entities in Russian and Ukrainian news (slavic-ner), every
inflected form against every other of its topic: how many of the same match, how many of different ones do.
`stories`: a month of recorded feeds (December 2025 to January 2026) in one stream, no rules. For foreign
items labelled by hand with words of the English titles that tell the same, the rank of such a story among the
five offered, and which had none; of all joins across languages the titles, to be judged by eye.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser

from monitor.core.models import Entry, Findings, Placement
from monitor.core.stories import StoryBook
from monitor.core.stories.across import abroad
from monitor.core.stories.concepts import NAMES, PLACES, concept
from monitor.core.stories.names import alike, sound
from monitor.core.stories.words import term, words
from monitor.core.text import plain_text

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("NEWS_MONITOR_DATA", ROOT.parent / "shared" / "data"))
LABELS = Path(__file__).with_name("across.tsv")
FIRST, LAST = datetime(2025, 12, 14, tzinfo=UTC), datetime(2026, 1, 15, tzinfo=UTC)
FEEDS = {
    "ap_merge": "en",
    "npr_news": "en",
    "rssarch_ft-home": "en",
    "rssarch_economist": "en",
    "ru_bbc": "ru",
    "ru_svoboda": "ru",
    "ru_meduza": "ru",
    "ru_feed_holod": "ru",
    "ru_feed_novaya": "ru",
}
_NEAR = timedelta(hours=48)
_STEP = 4
"""Every fourth state of a feed is read: an item may be seen a little late."""

Token = tuple[str, str | int]


# ------------------------------------------------------------------------------------------- names


def tokens(mention: str) -> list[Token]:
    """A mention as it compares: concepts, numbers, sounds; what merely decorates a country left out."""
    found: list[Token] = []
    for word in words(mention):
        if (number := concept(word)) is not None:
            found.append(("concept", NAMES[number]))
        elif word[0].isdigit():
            found.append(("number", word))
        elif term(word):
            found.append(("sound", sound(word) or word))
    decorating = {("concept", "great"), ("concept", "united")}
    if ("concept", "eu") in found:
        decorating.add(("concept", "union"))
    return [token for token in found if len(found) == 1 or token not in decorating]


def same(one: Sequence[Token], other: Sequence[Token]) -> bool:
    """Whether two mentions may be of one entity: the shorter stands in the longer, which adds no concept."""
    short, long = sorted((one, other), key=len)
    if not short or not all(any(_equal(mine, its) for its in long) for mine in short):
        return False
    extra = [its for its in long if not any(_equal(mine, its) for mine in short)]
    lands = set(NAMES[:PLACES])
    if any(kind == "concept" and value not in lands for kind, value in extra):
        return False
    return not (len(short) == 1 and short[0][0] == "concept" and any(kind == "sound" for kind, _ in extra))


def _equal(one: Token, other: Token) -> bool:
    return one == other or (one[0] == other[0] == "sound" and alike(str(one[1]), str(other[1])))


def measure_names() -> None:
    """Print the share of pairs that match, of the same and of different entities."""
    gold = {item["id"]: item["mentions"] for item in _lines(DATA / "slavic-ner" / "gold.jsonl.xz")}
    forms: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for document in _lines(DATA / "slavic-ner" / "docs.jsonl.xz"):
        if document["lang"] in {"ru", "uk"}:
            mentions = gold[document["id"]]
            forms[document["topic"], document["lang"]] |= {(one["text"], one["entity"]) for one in mentions}
    right = pairs = false = others = 0
    for topic in {topic for topic, _ in forms}:
        ukrainian = [(entity, tokens(text)) for text, entity in forms[topic, "uk"]]
        for text, entity in forms[topic, "ru"]:
            mine = tokens(text)
            for other, its in ukrainian:
                matched = same(mine, its)
                pairs, right = pairs + (entity == other), right + (matched and entity == other)
                others, false = others + (entity != other), false + (matched and entity != other)
    print(f"ru-uk names: {100 * right / pairs:.1f} % of {pairs:,} pairs of one entity match,")
    print(f"             {100 * false / others:.2f} % of {others:,} pairs of two")


# ------------------------------------------------------------------------------------------- stories


@dataclass(frozen=True, slots=True)
class Label:
    """A foreign item, by the beginning of its title, and what English titles of the same story match."""

    beginning: str
    english: re.Pattern[str]


def labels() -> list[Label]:
    """Read the labels: `beginning of the title <TAB> expression`."""
    rows = [line.split("\t") for line in LABELS.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return [Label(beginning, re.compile(english)) for beginning, english in rows]


def stream() -> list[Entry]:
    """The month's entries in order of arrival."""
    found = [entry for name, lang in FEEDS.items() for entry in _history(name, lang)]
    for name in ("independent-ru-2025", "headlines-uk"):
        for item in _lines(DATA / "items" / f"{name}.jsonl.xz"):
            at = datetime.fromisoformat(item["fetched"] or item["published"] or "1970-01-01")
            at = at.replace(hour=12, tzinfo=UTC) if at.tzinfo is None else at
            if FIRST <= at <= LAST:
                found.append(_entry(item["outlet"], item["lang"], at, (item["title"], item["summary"])))
    return sorted(found, key=lambda entry: entry.first_seen)


def _history(name: str, lang: str) -> Iterator[Entry]:
    known: set[str] = set()
    with tarfile.open(DATA / "timeseries" / f"{name}.tar.xz") as packed:
        for member in sorted(packed.getmembers(), key=lambda member: member.name):
            if not member.name.endswith(".xml"):
                continue
            at = datetime.strptime(Path(member.name).stem, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            document = packed.extractfile(member)
            if document is None or not FIRST - timedelta(days=5) <= at <= LAST or at.hour % _STEP:
                continue
            for item in feedparser.parse(document.read()).entries:
                title = item.get("title", "")
                if title not in known and at >= FIRST:
                    yield _entry(name, lang, at, (title, plain_text(item.get("summary", ""))[:1500]))
                known.add(title)


def _entry(outlet: str, lang: str, at: datetime, text: tuple[str, str]) -> Entry:
    title, summary = text
    return Entry(
        id=f"{outlet} {title}",
        feed=outlet,
        outlet=outlet,
        title=title,
        summary=summary,
        lang=lang,
        fetched=at,
        first_seen=at,
    )


def measure_stories() -> None:
    """Print ranks, and every join."""
    entries, book = stream(), StoryBook()
    due = _asked(entries)
    ranks: dict[str, list[int | None]] = defaultdict(list)
    joins = []
    for number, entry in enumerate(entries):
        placed, _ = book.assign(entry, Findings())
        if placed.placement is Placement.JOINS and "in another language" in placed.reason:
            joins.append(f"    {entry.title[:90]} | {placed.of} | {placed.reason}")
        for foreign, same_story in due.get(number, ()):
            rank = _rank(book, foreign, same_story, entry.first_seen)
            ranks[foreign.lang or ""].append(rank)
            if rank is None:
                print(f"    not among five: {foreign.title[:90]}")
    for lang, found in sorted(ranks.items()):
        first, five = sum(rank == 0 for rank in found), sum(rank is not None for rank in found)
        print(f"{lang}-en: {len(found)} items, first {100 * first / len(found):.0f} %, ", end="")
        print(f"among five {100 * five / len(found):.0f} %")
    print(f"{len(entries):,} entries, {len(joins)} joined across languages:", *joins, sep="\n")


def _asked(entries: Sequence[Entry]) -> dict[int, list[tuple[Entry, set[str]]]]:
    """Whom to ask for, by the number of the entry after which both sides have arrived."""
    due: dict[int, list[tuple[Entry, set[str]]]] = defaultdict(list)
    for label in labels():
        number = next((n for n, entry in enumerate(entries) if entry.title.startswith(label.beginning)), None)
        if number is None:
            print("missing:", label.beginning)
            continue
        foreign = entries[number]
        near = [
            (n, entry.id)
            for n, entry in enumerate(entries)
            if entry.lang == "en"
            and abs(entry.first_seen - foreign.first_seen) < _NEAR
            and label.english.search(entry.title)
        ]
        if near:
            due[max(number, near[0][0])].append((foreign, {name for _, name in near}))
    return due


def _rank(book: StoryBook, foreign: Entry, same_story: set[str], now: datetime) -> int | None:
    """The place of a story with one of these entries among those offered, None if none is."""
    asked = replace(foreign, id=f"again {foreign.id}", first_seen=now + timedelta(seconds=1))
    arrival = book._arrival(asked, Findings())
    window = book._window
    offered = abroad(window, arrival, book._query(arrival.observed))
    for place, found in enumerate(offered):
        if same_story & {window.shelf.entry_id(member) for member in window.members(found.seq)}:
            return place
    return None


def _lines(path: Path) -> Iterator[Any]:
    with lzma.open(path) as packed:
        yield from (json.loads(line) for line in packed)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("names", "stories"))
    what = parser.parse_args().what
    if what != "stories":
        measure_names()
    if what != "names":
        measure_stories()


if __name__ == "__main__":
    main()
