"""How many edited copies of a text are found, by kind of edit, and look-ups a second; run as a program.

    python tests/benchmarks/bench_copies.py [TEXTS]

Each of 400 recorded long texts is put into a book among others, then edited in twelve ways as clients of
agencies edit; each edit asks for its original. The texts themselves must not be copies of each other.
"""

from __future__ import annotations

import json
import lzma
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.models import Entry, Findings, Placement
from monitor.core.stories import StoryBook
from monitor.core.stories.copies import copied

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("NEWS_MONITOR_DATA", ROOT.parent / "shared" / "data")) / "items"
START = datetime(2026, 7, 1, tzinfo=UTC)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_LEAD = "Это сообщение дополнено новыми подробностями, которые стали известны редакции сегодня утром. "
_FOOT = " Подписывайтесь на нашу рассылку и читайте главные новости дня первыми каждое утро."

Edit = Callable[[str, random.Random], str]


def keep(share: float) -> Edit:
    """Keep the first part."""
    return lambda text, _: text[: max(1, int(len(text) * share))]


def drop(share: float) -> Edit:
    """Drop sentences here and there."""
    return lambda text, dice: " ".join(s for s in _SENTENCE.split(text) if dice.random() >= share) or text


def noise(share: float) -> Edit:
    """Change words."""

    def edit(text: str, dice: random.Random) -> str:
        words = text.split()
        return " ".join(dice.choice(words) if dice.random() < share else word for word in words)

    return edit


def mixed(text: str, dice: random.Random) -> str:
    """A new lead, some sentences gone, some words changed, boilerplate at the end."""
    return _LEAD + noise(0.1)(drop(0.2)(text, dice), dice) + _FOOT


EDITS: dict[str, Edit] = {
    "same": lambda text, _: text,
    "boilerplate": lambda text, _: text + _FOOT,
    "new lead": lambda text, _: "ОБНОВЛЕНО: " + _LEAD + text,
    "keep 70 %": keep(0.7),
    "keep 50 %": keep(0.5),
    "keep 30 %": keep(0.3),
    "drop 30 %": drop(0.3),
    "noise 10 %": noise(0.1),
    "noise 20 %": noise(0.2),
    "capitals": lambda text, _: text.upper(),
    "mixed": mixed,
    "first 300": lambda text, _: text[:300],
}


def texts(path: Path, count: int = 400) -> list[str]:
    """Distinct texts of 600 to 6,000 characters."""
    found: dict[str, str] = {}
    for line in lzma.decompress(path.read_bytes()).splitlines():
        item = json.loads(line)
        text = item.get("summary") or item.get("content") or ""
        if 600 <= len(text) <= 6000:
            found.setdefault(text[:80], text)
    return random.Random(5).sample(list(found.values()), min(count, len(found)))


def main() -> None:
    """Print recall by edit."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "telegram-ru-2024-11.jsonl.xz"
    dice = random.Random(9)
    originals = texts(path)
    book = StoryBook()
    flagged = 0
    for number, text in enumerate(originals):
        assignment, _ = book.assign(_entry(f"o{number}", text, number), Findings())
        flagged += assignment.placement is Placement.COPY
    print(f"{len(originals)} texts, {flagged} flagged as copies of each other")
    found: Counter[str] = Counter()
    began = time.process_time()
    for name, edit in EDITS.items():
        for number, text in enumerate(originals):
            entry = _entry(f"{name}{number}", edit(text, dice), number)
            copy = copied(book._window, book._arrival(entry, Findings()))
            found[name] += copy is not None and copy.seq == number
    seconds = time.process_time() - began
    for name in EDITS:
        print(f"{name:12} {100 * found[name] / len(originals):5.1f} %")
    print(f"{len(EDITS) * len(originals) / seconds:.0f} full texts/s, {len(book)} in the book")


def _entry(name: str, text: str, number: int) -> Entry:
    return Entry(
        id=name,
        feed=name,
        outlet=f"outlet{name}{number}.example",
        summary=text,
        lang="ru",
        fetched=START,
        first_seen=START + timedelta(seconds=number),
    )


if __name__ == "__main__":
    main()
