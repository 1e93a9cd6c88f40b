"""Whether: match + story + history + silences -> Alert, Update, Held or Suppressed, with the reason.

    first match in a story -> too old? silenced? no channel? as usual? round-up? cooling down?
                           -> likely one already alerted? few outlets? -> alert
    a held alert           -> enough outlets now? -> alert
    an alert already out   -> copy? cosmetic revision? as the rule's `follow_up` says

Everything is decided here and carried out elsewhere; the order of the questions is the order in which the
reasons are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.core.labels import Labels, silence_of
from monitor.core.models import (
    AlertPolicy,
    AlertRecord,
    Assignment,
    Decision,
    DeliveryKind,
    Entry,
    FollowUp,
    Match,
    News,
    Placement,
    Reason,
    Severity,
    Silence,
    Story,
    Verdict,
)
from monitor.core.rates import Judgement

_TELLING = frozenset({News.CORRECTION, News.DENIAL, News.CONFIRMATION})
"""News for which a revision, or a copy, of something already alerted is told again."""


_THREADED = frozenset({FollowUp.UPDATE, FollowUp.THREAD})
_SUMMED_UP = timedelta(hours=12)
"""How long after an alert of its rule a briefing or a digest is taken to sum up what was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How old an entry may be and still alert, unless its rule says otherwise."""

    max_age: timedelta
    first_read_max_age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One match of one entry, with all that is known of the entry, its story and its rule."""

    match: Match
    entry: Entry
    assignment: Assignment
    story: Story
    severity: Severity
    policy: AlertPolicy
    channels: tuple[str, ...]
    """Where the alert would go."""
    labels: Labels
    judgements: tuple[Judgement, ...] = ()
    """On the rule's `spike` and `first_seen`; a first match alerts only if all of them find it unusual."""
    possibly_told: bool = False
    """Whether the rule has alerted on a story in another language that is likely the same."""
    nearly: AlertRecord | None = None
    """The rule's alert on a story in the same language that is likely the same."""
    sums_up: bool = False
    """Whether the entry is a briefing, a digest or the like: it tells what others told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A decision, and what follows from it."""

    decision: Decision
    record: AlertRecord | None = None
    """The alert as it is to be remembered, None if nothing about it changes."""
    kind: DeliveryKind | None = None
    """What is sent, None if nothing is."""


def alert_id(rule: str, story: str) -> str:
    """Return the id of the alert of one rule on one story: 32 hex digits, the same for ever."""
    return blake2b(f"{rule}\0{story}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def decide(
    subject: Subject,
    record: AlertRecord | None,
    *,
    silences: Sequence[Silence],
    last_alert_at: datetime | None,
    limits: Limits,
    now: datetime,
) -> Ruling:
    """Decide what becomes of one match, its channels' quiet hours and the like aside.

    A record that is held without a deadline is an alert already: its channels hold it.

    Args:
        subject: the match and what is known of it.
        record: the alert of this rule on this story, if there is one.
        silences: those in force at `now`.
        last_alert_at: when the rule last alerted on any story.
        limits: the configured ages.
        now: the moment of the decision, aware UTC.
    """
    if record is None:
        refusal = _refusal(subject, silences=silences, last_alert_at=last_alert_at, limits=limits, now=now)
        return refusal or _beside(subject, silences, now) or _first(subject, now)
    if record.state is Verdict.HELD and record.deadline is not None:
        return _held(subject, record, silences=silences, now=now)
    return _follow_up(subject, record, silences=silences, last_alert_at=last_alert_at, now=now)


def overdue(
    record: AlertRecord,
    policy: AlertPolicy,
    *,
    silences: Sequence[Silence],
    labels: Labels,
    channels: Sequence[str],
    now: datetime,
) -> Ruling:
    """Decide on a held alert whose deadline has passed without corroboration.

    A silence is no end: the alert stays held until the silence is over.
    """
    if policy.corroboration is None or policy.corroboration.otherwise != "send":
        return _closed(record, Reason.EXPIRED, now)
    if silence := _silence(labels, record.story, silences):
        decision = _on_record(record, Verdict.HELD, Reason.SILENCED, now, silence.label)
        return Ruling(decision=decision, record=replace(record, updated_at=now, deadline=silence.ends_at))
    if not channels:
        return _closed(record, Reason.NO_CHANNEL, now)
    return Ruling(
        decision=_on_record(record, Verdict.ALERT, Reason.UNCONFIRMED, now),
        record=replace(record, state=Verdict.ALERT, updated_at=now, deadline=None),
        kind=DeliveryKind.POST,
    )


def rule_gone(record: AlertRecord, now: datetime) -> Ruling:
    """Close a held alert whose rule is no longer there."""
    return _closed(record, Reason.RULE_GONE, now)


def _closed(record: AlertRecord, reason: Reason, now: datetime) -> Ruling:
    return Ruling(
        decision=_on_record(record, Verdict.SUPPRESSED, reason, now),
        record=replace(record, state=Verdict.SUPPRESSED, updated_at=now, deadline=None),
    )


def _on_record(
    record: AlertRecord, verdict: Verdict, reason: Reason, now: datetime, detail: str = ""
) -> Decision:
    return Decision(
        entry=record.entry,
        rule=record.rule,
        story=record.story,
        verdict=verdict,
        reason=reason,
        at=now,
        detail=detail,
    )


def _refusal(
    subject: Subject,
    *,
    silences: Sequence[Silence],
    last_alert_at: datetime | None,
    limits: Limits,
    now: datetime,
) -> Ruling | None:
    """Return why a first match does not alert, None if it does."""
    late = _lateness(subject, limits, now)
    if late is not None:
        return _suppressed(subject, late[0], now, late[1])
    if silence := _silence(subject.labels, subject.story.id, silences):
        return _suppressed(subject, Reason.SILENCED, now, silence.label)
    if not subject.channels:
        return _suppressed(subject, Reason.NO_CHANNEL, now)
    if usual := next((one for one in subject.judgements if not one.unusual), None):
        return _suppressed(subject, usual.reason, now, usual.detail)
    return _summing_up(subject, last_alert_at, now) or _cooling(subject, last_alert_at, now)


def _lateness(subject: Subject, limits: Limits, now: datetime) -> tuple[Reason, str] | None:
    """Measure age when first seen, so that a stop makes nothing old; of a revised text as it is now."""
    entry = subject.entry
    seen = now if entry.changes else entry.first_seen
    limit = subject.policy.max_age or limits.max_age
    if entry.first_read:
        limit = min(limit, limits.first_read_max_age)
        if entry.published is None:
            return Reason.FIRST_READ, "the entry has no date"
    if entry.published is None or seen - entry.published <= limit:
        return None
    detail = f"published {entry.published:%Y-%m-%d %H:%M} UTC"
    return (Reason.FIRST_READ if entry.first_read else Reason.TOO_OLD), detail


def _cooling(subject: Subject, last_alert_at: datetime | None, now: datetime) -> Ruling | None:
    cooldown = subject.policy.cooldown
    if last_alert_at is None or not cooldown or now - last_alert_at >= cooldown:
        return None
    detail = f"until {last_alert_at + cooldown:%Y-%m-%d %H:%M:%S} UTC"
    return _suppressed(subject, Reason.COOLDOWN, now, detail)


def _summing_up(subject: Subject, last_alert_at: datetime | None, now: datetime) -> Ruling | None:
    """Keep a round-up from ringing while its rule alerts; a rule that finds nothing else is told of each."""
    if not subject.sums_up or subject.judgements:
        return None
    if last_alert_at is None or now - last_alert_at >= _SUMMED_UP:
        return None
    return _suppressed(
        subject, Reason.ROUND_UP, now, f"the rule alerted at {last_alert_at:%Y-%m-%d %H:%M} UTC"
    )


def _beside(subject: Subject, silences: Sequence[Silence], now: datetime) -> Ruling | None:
    """Tell of a new story in the thread of one that is likely the same; its second article would ring."""
    record, policy = subject.nearly, subject.policy
    if record is None or record.state is not Verdict.ALERT or policy.follow_up not in _THREADED:
        return None
    if subject.judgements or policy.corroboration or _silence(subject.labels, record.story, silences):
        return None
    return Ruling(
        decision=_decision(subject, Verdict.ALERT, Reason.POSSIBLY_TOLD, now, subject.assignment.reason),
        record=replace(record, updated_at=now, follow_ups=record.follow_ups + 1),
        kind=DeliveryKind.THREAD,
    )


def _first(subject: Subject, now: datetime) -> Ruling:
    record = AlertRecord(
        id=alert_id(subject.match.rule, subject.story.id),
        rule=subject.match.rule,
        story=subject.story.id,
        entry=subject.entry.id,
        state=Verdict.ALERT,
        created_at=now,
        updated_at=now,
        outlets=len(subject.story.outlets),
        hits=subject.match.hits,
    )
    wanted = subject.policy.corroboration
    if wanted is not None and _independent(subject.story) < wanted.outlets:
        held = replace(record, state=Verdict.HELD, deadline=now + wanted.within)
        return Ruling(decision=_awaiting(subject, wanted.outlets, now), record=held)
    if subject.judgements and wanted is None:
        return _unusual(subject, record, now)
    new = Reason.POSSIBLY_TOLD if subject.possibly_told else Reason.NEW_STORY
    reason = new if wanted is None else Reason.CORROBORATED
    return _sent(subject, record, Verdict.ALERT, reason, DeliveryKind.POST, now)


def _unusual(subject: Subject, record: AlertRecord, now: datetime) -> Ruling:
    detail = "; ".join(one.detail for one in subject.judgements)
    decision = _decision(subject, Verdict.ALERT, subject.judgements[0].reason, now, detail)
    return Ruling(decision=decision, record=record, kind=DeliveryKind.POST)


def _held(subject: Subject, record: AlertRecord, *, silences: Sequence[Silence], now: datetime) -> Ruling:
    if silence := _silence(subject.labels, subject.story.id, silences):
        return _suppressed(subject, Reason.SILENCED, now, silence.label)
    wanted = subject.policy.corroboration
    if wanted is not None and _independent(subject.story) < wanted.outlets:
        return Ruling(decision=_awaiting(subject, wanted.outlets, now))
    if not subject.channels:
        return _suppressed(subject, Reason.NO_CHANNEL, now)
    released = replace(
        record, state=Verdict.ALERT, updated_at=now, deadline=None, outlets=len(subject.story.outlets)
    )
    return _sent(subject, released, Verdict.ALERT, Reason.CORROBORATED, DeliveryKind.POST, now)


def _follow_up(
    subject: Subject,
    record: AlertRecord,
    *,
    silences: Sequence[Silence],
    last_alert_at: datetime | None,
    now: datetime,
) -> Ruling:
    """Decide what an entry does to an alert already decided on."""
    if record.state is Verdict.SUPPRESSED:
        return _suppressed(subject, Reason.EXPIRED, now)
    if silence := _silence(subject.labels, subject.story.id, silences):
        return _suppressed(subject, Reason.SILENCED, now, silence.label)
    follow_up = subject.policy.follow_up
    if follow_up is FollowUp.SILENT:
        return _suppressed(subject, Reason.QUIET_FOLLOW_UP, now)
    repeated = _repeated(subject, record, quiet=follow_up is FollowUp.UPDATE, now=now)
    if repeated is not None:
        return repeated
    cooling = _cooling(subject, last_alert_at, now) if follow_up is FollowUp.NEW else None
    return cooling or _told_again(subject, record, follow_up, now)


def _told_again(subject: Subject, record: AlertRecord, follow_up: FollowUp, now: datetime) -> Ruling:
    """Tell of an entry that adds to the story in the way the rule wants.

    A living message is edited. An edit rings no bell, so a denial, a correction or unseen information is a
    line in its thread.
    """
    record = replace(record, follow_ups=record.follow_ups + 1)
    if follow_up is FollowUp.NEW:
        return _sent(subject, record, Verdict.ALERT, Reason.NEW_INFORMATION, DeliveryKind.POST, now)
    if follow_up is FollowUp.THREAD:
        return _sent(subject, record, Verdict.UPDATE, _source_reason(subject), DeliveryKind.THREAD, now)
    if News.NOVELTY in subject.assignment.news:
        return _sent(subject, record, Verdict.ALERT, Reason.NEW_INFORMATION, DeliveryKind.THREAD, now)
    kind = DeliveryKind.THREAD if _TELLING.intersection(subject.assignment.news) else DeliveryKind.UPDATE
    return _sent(subject, record, Verdict.UPDATE, _source_reason(subject), kind, now)


def _repeated(subject: Subject, record: AlertRecord, *, quiet: bool, now: datetime) -> Ruling | None:
    """Return why a revision or a copy is not told; None if it brings something that is.

    With `quiet` (the living message), a copy in an outlet not yet counted still updates the message.
    """
    assignment = subject.assignment
    if _TELLING.intersection(assignment.news):
        return None
    if assignment.placement is Placement.REVISION:
        return _suppressed(subject, Reason.REVISION, now, assignment.reason)
    if assignment.placement is not Placement.COPY:
        return None
    if quiet and len(subject.story.outlets) > record.outlets:
        return None
    return _suppressed(subject, Reason.COPY, now, assignment.reason)


def _source_reason(subject: Subject) -> Reason:
    telling = _TELLING | {News.NOVELTY}
    return Reason.NEW_INFORMATION if telling.intersection(subject.assignment.news) else Reason.ANOTHER_SOURCE


def _sent(
    subject: Subject,
    record: AlertRecord,
    verdict: Verdict,
    reason: Reason,
    kind: DeliveryKind,
    now: datetime,
) -> Ruling:
    told = replace(record, updated_at=now, outlets=len(subject.story.outlets))
    return Ruling(
        decision=_decision(subject, verdict, reason, now, subject.assignment.reason), record=told, kind=kind
    )


def _awaiting(subject: Subject, outlets: int, now: datetime) -> Decision:
    detail = f"{_independent(subject.story)} of {outlets} outlets"
    return _decision(subject, Verdict.HELD, Reason.AWAITING_OUTLETS, now, detail)


def _suppressed(subject: Subject, reason: Reason, now: datetime, detail: str = "") -> Ruling:
    return Ruling(decision=_decision(subject, Verdict.SUPPRESSED, reason, now, detail))


def _decision(
    subject: Subject, verdict: Verdict, reason: Reason, now: datetime, detail: str = ""
) -> Decision:
    return Decision(
        entry=subject.entry.id,
        rule=subject.match.rule,
        story=subject.story.id,
        verdict=verdict,
        reason=reason,
        at=now,
        detail=detail,
    )


def _independent(story: Story) -> int:
    """Outlets that tell the story in a text of their own.

    Copies of one text count once; of texts that stand in part in another, two count as one.
    """
    return min(len(story.outlets), story.texts + story.partly // 2)


def _silence(labels: Labels, story: str, silences: Sequence[Silence]) -> Silence | None:
    """Return the silence that holds an alert for good; one that tells at its end only postpones it."""
    return silence_of(labels, story, (silence for silence in silences if not silence.release))
