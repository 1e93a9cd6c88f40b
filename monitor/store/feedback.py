"""What people did about alerts: judgements, who took them on, and the silences that hold one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.core.models import Acknowledgement, Feedback, Handling, Judgement, RuleFeedback, Silence
from monitor.store import codec, silences
from monitor.store.dialect import insert_into
from monitor.store.schema import alerts, feedback


def judge(connection: Connection, given: Feedback) -> None:
    """Write down a judgement, in place of the same person's earlier one; an older copy changes nothing."""
    values = {
        "alert": given.alert,
        "author": given.author,
        "rule": given.rule,
        "story": given.story,
        "judgement": given.judgement.value,
        "at": given.at,
    }
    connection.execute(
        insert_into(connection, feedback)
        .values(values)
        .on_conflict_do_update(
            index_elements=["alert", "author"],
            set_={"judgement": given.judgement.value, "at": given.at},
            where=feedback.c.at <= given.at,
        )
    )


def judgements(connection: Connection, *, rule: str | None = None) -> list[Feedback]:
    """The judgement that counts of each alert, the latest one; the oldest first."""
    statement = select(feedback).order_by(feedback.c.at, feedback.c.author)
    if rule is not None:
        statement = statement.where(feedback.c.rule == rule)
    return list({row.alert: _feedback(row) for row in connection.execute(statement)}.values())


def by_rule(connection: Connection) -> list[RuleFeedback]:
    """How each rule that was ever judged fared."""
    counted = Counter((one.rule, one.judgement) for one in judgements(connection))
    return [
        RuleFeedback(
            rule=rule, relevant=counted[rule, Judgement.RELEVANT], noise=counted[rule, Judgement.NOISE]
        )
        for rule in sorted({rule for rule, _ in counted})
    ]


def handling(connection: Connection, alert: str, now: datetime) -> Handling | None:
    """What was done about an alert so far; None if there is no such alert."""
    record = connection.execute(select(alerts).where(alerts.c.id == alert)).first()
    if record is None:
        return None
    latest = connection.execute(
        select(feedback)
        .where(feedback.c.alert == alert)
        .order_by(feedback.c.at.desc(), feedback.c.author)
        .limit(1)
    ).first()
    in_force = silences.in_force(connection, now)
    return Handling(
        alert=alert,
        rule=record.rule,
        story=record.story,
        acknowledged=_acknowledged(record),
        feedback=_feedback(latest) if latest else None,
        muted=_last(in_force, {"story": record.story}),
        snoozed=_last(in_force, {"rule": record.rule}),
    )


def _acknowledged(record: codec.AnyRow) -> Acknowledgement | None:
    """Read who took an alert on."""
    if record.acknowledged_at is None:
        return None
    return Acknowledgement(author=record.acknowledged_by, at=record.acknowledged_at)


def _last(found: Iterable[Silence], matchers: dict[str, str]) -> Silence | None:
    """Give the last to end of the silences with just these matchers."""
    fitting = [one for one in found if dict(one.matchers) == matchers]
    return max(fitting, key=lambda one: one.ends_at, default=None)


def _feedback(row: codec.AnyRow) -> Feedback:
    return Feedback(
        alert=row.alert,
        rule=row.rule,
        story=row.story,
        author=row.author,
        judgement=Judgement(row.judgement),
        at=row.at,
    )


def number_of_alerts(connection: Connection, *, since: datetime) -> int:
    """How many alerts were made since a moment."""
    return (
        connection.scalar(select(func.count()).select_from(alerts).where(alerts.c.created_at >= since)) or 0
    )
