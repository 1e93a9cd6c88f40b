"""The book finds by short ways what plain ones would find: it decides the same, whatever is tuned."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.models import Assignment, Entry, Findings, Story
from monitor.core.stories import StoryBook, across, gathering, joining, window
from monitor.core.stories.shelf import Shelf
from monitor.core.stories.trace import Glance
from tests.stories.newsroom import Newsroom

_NAMES = ("Belgorod", "Kursk", "Warsaw", "Minsk", "Putin", "Zelensky", "Tusk", "Trump", "Kharkiv", "Odesa")
_NAMES_RU = (
    "Белгород",
    "Курск",
    "Варшава",
    "Минск",
    "Путин",
    "Зеленский",
    "Туск",
    "Трамп",
    "Харьков",
    "Одесса",
)


class PlainPostings:
    """Every document of a key in a list, read from its end."""

    def __init__(self) -> None:
        self.docs: defaultdict[int, list[int]] = defaultdict(list)
        self.tail = 0
        self.withdrawn: set[int] = set()

    def add(self, doc: int, keys: Iterable[int]) -> None:
        """Enter a document."""
        for key in keys:
            self.docs[key].append(doc)

    def newest(self, key: int, limit: int) -> list[int]:
        """Read a key."""
        there = (doc for doc in reversed(self.docs[key]) if doc >= self.tail and doc not in self.withdrawn)
        return list(there)[:limit]

    def withdraw(self, doc: int) -> None:
        """Forget one document."""
        self.withdrawn.add(doc)

    def drop_before(self, doc: int) -> None:
        """Forget the oldest documents."""
        self.tail = max(self.tail, doc)


def plain_borne(
    held: window.Window, bearers: list[list[int]], members: dict[int, Sequence[int]]
) -> list[dict[int, int]]:
    """Count the stories of all entries."""
    counts = [Counter(map(held.shelf.story, seqs)) for seqs in bearers]
    return [{story: told[story] for story in members} for told in counts]


def plain_nearest(bearers: Iterable[gathering.Bearers], count: int) -> list[int]:
    """Sort all entries that share anything with the rarest terms."""
    scores: defaultdict[int, float] = defaultdict(float)
    for rarity, seqs in sorted(bearers, key=lambda found: -found.rarity):
        full = len(scores) >= gathering.GATHERED
        for seq in seqs:
            if seq in scores or not full:
                scores[seq] += rarity * rarity
    return sorted(scores, key=lambda seq: (-scores[seq], seq))[:count]


def plain_glance(shelf: Shelf, seq: int) -> Glance:
    """Read the whole footprint."""
    whole = shelf.footprint(seq)
    names = "\0".join((whole.lang, whole.agency, *whole.entities)).encode()
    return Glance(seq, whole.flags, whole.norm, whole.title, whole.body, names)


def news(count: int) -> Iterator[Entry]:
    """Write entries in two languages about a few happenings, with copies, revisions and latecomers."""
    dice, room = random.Random(11), Newsroom()
    written: list[Entry] = []
    for number in range(count):
        one = _article(room, dice, number)
        if written and dice.random() < 0.1:
            old = dice.choice(written[-40:])
            yield replace(old, title=f"{old.title} at least {number}", revision=old.revision + 1)
        if written and dice.random() < 0.1:
            one = replace(one, title=written[-1].title, summary=written[-1].summary)
        written.append(one)
        yield one


def _article(room: Newsroom, dice: random.Random, number: int) -> Entry:
    happening = number // 12 if dice.random() < 0.8 else dice.randrange(1 + number // 12)
    topic = random.Random(happening)
    names = topic.sample(range(len(_NAMES)), 3)
    russian = dice.random() < 0.3
    own = [(_NAMES_RU if russian else _NAMES)[name] for name in names]
    stem = "слово" if russian else "word"
    rare = [f"{stem}{chr(97 + topic.randrange(26))}{topic.randrange(900)}" for _ in range(9)]
    common = [f"{stem}{dice.randrange(60)}" for _ in range(14)]
    words = [*dice.sample(rare, 6), *common, *dice.sample(own, 2)]
    dice.shuffle(words)
    lang = "ru" if russian else "en"
    return room.entry(" ".join([*own[:2], *words[:8]]), " ".join(words[8:]), lang=lang)


def decided(book: StoryBook, entries: Iterable[Entry]) -> list[tuple[Assignment, Story]]:
    """Assign all entries; each mentions nothing that rules know."""
    return [book.assign(entry, Findings()) for entry in entries]


def test_short_ways_lead_to_the_same_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same stories, reasons, scores, news, traces, with every short cut taken out of the book."""
    entries = list(news(500))
    quick = decided(StoryBook(timedelta(hours=5)), entries)
    monkeypatch.setattr(window, "Postings", PlainPostings)
    monkeypatch.setattr(joining, "nearest", plain_nearest)
    monkeypatch.setattr(across, "nearest", plain_nearest)
    monkeypatch.setattr(joining, "_borne", plain_borne)
    monkeypatch.setattr(across, "_hopeless", lambda *_: False)
    monkeypatch.setattr(Shelf, "glance", plain_glance)
    plain = decided(StoryBook(timedelta(hours=5)), entries)
    assert quick == plain
    assert {one.placement for one, _ in quick} >= {"opens", "joins", "copy", "revision"}
