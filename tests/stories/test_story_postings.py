"""The index of the window finds what a plain list would, however keys are spread and documents go."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from monitor.core.stories import postings
from monitor.core.stories.postings import Postings

_KEYS = 1 << 21
_READ = 50


class Plain:
    """What an index promises, in the plainest words."""

    def __init__(self) -> None:
        self.docs: defaultdict[int, list[int]] = defaultdict(list)
        self.tail = 0
        self.withdrawn: set[int] = set()

    def newest(self, key: int, limit: int) -> list[int]:
        """Look the key up."""
        there = [doc for doc in self.docs[key] if doc >= self.tail and doc not in self.withdrawn]
        return there[::-1][:limit]


@pytest.mark.parametrize(("window", "seed"), [(300, 1), (2_000, 2), (7_000, 3)])
def test_an_index_finds_what_a_plain_list_would(window: int, seed: int) -> None:
    """Frequent keys, keys that share a slot, withdrawn documents, documents that left, gaps in numbers."""
    dice = random.Random(seed)
    slots = [dice.randrange(_KEYS) for _ in range(60)]
    keys = [slot | rest << 21 for slot in slots for rest in range(40)]
    weights = [1 / (place + 1) for place in range(len(keys))]
    dice.shuffle(keys)
    index, plain, doc = Postings(), Plain(), 0
    for _ in range(9_000):
        doc += 1 + (dice.random() < 0.1)
        borne = list(dict.fromkeys(dice.choices(keys, weights, k=12)))
        index.add(doc, borne)
        for key in borne:
            plain.docs[key].append(doc)
        if dice.random() < 0.1:
            gone = dice.randrange(max(0, doc - 40), doc + 1)
            index.withdraw(gone)
            plain.withdrawn.add(gone)
        if doc > window:
            plain.tail = max(plain.tail, doc - window + dice.randrange(3))
            index.drop_before(plain.tail)
        for key in [*dice.choices(keys, weights, k=2), dice.choice(keys)] if doc % 5 == 0 else ():
            assert index.newest(key, _READ) == plain.newest(key, _READ)


def test_an_index_holds_no_more_after_ten_windows_than_after_two() -> None:
    """What has left leaves nothing behind: neither postings nor lists nor withdrawn numbers."""
    dice = random.Random(4)
    index = Postings()
    sizes = []
    for doc in range(20_000):
        index.add(doc, {int(dice.paretovariate(0.5)) * 2_654_435_761 % (1 << 32) for _ in range(12)})
        if dice.random() < 0.05:
            index.withdraw(doc)
        index.drop_before(doc - 1_999)
        if doc % 100 == 0:
            sizes.append(index.cells)
    assert max(sizes[40:80]) * 1.1 >= max(sizes[160:])


def test_positions_are_counted_anew_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that has seen billions of postings finds what one that counted on would find."""
    monkeypatch.setattr(postings, "_FAR", 1 << 16)
    dice = random.Random(4)
    index, plain = Postings(), Plain()
    for doc in range(1, 12_000):
        keys = list({dice.randrange(1 << 32) for _ in range(15)} | {dice.randrange(3_000)})
        index.add(doc, keys)
        for key in keys:
            plain.docs[key].append(doc)
        plain.tail = max(0, doc - 3_000)
        index.drop_before(plain.tail)
        asked = [*keys, dice.randrange(3_000)] if doc % 50 == 0 else ()
        assert all(index.newest(key, _READ) == plain.newest(key, _READ) for key in asked)


def test_numbers_may_pass_the_width_of_a_posting() -> None:
    """A posting keeps the last twenty-one bits of a document's number; the window tells the others."""
    index = Postings()
    start = (1 << 21) * 5 - 3
    for doc in range(start, start + 6):
        index.drop_before(doc - 3)
        index.add(doc, [7])
    assert index.newest(7, 10) == [start + 5, start + 4, start + 3, start + 2]
