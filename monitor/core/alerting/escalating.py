"""Who else: an alert that nobody has acknowledged in time is told to other channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.alerting.sharing import escalation_of
from monitor.core.models import AlertRecord, Decision, Reason, Severity, Silence, Verdict
from monitor.core.routing import Leg
from monitor.core.units import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """What became of an escalation that was due."""

    decision: Decision
    record: AlertRecord
    channels: tuple[str, ...] = ()
    """That are told now; none if it came to nothing."""


def escalate(
    record: AlertRecord, legs: Sequence[Leg], *, severity: Severity, silence: Silence | None, now: datetime
) -> Escalated:
    """Decide on an alert that nobody acknowledged until its moment came.

    Somebody who silenced it has seen it. Quiet hours and limits hold nothing back here.
    """
    found = [one for leg in legs if (one := escalation_of(leg, severity)) is not None]
    channels = tuple(dict.fromkeys(name for one in found for name in one.to))
    if silence is not None:
        return _came_to_nothing(record, Reason.SILENCED, silence.label, now)
    if not channels:
        return _came_to_nothing(record, Reason.NO_CHANNEL, "nothing is to be escalated any more", now)
    wait = spoken(min(one.after for one in found))
    detail = f"for {wait}; told to {', '.join(channels)}"
    told = replace(
        record, escalate_at=None, escalated_at=now, updated_at=now, follow_ups=record.follow_ups + 1
    )
    decision = _decision(record, Verdict.UPDATE, Reason.ESCALATED, now, detail)
    return Escalated(decision=decision, record=told, channels=channels)


def _came_to_nothing(record: AlertRecord, reason: Reason, detail: str, now: datetime) -> Escalated:
    decision = _decision(record, Verdict.SUPPRESSED, reason, now, detail)
    return Escalated(decision=decision, record=replace(record, escalate_at=None))


def _decision(record: AlertRecord, verdict: Verdict, reason: Reason, now: datetime, detail: str) -> Decision:
    return Decision(
        entry=record.entry,
        rule=record.rule,
        story=record.story,
        verdict=verdict,
        reason=reason,
        at=now,
        detail=detail,
    )
