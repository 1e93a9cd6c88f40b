"""A sum of small decision trees, kept as tables: no library, a few comparisons a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree as its splits, the root first, and its leaves."""

    splits: tuple[tuple[int, float, int, int], ...]
    """Number of the measure, the highest value that goes left, left child, right child. A child is the number
    of a split; below zero, -1 is the first leaf, -2 the second, and so on."""
    leaves: tuple[float, ...]

    def value(self, measured: Sequence[float]) -> float:
        """The leaf where the measures lead."""
        child = 0
        while child >= 0:
            measure, most, left, right = self.splits[child]
            child = left if measured[measure] <= most else right
        return self.leaves[~child]


def leaves(trees: Sequence[Tree], measured: Sequence[float]) -> float:
    """The sum of the leaves of all trees where the measures lead; one loop, since it is asked so often."""
    total = 0.0
    for tree in trees:
        splits, child = tree.splits, 0
        while child >= 0:
            measure, most, left, right = splits[child]
            child = left if measured[measure] <= most else right
        total += tree.leaves[~child]
    return total
