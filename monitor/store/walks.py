"""The synthetic entries: one row a daemon, in a table of their own, so that nothing could ever show them.

Each stage moves the row on in the transaction, or beside the statement, of the real work that it does:

    due -> polled (claim) -> pending (commit of polls) -> ready (commit of stories) -> sending -> arrived
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, not_, select, true, update

from monitor.core.models import (
    Assembled,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Entry,
    FeedState,
    Findings,
    Folded,
    Lookup,
    Match,
    Message,
    Outcome,
    PendingEntry,
    PollRecord,
    Sent,
    Walk,
    WalkStage,
)
from monitor.core.walking import CHANNEL, feed_of, guid_of, number_of, worker_of
from monitor.store import calls, codec, outbox
from monitor.store.dialect import insert_into, is_sqlite
from monitor.store.schema_shared import workers
from monitor.store.walk_table import walks
from monitor.store.workers import is_alive

_w = walks.c
_MOVED = update(walks).where(
    _w.worker == bindparam("of_worker"),
    _w.number == bindparam("of_number"),
    _w.stage == bindparam("at_stage"),
)


def launch(connection: Connection, worker: str, number: int, now: datetime) -> None:
    """Put a daemon's n-th entry on its way; the former one is given up."""
    insertion = insert_into(connection, walks)
    fresh = {
        "number": number,
        "stage": WalkStage.DUE.value,
        "launched_at": now,
        "said": "",
        "title": "",
        "message": None,
    }
    connection.execute(
        insertion.on_conflict_do_update(index_elements=["worker"], set_=fresh), [fresh | {"worker": worker}]
    )


def claim(connection: Connection, worker: str) -> list[FeedState]:
    """Claim the feed of a daemon's own entry, if it is due."""
    rows = connection.execute(
        update(walks)
        .where(_w.worker == worker, _w.stage == WalkStage.DUE.value)
        .values(stage=WalkStage.POLLED.value)
        .returning(_w.number, _w.launched_at)
    )
    return [
        FeedState(
            url=feed_of(worker),
            epoch=row.number,
            shard=-1,  # of no host: it is this worker's whoever has which shards
            next_poll_at=row.launched_at,
            last_polled_at=row.launched_at,
            first_read_at=row.launched_at,
        )
        for row in rows
    ]


def polled(connection: Connection, records: Sequence[PollRecord]) -> list[PollRecord]:
    """Put what synthetic feeds brought in line; return the polls of all other feeds."""
    of_walks = [record for record in records if worker_of(record.state.url) is not None]
    if not of_walks:
        return list(records)
    for record in of_walks:
        _read(connection, record)
    calls.call(connection, calls.ENTRIES)
    return [record for record in records if worker_of(record.state.url) is None]


def _read(connection: Connection, record: PollRecord) -> None:
    found = [new for new in record.entries if number_of(new.entry.guid) == record.state.epoch]
    matched = [new for new in found if new.findings.matches]
    if matched:
        told = {"stage": WalkStage.PENDING.value, "title": matched[0].entry.title, "said": ""}
    else:
        said = "its own rule did not match it" if found else "its feed was read without it"
        told = {"said": record.state.error or record.failure or said}
    _move(connection, record.state.url, record.state.epoch, WalkStage.POLLED, told)


def _move(connection: Connection, feed: str, number: int, stage: WalkStage, told: codec.Values) -> None:
    key = {"of_worker": worker_of(feed), "of_number": number, "at_stage": stage.value}
    connection.execute(_MOVED.values(told), key)


def pending(connection: Connection, limit: int) -> list[PendingEntry]:
    """Synthetic entries that wait for their story: ahead of all others, so that they never wait in line."""
    rows = connection.execute(select(walks).where(_w.stage == WalkStage.PENDING.value).limit(limit))
    return [_entry(row) for row in rows]


def _entry(row: codec.AnyRow) -> PendingEntry:
    guid = guid_of(row.worker, row.number)
    entry = Entry(
        id=guid,
        feed=feed_of(row.worker),
        outlet="news-monitor",
        guid=guid,
        title=row.title,
        lang="en",
        fetched=row.launched_at,
        first_seen=row.launched_at,
    )
    return PendingEntry(seq=0, entry=entry, findings=Findings(matches=(Match(rule=CHANNEL, hits=()),)))


def assembled(connection: Connection, batch: Sequence[Assembled]) -> list[Assembled]:
    """Put the alerts of synthetic entries in the outbox; return all other entries."""
    rest: list[Assembled] = []
    for one in batch:
        if worker_of(one.entry.feed) is None:
            rest.append(one)
            continue
        told: codec.Values = {"stage": WalkStage.DECIDED.value}
        if one.deliveries:
            message = codec.delivery_to_values(one.deliveries[0])["message"]
            told = {"stage": WalkStage.READY.value, "message": message}
        _move(connection, one.entry.feed, number_of(one.entry.guid), WalkStage.PENDING, told)
    return rest


def next_due(connection: Connection) -> datetime | None:
    """When the longest waiting alert of a synthetic entry is due; None if there is none."""
    return connection.scalar(
        select(_w.launched_at).where(_w.stage == WalkStage.READY.value).order_by(_w.launched_at).limit(1)
    )


def claim_deliveries(connection: Connection, claimed: outbox.Claim, *, limit: int) -> list[Delivery]:
    """Claim what is ready, after the claim that every other channel makes, which here finds nothing."""
    found = outbox.claim_due(connection, claimed, limit=limit, channel=CHANNEL)
    workers_ready = connection.scalars(
        select(_w.worker).where(_w.stage == WalkStage.READY.value).order_by(_w.worker).limit(limit)
    ).all()
    rows = connection.execute(
        update(walks)
        .where(_w.worker.in_(workers_ready), _w.stage == WalkStage.READY.value)
        .values(stage=WalkStage.SENDING.value)
        .returning(walks)
    )
    return [*found, *(_delivery(row, claimed.at) for row in rows)]


def _delivery(row: codec.AnyRow, now: datetime) -> Delivery:
    title, text, html, blocks, link = row.message
    return Delivery(
        id=guid_of(row.worker, row.number),
        alert=feed_of(row.worker),
        story=row.title,
        channel=CHANNEL,
        kind=DeliveryKind.POST,
        message=Message(title=title, text=text, html=html, blocks=tuple(blocks), link=link),
        state=DeliveryState.SENDING,
        created_at=row.launched_at,
        next_attempt_at=row.launched_at,
        attempts=1,
        started_at=now,
        epoch=row.number,
    )


def settle(connection: Connection, delivery: Delivery, outcome: Outcome | Lookup | Folded) -> bool:
    """Let an entry arrive whose alert the null channel took; any other outcome leaves it in the outbox."""
    told: codec.Values = {"stage": WalkStage.ARRIVED.value, "said": "", "message": None}
    if not isinstance(outcome, Sent):
        told = {"stage": WalkStage.READY.value, "said": getattr(outcome, "why", "")}
    key = {
        "of_worker": worker_of(delivery.alert),
        "of_number": delivery.epoch,
        "at_stage": WalkStage.SENDING.value,
    }
    return connection.execute(_MOVED.values(told), key).rowcount > 0


def recover(connection: Connection) -> None:
    """Put back what a former keeper was sending: the null channel may have it twice."""
    connection.execute(
        update(walks).where(_w.stage == WalkStage.SENDING.value).values(stage=WalkStage.READY.value)
    )


def look(connection: Connection, walk: Walk) -> Walk | None:
    """Say where a daemon's entry is, and write down what it knows itself: proof that writing works.

    Returns:
        None if the row is gone, as after a restore.
    """
    known: codec.Values = {"late_for": walk.late_for}
    if walk.arrived_at is not None:
        known |= {"arrived_at": walk.arrived_at, "seconds": walk.seconds}
    row = connection.execute(
        update(walks).where(_w.worker == walk.worker).values(known).returning(walks)
    ).first()
    return None if row is None else _walk(row)


def _walk(row: codec.AnyRow) -> Walk:
    return Walk(
        worker=row.worker,
        number=row.number,
        stage=WalkStage(row.stage),
        said=row.said,
        arrived_at=row.arrived_at,
        seconds=row.seconds,
        late_for=row.late_for,
    )


def listed(connection: Connection) -> list[Walk]:
    """The entries of all daemons at work, by name."""
    rows = connection.execute(select(walks).where(_at_work(connection)).order_by(_w.worker))
    return [_walk(row) for row in rows]


def _at_work(connection: Connection) -> ColumnElement[bool]:
    """Make the condition that a daemon lives; on SQLite there is one, which takes the others' rows away."""
    return true() if is_sqlite(connection) else exists().where(workers.c.name == _w.worker, is_alive())


def late(connection: Connection, but: str) -> list[Walk]:
    """Entries that daemons other than one, at work, say are late."""
    rows = connection.execute(
        select(walks)
        .where(_w.late_for.is_not(None), _w.worker != but, _at_work(connection))
        .order_by(_w.worker)
    )
    return [_walk(row) for row in rows]


def forget(connection: Connection, worker: str) -> None:
    """Take a daemon's entry off its way."""
    connection.execute(delete(walks).where(_w.worker == worker))


def forget_gone(connection: Connection, but: str) -> None:
    """Take the entries of daemons other than one off their way that are not at work."""
    gone = true() if is_sqlite(connection) else not_(_at_work(connection))
    connection.execute(delete(walks).where(_w.worker != but, gone))
