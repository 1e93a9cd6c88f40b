"""Privacy: one entry forgotten wherever its text is kept, and never brought back by the feed that serves it.

    entry, former texts, place | story | hits of alerts | details of decisions | messages of its story

What stays names nobody by its text: its id, its keys and the digest of its text as a tombstone, and that a
decision, an alert, a delivery was made. Polls and the keeper of stories are waited for, so that neither
stores again what it read before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)

from monitor.core.errors import ForgettingError
from monitor.core.models import DeliveryState, EditKind, Forgotten, KeyKind, Reason
from monitor.core.render.times import minute
from monitor.core.stories.edits import retold, without
from monitor.store import edits, stories, story_codec
from monitor.store.dialect import BATCH, insert_into, is_sqlite
from monitor.store.entries import FORGOTTEN, kept_key
from monitor.store.outbox import OPEN
from monitor.store.queries import begins
from monitor.store.schema import (
    alerts,
    assignments,
    decisions,
    deliveries,
    entries,
    entry_keys,
    feeds,
    holds,
    holds_still,
    is_held,
    pending,
    revisions,
    story_edits,
    tombstones,
)
from monitor.store.schema import stories as story_rows

SHORT = 12
"""Digits of an id in a sentence."""
REMOVED = "(forgotten)"
"""What stands where a title or a message stood."""
_MESSAGE: Sequence[object] = [
    REMOVED,
    "The copy of this message was removed by `news-monitor entries forget`.",
    "",
    [],
    None,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who wants an entry forgotten, and when; `owners` are those of the StoryBook."""

    entry: str
    at: datetime
    author: str
    owners: Mapping[str, str]


def buried_like(connection: Connection, prefix: str, limit: int) -> list[str]:
    """Ids of entries of which a tombstone alone is left, by the beginning of their ids."""
    rows = select(tombstones.c.entry).where(*begins(tombstones.c.entry, prefix))
    return list(connection.scalars(rows.order_by(tombstones.c.entry).limit(limit)))


def buried_at(connection: Connection, url: str) -> list[str]:
    """Ids of entries of which a tombstone alone is left, by their canonical address; reads every key."""
    rows = (
        select(tombstones.c.entry)
        .distinct()
        .join_from(tombstones, entry_keys, entry_keys.c.entry == tombstones.c.entry)
        .where(entry_keys.c.kind == KeyKind.URL.value, entry_keys.c.value == kept_key(url))
    )
    return list(connection.scalars(rows.order_by(tombstones.c.entry)))


def forget(connection: Connection, wish: Wish) -> Forgotten:
    """Remove all that is kept of an entry's text, and leave a tombstone that no later text undoes.

    Raises:
        ForgettingError: it is not there, or something of it is still to be decided or sent.
    """
    if is_sqlite(connection):
        connection.execute(text("PRAGMA secure_delete=ON"))  # what is freed is overwritten with zeros
    _hold_still(connection, wish.entry)
    since = _first_seen(connection, wish.entry)
    told_in = _stories_of(connection, wish.entry)
    _refuse_under_way(connection, wish.entry, told_in, since)
    texts = _number(connection, select(revisions.c.entry).where(revisions.c.entry == wish.entry))
    own_story = connection.scalar(select(assignments.c.story).where(assignments.c.entry == wish.entry))
    there = _bury(connection, wish.entry)
    retold_ones = sum(_retell(connection, one, wish, is_whole=one == own_story) for one in told_in)
    _log(connection, wish, own_story or wish.entry)
    return Forgotten(
        entry=wish.entry,
        texts=texts + there,
        stories=retold_ones,
        decisions=_blank_decisions(connection, wish.entry),
        alerts=_blank_alerts(connection, wish.entry),
        deliveries=_blank_messages(connection, told_in, wish.entry, since),
    )


def forgot_since(connection: Connection, known: int) -> bool:
    """Whether an edit later than `known` was that an entry is forgotten."""
    later = select(story_edits.c.seq).where(
        story_edits.c.seq > known, story_edits.c.kind == EditKind.FORGET.value
    )
    return connection.execute(later.limit(1)).first() is not None


def _number(connection: Connection, rows: Select[tuple[str]]) -> int:
    return connection.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _hold_still(connection: Connection, entry: str) -> None:
    """Wait for a poll that is just storing a new text, then for the keeper; let neither begin."""
    if not is_sqlite(connection):
        feed = select(entry_keys.c.feed).where(entry_keys.c.entry == entry)
        connection.execute(
            select(feeds.c.url).where(feeds.c.url.in_(feed)).order_by(feeds.c.url).with_for_update()
        ).all()
    edits.lock(connection)


def _first_seen(connection: Connection, entry: str) -> datetime:
    alive = select(entries.c.first_seen).where(entries.c.id == entry)
    buried = select(tombstones.c.first_seen).where(tombstones.c.entry == entry)
    found: datetime | None = connection.scalar(alive) or connection.scalar(buried)
    if found is None:
        message = f"there is no entry {entry} any more; `news-monitor entries list` shows those there are"
        raise ForgettingError(message)
    return found


def _stories_of(connection: Connection, entry: str) -> list[str]:
    """Every story that ever told the entry: where it is, was decided on, or was before edits by hand.

    The one it opened bears its id, whatever retention took.
    """
    rows = connection.scalars(
        select(assignments.c.story)
        .where(assignments.c.entry == entry)
        .union(
            select(decisions.c.story).where(decisions.c.entry == entry),
            select(alerts.c.story).where(alerts.c.entry == entry),
            select(holds.c.story).where(holds.c.entry == entry),
        )
    )
    found = {entry, *rows}
    for row in connection.execute(select(story_edits.c.source, story_edits.c.target, story_edits.c.entries)):
        if entry in row.entries:
            found |= {row.source, row.target}
    return sorted(found)


def _refuse_under_way(connection: Connection, entry: str, told_in: Sequence[str], since: datetime) -> None:
    """Make sure that nothing is still to be decided or sent of the entry.

    Raises:
        ForgettingError: something is; the message says what to do.
    """
    message = (
        _waits_for_story(connection, entry)
        or _is_undecided(connection, entry)
        or _is_untold(connection, entry)
        or _is_unsent(connection, _tells(told_in, entry, since))
    )
    if message:
        raise ForgettingError(message)


def _waits_for_story(connection: Connection, entry: str) -> str:
    if connection.execute(select(pending.c.seq).where(pending.c.entry == entry)).first() is None:
        return ""
    return f"the entry {entry[:SHORT]} still waits for its story: let a daemon place it, and try again"


def _is_undecided(connection: Connection, entry: str) -> str:
    held = connection.execute(select(alerts).where(alerts.c.entry == entry, is_held)).first()
    if held is None:
        return ""
    until = f" until {minute(held.deadline)}" if held.deadline else ""
    return f"its alert {held.id[:SHORT]} is held{until}: try again when that is decided"


def _is_untold(connection: Connection, entry: str) -> str:
    its_alerts = select(alerts.c.id).where(alerts.c.entry == entry)
    hold = connection.execute(
        select(holds).where(holds_still, or_(holds.c.entry == entry, holds.c.alert.in_(its_alerts)))
    ).first()
    if hold is None:
        return ""
    return (
        f"{hold.channel} is still to be told of it: `news-monitor alerts release {hold.alert[:SHORT]}` does"
        " so now; then try again"
    )


def _is_unsent(connection: Connection, tells: ColumnElement[bool]) -> str:
    waits = connection.execute(select(deliveries).where(deliveries.c.state.in_(OPEN), tells)).first()
    if waits is None:
        return ""
    return (
        f"a message to {waits.channel} that may tell of it is not sent yet: wait for it, or give it up with"
        f" `news-monitor alerts drop {waits.id[:SHORT]}`; then try again"
    )


def _tells(told_in: Sequence[str], entry: str, since: datetime) -> ColumnElement[bool]:
    """Deliveries that may tell of the entry: those of its stories since it came, and digests of these."""
    of_alert = select(alerts.c.id).where(or_(alerts.c.story.in_(told_in), alerts.c.entry == entry))
    own = or_(deliveries.c.story.in_(told_in), deliveries.c.alert.in_(of_alert))
    member = deliveries.alias("member")
    folded = select(member.c.folded_into).where(
        member.c.folded_into.is_not(None),
        or_(member.c.story.in_(told_in), member.c.alert.in_(of_alert)),
    )
    held = select(holds.c.told_in).where(
        holds.c.told_in.is_not(None), or_(holds.c.story.in_(told_in), holds.c.alert.in_(of_alert))
    )
    digest = or_(deliveries.c.id.in_(folded), deliveries.c.id.in_(held), deliveries.c.alert.in_(held))
    return or_(own, digest) & (deliveries.c.created_at >= since)


def _bury(connection: Connection, entry: str) -> int:
    """Delete the entry with all that belongs to its row; return how many that were, 0 or 1."""
    columns = ["entry", "revision", "text_hash", "first_seen"]
    head = select(entries.c.id, literal(FORGOTTEN), entries.c.text_hash, entries.c.first_seen)
    connection.execute(
        insert_into(connection, tombstones)
        .from_select(columns, head.where(entries.c.id == entry))
        .on_conflict_do_nothing()
    )
    connection.execute(update(tombstones).where(tombstones.c.entry == entry).values(revision=FORGOTTEN))
    return connection.execute(delete(entries).where(entries.c.id == entry)).rowcount


def _retell(connection: Connection, story: str, wish: Wish, *, is_whole: bool) -> bool:
    """Store a story as its other entries tell it, without words if there are none; False if it is gone."""
    row = connection.execute(select(story_rows).where(story_rows.c.id == story)).first()
    if row is None:
        return False
    told = retold(stories.remembered_of(connection, [story]), story, wish.owners) if is_whole else None
    known = told or without(story_codec.story_from_row(row), wish.entry, untitled=REMOVED)
    stories.save_stories(connection, [known])
    return True


def _log(connection: Connection, wish: Wish, story: str) -> None:
    """Number it among the edits by hand: a batch placed beside the entry is refused, and placed anew."""
    connection.execute(
        insert(story_edits),
        {
            "kind": EditKind.FORGET.value,
            "at": wish.at,
            "author": wish.author,
            "why": "",
            "source": story,
            "target": story,
            "entries": [wish.entry],
            "alerts": [],
        },
    )


def _blank_decisions(connection: Connection, entry: str) -> int:
    """Of decisions on the entry leave what was decided; labels of silences are counted by and stay."""
    its = (decisions.c.entry == entry, decisions.c.reason != Reason.SILENCED.name)
    return connection.execute(update(decisions).where(*its).values(detail="")).rowcount


def _blank_alerts(connection: Connection, entry: str) -> int:
    """Remove the words that matched, and tell nobody else of it."""
    its = alerts.c.entry == entry
    return connection.execute(update(alerts).where(its).values(hits=[], escalate_at=None)).rowcount


def _blank_messages(connection: Connection, told_in: Sequence[str], entry: str, since: datetime) -> int:
    """Empty the copies of messages; a dead letter among them is given up, or it could be sent once more."""
    parked = DeliveryState.PARKED.value
    ids = connection.scalars(select(deliveries.c.seq).where(_tells(told_in, entry, since))).all()
    for start in range(0, len(ids), BATCH):
        some = deliveries.c.seq.in_(ids[start : start + BATCH])
        connection.execute(update(deliveries).where(some).values(message=list(_MESSAGE)))
        connection.execute(
            update(deliveries)
            .where(some, deliveries.c.state == parked)
            .values(state=DeliveryState.DROPPED.value)
        )
    return len(ids)
