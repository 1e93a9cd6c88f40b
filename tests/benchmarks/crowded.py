"""Windows of stories by the hundred thousand: some entries, told over again in many worlds.

A recorded set is too small to fill a window, and assigning a full one takes minutes. So some entries are
assigned, and what the book remembers of them is copied into other worlds: common terms stay, each rare one
(names, places, most numbers) becomes a term of that world, as do all hashes of passages. The worlds have the
lengths, the hot topics, the copies and the stories of the first one, and nothing else in common.
"""

from __future__ import annotations

import json
import lzma
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.models import Entry, Findings, Remembered, Source
from monitor.core.signature import Sketch
from monitor.core.stories import StoryBook
from monitor.core.stories.trace import Footprint, decode, encode

START = datetime(2026, 7, 1, tzinfo=UTC)
WINDOW = timedelta(hours=72)
_SETS = ("raids-2023-05", "independent-ru-2025", "telegram-ru-2024-11", "headlines-uk")
_COMMON = 0.001
"""The share of entries that hold a term from which it is common to all worlds."""
_LONGEST = 3000
_TOPICS = 12
"""Words that tell an invented story; its entries share most of them."""
_WORDS = 0xFFFFFFFE
"""The bits of a term but the one that tells numbers."""

Text = tuple[str, str, str, str]
"""Outlet, title, summary, language."""


def entries(texts: Iterator[Text], step: timedelta) -> Iterator[Entry]:
    """Make entries of texts, one after the other."""
    for number, (outlet, title, summary, lang) in enumerate(texts):
        seen = START + step * number
        yield Entry(
            id=f"{number:032x}",
            feed=f"https://{outlet}/feed",
            outlet=outlet,
            url=f"https://{outlet}/news/{number}/some-words-of-the-title",
            title=title,
            summary=summary,
            lang=lang or None,
            fetched=seen,
            first_seen=seen,
        )


def recorded(folder: Path) -> Iterator[Text]:
    """The recorded entries, sets mixed, each in its own order."""
    sets: list[list[Text]] = []
    for name in _SETS:
        with lzma.open(folder / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            sets.append([_text(json.loads(line)) for line in lines])
    shares = [
        (place / len(one), number, place) for number, one in enumerate(sets) for place in range(len(one))
    ]
    for _, number, place in sorted(shares):
        yield sets[number][place]


def _text(item: dict[str, str | None]) -> Text:
    outlet, summary = (item.get("outlet") or "outlet").split()[0], (item.get("summary") or "")[:_LONGEST]
    return outlet, item.get("title") or "", summary, item.get("lang") or ""


def invented() -> Iterator[Text]:
    """Words as frequent as those of a language, for ever; every second entry tells a story told before."""
    dice = random.Random(7)
    vocabulary = [f"w{n}{chr(97 + n % 26)}ord" for n in range(200_000)]
    pool = dice.choices(vocabulary, [1 / (n + 10) for n in range(len(vocabulary))], k=1_000_000)
    stories: list[list[str]] = []
    while True:
        at = dice.randrange(len(pool) - 60)
        if dice.random() < 0.5 and stories:
            topic = stories[max(0, len(stories) - 1 - int(dice.expovariate(1 / 300)))]
        else:
            topic = dice.sample(vocabulary, _TOPICS)
            stories.append(topic)
            del stories[:-5000]
        title = [*dice.sample(topic, 5), *pool[at : at + 6]]
        summary = [*dice.sample(topic, 8), *pool[at + 6 : at + 28]]
        yield f"outlet{dice.randrange(400)}.example", " ".join(title), " ".join(summary), "en"


def assigned(some: Iterator[Entry]) -> list[Remembered]:
    """Assign entries; what the store would remember of them."""
    book = StoryBook(WINDOW)
    rows = []
    for entry in some:
        assignment, _ = book.assign(entry, Findings())
        source = Source(
            entry=entry.id,
            outlet=entry.outlet,
            title=entry.title,
            link=entry.link or entry.url,
            lang=entry.lang,
            at=entry.first_seen,
            placement=assignment.placement,
        )
        rows.append(
            Remembered(source=source, story=assignment.story, of=assignment.of, trace=assignment.trace)
        )
    return rows


def in_worlds(rows: Sequence[Remembered], worlds: int) -> Iterator[Remembered]:
    """Yield each row once in every world; the first world is the given one."""
    counts: Counter[int] = Counter()
    for row in rows:
        counts.update(decode(row.trace).terms)
    common = {term for term, count in counts.items() if count > _COMMON * len(rows)}
    for place, row in enumerate(rows):
        first = decode(row.trace)
        for world in range(worlds):
            told = _told(first, world, common)
            trace = encode(replace(told, seq=place * worlds + world))
            if not world:
                yield replace(row, trace=trace)
                continue
            source = replace(row.source, entry=_named(row.source.entry, world))
            yield replace(row, source=source, story=_named(row.story, world), trace=trace)


def _named(entry: str, world: int) -> str:
    return f"{world:04x}{entry[4:]}"


def _told(first: Footprint, world: int, common: set[int]) -> Footprint:
    if not world:
        return first
    turn = world * 0x9E3779B1 & _WORDS
    hashes = frozenset(value ^ (turn & ~(max(4, first.sketch.scale) - 1)) for value in first.sketch.hashes)
    return replace(
        first,
        url=first.url and first.url ^ turn << 32,
        title_key=first.title_key and first.title_key ^ turn << 32,
        text_key=first.text_key and first.text_key ^ turn << 32,
        title=tuple(term if term in common else term ^ turn for term in first.title),
        body=tuple(term if term in common else term ^ turn for term in first.body),
        sketch=Sketch(first.sketch.scale, first.sketch.triples, hashes),
    )
