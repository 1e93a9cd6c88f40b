"""Silences: what is not to alert, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, distinct, func, select, true, update

from monitor.core.models import ListedSilence, Silence
from monitor.core.render.times import minute
from monitor.store import codec, holds
from monitor.store.dialect import insert_into
from monitor.store.queries import begins
from monitor.store.schema import decisions, is_silenced, silences

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED = 500
"""Silences of which each is looked up; of more, the effects of all are counted in one walk."""


def in_force(connection: Connection, now: datetime) -> list[Silence]:
    """Those that have begun and not ended."""
    rows = connection.execute(
        select(silences)
        .where(silences.c.starts_at <= now, silences.c.ends_at > now)
        .order_by(silences.c.ends_at, silences.c.id)
    )
    return [_from_row(row) for row in rows]


def add(connection: Connection, silence: Silence) -> bool:
    """Add one, or replace the one of the same id; False if that one was the very same but for its times."""
    values = _to_values(silence)
    before = connection.execute(select(silences).where(silences.c.id == silence.id)).one_or_none()
    connection.execute(
        insert_into(connection, silences)
        .values(values)
        .on_conflict_do_update(index_elements=["id"], set_={k: v for k, v in values.items() if k != "id"})
    )
    return before is None or _matters(_from_row(before)) != _matters(silence)


def _matters(silence: Silence) -> Silence:
    return replace(silence, starts_at=_EPOCH, ends_at=_EPOCH)


def in_words(silence: Silence) -> str:
    """Write what one silences, and until when."""
    what = " ".join(f"{name}={value}" for name, value in silence.matchers.items())
    return f"{what} until {minute(silence.ends_at)}" + (f": {silence.comment}" if silence.comment else "")


def move_end(connection: Connection, silence: str, ends_at: datetime, now: datetime) -> bool:
    """Let one that is in force end at another moment; False if there is none of that id still to end."""
    row = connection.execute(
        update(silences)
        .where(silences.c.id == silence, silences.c.ends_at > now)
        .values(ends_at=ends_at)
        .returning(silences)
    ).one_or_none()
    if row is None:
        return False
    holds.follow_silence(connection, _from_row(row).label, ends_at)
    return True


def listed(connection: Connection, *, ending_after: datetime | None) -> list[Silence]:
    """All, or those that end after a moment; the last to end first."""
    statement = select(silences).order_by(silences.c.ends_at.desc(), silences.c.id)
    if ending_after is not None:
        statement = statement.where(silences.c.ends_at > ending_after)
    return [_from_row(row) for row in connection.execute(statement)]


def like(connection: Connection, prefix: str, limit: int) -> list[Silence]:
    """Those whose id begins so, in order of id."""
    statement = select(silences).where(*begins(silences.c.id, prefix)).order_by(silences.c.id).limit(limit)
    return [_from_row(row) for row in connection.execute(statement)]


def page(connection: Connection, *, before: tuple[datetime, str] | None, limit: int) -> list[Silence]:
    """The last to end first: those after (end, id) of a walk."""
    statement = select(silences).order_by(silences.c.ends_at.desc(), silences.c.id).limit(limit)
    if before is not None:
        end, last = before
        ends_at = silences.c.ends_at
        statement = statement.where(ends_at <= end, (ends_at < end) | (silences.c.id > last))
    return [_from_row(row) for row in connection.execute(statement)]


def with_effect(connection: Connection, *, ending_after: datetime | None) -> list[ListedSilence]:
    """The same as `listed`, each with what it held back as far as decisions are kept."""
    return effects(connection, listed(connection, ending_after=ending_after))


def effects(connection: Connection, found: Sequence[Silence]) -> list[ListedSilence]:
    """Give each of these with what it held back."""
    if not found:
        return []
    labels = [silence.label for silence in found]
    rows = connection.execute(
        select(
            decisions.c.detail,
            func.count().label("decisions"),
            func.count(distinct(decisions.c.story)).label("stories"),
            func.max(decisions.c.at).label("last_at"),
        )
        .where(is_silenced, true() if len(labels) > _NAMED else decisions.c.detail.in_(labels))
        .group_by(decisions.c.detail)
    )
    effects = {row.detail: row for row in rows}
    return [_with(silence, effects.get(silence.label)) for silence in found]


def _with(silence: Silence, effect: codec.AnyRow | None) -> ListedSilence:
    if effect is None:
        return ListedSilence(silence=silence, decisions=0, stories=0)
    return ListedSilence(
        silence=silence, decisions=effect.decisions, stories=effect.stories, last_at=effect.last_at
    )


def _to_values(silence: Silence) -> codec.Values:
    return {
        "id": silence.id,
        "matchers": dict(silence.matchers),
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
        "author": silence.author,
        "comment": silence.comment,
        "tells_at_end": silence.release,
    }


def _from_row(row: codec.AnyRow) -> Silence:
    return Silence(
        id=row.id,
        matchers=row.matchers,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        author=row.author,
        comment=row.comment,
        release=row.tells_at_end,
    )
