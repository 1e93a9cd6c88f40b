"""Stories edited by hand: rows moved, alerts taken along, and the log of what was done.

An edit and the keeper of stories exclude each other: whoever comes second sees what the first did. The keeper
hands in the number of the last edit that its book knows; if there is a later one, its batch is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, func, or_, select, text, update

from monitor.core.errors import StoriesEditedError, StoryEditError
from monitor.core.models import EditKind, Remembered, StoryEdit
from monitor.core.stories.edits import moved, retold
from monitor.store import alert_moves, stories, story_codec
from monitor.store.dialect import is_sqlite
from monitor.store.schema import assignments, story_edits
from monitor.store.schema import stories as story_rows

_LOCK = 7_022_401_964
"""Any number, the same in every process: the PostgreSQL advisory lock of stories being changed."""


def lock(connection: Connection) -> None:
    """Let no other transaction change stories until this one ends; on SQLite it is the only writer."""
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def latest(connection: Connection) -> int:
    """Number of the last edit, 0 if there is none."""
    return connection.scalar(select(func.max(story_edits.c.seq))) or 0


def refuse_later_than(connection: Connection, known: int | None) -> None:
    """Make sure that no edit is later than the one known; None asks nothing.

    Raises:
        StoriesEditedError: there is a later one.
    """
    lock(connection)
    if known is not None and latest(connection) != known:
        raise StoriesEditedError


def since(connection: Connection, known: int) -> tuple[int, list[Remembered]]:
    """The number of the last edit, and all rows of every story that was edited later than `known`."""
    last = latest(connection)
    if last == known:
        return last, []
    rows = connection.execute(
        select(story_edits.c.source, story_edits.c.target).where(story_edits.c.seq > known)
    )
    edited = sorted({story for row in rows for story in row})
    return last, stories.remembered_of(connection, edited)


def apply(connection: Connection, edit: StoryEdit, owners: Mapping[str, str]) -> StoryEdit:
    """Move the entries of an edit; without any, all of the source.

    Returns:
        The edit as stored, with its number and its entries.

    Raises:
        StoryEditError: it cannot be done; the message is a sentence.
    """
    lock(connection)
    source = stories.remembered_of(connection, [edit.source])
    target = stories.remembered_of(connection, [edit.target])
    there = [row.source.entry for row in source]
    entries = tuple(entry for entry in there if not edit.entries or entry in edit.entries)
    if not entries:
        message = f"none of the entries is in the story {edit.source[:12]} any more"
        raise StoryEditError(message)
    _relocate(connection, [*source, *target], moved(source, target, frozenset(entries), edit.target))
    alerts = alert_moves.follow(connection, edit) if len(entries) == len(there) else []
    number = _log(connection, replace(edit, entries=entries), alerts)
    _retell(connection, edit, owners, emptied=len(entries) == len(there))
    return replace(edit, number=number, entries=entries)


def undo(connection: Connection, edit: StoryEdit, by: StoryEdit, owners: Mapping[str, str]) -> StoryEdit:
    """Move the entries of an edit back where they were, as far as they are still where it put them.

    Raises:
        StoryEditError: it was undone before, or nothing of it is left.
    """
    lock(connection)
    kept = connection.execute(select(story_edits).where(story_edits.c.seq == edit.number)).one()
    if kept.undone_by is not None:
        message = f"edit {edit.number} was undone before, by edit {kept.undone_by}"
        raise StoryEditError(message)
    if kept.kind == EditKind.FORGET.value:
        message = f"edit {edit.number} had an entry forgotten: there is nothing left to bring back"
        raise StoryEditError(message)
    done = apply(connection, by, owners)
    alert_moves.restore(connection, kept.alerts)
    connection.execute(
        update(story_edits).where(story_edits.c.seq == edit.number).values(undone_by=done.number)
    )
    return done


def listed(connection: Connection, story: str | None = None, *, number: int | None = None) -> list[StoryEdit]:
    """The edits of one story, or the one of a number; the oldest first."""
    statement = select(story_edits).order_by(story_edits.c.seq)
    if story is not None:
        statement = statement.where(or_(story_edits.c.source == story, story_edits.c.target == story))
    if number is not None:
        statement = statement.where(story_edits.c.seq == number)
    return [
        StoryEdit(
            number=row.seq,
            kind=EditKind(row.kind),
            at=row.at,
            author=row.author,
            why=row.why,
            source=row.source,
            target=row.target,
            entries=tuple(row.entries),
            undone_by=row.undone_by,
        )
        for row in connection.execute(statement)
    ]


def merged_into(connection: Connection, story: str) -> str | None:
    """The story that this one was made part of, None if it stands by itself."""
    return connection.scalar(select(story_rows.c.merged_into).where(story_rows.c.id == story))


def _relocate(connection: Connection, before: Sequence[Remembered], after: Sequence[Remembered]) -> None:
    """Store the rows that changed."""
    old = {row.source.entry: row for row in before}
    changed = [row for row in after if row != old[row.source.entry]]
    if not changed:
        return
    connection.execute(
        update(assignments)
        .where(assignments.c.entry == bindparam("of_entry"))
        .values(story=bindparam("new_story"), trace=bindparam("new_trace")),
        [{"of_entry": row.source.entry, "new_story": row.story, "new_trace": row.trace} for row in changed],
    )


def _log(connection: Connection, edit: StoryEdit, alerts: Collection[Sequence[object]]) -> int:
    number: int = connection.execute(
        story_edits.insert().returning(story_edits.c.seq),
        {
            "kind": edit.kind.value,
            "at": edit.at,
            "author": edit.author,
            "why": edit.why,
            "source": edit.source,
            "target": edit.target,
            "entries": list(edit.entries),
            "alerts": list(alerts),
        },
    ).scalar_one()
    return number


def _retell(connection: Connection, edit: StoryEdit, owners: Mapping[str, str], *, emptied: bool) -> None:
    """Store both stories as their entries now tell them; one that is left by all points to the other."""
    for story in (edit.target,) if emptied else (edit.target, edit.source):
        told = retold(stories.remembered_of(connection, [story]), story, owners)
        if told is not None:
            stories.save_stories(connection, [told])
        else:
            _keep(connection, edit, story)
    if emptied:
        connection.execute(
            update(story_rows).where(story_rows.c.id == edit.source).values(merged_into=edit.target)
        )


def _keep(connection: Connection, edit: StoryEdit, story: str) -> None:
    """Of a story whose entries an older version stored, show at least what the other one showed."""
    found = connection.execute(select(story_rows).where(story_rows.c.id.in_([story, edit.source]))).all()
    known = {row.id: story_codec.story_from_row(row) for row in found}
    if story not in known and edit.source in known:
        stories.save_stories(connection, [replace(known[edit.source], id=story)])
