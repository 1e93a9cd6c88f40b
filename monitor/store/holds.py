"""What channels are to get later, and what became of it. One row for each alert, channel and ordinal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, or_, select, true, update

from monitor.core.models import DeliveryKind, Hold, Reason
from monitor.store import codec
from monitor.store.dialect import BATCH, insert_into
from monitor.store.schema import alerts, holds, holds_still, is_held

_h = holds.c
AHEAD = timedelta(minutes=5)
"""By how much a clock may be set back before what it wrote is distrusted."""
_KEY = ("alert", "channel", "ordinal")


def save(connection: Connection, changed: Iterable[Hold]) -> None:
    """Store holds as they are now; of several states of one the last given counts; an ended one stays so."""
    latest = {(hold.alert, hold.channel, hold.ordinal): hold for hold in changed}
    if not latest:
        return
    insertion = insert_into(connection, holds)
    columns = [column.name for column in holds.c if column.name not in _KEY]
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=list(_KEY),
            set_={name: insertion.excluded[name] for name in columns},
            where=holds_still,
        ),
        [_to_values(hold) for hold in latest.values()],
    )


def due(connection: Connection, now: datetime) -> list[Hold]:
    """Those whose moment has come, the earliest decided first.

    What was decided in the future, by a clock that was ahead, has no moment that can be trusted: it is due.
    """
    return _found(connection, holds_still, or_(_h.until <= now, _h.since > now + AHEAD))


def of_alerts(connection: Connection, ids: Sequence[str]) -> list[Hold]:
    """Those of these alerts, open or ended, oldest first."""
    found: list[Hold] = []
    for start in range(0, len(ids), BATCH):
        found += _found(connection, _h.alert.in_(ids[start : start + BATCH]))
    return found


def listed(connection: Connection, *, rule: str | None, story: str | None, limit: int) -> list[Hold]:
    """Those that hold still, of a rule or in a story, the first to end first."""
    rows = connection.execute(
        select(holds)
        .where(
            holds_still,
            true() if rule is None else _h.rule == rule,
            true() if story is None else _h.story == story,
        )
        .order_by(_h.until, _h.since)
        .limit(limit)
    )
    return [_from_row(row) for row in rows]


def of_story(connection: Connection, story: str) -> list[Hold]:
    """Those in a story, open or ended, oldest first."""
    return _found(connection, _h.story == story)


def let_go(connection: Connection, now: datetime, *, alert: str | None) -> int:
    """Make what holds an alert, or all of them, due at once; return how many that were."""
    result = connection.execute(
        update(holds)
        .where(holds_still, _h.until > now, true() if alert is None else _h.alert == alert)
        .values(until=now)
    )
    return result.rowcount


def follow_silence(connection: Connection, label: str, until: datetime) -> None:
    """Hold what a silence holds until its new end."""
    connection.execute(
        update(holds)
        .where(holds_still, _h.reason == Reason.SILENCED.name, _h.terms == label)
        .values(until=until)
    )


def told_in_digests(connection: Connection, since: datetime) -> list[tuple[str, str, datetime]]:
    """Rule, channel and moment of each digest since a moment, once for each rule in it."""
    rows = connection.execute(
        select(_h.rule, _h.channel, _h.ended_at, _h.told_in)
        .distinct()
        .where(_h.ended_at > since, _h.told_in.is_not(None))
    )
    return [(row.rule, row.channel, row.ended_at) for row in rows]


def due_escalations(connection: Connection, now: datetime) -> list[str]:
    """Ids of alerts that nobody has acknowledged until their moment, the earliest first."""
    rows = connection.scalars(
        select(alerts.c.id)
        .where(
            alerts.c.escalate_at.is_not(None),
            or_(alerts.c.escalate_at <= now, alerts.c.updated_at > now + AHEAD),
            alerts.c.acknowledged_at.is_(None),
        )
        .order_by(alerts.c.escalate_at, alerts.c.id)
    )
    return list(rows)


def next_lapse(connection: Connection) -> datetime | None:
    """When the next deadline of a held alert, the next hold or the next escalation is due."""
    moments = (
        connection.scalar(select(func.min(alerts.c.deadline)).where(is_held)),
        connection.scalar(select(func.min(_h.until)).where(holds_still)),
        connection.scalar(
            select(func.min(alerts.c.escalate_at)).where(
                alerts.c.escalate_at.is_not(None), alerts.c.acknowledged_at.is_(None)
            )
        ),
    )
    return min((moment for moment in moments if moment is not None), default=None)


def acknowledge(connection: Connection, alert: str, who: str, now: datetime) -> bool:
    """Write down who acknowledged an alert, the first to do so; False if somebody had, or there is none."""
    result = connection.execute(
        update(alerts)
        .where(alerts.c.id == alert, alerts.c.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by=who)
    )
    return result.rowcount > 0


def _found(connection: Connection, *wanted: ColumnElement[bool]) -> list[Hold]:
    rows = connection.execute(
        select(holds).where(*wanted).order_by(_h.since, _h.rule, _h.alert, _h.channel, _h.ordinal)
    )
    return [_from_row(row) for row in rows]


def _to_values(hold: Hold) -> codec.Values:
    return {
        "alert": hold.alert,
        "channel": hold.channel,
        "ordinal": hold.ordinal,
        "rule": hold.rule,
        "story": hold.story,
        "kind": hold.kind.value,
        "entry": hold.entry,
        "why": hold.why.name,
        "detail": hold.detail,
        "reason": hold.reason.name,
        "terms": hold.terms,
        "since": hold.since,
        "until": hold.until,
        "matches": hold.matches,
        "ended_at": hold.ended_at,
        "told_in": hold.told_in,
    }


def _from_row(row: codec.AnyRow) -> Hold:
    return Hold(
        alert=row.alert,
        channel=row.channel,
        ordinal=row.ordinal,
        rule=row.rule,
        story=row.story,
        kind=DeliveryKind(row.kind),
        entry=row.entry,
        why=Reason[row.why],
        detail=row.detail,
        reason=Reason[row.reason],
        terms=row.terms,
        since=row.since,
        until=row.until,
        matches=row.matches,
        ended_at=row.ended_at,
        told_in=row.told_in,
    )
