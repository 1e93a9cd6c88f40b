"""Grow the trees of monitor/core/stories/grown.py: gradient boosting on few examples, without a library.

Logistic loss, 32 bins a measure, leaves split best first, Newton steps shrunk by a rate: as LightGBM and
scikit-learn's HistGradientBoosting do it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp

from monitor.core.stories.trees import Tree

BINS = 32


@dataclass(frozen=True, slots=True)
class Plan:
    """How trees are grown."""

    trees: int = 60
    leaves: int = 8
    rate: float = 0.1
    least: int = 30
    """Examples in a leaf."""
    penalty: float = 5.0
    """Added to the curvature of a leaf, in examples."""


@dataclass(frozen=True, slots=True)
class _Cut:
    gain: float
    measure: int
    bin: int


@dataclass(slots=True)
class _Node:
    rows: list[int]
    cut: _Cut | None = None
    children: tuple[_Node, _Node] | None = None


@dataclass(slots=True)
class _Ground:
    """The examples in bins, and how far the trees so far are from them."""

    columns: dict[int, bytes]
    edges: dict[int, list[float]]
    slopes: list[float] = field(default_factory=list)
    curves: list[float] = field(default_factory=list)


def binned(rows: Sequence[Sequence[float]], measures: Sequence[int]) -> _Ground:
    """Put each measure into bins of about as many examples."""
    columns: dict[int, bytes] = {}
    edges: dict[int, list[float]] = {}
    for measure in measures:
        values = sorted(row[measure] for row in rows)
        cuts = sorted({values[len(values) * n // BINS] for n in range(1, BINS)})
        edges[measure] = [round(value, 4) for value in cuts]
        columns[measure] = bytes(bisect_left(edges[measure], row[measure]) for row in rows)
    return _Ground(columns, edges)


def grow(
    rows: Sequence[Sequence[float]],
    right: Sequence[float],
    weights: Sequence[float],
    *,
    measures: Sequence[int],
    plan: Plan,
) -> list[Tree]:
    """Grow trees whose sum is the logit that an example is right; weights are evened to a mean of 1."""
    ground = binned(rows, measures)
    scale = len(rows) / sum(weights)
    logits = [0.0] * len(rows)
    trees = []
    for _ in range(plan.trees):
        chances = [1 / (1 + exp(-logit)) for logit in logits]
        ground.slopes = [scale * w * (p - y) for w, p, y in zip(weights, chances, right, strict=True)]
        ground.curves = [scale * w * p * (1 - p) for w, p in zip(weights, chances, strict=True)]
        tree = _one(ground, logits, plan)
        if not tree.splits:
            break
        trees.append(tree)
    return trees


def _one(ground: _Ground, logits: list[float], plan: Plan) -> Tree:
    root = _Node(list(range(len(logits))))
    root.cut = _best(ground, root.rows, plan)
    leaves = [root]
    while len(leaves) < plan.leaves:
        open_ = [leaf for leaf in leaves if leaf.cut is not None]
        if not open_:
            break
        chosen = max(open_, key=lambda leaf: leaf.cut.gain if leaf.cut else 0.0)
        leaves.remove(chosen)
        leaves += _halves(ground, chosen, plan)
    return _written(ground, root, logits, plan)


def _halves(ground: _Ground, node: _Node, plan: Plan) -> tuple[_Node, _Node]:
    cut = node.cut
    assert cut is not None
    column = ground.columns[cut.measure]
    left = _Node([row for row in node.rows if column[row] <= cut.bin])
    right = _Node([row for row in node.rows if column[row] > cut.bin])
    for half in (left, right):
        half.cut = _best(ground, half.rows, plan)
    node.children = left, right
    return node.children


def _best(ground: _Ground, rows: list[int], plan: Plan) -> _Cut | None:
    slopes = [ground.slopes[row] for row in rows]
    curves = [ground.curves[row] for row in rows]
    best: _Cut | None = None
    for measure, column in ground.columns.items():
        found = _best_of(measure, [column[row] for row in rows], slopes, curves, plan)
        if found and (best is None or found.gain > best.gain):
            best = found
    return best


def _best_of(
    measure: int, bins: list[int], slopes: list[float], curves: list[float], plan: Plan
) -> _Cut | None:
    slope, curve, count = [0.0] * BINS, [0.0] * BINS, [0] * BINS
    for place, g, h in zip(bins, slopes, curves, strict=True):
        slope[place] += g
        curve[place] += h
        count[place] += 1
    whole_slope, whole_curve = sum(slope), sum(curve)
    before = whole_slope**2 / (whole_curve + plan.penalty)
    best: _Cut | None = None
    left_slope = left_curve = 0.0
    left = 0
    for place in range(BINS - 1):
        left_slope, left_curve, left = (
            left_slope + slope[place],
            left_curve + curve[place],
            left + count[place],
        )
        if left < plan.least or len(bins) - left < plan.least:
            continue
        gain = left_slope**2 / (left_curve + plan.penalty) - before
        gain += (whole_slope - left_slope) ** 2 / (whole_curve - left_curve + plan.penalty)
        if gain > (best.gain if best else 1e-6):
            best = _Cut(gain, measure, place)
    return best


def _written(ground: _Ground, root: _Node, logits: list[float], plan: Plan) -> Tree:
    """Write a tree as tables, and add it to the logits."""
    splits: list[tuple[int, float, int, int]] = []
    leaves: list[float] = []

    def write(node: _Node) -> int:
        if node.children is None or node.cut is None:
            slope = sum(ground.slopes[row] for row in node.rows)
            curve = sum(ground.curves[row] for row in node.rows)
            value = round(-plan.rate * slope / (curve + plan.penalty), 4)
            for row in node.rows:
                logits[row] += value
            leaves.append(value)
            return -len(leaves)
        place = len(splits)
        splits.append((0, 0.0, 0, 0))
        left, right = write(node.children[0]), write(node.children[1])
        edge = ground.edges[node.cut.measure][node.cut.bin]
        splits[place] = node.cut.measure, edge, left, right
        return place

    write(root)
    return Tree(tuple(splits), tuple(leaves))
