"""Fit the weights of monitor/core/stories/likeness.py to the labelled sets; run as a program.

    python -m tests.benchmarks.fit_stories [--held-out]

Each set is played through a book that is told the true stories, once whole and once in short pieces (a young
window), and then through one that decides by what was learned from that and has to live with its mistakes;
the measures of the stories considered for each entry are the examples, each set weighing the same.
With `--held-out` each set is scored with weights fitted to the others. `entities` and `young` are set by
hand: the sets have no rule files, and none is about the first minutes of a daemon. `likeness.SHIFT` is chosen
on the mean B-cubed F1 of all sets.
"""

from __future__ import annotations

import argparse
import math
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.core.models import Findings, Placement
from monitor.core.stories import StoryBook, grown, likeness
from monitor.core.stories.copies import Found, copied
from monitor.core.stories.joining import ranked
from monitor.core.stories.trees import Tree
from tests.benchmarks.bench_stories import DATA, Labelled, is_told, read, score
from tests.benchmarks.grow_trees import Plan, grow

BY_HAND = {"entities": 0.16, "young": -10.0}
"""Twice what they come to: the trees do not ask for them, and the two are averaged."""
PIECE = 12
GROWN = '''"""The trees of `likeness.belongs`; written by tests/benchmarks/fit_stories.py, not by hand."""

from __future__ import annotations

from monitor.core.stories.trees import Tree

# fmt: off
TREES: tuple[Tree, ...] = ('''


@dataclass(frozen=True, slots=True)
class Learned:
    """What `likeness.belongs` goes by."""

    bias: float
    weights: tuple[float, ...]
    trees: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A story considered for an entry, and how far it is the right one."""

    measured: tuple[float, ...]
    right: float
    """Share of its members that are of the entry's true story."""
    weight: float


def examples(items: Sequence[Labelled], weight: float) -> list[Example]:
    """Play the entries through a book that is told the true stories."""
    book = StoryBook()
    window = book._window
    gold: dict[int, str] = {}
    latest: dict[str, int] = {}
    found: list[Example] = []
    for item in items:
        book.expire(item.entry.first_seen)
        arrival = book._arrival(item.entry, Findings())
        asked = book._query(arrival.observed)
        target: Found | None = copied(window, arrival)
        if target is None:
            stories = ranked(window, arrival, asked)
            found += [Example(s.measured, gold[s.seq] == item.gold, weight) for s in stories if s.measured]
        if target is None or gold[target.seq] != item.gold:
            known = latest.get(item.gold, -1)
            told = Found(seq=known, placement=Placement.JOINS, score=1.0, reason="")
            target = told if window.shelf.holds(known) else None
        seq = window.shelf.end
        if target is None:
            book._open(arrival, asked, [])
        else:
            book._follow(arrival, asked, target)
        gold[seq] = item.gold
        latest[item.gold] = seq
    return found


def of_set(items: Sequence[Labelled]) -> list[Example]:
    """The examples of a set, whole and in pieces; all weigh as much as another set's."""
    whole = examples(items, 1.0)
    step = max(PIECE, len(items) // 60)
    pieces = [e for n in range(0, len(items) - PIECE, step) for e in examples(items[n : n + PIECE], 0.1)]
    return _evened(whole + pieces, len(whole))


def lived(items: Sequence[Labelled]) -> list[Example]:
    """The examples of a set played by a book that decides for itself."""
    book = StoryBook()
    members: defaultdict[str, Counter[str]] = defaultdict(Counter)
    found: list[Example] = []
    for item in items:
        book.expire(item.entry.first_seen)
        arrival = book._arrival(item.entry, Findings())
        if copied(book._window, arrival) is None:
            for story in ranked(book._window, arrival, book._query(arrival.observed)):
                golds = members[book._window.story_id(story.seq)]
                if story.measured:
                    found.append(Example(story.measured, golds[item.gold] / golds.total(), 1.0))
        members[book.assign(item.entry, Findings())[0].story][item.gold] += 1
    return _evened(found, len(found))


def _evened(found: list[Example], whole: int) -> list[Example]:
    return [replace(example, weight=example.weight / whole) for example in found]


def fit(found: Sequence[Example], penalty: float = 1e-4, rounds: int = 12) -> tuple[float, tuple[float, ...]]:
    """Logistic regression by Newton's method on standardised measures; returns bias and weights."""
    free = [n for n, name in enumerate(likeness.NAMES) if name not in BY_HAND]
    means = [sum(e.measured[n] for e in found) / len(found) for n in free]
    spreads = [
        max(1e-9, math.sqrt(sum((e.measured[n] - mean) ** 2 for e in found) / len(found)))
        for n, mean in zip(free, means, strict=True)
    ]
    rows = [
        [1.0, *((e.measured[n] - m) / s for n, m, s in zip(free, means, spreads, strict=True))] for e in found
    ]
    size = len(free) + 1
    beta = [0.0] * size
    total = sum(e.weight for e in found)
    for _ in range(rounds):
        gradient = [penalty * b for b in beta]
        hessian = [[penalty if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, example in zip(rows, found, strict=True):
            logit = max(-30.0, min(30.0, sum(b * x for b, x in zip(beta, row, strict=True))))
            chance = 1 / (1 + math.exp(-logit))
            share = example.weight / total
            slope, curve = share * (chance - example.right), share * chance * (1 - chance)
            for i, x in enumerate(row):
                gradient[i] += slope * x
                scaled = curve * x
                line = hessian[i]
                for j in range(i + 1):
                    line[j] += scaled * row[j]
        for i in range(size):
            for j in range(i):
                hessian[j][i] = hessian[i][j]
        beta = [b - d for b, d in zip(beta, solve(hessian, gradient), strict=True)]
    weights = [BY_HAND.get(name, 0.0) for name in likeness.NAMES]
    for place, b, spread in zip(free, beta[1:], spreads, strict=True):
        weights[place] = b / spread
    bias = beta[0] - sum(b * m / s for b, m, s in zip(beta[1:], means, spreads, strict=True))
    return bias, tuple(weights)


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gaussian elimination with pivots."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for other in range(column + 1, size):
            factor = rows[other][column] / rows[column][column]
            for k in range(column, size + 1):
                rows[other][k] -= factor * rows[column][k]
    answer = [0.0] * size
    for r in range(size - 1, -1, -1):
        answer[r] = (rows[r][size] - sum(rows[r][k] * answer[k] for k in range(r + 1, size))) / rows[r][r]
    return answer


def learned(sets: Iterable[Sequence[Labelled]]) -> Learned:
    """Learn from the true stories first, then from those and from what came of them."""
    sets = list(sets)
    taught = [example for items in sets for example in of_set(items)]
    use(Learned(*fit(taught), ()))
    found = taught + [example for items in sets for example in lived(items)]
    trees = grow(
        [example.measured for example in found],
        [example.right for example in found],
        [example.weight for example in found],
        measures=[n for n, name in enumerate(likeness.NAMES) if name not in BY_HAND],
        plan=Plan(),
    )
    return Learned(*fit(found), tuple(trees))


def use(these: Learned) -> None:
    """Let books decide by what was learned."""
    likeness.BIAS, likeness.WEIGHTS, grown.TREES = these.bias, these.weights, these.trees


def played(items: Sequence[Labelled], these: Learned) -> str:
    """Score a set as a book decides that learned this."""
    use(these)
    book = StoryBook()
    found = [book.assign(item.entry, Findings())[0] for item in items]
    told = [is_told(item.entry, a) for item, a in zip(items, found, strict=True)]
    return str(score(items, [a.story for a in found], told))


def as_module(trees: Sequence[Tree]) -> str:
    """Write trees as the module that holds them."""
    lines = [GROWN]
    for tree in trees:
        splits = ", ".join(f"({m},{edge:g},{left},{right})" for m, edge, left, right in tree.splits)
        leaves = ", ".join(f"{leaf:g}" for leaf in tree.leaves)
        text = f"Tree(({splits},), ({leaves},)),"
        lines += textwrap.wrap(
            text, 104, initial_indent="    ", subsequent_indent="      ", break_long_words=False
        )
    return "\n".join([*lines, ")", "# fmt: on", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--write", type=Path, help="write the trees to this module")
    options = parser.parse_args()
    sets = {path.name.split(".")[0]: read(path) for path in sorted(options.folder.glob("*.jsonl*"))}
    whole = learned(sets.values())
    print(f"BIAS = {whole.bias:.3f}")
    print("WEIGHTS = (" + ", ".join(f"{w:.3f}" for w in whole.weights) + ")")
    if options.write:
        options.write.write_text(as_module(whole.trees))
    for name, items in sets.items():
        print(f"{name:16} {played(items, whole)}", flush=True)
        if options.held_out:
            others = learned(items for other, items in sets.items() if other != name)
            print(f"{'  held out':16} {played(items, others)}", flush=True)


if __name__ == "__main__":
    main()
