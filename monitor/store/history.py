"""The pace of matches and the last sight of entities: what rules ask that wait for the unusual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, distinct, func, select

from monitor.core.models import Assembled, Placement, Source, Verdict
from monitor.core.rates import BACKLOG
from monitor.store.dialect import BATCH, insert_into
from monitor.store.schema import assignments, decisions, entries, sightings


def matches_since(connection: Connection, rule: str, since: datetime) -> list[Source]:
    """The entries on which the rule was decided at or after a moment, backlog left out, oldest first.

    Each comes once, at the time of its first decision.
    """
    rows = connection.execute(
        select(
            decisions.c.entry,
            decisions.c.at,
            entries.c.outlet,
            entries.c.title,
            entries.c.link,
            entries.c.lang,
            assignments.c.placement,
        )
        .select_from(
            decisions.join(entries, entries.c.id == decisions.c.entry).join(
                assignments, assignments.c.entry == decisions.c.entry
            )
        )
        .where(_counts(rule), decisions.c.at >= since)
        .order_by(decisions.c.seq)
    )
    found: dict[str, Source] = {}
    for row in rows:
        placed = row._asdict() | {"placement": Placement(row.placement)}
        found.setdefault(row.entry, Source(**placed))
    return list(found.values())


def number_of_matches(connection: Connection, rule: str, since: datetime, before: datetime) -> int:
    """How many entries the rule was decided on from a moment to another, backlog left out."""
    counted = select(func.count(distinct(decisions.c.entry))).where(
        _counts(rule), decisions.c.at >= since, decisions.c.at < before
    )
    return connection.scalar(counted) or 0


def _counts(rule: str) -> ColumnElement[bool]:
    """The index is by rule, verdict and time: every verdict is named, so that it serves."""
    return and_(
        decisions.c.rule == rule,
        decisions.c.verdict.in_([verdict.value for verdict in Verdict]),
        decisions.c.reason.not_in(sorted(reason.name for reason in BACKLOG)),
    )


def watching_since(connection: Connection) -> datetime | None:
    """When the oldest entry that is kept was first seen; None if there is none."""
    return connection.scalar(select(entries.c.first_seen).order_by(entries.c.first_seen).limit(1))


def last_seen(connection: Connection, entities: Sequence[str]) -> dict[str, datetime]:
    """When each of these entities was last mentioned, for those that ever were."""
    found: dict[str, datetime] = {}
    for start in range(0, len(entities), BATCH):
        rows = connection.execute(
            select(sightings).where(sightings.c.entity.in_(entities[start : start + BATCH]))
        )
        found.update((row.entity, row.at) for row in rows)
    return found


def see(connection: Connection, batch: Iterable[Assembled]) -> None:
    """Remember which entities the entries mention, and when; never an earlier time than the one known."""
    latest: dict[str, datetime] = {}
    for item in batch:
        for entity in item.findings.entities:
            latest[entity] = max(item.entry.fetched, latest.get(entity, item.entry.fetched))
    if not latest:
        return
    insertion = insert_into(connection, sightings)
    new = insertion.excluded.at
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["entity"],
            set_={"at": case((new > sightings.c.at, new), else_=sightings.c.at)},
        ),
        [{"entity": entity, "at": at} for entity, at in sorted(latest.items())],
    )
