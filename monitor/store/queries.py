"""What people list: stories, alerts, decisions, what rules did, how much there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    case,
    distinct,
    exists,
    func,
    literal,
    select,
    true,
    type_coerce,
)

from monitor.core.models import (
    Among,
    Counts,
    Decision,
    DeliveryState,
    ListedAlert,
    RuleDay,
    RuleStatistics,
    Story,
    Verdict,
)
from monitor.store import codec, feeds, outbox, story_codec
from monitor.store.dialect import BATCH
from monitor.store.schema import (
    alerts,
    decisions,
    deliveries,
    entries,
    holds,
    holds_still,
    is_held,
    is_silenced,
    pending,
    stories,
)
from monitor.store.types import UtcDay

_FEW = 1000
"""Stories that are rather named than looked for one by one."""
_SEVERAL = 5 * _FEW
"""Decisions that are looked through for these."""
EVERY = Among()
"""All stories."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def latest_stories(
    connection: Connection, *, limit: int, since: datetime | None, rule: str | None
) -> list[Story]:
    """Stories changed since a moment, that a rule matched; the last changed first."""
    statement = (
        select(stories)
        .where(stories.c.merged_into.is_(None))
        .order_by(stories.c.updated_at.desc(), stories.c.id)
        .limit(limit)
    )
    if since is not None:
        statement = statement.where(stories.c.updated_at >= since)
    if rule is not None:
        statement = statement.where(
            exists().where(decisions.c.story == stories.c.id, decisions.c.rule == rule)
        )
    return [story_codec.story_from_row(row) for row in connection.execute(statement)]


def page_of_stories(
    connection: Connection,
    *,
    since: datetime | None = None,
    before: tuple[datetime, str] | None,
    limit: int,
    among: Among = EVERY,
) -> list[Story]:
    """Stories changed since a moment, of those asked for, the last changed first: those after (time, id)."""
    statement = (
        select(stories)
        .where(stories.c.merged_into.is_(None))
        .order_by(stories.c.updated_at.desc(), stories.c.id)
        .limit(limit)
    )
    if since is not None:
        statement = statement.where(stories.c.updated_at >= since)
    if before is not None:
        moment, story = before
        changed = stories.c.updated_at
        statement = statement.where(changed <= moment, (changed < moment) | (stories.c.id > story))
    if among.rules is not None:
        statement = statement.where(_matched_by(connection, among.rules))
    if among.lang is not None:
        told = type_coerce(stories.c.languages, Text)
        statement = statement.where(told.contains(f'"{among.lang}"', autoescape=True))
    return [story_codec.story_from_row(row) for row in connection.execute(statement)]


def _matched_by(connection: Connection, rules: frozenset[str]) -> ColumnElement[bool]:
    """Tell, in SQL, that one of these rules matched a story.

    The few stories of rules that seldom match are named: looking at one story after the other for the
    next of them would go through the whole archive. Where there are many, the next one is near.
    """
    matched = decisions.c.rule.in_(sorted(rules))
    # The limit stands within: beside DISTINCT, PostgreSQL hopes to end early and walks decisions by story.
    looked_at, found = 0, list[str]()
    for looked_at in (_FEW, _SEVERAL):  # the first look tells most rules of many stories apart
        some = select(decisions.c.story).where(matched).limit(looked_at + 1).subquery()
        found = list(connection.scalars(select(some.c.story)))
        if len(found) <= looked_at or len(set(found)) > _FEW:
            break
    few = sorted(set(found))
    if len(found) <= looked_at and len(few) <= _FEW:
        return stories.c.id.in_(few)
    # No EXISTS: PostgreSQL would make a join of all stories of it, where the next one is near.
    one = select(literal(1)).where(decisions.c.story == stories.c.id, matched).limit(1)
    return one.correlate(stories).scalar_subquery().is_not(None)


def stories_like(connection: Connection, prefix: str, limit: int) -> list[Story]:
    """Stories whose id begins so, in order of id."""
    rows = connection.execute(
        select(stories).where(*begins(stories.c.id, prefix)).order_by(stories.c.id).limit(limit)
    )
    return [story_codec.story_from_row(row) for row in rows]


def latest_alerts(
    connection: Connection, *, limit: int, rule: str | None, state: Verdict | None
) -> list[ListedAlert]:
    """Alerts of a rule, in a state; the newest first."""
    wanted = (
        true() if rule is None else alerts.c.rule == rule,
        true() if state is None else alerts.c.state == state.value,
    )
    return listed_alerts(connection, wanted, (alerts.c.created_at.desc(), alerts.c.id), limit)


def alerts_like(connection: Connection, prefix: str, limit: int) -> list[ListedAlert]:
    """Alerts whose id begins so, in order of id."""
    return listed_alerts(connection, begins(alerts.c.id, prefix), (alerts.c.id,), limit)


def alerts_of(connection: Connection, ids: Sequence[str]) -> list[ListedAlert]:
    """Alerts of these ids."""
    found: list[ListedAlert] = []
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        found += listed_alerts(connection, (alerts.c.id.in_(some),), (alerts.c.id,), len(some))
    return found


def alerts_of_story(connection: Connection, story: str) -> list[ListedAlert]:
    """The alerts on a story, the oldest first."""
    order = (alerts.c.created_at, alerts.c.id)
    return listed_alerts(connection, (alerts.c.story == story,), order, BATCH)


def alerts_of_stories(connection: Connection, ids: Sequence[str]) -> list[ListedAlert]:
    """The alerts on some stories, at most `BATCH` of these; the oldest first."""
    return listed_alerts(
        connection, (alerts.c.story.in_(ids[:BATCH]),), (alerts.c.created_at, alerts.c.id), 10 * BATCH
    )


def begins(column: ColumnElement[str], prefix: str) -> tuple[ColumnElement[bool], ...]:
    """Tell, in SQL, that a text begins so; an index on the column serves."""
    return (column >= prefix, column < prefix + "\U0010ffff")


def listed_alerts(
    connection: Connection,
    wanted: tuple[ColumnElement[bool], ...],
    order: tuple[ColumnElement[Any], ...],
    limit: int,
) -> list[ListedAlert]:
    """Alerts that satisfy conditions, in an order, with what they are about and where they went."""
    rows = (
        connection.execute(
            select(
                alerts,
                func.coalesce(entries.c.title, stories.c.title, "").label("about"),
                entries.c.link,
                func.coalesce(entries.c.outlet, "").label("outlet"),
            )
            .select_from(
                alerts.outerjoin(entries, entries.c.id == alerts.c.entry).outerjoin(
                    stories, stories.c.id == alerts.c.story
                )
            )
            .where(*wanted)
            .order_by(*order)
            .limit(limit)
        )
    ).all()
    sent = delivery_states(connection, [row.id for row in rows]) if rows else {}
    return [
        ListedAlert(
            record=codec.alert_from_row(row),
            title=row.about,
            link=row.link,
            outlet=row.outlet,
            deliveries=sent.get(row.id, {}),
        )
        for row in rows
    ]


def delivery_states(connection: Connection, of_alerts: Sequence[str]) -> dict[str, dict[DeliveryState, int]]:
    """How many deliveries of each of these alerts are in each state."""
    rows = connection.execute(
        select(deliveries.c.alert, deliveries.c.state, func.count().label("number"))
        .where(deliveries.c.alert.in_(of_alerts))
        .group_by(deliveries.c.alert, deliveries.c.state)
    )
    found: dict[str, dict[DeliveryState, int]] = defaultdict(dict)
    for row in rows:
        found[row.alert][DeliveryState(row.state)] = row.number
    return found


def decided(connection: Connection, *, entry: str | None, story: str | None, limit: int) -> list[Decision]:
    """What was decided on an entry, in a story, or at all; the latest last."""
    rows = connection.execute(
        select(decisions)
        .where(
            true() if entry is None else decisions.c.entry == entry,
            true() if story is None else decisions.c.story == story,
        )
        .order_by(decisions.c.seq.desc())
        .limit(limit)
    )
    return [codec.decision_from_row(row) for row in reversed(rows.all())]


def decided_because(connection: Connection, label: str, limit: int) -> list[Decision]:
    """What a silence held; the latest last."""
    rows = connection.execute(
        select(decisions)
        .where(is_silenced, decisions.c.detail == label)
        .order_by(decisions.c.seq.desc())
        .limit(limit)
    )
    return [codec.decision_from_row(row) for row in reversed(rows.all())]


def decided_on(connection: Connection, of_entries: Sequence[str]) -> list[Decision]:
    """What was decided on these entries; the latest last."""
    rows: list[codec.AnyRow] = []
    for start in range(0, len(of_entries), BATCH):
        statement = select(decisions).where(decisions.c.entry.in_(of_entries[start : start + BATCH]))
        rows += connection.execute(statement).all()
    return [codec.decision_from_row(row) for row in sorted(rows, key=lambda row: row.seq)]


def rule_statistics(connection: Connection, since: datetime | None) -> list[RuleStatistics]:
    """What each rule did day by day, since a moment or as far back as decisions are kept."""
    alerted = decisions.c.verdict == Verdict.ALERT.value
    day = UtcDay(decisions.c.at)
    rows = connection.execute(
        select(
            decisions.c.rule,
            day.label("day"),
            func.count(distinct(decisions.c.entry)).label("matches"),
            func.count(case((alerted, 1))).label("alerts"),
            func.max(decisions.c.at).label("last_match_at"),
            func.max(case((alerted, decisions.c.at))).label("last_alert_at"),
        )
        .where(true() if since is None else decisions.c.at >= since)
        .group_by(decisions.c.rule, day)
        .order_by(decisions.c.rule, day)
    )
    by_rule: dict[str, list[codec.AnyRow]] = defaultdict(list)
    for row in rows:
        by_rule[row.rule].append(row)
    return [_statistics(rule, days) for rule, days in by_rule.items()]


def _statistics(rule: str, rows: Sequence[codec.AnyRow]) -> RuleStatistics:
    return RuleStatistics(
        rule=rule,
        last_match_at=max(row.last_match_at for row in rows),
        last_alert_at=max((row.last_alert_at for row in rows if row.last_alert_at), default=None),
        days=tuple(
            RuleDay(day=(_EPOCH + timedelta(days=row.day)).date(), matches=row.matches, alerts=row.alerts)
            for row in rows
        ),
    )


def number_of(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return (connection.scalar(select(func.count()).select_from(table))) or 0


def number_held(connection: Connection) -> int:
    """How many alerts are held, from everybody or from a channel."""
    waiting = select(func.count(distinct(holds.c.alert))).where(
        holds_still, ~exists().where(alerts.c.id == holds.c.alert, is_held)
    )
    held = connection.scalar(select(func.count()).select_from(alerts).where(is_held)) or 0
    return held + (connection.scalar(waiting) or 0)


def counts(connection: Connection) -> Counts:
    """How much there is of everything."""
    configured, failing = feeds.counts(connection)
    return Counts(
        feeds=configured,
        failing=failing,
        entries=number_of(connection, entries),
        pending=number_of(connection, pending),
        stories=number_of(connection, stories),
        alerts=number_of(connection, alerts),
        held=number_held(connection),
        deliveries=outbox.counts(connection),
        oldest_unsent_at=outbox.oldest_open(connection),
    )
