"""Which entries that join a story are told all the same."""

from __future__ import annotations

import pytest

from monitor.core.stories.news import is_new


@pytest.mark.parametrize(
    ("score", "unseen", "told"),
    [
        (0.97, 0.95, False),
        (0.66, 0.0, False),
        (0.55, 0.5, True),
        (0.74, 0.5, True),
        (0.76, 0.5, False),
        (0.80, 0.9, True),
        (1.0, 1.0, False),
        (0.0, 0.0, True),
    ],
)
def test_an_entry_that_joins_is_told_for_two_doubts_together(
    score: float, unseen: float, *, told: bool
) -> None:
    """Other words for what surely belongs are no news, nor are the same words that may belong elsewhere."""
    assert is_new(score, unseen) is told
