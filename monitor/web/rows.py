"""A story as a row of *Now*, the same in the page and in what is told live."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.core.models import Growth, ListedAlert, Severity, Story, Verdict
from monitor.core.rules.tree import Rule
from monitor.core.stories.confirmation import Confirmation, confirmation
from monitor.web.charts import Spark, spark
from monitor.web.choosing import severest
from monitor.web.ports import LiveStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A story in the list."""

    story: Story
    stances: Sequence[tuple[str, int]]
    """How often it is claimed, denied, confirmed, said."""
    alerts: Sequence[ListedAlert]
    severity: Severity | None
    """Of the severest rule that alerted; None where none did, or none that is still in force."""
    confirmation: Confirmation
    spark: Spark | None
    """None for a story of one article: there is nothing to see in it."""

    @property
    def held(self) -> bool:
        """Whether alerts wait and none was told."""
        return bool(self.alerts) and all(one.record.state is Verdict.HELD for one in self.alerts)


async def rows_of(store: LiveStore, found: Sequence[Story], rules: Mapping[str, Rule]) -> list[Row]:
    """Put stories beside their alerts and their growth, which are read for all at once."""
    ids = [story.id for story in found]
    alerts: defaultdict[str, list[ListedAlert]] = defaultdict(list)
    for alert in await store.alerts_of_stories(ids):
        alerts[alert.record.story].append(alert)
    growth = await store.growth(ids)
    return [_row(story, alerts[story.id], growth.get(story.id), rules) for story in found]


def _row(
    story: Story, alerts: Sequence[ListedAlert], growth: Growth | None, rules: Mapping[str, Rule]
) -> Row:
    stances = Counter(one.claim.stance.value for one in story.claims)
    known = [rules[one.record.rule] for one in alerts if one.record.rule in rules]
    return Row(
        story=story,
        stances=stances.most_common(),
        alerts=alerts,
        severity=severest(rule.severity for rule in known),
        confirmation=confirmation(story),
        spark=spark(growth) if growth and story.entries > 1 else None,
    )
