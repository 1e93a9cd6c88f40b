"""Entries by the hundred thousand, to fill a window of stories: recorded ones in several worlds, or invented ones.

A recorded set is too small to fill a window. It is told several times over, each time in another world: common
words stay, and each rare one (names, places, most numbers) becomes a word of that world. The worlds have the
grammar, the hot topics, the copies and the stories of the recording, and nothing else in common.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

from monitor.core.models import Entry

START = datetime(2026, 7, 1, tzinfo=UTC)
WINDOW = timedelta(hours=72)
_SETS = ("raids-2023-05", "independent-ru-2025", "telegram-ru-2024-11", "headlines-uk")
_WORD = re.compile(r"\w+")
_COMMON = 100
"""A word that stands in more of the recorded entries is common to all worlds."""
_LONGEST = 3000
_TOPICS = 12
"""Words that tell an invented story; its entries share most of them."""

Text = tuple[str, str, str, str]
"""Outlet, title, summary, language."""


def crowd(count: int, folder: Path | None) -> Iterator[Entry]:
    """Yield entries without end, of which `count` fill the window; recorded ones if there is a folder of them."""
    step = WINDOW / count
    texts = _worlds(_recorded(folder)) if folder is not None and folder.is_dir() else invented()
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


def _recorded(folder: Path) -> list[Text]:
    """Read the recorded entries, sets mixed, each in its own order."""
    sets: list[list[Text]] = []
    for name in _SETS:
        with lzma.open(folder / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            sets.append([_text(json.loads(line)) for line in lines])
    places = sorted(
        (place / len(one), number, place) for number, one in enumerate(sets) for place in range(len(one))
    )
    return [sets[number][place] for _, number, place in places]


def _text(item: dict[str, str | None]) -> Text:
    summary = (item.get("summary") or "")[:_LONGEST]
    return (
        (item.get("outlet") or "outlet").split()[0],
        item.get("title") or "",
        summary,
        item.get("lang") or "",
    )


def _worlds(texts: Sequence[Text]) -> Iterator[Text]:
    """Tell the recording in one world after the other, for ever; the first is the real one."""
    counts: Counter[str] = Counter()
    for _, title, summary, _ in texts:
        counts.update(set(_WORD.findall(f"{title} {summary}".casefold())))
    world = 0
    while True:

        @lru_cache(maxsize=1 << 16)
        def named(word: str, world: int = world) -> str:
            common = not world or counts[word.casefold()] > _COMMON
            return word if common else _shifted(word, world)

        for outlet, title, summary, lang in texts:
            told = [_WORD.sub(lambda found: named(found[0]), text) for text in (title, summary)]
            yield f"w{world}.{outlet}" if world else outlet, told[0], told[1], lang
        world += 1


def _shifted(word: str, world: int) -> str:
    """Name the word of another world: first letters changed, ending kept, so that inflection still works."""
    half = max(1, len(word) // 2)
    return (
        "".join(_turned(letter, world * (place + 1)) for place, letter in enumerate(word[:half]))
        + word[half:]
    )


def _turned(letter: str, by: int) -> str:
    for first, last in (("a", "z"), ("A", "Z"), ("а", "я"), ("А", "Я"), ("1", "9")):
        if first <= letter <= last:
            return chr((ord(letter) - ord(first) + by) % (ord(last) - ord(first) + 1) + ord(first))
    return letter


def invented() -> Iterator[Text]:
    """Words as frequent as those of a language; every second entry tells a story that others told before it."""
    dice = random.Random(7)
    vocabulary = [f"{'KQWXZ'[n % 5] if n > 2000 else ''}w{n}{chr(97 + n % 26)}ord" for n in range(200_000)]
    pool = dice.choices(vocabulary, [1 / (n + 10) for n in range(len(vocabulary))], k=1_000_000)
    stories: list[list[str]] = []
    for number in range(1_000_000_000):
        at = dice.randrange(len(pool) - 60)
        if number % 2 and stories:
            topic = stories[max(0, len(stories) - 1 - int(dice.expovariate(1 / 300)))]
        else:
            topic = dice.sample(vocabulary, _TOPICS)
            stories.append(topic)
            del stories[:-5000]
        title = [*dice.sample(topic, 5), *pool[at : at + 6]]
        summary = [*dice.sample(topic, 8), *pool[at + 6 : at + 28]]
        yield f"outlet{dice.randrange(400)}.example", " ".join(title), " ".join(summary), "en"


def first(entries: Iterable[Entry], count: int) -> Iterator[Entry]:
    """Take the first entries of many."""
    return islice(entries, count)
