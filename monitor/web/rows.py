"""A story as a row of *Now*, the same in the page and in what is told live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.core.models import ListedAlert, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A story in the list."""

    story: Story
    stances: Sequence[tuple[str, int]]
    """How often it is claimed, denied, confirmed, said."""
    alerts: Sequence[ListedAlert]


def row_of(story: Story, alerts: Sequence[ListedAlert]) -> Row:
    """Put a story beside its alerts and what is claimed of it."""
    stances = Counter(one.claim.stance.value for one in story.claims)
    return Row(story=story, stances=stances.most_common(), alerts=alerts)
