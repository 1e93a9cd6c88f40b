"""Stories, the places of entries in them, what was decided, and the alerts that came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, func, or_, select, tuple_

from monitor.core.models import (
    AlertRecord,
    Assembled,
    Decision,
    DeliveryKind,
    Placement,
    Reason,
    Remembered,
    Source,
    Story,
    Verdict,
)
from monitor.core.stories.trace import HEAD, order_of
from monitor.store import codec, story_codec
from monitor.store.dialect import BATCH, insert_into
from monitor.store.holds import AHEAD
from monitor.store.schema import alerts, assignments, decisions, deliveries, entries, is_held, stories

_ABROAD = timedelta(days=2)
"""How long after its last change a story may be told anew in another language."""


def order_of_book(connection: Connection, since: datetime) -> list[int]:
    """Numbers of the entries first seen at or after `since`, in the order in which the book takes them in.

    That is the order of their traces: a revised entry keeps its row, and its trace moves to the end.
    """
    head = func.substr(assignments.c.trace, 1, HEAD)
    rows = connection.execute(select(assignments.c.seq, head).where(assignments.c.first_seen >= since))
    # SQLite makes nothing at all of a part of an empty trace, which is what a copy leaves.
    return [seq for _, seq in sorted((order_of(bytes(head or b"")), seq) for seq, head in rows)]


def remembered(connection: Connection, numbers: Sequence[int]) -> list[Remembered]:
    """The assembled entries of these numbers, in order of assembly; narrow columns only."""
    return _remembered(connection, assignments.c.seq.in_(numbers))


def remembered_of(connection: Connection, ids: Sequence[str]) -> list[Remembered]:
    """Every assembled entry of these stories, in order of assembly."""
    found: list[Remembered] = []
    for start in range(0, len(ids), BATCH):
        found += _remembered(connection, assignments.c.story.in_(ids[start : start + BATCH]))
    return found


def _remembered(connection: Connection, which: ColumnElement[bool]) -> list[Remembered]:
    rows = connection.execute(
        select(
            assignments.c.seq,
            assignments.c.entry,
            assignments.c.first_seen,
            assignments.c.story,
            assignments.c.placement,
            assignments.c.of,
            assignments.c.trace,
            entries.c.outlet,
            entries.c.title,
            entries.c.link,
            entries.c.lang,
        )
        .join_from(assignments, entries, entries.c.id == assignments.c.entry)
        .where(which)
    )
    # Sorted here: asked to sort, SQLite walks the whole table in order rather than the window by its index.
    return [
        Remembered(
            source=Source(
                entry=row.entry,
                outlet=row.outlet,
                title=row.title,
                link=row.link,
                lang=row.lang,
                at=row.first_seen,
                placement=Placement(row.placement),
            ),
            story=row.story,
            of=row.of,
            trace=bytes(row.trace),
        )
        for row in sorted(rows, key=lambda row: row.seq)
    ]


def offered_as(connection: Connection, story: Story) -> list[str]:
    """The stories whose first entry was told to be possibly the same as this story."""
    rows = connection.execute(
        select(assignments.c.story, assignments.c.possibly).where(
            assignments.c.first_seen >= story.opened_at,
            assignments.c.first_seen <= story.updated_at + _ABROAD,
            assignments.c.possibly != [],
        )
    )
    return [row.story for row in rows if story.id in row.possibly]


def assembled_revisions(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The latest revision assembled of each of these entries that has a place in a story."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), BATCH):
        rows = connection.execute(
            select(assignments.c.entry, assignments.c.revision).where(
                assignments.c.entry.in_(ids[start : start + BATCH])
            )
        )
        found.update((row.entry, row.revision) for row in rows)
    return found


def place(connection: Connection, items: Sequence[Assembled]) -> None:
    """Give entries their places.

    An entry placed before and now found to be a REVISION of itself keeps its place (it still opens or joins
    its story) and gets the new trace; any other new placement replaces the old one.
    """
    if not items:
        return
    insertion = insert_into(connection, assignments)
    new, old = insertion.excluded, assignments.c
    is_revision = new.placement == Placement.REVISION.value
    kept = ("placement", "of", "score", "reason", "news", "possibly", "partly_of")
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["entry"],
            set_={"revision": new.revision, "trace": new.trace, "story": new.story}
            | {name: case((is_revision, old[name]), else_=new[name]) for name in kept},
        ),
        [
            codec.assignment_to_values(item.assignment)
            | {"revision": item.entry.revision, "first_seen": item.entry.first_seen}
            for item in items
        ],
    )


def save_stories(connection: Connection, changed: Iterable[Story]) -> None:
    """Store stories as they are now; of several states of one story the last given counts."""
    latest = {story.id: story for story in changed}
    if not latest:
        return
    insertion = insert_into(connection, stories)
    columns = [column.name for column in stories.c if column.name != "id"]
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["id"], set_={name: insertion.excluded[name] for name in columns}
        ),
        [story_codec.story_to_values(story) for story in latest.values()],
    )


def add_decisions(connection: Connection, decided: Iterable[Decision]) -> None:
    """Keep what was decided."""
    rows = [codec.decision_to_values(decision) for decision in decided]
    if rows:
        connection.execute(decisions.insert(), rows)


def save_alerts(connection: Connection, changed: Iterable[AlertRecord]) -> None:
    """Store alerts as they are now; of several states of one alert the last given counts."""
    latest = {alert.id: alert for alert in changed}
    if not latest:
        return
    insertion = insert_into(connection, alerts)
    kept = {"id", "rule", "story", "acknowledged_at", "acknowledged_by"}
    columns = [column.name for column in alerts.c if column.name not in kept]
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["id"], set_={name: insertion.excluded[name] for name in columns}
        ),
        [codec.alert_to_values(alert) for alert in latest.values()],
    )


def alerts_of(connection: Connection, pairs: Sequence[tuple[str, str]]) -> list[AlertRecord]:
    """The alerts of these (rule, story) pairs that exist."""
    found: list[AlertRecord] = []
    for start in range(0, len(pairs), BATCH):
        rows = connection.execute(
            select(alerts).where(tuple_(alerts.c.rule, alerts.c.story).in_(pairs[start : start + BATCH]))
        )
        found += [codec.alert_from_row(row) for row in rows]
    return found


def last_alert_at(connection: Connection, rule: str) -> datetime | None:
    """When it was last decided that the rule alerts, be it after a moment's wait."""
    waits = (decisions.c.verdict == Verdict.HELD.value, decisions.c.reason == Reason.GROUP_WAIT.name)
    moments = [_last(connection, rule, (decisions.c.verdict == Verdict.ALERT.value,))]
    moments.append(_last(connection, rule, waits))
    return max((moment for moment in moments if moment is not None), default=None)


def _last(connection: Connection, rule: str, of: Sequence[ColumnElement[bool]]) -> datetime | None:
    return connection.scalar(
        select(decisions.c.at).where(decisions.c.rule == rule, *of).order_by(decisions.c.at.desc()).limit(1)
    )


def held_back(connection: Connection, rule: str, since: datetime) -> dict[Reason, int]:
    """How many matches of a rule were suppressed since its last message, by reason; not before `since`."""
    told = connection.execute(
        select(decisions.c.at, decisions.c.seq)
        .where(
            decisions.c.rule == rule,
            decisions.c.verdict == Verdict.ALERT.value,
            decisions.c.at > since,
        )
        .order_by(decisions.c.at.desc(), decisions.c.seq.desc())
        .limit(1)
    ).first()
    rows = connection.execute(
        select(decisions.c.reason, func.count().label("number"))
        .where(
            decisions.c.rule == rule,
            decisions.c.verdict == Verdict.SUPPRESSED.value,
            decisions.c.at >= (told.at if told else since),
            decisions.c.seq > (told.seq if told else -1),
        )
        .group_by(decisions.c.reason)
    )
    return {Reason[row.reason]: row.number for row in rows}


def alerts_by_id(connection: Connection, ids: Sequence[str]) -> list[AlertRecord]:
    """The alerts of these ids that exist."""
    found: list[AlertRecord] = []
    for start in range(0, len(ids), BATCH):
        rows = connection.execute(select(alerts).where(alerts.c.id.in_(ids[start : start + BATCH])))
        found += [codec.alert_from_row(row) for row in rows]
    return found


def messages_since(connection: Connection, since: datetime) -> list[tuple[str, str, datetime]]:
    """Rule, channel and moment of each message that rings and was made since a moment, once per channel."""
    rows = connection.execute(
        select(alerts.c.rule, deliveries.c.channel, deliveries.c.created_at)
        .distinct()
        .join_from(deliveries, alerts, alerts.c.id == deliveries.c.alert)
        .where(deliveries.c.created_at > since, deliveries.c.kind != DeliveryKind.UPDATE.value)
    )
    return [(row.rule, row.channel, row.created_at) for row in rows]


def held(connection: Connection, due: datetime) -> list[AlertRecord]:
    """The alerts held whose deadline is at or before `due`, the earliest first.

    A deadline that was set in the future, by a clock that was ahead, cannot be trusted: it has passed.
    """
    passed = or_(alerts.c.deadline <= due, alerts.c.updated_at > due + AHEAD)
    rows = connection.execute(select(alerts).where(is_held, passed).order_by(alerts.c.deadline, alerts.c.id))
    return [codec.alert_from_row(row) for row in rows]
