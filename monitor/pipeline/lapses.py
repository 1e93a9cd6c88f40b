"""What a replay tells: what became of each recorded entry, and what time alone brought about in between."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.core.models import Assembled, Decision, Entry
from monitor.pipeline.in_force import InForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A decision that time alone brought about: quiet hours that ended, a digest, a deadline."""

    decision: Decision
    id: str
    """Of the entry, as recorded."""
    entry: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of one recorded entry."""

    id: str
    """As recorded."""
    feed: str
    entry: str
    story: str
    assembled: Assembled | None = field(default=None, repr=False)
    """None for a text that was there before, word for word."""
    before: tuple[Lapse, ...] = ()
    """What time alone had brought about by then."""


def is_timed(in_force: InForce) -> bool:
    """Tell whether anything in force depends on time that passes between two entries."""
    rules = in_force.rulebook.rules.values()
    if any(rule.alert.corroboration is not None or rule.spike is not None for rule in rules):
        return True
    said = [rule.alert.sending for rule in rules]
    said += [route.policy() for route in in_force.settings.routes]
    said.append(in_force.settings.alerts.policy())
    return any(
        one.group_wait or one.max_per_hour or one.quiet_hours or one.digest or one.escalate for one in said
    )
