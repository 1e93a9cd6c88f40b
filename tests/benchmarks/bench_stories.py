"""How well and how fast entries become stories, on labelled sets; run as a program.

    python tests/benchmarks/bench_stories.py [FOLDER] [--no-baselines]

For each set: B-cubed and pairwise scores of the stories as decided on arrival, beside two simple baselines;
true stories swallowed (their first article neither opened a story nor was told as new), later articles told
again, articles told in all; entries a second. `--speed` measures the rate and the memory
with a full window, 150,000 entries unless told otherwise, and leaves the sets alone.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.core.models import Assignment, Entry, Findings, News, Placement
from monitor.core.stories import StoryBook
from monitor.core.stories.identity import sums_up
from monitor.core.stories.words import terms, words

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("NEWS_MONITOR_DATA", ROOT.parent / "shared" / "data")) / "stories"
WINDOW = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Labelled:
    """An entry and the story a person says it tells."""

    entry: Entry
    gold: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Percentages."""

    precision: float
    recall: float
    f1: float
    pairwise: float
    swallowed: float
    repeated: float
    told: float

    def __str__(self) -> str:
        return (
            f"B3 {self.precision:5.1f}/{self.recall:5.1f}/{self.f1:5.1f}  pairs {self.pairwise:5.1f}  "
            f"swallowed {self.swallowed:5.1f}  repeated {self.repeated:5.1f}  told {self.told:5.1f}"
        )


def read(path: Path) -> list[Labelled]:
    """Read a set: JSON lines, packed or not."""
    packed = path.read_bytes()
    text = lzma.decompress(packed) if path.suffix == ".xz" else packed
    return [_labelled(json.loads(line)) for line in text.splitlines()]


def _labelled(item: dict[str, str]) -> Labelled:
    seen = datetime.fromisoformat(item.get("fetched") or item["published"])
    entry = Entry(
        id=item["id"],
        feed=item["feed"],
        outlet=item["feed"],
        url=item["url"] or None,
        title=item["title"],
        summary=item["summary"],
        lang=item["lang"],
        fetched=seen,
        first_seen=seen,
    )
    return Labelled(entry, item["gold_story"])


def score(items: Sequence[Labelled], stories: Sequence[str], told: Sequence[bool]) -> Scores:
    """Compare stories with the labels: B-cubed, pairwise, and what a reader would miss or hear twice."""
    gold: defaultdict[str, set[int]] = defaultdict(set)
    ours: defaultdict[str, set[int]] = defaultdict(set)
    for number, (item, story) in enumerate(zip(items, stories, strict=True)):
        gold[item.gold].add(number)
        ours[story].add(number)
    precision = recall = 0.0
    for item, story in zip(items, stories, strict=True):
        common = len(gold[item.gold] & ours[story])
        precision += common / len(ours[story]) / len(items)
        recall += common / len(gold[item.gold]) / len(items)
    both = Counter((item.gold, story) for item, story in zip(items, stories, strict=True))
    pairs = _pairs(both.values())
    pairwise = 2 * pairs / max(1, _pairs(map(len, gold.values())) + _pairs(map(len, ours.values())))
    firsts = {min(members) for members in gold.values()}
    return Scores(
        100 * precision,
        100 * recall,
        200 * precision * recall / (precision + recall),
        100 * pairwise,
        100 * sum(not told[number] for number in firsts) / len(firsts),
        100 * sum(told[n] for n in range(len(items)) if n not in firsts) / max(1, len(items) - len(firsts)),
        100 * sum(told) / len(items),
    )


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def is_told(entry: Entry, assignment: Assignment) -> bool:
    """Whether a reader hears of the entry, if a rule matches every entry of the set."""
    opens = assignment.placement is Placement.OPENS and not sums_up(entry.title)
    return opens or News.NOVELTY in assignment.news


def by_book(items: Sequence[Labelled]) -> tuple[list[str], list[bool], float]:
    """The stories of the book, who is told, and seconds."""
    book = StoryBook(WINDOW)
    began = time.process_time()
    found = [book.assign(item.entry, Findings())[0] for item in items]
    seconds = time.process_time() - began
    told = [is_told(item.entry, a) for item, a in zip(items, found, strict=True)]
    return [a.story for a in found], told, seconds


def by_title(items: Sequence[Labelled]) -> list[str]:
    """Baseline: equal titles are one story."""
    return [" ".join(words(item.entry.title)) for item in items]


def by_tfidf(items: Sequence[Labelled], threshold: float = 0.3) -> list[str]:
    """Baseline: the story whose three nearest members have the highest mean cosine, if above a threshold."""
    counts: Counter[int] = Counter()
    vectors: list[dict[int, float]] = []
    postings: defaultdict[int, list[int]] = defaultdict(list)
    stories: list[str] = []
    for number, item in enumerate(items):
        found = terms(words(f"{item.entry.title} {item.entry.summary}"))
        idf = {term: math.log((number + 2000) / (counts[term] + 1)) for term in found}
        norm = math.sqrt(sum(value * value for value in idf.values())) or 1.0
        vector = {term: value / norm for term, value in idf.items()}
        near: defaultdict[int, float] = defaultdict(float)
        for term, value in vector.items():
            for other in postings[term]:
                near[other] += value * vectors[other][term]
        groups: defaultdict[str, list[float]] = defaultdict(list)
        for other, cosine in near.items():
            if item.entry.first_seen - items[other].entry.first_seen <= WINDOW:
                groups[stories[other]].append(cosine)
        best = max(
            ((sum(sorted(c, reverse=True)[:3]) / min(3, len(c)), s) for s, c in groups.items()),
            default=(0.0, ""),
        )
        stories.append(best[1] if best[0] >= threshold else item.entry.id)
        vectors.append(vector)
        counts.update(found)
        for term in found:
            postings[term].append(number)
    return stories


def opens(stories: Sequence[str]) -> list[bool]:
    """Who is told if only new stories are."""
    first: dict[str, int] = {}
    for number, story in enumerate(stories):
        first.setdefault(story, number)
    return [first[story] == number for number, story in enumerate(stories)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--no-baselines", action="store_true")
    options = parser.parse_args()
    for path in sorted(options.folder.glob("*.jsonl*")):
        items = read(path)
        name = path.name.split(".")[0]
        stories, told, seconds = by_book(items)
        print(f"{name:16} {'book':12} {score(items, stories, told)}  {len(items) / seconds:.0f}/s")
        if not options.no_baselines:
            for label, other in (("exact title", by_title(items)), ("tf-idf top 3", by_tfidf(items))):
                print(f"{'':16} {label:12} {score(items, other, opens(other))}")


if __name__ == "__main__":
    main()
