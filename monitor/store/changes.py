"""What changed in stories since somebody last looked: four counters say it, whatever the archive's size."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from sqlalchemy import Connection, Text, func, select, type_coerce

from monitor.core.models import Act, Among, Changes, Mark, Verdict
from monitor.store.audit_table import audit
from monitor.store.schema import alerts, assignments, decisions, stories, story_edits

_MOST: Final = 60
"""Rows of each kind that one answer looks at: more news in a second is read by nobody."""

_ON_ALERTS: Final = tuple(act.value for act in (Act.ACKNOWLEDGE, Act.JUDGE, Act.RELEASE))
_COUNTED: Final = 100
"""Alerts that are counted; nobody tells more apart."""


def latest(connection: Connection) -> Mark:
    """How far everything is."""
    return Mark(
        placements=connection.scalar(select(func.max(assignments.c.seq))) or 0,
        decisions=connection.scalar(select(func.max(decisions.c.seq))) or 0,
        edits=connection.scalar(select(func.max(story_edits.c.seq))) or 0,
        deeds=connection.scalar(select(func.max(audit.c.seq))) or 0,
    )


def since(connection: Connection, mark: Mark) -> Changes:
    """The stories that entries came to, that were decided on, edited or acted on by hand after a mark."""
    upto = latest(connection)
    if upto == mark:
        return Changes(mark=upto)
    placed = connection.execute(
        select(assignments.c.story).where(assignments.c.seq > mark.placements).limit(_MOST)
    ).all()
    decided = connection.execute(
        select(decisions.c.story, decisions.c.verdict).where(decisions.c.seq > mark.decisions).limit(_MOST)
    ).all()
    edited = connection.execute(
        select(story_edits.c.source, story_edits.c.target).where(story_edits.c.seq > mark.edits).limit(_MOST)
    ).all()
    acted = connection.execute(
        select(alerts.c.story)
        .join(audit, audit.c.what == alerts.c.id)
        .where(audit.c.seq > mark.deeds, audit.c.act.in_(_ON_ALERTS))
        .limit(_MOST)
    ).all()
    changed: dict[str, None] = {row.story: None for row in (*placed, *decided, *acted)}
    changed.update((story, None) for row in edited for story in row)
    return Changes(
        mark=upto,
        stories=tuple(changed),
        alerted=frozenset(row.story for row in decided if row.verdict == Verdict.ALERT.value),
        rules=_rules(connection, list(changed)),
        complete=max(len(placed), len(decided), len(edited), len(acted)) < _MOST,
    )


def alerted(connection: Connection, since: Mark, upto: Mark, among: Among) -> list[str]:
    """The stories of those asked for that an alert was told of between two marks; a hundred at most."""
    statement = (
        select(decisions.c.story)
        .where(decisions.c.seq > since.decisions, decisions.c.seq <= upto.decisions)
        .where(decisions.c.verdict == Verdict.ALERT.value)
        .distinct()
        .limit(_COUNTED)
    )
    if among.rules is not None:
        statement = statement.where(decisions.c.rule.in_(sorted(among.rules)))
    if among.lang is not None:
        spoken = type_coerce(stories.c.languages, Text).contains(f'"{among.lang}"', autoescape=True)
        statement = statement.join(stories, stories.c.id == decisions.c.story).where(spoken)
    return list(connection.scalars(statement))


def _rules(connection: Connection, of_stories: list[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    rows = connection.execute(
        select(decisions.c.story, decisions.c.rule).where(decisions.c.story.in_(of_stories)).distinct()
    )
    for row in rows:
        found[row.story].add(row.rule)
    return {story: frozenset(rules) for story, rules in found.items()}
