"""Entries: known again by their keys, added once, revised in place with the former text kept."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union,
    union_all,
    update,
)

from monitor.core.models import (
    Entry,
    EntryKey,
    KeyKind,
    KnownEntry,
    NewEntry,
    PendingEntry,
    Revision,
    StoredEntry,
)
from monitor.store import codec
from monitor.store.dialect import BATCH, insert_into
from monitor.store.queries import begins
from monitor.store.schema import assignments, entries, entry_keys, feeds, pending, revisions, tombstones

_T = TypeVar("_T")
_LONGEST_KEY = 512
FORGOTTEN = 2_000_000_000
"""In place of the revision on the tombstone of an entry that a person had forgotten: no text is later."""
_MANY_KEYS = 8
"""Beyond so many it is worth asking first whether the feed has any: a first reading asks for all in vain."""
_ANY_KEY = select(entry_keys.c.entry).where(entry_keys.c.feed == bindparam("of_feed")).limit(1)
_LATER_THAN_ANY = 1 << 62


def known(connection: Connection, feed: str, keys: Sequence[EntryKey]) -> list[KnownEntry]:
    """The entries of the feed that bear any of the keys, those that retention took included.

    Each comes with those of its keys that were asked for.
    """
    if len(keys) > _MANY_KEYS and not connection.execute(_ANY_KEY, {"of_feed": feed}).all():
        return []
    asked = {(key.kind.value, kept_key(key.value)): key for key in keys}
    found: dict[str, tuple[list[EntryKey], codec.AnyRow]] = {}
    for batch in _batches(list(asked)):
        by_kind: dict[str, list[str]] = defaultdict(list)
        for kind, value in batch:
            by_kind[kind].append(value)
        for row in connection.execute(_known_statement(tuple(sorted(by_kind))), by_kind | {"of_feed": feed}):
            found.setdefault(row.entry, ([], row))[0].append(asked[row.kind, row.value])
    return [
        KnownEntry(
            id=entry,
            keys=tuple(sorted(borne)),
            text_hash=row.text_hash,
            revision=row.revision,
            first_seen=row.first_seen,
            title=row.title or "",
            url=row.url,
            page_texts=row.page_texts,
        )
        for entry, (borne, row) in found.items()
    ]


@cache
def _known_statement(kinds: tuple[str, ...]) -> Select[Any]:
    """Put together once for each set of kinds, of which there are few: that costs more than its execution.

    Its parameters are `of_feed`, and under the name of each kind the values asked for.
    """
    return (
        select(
            entry_keys.c.entry,
            entry_keys.c.kind,
            entry_keys.c.value,
            func.coalesce(entries.c.text_hash, tombstones.c.text_hash).label("text_hash"),
            func.coalesce(entries.c.revision, tombstones.c.revision).label("revision"),
            func.coalesce(entries.c.first_seen, tombstones.c.first_seen).label("first_seen"),
            entries.c.title,
            entries.c.url,
            func.coalesce(entries.c.page_texts, 0).label("page_texts"),
        )
        .select_from(
            entry_keys.outerjoin(entries, entries.c.id == entry_keys.c.entry).outerjoin(
                tombstones, tombstones.c.entry == entry_keys.c.entry
            )
        )
        .where(
            entry_keys.c.feed == bindparam("of_feed"),
            or_(
                *(
                    (entry_keys.c.kind == kind) & entry_keys.c.value.in_(bindparam(kind, expanding=True))
                    for kind in kinds
                )
            ),
        )
    )


class Latest(NamedTuple):
    """The latest text stored of an entry."""

    revision: int
    """Later than any of one that was to be forgotten."""
    alive: bool
    """Whether the text is still there."""
    page_texts: int = 0

    @property
    def changes(self) -> int:
        """How often its feed had changed it."""
        return self.revision - self.page_texts


UNKNOWN: Final = Latest(-1, alive=False)
"""In place of that of an entry never seen."""


def latest_of(connection: Connection, ids: Sequence[str]) -> dict[str, Latest]:
    """The latest text stored of each of these entries, as far as they are known."""
    found: dict[str, Latest] = {}
    for batch in _batches(ids):
        alive = select(entries.c.id, entries.c.revision, true().label("alive"), entries.c.page_texts).where(
            entries.c.id.in_(batch)
        )
        buried = select(tombstones.c.entry, tombstones.c.revision, false(), literal(0)).where(
            tombstones.c.entry.in_(batch)
        )
        for row in connection.execute(union_all(alive, buried)):
            revision = _LATER_THAN_ANY if row.revision == FORGOTTEN else row.revision
            found[row.id] = Latest(revision, bool(row.alive), row.page_texts)
    return found


def add(connection: Connection, new: Sequence[NewEntry]) -> None:
    """Add entries that are not there."""
    if new:
        connection.execute(entries.insert(), [_values(item) for item in new])


def keep_former_texts(connection: Connection, ids: Sequence[str]) -> None:
    """Copy the present texts of these entries to their revisions."""
    if not ids:
        return
    former = select(
        entries.c.id,
        entries.c.revision,
        entries.c.fetched,
        entries.c.title,
        entries.c.summary,
        entries.c.content,
        entries.c.full_text,
    ).where(entries.c.id == bindparam("of_id"))
    columns = ["entry", "revision", "fetched", "title", "summary", "content", "full_text"]
    connection.execute(
        insert_into(connection, revisions).from_select(columns, former), [{"of_id": entry} for entry in ids]
    )


def revise(connection: Connection, revised: Sequence[NewEntry]) -> None:
    """Give entries their new text; when they were first seen stays as it was."""
    if not revised:
        return
    fixed = {"id", "feed", "first_seen", "sample", "first_read"}
    columns = [name for name in _values(revised[0]) if name not in fixed]
    statement = (
        update(entries)
        .where(entries.c.id == bindparam("of_id"))
        .values({name: bindparam(f"new_{name}", type_=entries.c[name].type) for name in columns})
    )
    connection.execute(
        statement,
        [
            {f"new_{name}": value for name, value in _values(item).items() if name not in fixed}
            | {"of_id": item.entry.id}
            for item in revised
        ],
    )


def add_keys(connection: Connection, new: Sequence[NewEntry]) -> None:
    """Remember by which keys the entries are known; a key may turn out to be borne by several."""
    rows = [
        {
            "feed": item.entry.feed,
            "kind": key.kind.value,
            "value": kept_key(key.value),
            "entry": item.entry.id,
        }
        for item in new
        for key in item.entry.keys
    ]
    if rows:
        connection.execute(insert_into(connection, entry_keys).on_conflict_do_nothing(), rows)


def enqueue(connection: Connection, new: Sequence[NewEntry]) -> None:
    """Put entries in line for assembly; one that still waits keeps its place."""
    if not new:
        return
    insertion = insert_into(connection, pending)
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["entry"], set_={"revision": insertion.excluded.revision}
        ),
        [{"entry": item.entry.id, "revision": item.entry.revision} for item in new],
    )


def oldest_pending(connection: Connection, limit: int) -> list[PendingEntry]:
    """The entries longest in line, with their present texts."""
    rows = connection.execute(
        select(pending.c.seq.label("place"), entries)
        .join_from(pending, entries, entries.c.id == pending.c.entry)
        .order_by(pending.c.seq)
        .limit(limit)
    )
    return [
        PendingEntry(seq=row.place, entry=codec.entry_from_row(row), findings=codec.findings_from_row(row))
        for row in rows
    ]


def leave_line(connection: Connection, assembled: Iterable[tuple[str, int]]) -> None:
    """Take these (entry, revision) out of the line; a later revision stays in it."""
    rows = [{"of_entry": entry, "upto": revision} for entry, revision in assembled]
    if rows:
        connection.execute(
            delete(pending).where(
                pending.c.entry == bindparam("of_entry"), pending.c.revision <= bindparam("upto")
            ),
            rows,
        )


def stored(connection: Connection, entry: str) -> StoredEntry | None:
    """One entry with its place in a story."""
    found = _stored(connection, entries.c.id == entry)
    return found[0] if found else None


def texts_of(connection: Connection, ids: Sequence[str]) -> dict[str, Entry]:
    """Some entries as they stand, those that are gone left out."""
    found: dict[str, Entry] = {}
    for batch in _batches(ids):
        rows = connection.execute(select(entries).where(entries.c.id.in_(batch)))
        found.update((row.id, codec.entry_from_row(row)) for row in rows)
    return found


def stored_of_story(connection: Connection, story: str) -> list[StoredEntry]:
    """The entries of a story, in order of arrival."""
    return _stored(connection, assignments.c.story == story)


def _stored(connection: Connection, which: ColumnElement[bool]) -> list[StoredEntry]:
    places = [column.label(f"place_{column.name}") for column in assignments.c]
    rows = connection.execute(
        select(entries, *places)
        .select_from(entries.outerjoin(assignments, assignments.c.entry == entries.c.id))
        .where(which)
        .order_by(entries.c.seq)
    )
    return [
        StoredEntry(
            seq=row.seq,
            entry=codec.entry_from_row(row),
            findings=codec.findings_from_row(row),
            assignment=codec.assignment_from_row(row, "place_") if row.place_story is not None else None,
        )
        for row in rows
    ]


def stored_at(connection: Connection, url: str) -> list[StoredEntry]:
    """The entries of that canonical address, of all feeds, in order of arrival.

    One that its page knows by another address than its feed is found by either; that takes a look at the keys
    of each feed.
    """
    known = select(entries.c.id).where(entries.c.url == url)
    led_there = select(entry_keys.c.entry).where(
        entry_keys.c.feed.in_(select(feeds.c.url)),
        entry_keys.c.kind == KeyKind.URL.value,
        entry_keys.c.value == kept_key(url),
    )
    return _stored(connection, entries.c.id.in_(union(known, led_there)))


def first_of_texts(
    connection: Connection, texts: Sequence[tuple[str, str]], before: datetime
) -> list[StoredEntry]:
    """Of these (outlet, hash of a text), the first entry seen before a moment, if there is one."""
    found: dict[tuple[str, str], StoredEntry] = {}
    for batch in _batches(texts):
        which = entries.c.text_hash.in_([text for _, text in batch]) & (entries.c.first_seen < before)
        for one in _stored(connection, which):
            pair = one.entry.outlet, one.entry.text_hash
            if pair in batch:
                found.setdefault(pair, one)
    return list(found.values())


def former_texts(connection: Connection, entry: str) -> list[Revision]:
    """The texts an entry had before, oldest first."""
    rows = connection.execute(
        select(revisions).where(revisions.c.entry == entry).order_by(revisions.c.revision)
    )
    return [Revision(**row._asdict()) for row in rows]


def seen_since(connection: Connection, after: tuple[datetime, int], limit: int) -> list[PendingEntry]:
    """The next entries first seen after (time, seq), oldest first: one page of a walk."""
    moment, seq = after
    rows = connection.execute(
        select(entries)
        .where(
            entries.c.first_seen >= moment,
            (entries.c.first_seen > moment) | (entries.c.seq > seq),
        )
        .order_by(entries.c.first_seen, entries.c.seq)
        .limit(limit)
    )
    return [
        PendingEntry(seq=row.seq, entry=codec.entry_from_row(row), findings=codec.findings_from_row(row))
        for row in rows
    ]


def unbury(connection: Connection, ids: Sequence[str]) -> None:
    """Drop the tombstones of entries that came back with a new text."""
    for batch in _batches(ids):
        connection.execute(delete(tombstones).where(tombstones.c.entry.in_(batch)))


def _values(item: NewEntry) -> codec.Values:
    return codec.entry_to_values(item.entry) | codec.findings_to_values(item.findings)


def kept_key(value: str) -> str:
    """Give the form in which a key is kept: long ones by digest."""
    encoded = value.encode()
    if len(encoded) <= _LONGEST_KEY:
        return value
    return "blake2b:" + hashlib.blake2b(encoded, digest_size=32).hexdigest()


def _batches(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def listed(connection: Connection, *, since: datetime, feed: str | None, limit: int) -> list[StoredEntry]:
    """Entries first seen at or after a moment, of one feed or all, the latest first."""
    newest = (
        select(entries.c.seq)
        .where(entries.c.first_seen >= since, true() if feed is None else entries.c.feed == feed)
        .order_by(entries.c.first_seen.desc(), entries.c.seq.desc())
        .limit(limit)
    )
    numbers = connection.scalars(newest).all()
    found = [one for batch in _batches(numbers) for one in _stored(connection, entries.c.seq.in_(batch))]
    return sorted(found, key=lambda one: (one.entry.first_seen, one.seq), reverse=True)


def like(connection: Connection, prefix: str, limit: int) -> list[StoredEntry]:
    """Entries whose id begins so."""
    ids = connection.scalars(
        select(entries.c.id).where(*begins(entries.c.id, prefix)).order_by(entries.c.id).limit(limit)
    ).all()
    return _stored(connection, entries.c.id.in_(ids))
