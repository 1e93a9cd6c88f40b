"""Alerts of a story that was made part of another: taken along, so that nothing is alerted twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from monitor.core.models import Reason, StoryEdit, Verdict
from monitor.store.codec import AnyRow
from monitor.store.schema import alerts, decisions, holds

_ASIDE = "~"
"""Ends the id of no story: where an alert waits while two change places."""


def follow(connection: Connection, edit: StoryEdit) -> list[list[object]]:
    """Give the alerts of the source to the target, rule by rule.

    Where both stories have one, that which was sent stays with the target; one that is still held elsewhere
    is closed with a decision that says so.

    Returns:
        What became of each alert, for `restore`.
    """
    theirs = {row.rule: row for row in _of(connection, edit.target)}
    log: list[list[object]] = []
    for row in _of(connection, edit.source):
        other = theirs.get(row.rule)
        if other is None:
            log.append(_move(connection, row, edit.target))
        elif other.state == Verdict.HELD.value and row.state == Verdict.ALERT.value:
            log.append(_close(connection, other, edit))
            _place(connection, other.id, edit.target + _ASIDE)
            log.append(_move(connection, row, edit.target))
            _place(connection, other.id, edit.source)
        elif row.state == Verdict.HELD.value:
            log.append(_close(connection, row, edit))
    return log


def restore(connection: Connection, log: Sequence[Sequence[Any]]) -> None:
    """Put alerts back where they were; what was closed is held again, until its old deadline."""
    for alert, story, *_ in log:
        _place(connection, alert, story + _ASIDE + alert)
    for alert, story, state, deadline, closed in log:
        _place(connection, alert, story)
        if closed:
            connection.execute(
                update(alerts)
                .where(alerts.c.id == alert, alerts.c.state == Verdict.SUPPRESSED.value)
                .values(state=state, deadline=datetime.fromisoformat(deadline) if deadline else None)
            )


def _of(connection: Connection, story: str) -> Sequence[AnyRow]:
    return connection.execute(select(alerts).where(alerts.c.story == story).order_by(alerts.c.rule)).all()


def _before(row: AnyRow, *, closed: bool) -> list[object]:
    deadline = row.deadline.isoformat() if row.deadline else None
    return [row.id, row.story, row.state, deadline, closed]


def _place(connection: Connection, alert: str, story: str) -> None:
    """Give an alert, and what channels hold of it, to a story."""
    connection.execute(update(holds).where(holds.c.alert == alert).values(story=story))
    connection.execute(update(alerts).where(alerts.c.id == alert).values(story=story))


def _move(connection: Connection, row: AnyRow, story: str) -> list[object]:
    _place(connection, row.id, story)
    return _before(row, closed=False)


def _close(connection: Connection, row: AnyRow, edit: StoryEdit) -> list[object]:
    connection.execute(
        update(alerts)
        .where(alerts.c.id == row.id)
        .values(state=Verdict.SUPPRESSED.value, deadline=None, updated_at=edit.at)
    )
    connection.execute(
        insert(decisions),
        {
            "entry": row.entry,
            "rule": row.rule,
            "story": row.story,
            "verdict": Verdict.SUPPRESSED.value,
            "reason": Reason.MERGED.name,
            "at": edit.at,
            "detail": f"{edit.source[:12]} into {edit.target[:12]} by {edit.author}",
        },
    )
    return _before(row, closed=True)
