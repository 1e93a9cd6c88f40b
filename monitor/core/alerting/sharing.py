"""Who: an alert that is to be told, shared out among its channels: now, or held until a moment.

A channel that holds the alert already takes what is new along. An edit of a message rings no bell and waits
for nothing, but where a digest told the alert there is no message to edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.alerting.deciding import Ruling
from monitor.core.alerting.timing import Terms
from monitor.core.models import (
    AlertRecord,
    Decision,
    DeliveryKind,
    Escalation,
    Hold,
    Reason,
    Severity,
    Verdict,
)
from monitor.core.routing import Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one channel has of the alert so far, and whether it may have more now."""

    leg: Leg
    terms: Terms | None
    """On which it would wait; None: it may have it now."""
    hold: Hold | None = None
    """The latest of the alert for this channel, open or ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A ruling shared out."""

    ruling: Ruling
    now: tuple[Leg, ...] = ()
    holds: tuple[Hold, ...] = ()
    """New ones, and those that tell more now."""


def share_out(ruling: Ruling, shares: Sequence[Share], *, entry: str, severity: Severity) -> Shared:
    """Share an alert out among its channels.

    Args:
        ruling: what was decided; nothing is shared out of one that sends nothing.
        shares: its channels.
        entry: id of the entry that it tells of.
        severity: the rule's; only alerts grave enough are escalated.
    """
    if ruling.kind is None or ruling.record is None:
        return Shared(ruling=ruling)
    now: list[Leg] = []
    holds: list[Hold] = []
    for share in shares:
        if share.hold is not None and share.hold.ended_at is None:
            holds.append(replace(share.hold, entry=entry, matches=share.hold.matches + 1))
        elif ruling.kind is DeliveryKind.UPDATE:
            now += [] if share.hold is not None and share.hold.told_in else [share.leg]
        elif share.terms is None:
            now.append(share.leg)
        else:
            holds.append(_hold(ruling, ruling.record, share.leg.channel, share.terms, entry))
    if holds and not now:
        told = _all_hold(ruling, ruling.record, holds)
    else:
        told = _told(ruling, ruling.record, now, holds, severity)
    return Shared(ruling=told, now=tuple(now), holds=tuple(holds))


def _hold(ruling: Ruling, record: AlertRecord, channel: str, terms: Terms, entry: str) -> Hold:
    return Hold(
        alert=record.id,
        rule=record.rule,
        story=record.story,
        channel=channel,
        kind=ruling.kind or DeliveryKind.POST,
        ordinal=record.follow_ups,
        entry=entry,
        why=ruling.decision.reason,
        detail=ruling.decision.detail,
        reason=terms.reason,
        terms=terms.said,
        since=ruling.decision.at,
        until=terms.until,
    )


def _all_hold(ruling: Ruling, record: AlertRecord, holds: Sequence[Hold]) -> Ruling:
    """Return the ruling where nobody gets anything now: an alert not yet told to anybody is held."""
    first = ruling.kind is DeliveryKind.POST and record.follow_ups == 0
    record = replace(record, state=Verdict.HELD if first else record.state, deadline=None)
    return replace(ruling, record=record, decision=_held(ruling.decision, holds), kind=None)


def _told(
    ruling: Ruling, record: AlertRecord, now: Sequence[Leg], holds: Sequence[Hold], severity: Severity
) -> Ruling:
    """Return the ruling where some, or all, get it now; who gets it later is in the decision's detail."""
    record, decision = replace(record, state=Verdict.ALERT), ruling.decision
    if decision.verdict is Verdict.ALERT:
        record = with_escalation(record, now, severity=severity, at=decision.at)
    if holds:
        said = [decision.detail, *map(until_when, holds)]
        decision = replace(decision, detail="; ".join(filter(None, said)))
    return replace(ruling, record=record, decision=decision)


def _held(decision: Decision, holds: Sequence[Hold]) -> Decision:
    """Give the reason of the first; the detail of a silence is its label alone, by which it is counted."""
    first = holds[0]
    detail = first.terms if first.reason is Reason.SILENCED else "; ".join(map(until_when, holds))
    return replace(decision, verdict=Verdict.HELD, reason=first.reason, detail=detail)


def until_when(hold: Hold) -> str:
    """Say where an alert is held, until when and by what: `desk until 2026-03-02 06:00:00 UTC (...)`."""
    return f"{hold.channel} until {hold.until:%Y-%m-%d %H:%M:%S} UTC ({in_words(hold)})"


def in_words(hold: Hold) -> str:
    """Say what holds it."""
    return terms_in_words(hold.reason, hold.terms)


def terms_in_words(reason: Reason, said: str) -> str:
    """Say what holds a message: `quiet hours 22:00 to 07:00 Europe/Kyiv`."""
    match reason:
        case Reason.QUIET_HOURS:
            return f"quiet hours {said}"
        case Reason.DIGEST:
            return f"digest at {said}"
        case Reason.HOURLY_LIMIT:
            return f"limit of {said}"
        case _:
            return said


def with_escalation(
    record: AlertRecord, legs: Iterable[Leg], *, severity: Severity, at: datetime
) -> AlertRecord:
    """Set the moment at which others are told, if the terms of a channel that has it now want that."""
    if (
        record.escalate_at is not None
        or record.acknowledged_at is not None
        or record.escalated_at is not None
    ):
        return record
    waits = [found.after for leg in legs if (found := escalation_of(leg, severity)) is not None]
    return replace(record, escalate_at=at + min(waits)) if waits else record


def escalation_of(leg: Leg, severity: Severity) -> Escalation | None:
    """Return who is told if nobody acknowledges what this channel got; None if the terms want nobody told."""
    found = leg.policy.escalate
    return found if found is not None and found.to and grave_enough(severity, found.severity) else None


def grave_enough(severity: Severity, least: Severity) -> bool:
    """Compare two severities."""
    order = list(Severity)
    return order.index(severity) >= order.index(least)
