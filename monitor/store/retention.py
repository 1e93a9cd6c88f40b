"""Retention: what is old goes, a little at a time, and what must be remembered of it stays.

Each function deletes at most `limit` rows and says how many: the caller repeats it in transactions of their
own, so that nobody waits long for the one writer.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, delete, exists, or_, select

from monitor.core.models import Verdict
from monitor.store.dialect import insert_into
from monitor.store.outbox import OPEN
from monitor.store.schema import (
    alerts,
    assignments,
    decisions,
    deliveries,
    entries,
    holds,
    holds_still,
    is_open,
    pending,
    stories,
    tombstones,
)


def bury_entries(connection: Connection, before: datetime, limit: int) -> int:
    """Delete entries first seen before a moment, and leave a tombstone for each.

    Kept are those still waiting for their story, and those whose story changed since, has an alert that is
    held or a message under way. Their keys stay, so that an old article that comes back is known, no news.
    """
    old = (connection.scalars(_old_entries(before, limit))).all()
    if not old:
        return 0
    columns = ["entry", "revision", "text_hash", "first_seen"]
    heads = select(entries.c.id, entries.c.revision, entries.c.text_hash, entries.c.first_seen)
    connection.execute(
        insert_into(connection, tombstones)
        .from_select(columns, heads.where(entries.c.id.in_(old)))
        .on_conflict_do_nothing()
    )
    connection.execute(delete(entries).where(entries.c.id.in_(old)))
    return len(old)


def _old_entries(before: datetime, limit: int) -> Select[tuple[str]]:
    return (
        select(entries.c.id)
        .select_from(
            entries.outerjoin(assignments, assignments.c.entry == entries.c.id).outerjoin(
                stories, stories.c.id == assignments.c.story
            )
        )
        .where(
            entries.c.first_seen < before,
            or_(stories.c.id.is_(None), stories.c.updated_at < before),
            ~exists().where(pending.c.entry == entries.c.id),
            ~exists().where(holds.c.story == assignments.c.story, holds_still),
            ~exists().where(alerts.c.story == assignments.c.story, alerts.c.state == Verdict.HELD.value),
            or_(
                assignments.c.story.is_(None),
                assignments.c.story.not_in(select(deliveries.c.story).where(is_open)),
            ),
        )
        .order_by(entries.c.first_seen)
        .limit(limit)
    )


def delete_stories(connection: Connection, before: datetime, limit: int) -> int:
    """Delete stories unchanged since a moment, with their alerts; those with an alert under way are kept."""
    under_way = (
        exists().where(deliveries.c.story == stories.c.id, deliveries.c.state.in_(OPEN)).correlate(stories)
    )
    waiting = (
        exists()
        .where(alerts.c.story == stories.c.id, alerts.c.state == Verdict.HELD.value)
        .correlate(stories)
    )
    to_be_told = exists().where(holds.c.story == stories.c.id, holds_still).correlate(stories)
    peopled = exists().where(assignments.c.story == stories.c.id).correlate(stories)
    old = (
        connection.scalars(
            select(stories.c.id)
            .where(stories.c.updated_at < before, ~under_way, ~waiting, ~to_be_told, ~peopled)
            .order_by(stories.c.updated_at)
            .limit(limit)
        )
    ).all()
    if old:
        connection.execute(delete(alerts).where(alerts.c.story.in_(old)))
        connection.execute(delete(holds).where(holds.c.story.in_(old)))
        connection.execute(delete(stories).where(stories.c.id.in_(old)))
    return len(old)


def delete_deliveries(connection: Connection, before: datetime, limit: int) -> int:
    """Delete deliveries created before a moment, unless one of the same alert is still open."""
    sibling = deliveries.alias("sibling")
    old = (
        select(deliveries.c.seq)
        .where(
            deliveries.c.created_at < before,
            ~exists().where(sibling.c.alert == deliveries.c.alert, sibling.c.state.in_(OPEN)),
        )
        .order_by(deliveries.c.created_at)
        .limit(limit)
    )
    result = connection.execute(delete(deliveries).where(deliveries.c.seq.in_(old.scalar_subquery())))
    return result.rowcount


def delete_decisions(connection: Connection, before: datetime, limit: int) -> int:
    """Delete decisions made before a moment."""
    old = select(decisions.c.seq).where(decisions.c.at < before).order_by(decisions.c.at).limit(limit)
    result = connection.execute(delete(decisions).where(decisions.c.seq.in_(old.scalar_subquery())))
    return result.rowcount
