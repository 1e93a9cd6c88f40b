"""What held an alert has passed: it goes, alone or with others, waits on, or comes to nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Final

from monitor.core.alerting.sharing import in_words, with_escalation
from monitor.core.alerting.timing import Terms
from monitor.core.models import AlertRecord, Decision, DeliveryKind, Hold, Reason, Severity, Verdict
from monitor.core.routing import Leg

_ALONE: Final = {
    Reason.GROUP_WAIT: 1_000_000,
    Reason.DIGEST: 0,
    Reason.HOURLY_LIMIT: 1,
    Reason.QUIET_HOURS: 3,
    Reason.SILENCED: 3,
}
"""How many alerts that one reason held may come one by one when it has passed; more come as one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What one channel is told in one message, or one alert of its own."""

    channel: str
    holds: tuple[Hold, ...]
    digest: str | None = None
    """Id of the digest that tells them; None for one alert that is told by itself."""
    title: str = ""
    """Of the digest."""


def held_on(hold: Hold, terms: Terms) -> Hold:
    """Hold on for another reason; what is gathered for a digest stays gathered for it."""
    reason = hold.reason if hold.reason is Reason.DIGEST else terms.reason
    return replace(hold, reason=reason, until=terms.until, terms=terms.said)


def bundles(holds: Iterable[Hold]) -> tuple[Bundle, ...]:
    """Put together what is told together: per channel and reason one message where there are many."""
    groups: dict[tuple[str, Reason], list[Hold]] = {}
    for hold in holds:
        groups.setdefault((hold.channel, hold.reason), []).append(hold)
    found: list[Bundle] = []
    for (channel, reason), group in groups.items():
        if len(group) <= _ALONE[reason]:
            found += [Bundle(channel=channel, holds=(hold,)) for hold in group]
        else:
            found.append(
                Bundle(
                    channel=channel, holds=tuple(group), digest=digest_id(group), title=digest_title(group)
                )
            )
    return tuple(found)


def digest_id(holds: Sequence[Hold]) -> str:
    """Return the id of the digest that tells these: 32 hex digits, the same for ever."""
    told = "\0".join(f"{hold.alert}\0{hold.channel}\0{hold.ordinal}" for hold in holds)
    return blake2b(f"digest\0{told}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def digest_title(holds: Sequence[Hold]) -> str:
    """Say what the digest is: `Quiet hours are over: 12 alerts, 31 articles`."""
    alerts, articles = len(holds), sum(hold.matches for hold in holds)
    said = f"{alerts} alert{'s' * (alerts != 1)}"
    if articles > alerts:
        said += f", {articles} articles"
    match holds[0].reason:
        case Reason.QUIET_HOURS:
            return f"Quiet hours are over: {said}"
        case Reason.HOURLY_LIMIT:
            return f"Over the {in_words(holds[0])}: {said}"
        case Reason.SILENCED:
            return f"A silence is over: {said}"
        case _:
            return f"Digest: {said}"


def told_now(
    record: AlertRecord, hold: Hold, leg: Leg, *, severity: Severity, now: datetime
) -> tuple[AlertRecord, Decision]:
    """Decide on an alert that one channel is told of now."""
    verdict = Verdict.ALERT if record.state is Verdict.HELD else Verdict.UPDATE
    told = replace(record, state=Verdict.ALERT, updated_at=now)
    if hold.kind is DeliveryKind.POST:
        told = with_escalation(told, [leg], severity=severity, at=now)
    detail = f"{hold.channel}, held since {hold.since:%Y-%m-%d %H:%M:%S} UTC by {in_words(hold)}"
    if hold.matches > 1:
        detail += f", {hold.matches} articles"
    return told, _decision(hold, verdict, Reason.RELEASED, now, detail)


def come_to_nothing(
    record: AlertRecord | None, hold: Hold, reason: Reason, *, now: datetime
) -> tuple[AlertRecord | None, Decision]:
    """Decide on an alert that a channel will never be told of; others may still be."""
    if record is not None and record.state is Verdict.HELD:
        record = replace(record, state=Verdict.SUPPRESSED, updated_at=now)
    return record, _decision(hold, Verdict.SUPPRESSED, reason, now, f"{hold.channel}: {in_words(hold)}")


def ended(hold: Hold, now: datetime, *, told_in: str | None = None) -> Hold:
    """Close a hold."""
    return replace(hold, ended_at=now, told_in=told_in)


def _decision(hold: Hold, verdict: Verdict, reason: Reason, now: datetime, detail: str) -> Decision:
    return Decision(
        entry=hold.entry,
        rule=hold.rule,
        story=hold.story,
        verdict=verdict,
        reason=reason,
        at=now,
        detail=detail,
    )
