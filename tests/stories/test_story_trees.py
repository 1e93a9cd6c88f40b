"""The trees that help to decide whether an entry belongs to a story."""

from __future__ import annotations

import pytest

from monitor.core.stories import grown
from monitor.core.stories.likeness import NAMES, belongs
from monitor.core.stories.trees import Tree
from tests.benchmarks.grow_trees import Plan, grow


@pytest.mark.parametrize(("measured", "leaf"), [((0.5, 9.0), 1.0), ((0.6, 2.0), 2.0), ((0.6, 2.1), 3.0)])
def test_a_value_on_the_edge_goes_left(measured: tuple[float, ...], leaf: float) -> None:
    """As the trees were grown: a bin holds its upper edge."""
    assert Tree(((0, 0.5, -1, 1), (1, 2.0, -2, -3)), (1.0, 2.0, 3.0)).value(measured) == leaf


def test_every_path_of_the_shipped_trees_ends_in_a_leaf() -> None:
    """Each split asks for a measure there is; each child comes after its parent, and is there."""
    for tree in grown.TREES:
        children = [child for split in tree.splits for child in split[2:]]
        assert sorted(children) == [n for n in range(-len(tree.leaves), len(tree.splits)) if n]
        assert all(
            max(left, right) > n or max(left, right) < 0 for n, (_, _, left, right) in enumerate(tree.splits)
        )
        assert all(0 <= measure < len(NAMES) for measure, *_ in tree.splits)


def test_trees_learn_what_no_straight_line_tells_apart() -> None:
    """Right where both measures are high or both low: a regression would call all the same."""
    rows = [(a / 20, b / 20) for a in range(20) for b in range(20)]
    right = [float((a < 0.3) == (b < 0.6)) for a, b in rows]
    plan = Plan(trees=30, leaves=4, least=5, penalty=1.0)
    trees = grow(rows, right, [1.0] * len(rows), measures=(0, 1), plan=plan)
    logits = [sum(tree.value(row) for tree in trees) for row in rows]
    wrong = sum((logit > 0) != bool(y) for logit, y in zip(logits, right, strict=True))
    assert wrong <= len(rows) // 20


def test_what_is_like_nothing_is_not_asked_of_the_trees() -> None:
    """Their leaves are small: what the regression rules out stays out."""
    assert belongs([0.0] * len(NAMES)) < 0.2
    assert belongs([0.0] * (len(NAMES) - 3) + [1.0, 0.0, 0.0]) < 0.001
