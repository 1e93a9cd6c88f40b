"""Deliveries: the ledger of what left, what may have left, and what must still leave.

    READY -> SENDING -> SENT | READY (later) | UNSURE | PARKED;  UNSURE -> SENT | READY | UNSURE (ask again)

SENDING is committed before the first byte leaves, so that a crash can only ever leave a row that says so.
Every claim raises the epoch and every later write names it: whoever lost the lease writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from monitor.core.models import (
    Absent,
    Deferred,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Folded,
    Lookup,
    Outcome,
    Rejected,
    Sent,
    Unknown,
    Unsure,
)
from monitor.store import codec
from monitor.store.dialect import insert_into
from monitor.store.schema import deliveries, is_open

READY, SENDING, UNSURE = (
    DeliveryState.READY.value,
    DeliveryState.SENDING.value,
    DeliveryState.UNSURE.value,
)
OPEN = (READY, SENDING, UNSURE)
"""The states from which a delivery still goes on."""

_d = deliveries.c
# Made once: an alias of so many columns takes a millisecond.
_EARLIER, _DIGEST = deliveries.alias("earlier"), deliveries.alias("digest")
_overtaken = "overtaken by a later update"


def enqueue(connection: Connection, new: Sequence[Delivery]) -> None:
    """Add deliveries; one whose id is there already is left alone."""
    if new:
        connection.execute(
            insert_into(connection, deliveries).on_conflict_do_nothing(index_elements=["id"]),
            [codec.delivery_to_values(delivery) for delivery in new],
        )


def drop_overtaken(connection: Connection, new: Iterable[Delivery]) -> None:
    """Drop READY updates older than these of the same alert, channel and recipient."""
    rows = [
        {
            "of_alert": delivery.alert,
            "of_channel": delivery.channel,
            "of_recipient": delivery.recipient or "",
            "before": delivery.ordinal,
        }
        for delivery in new
        if delivery.kind is DeliveryKind.UPDATE
    ]
    if rows:
        connection.execute(
            update(deliveries)
            .where(
                _d.alert == bindparam("of_alert"),
                _d.channel == bindparam("of_channel"),
                _d.recipient == bindparam("of_recipient"),
                _d.ordinal < bindparam("before"),
                _d.kind == DeliveryKind.UPDATE.value,
                _d.state == READY,
            )
            .values(state=DeliveryState.DROPPED.value, error=_overtaken),
            rows,
        )


def doubt_all(connection: Connection, now: datetime) -> int:
    """Turn every SENDING into UNSURE: right only for one who owns the database alone; return how many."""
    return _doubt(connection, now, true())


def doubt_own(connection: Connection, now: datetime, owner: str) -> int:
    """Turn what this owner left SENDING into UNSURE, and what ran out of its lease; return how many."""
    return _doubt(connection, now, or_(_d.lease_until <= now, _d.owner == owner))


def doubt_expired(connection: Connection, now: datetime) -> int:
    """Turn every SENDING whose lease ran out into UNSURE; return how many."""
    return _doubt(connection, now, _d.lease_until <= now)


def _doubt(connection: Connection, now: datetime, gone: ColumnElement[bool]) -> int:
    # The epoch stays: should the sender come back with an answer before anybody asked, it is the truth.
    result = connection.execute(
        update(deliveries)
        .where(is_open, _d.state == SENDING, gone)
        .values(state=UNSURE, next_attempt_at=now, lease_until=None, owner=None, doubts=_d.doubts + 1)
    )
    return result.rowcount


def free_unsure(connection: Connection) -> None:
    """Free the claims on UNSURE deliveries: right only for a process that owns the database alone."""
    connection.execute(
        update(deliveries)
        .where(is_open, _d.state == UNSURE, _d.lease_until.is_not(None))
        .values(lease_until=None)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """By whom deliveries are taken, when, and until when."""

    at: datetime
    until: datetime
    owner: str


def claim_due(
    connection: Connection, claim: Claim, *, limit: int, channel: str | None = None
) -> list[Delivery]:
    """Take what is due, of one channel or of all; what is SENDING past its lease comes back in doubt."""
    doubt_expired(connection, claim.at)
    rows = sorted(take_due(connection, claim, limit, channel), key=lambda row: (row.next_attempt_at, row.seq))
    roots = roots_of(connection, [row.alert for row in rows if row.ordinal > 0])
    found = [roots.get((row.alert, row.channel, row.recipient), NO_ROOT) for row in rows]
    return [
        codec.delivery_from_row(row, root_remote_id=root.remote_id, root_folded_into=root.folded_into)
        for row, root in zip(rows, found, strict=True)
    ]


def take_due(connection: Connection, claim: Claim, limit: int, channel: str | None) -> Sequence[codec.AnyRow]:
    """Raise the epoch and set the lease of what is due; READY becomes SENDING and counts an attempt.

    Rows another machine is just taking are passed over, not waited for.
    """
    due = _due(claim, limit, channel).with_for_update(skip_locked=True).cte("due")
    is_ready = _d.state == READY
    return connection.execute(
        update(deliveries)
        .where(_d.seq.in_(select(due.c.seq)))
        .values(
            state=case((is_ready, SENDING), else_=UNSURE),
            attempts=_d.attempts + case((is_ready, 1), else_=0),
            started_at=case((is_ready, literal(claim.at, _d.started_at.type)), else_=_d.started_at),
            lease_until=claim.until,
            owner=claim.owner,
            epoch=_d.epoch + 1,
        )
        .returning(deliveries)
    ).all()


def _due(claim: Claim, limit: int, channel: str | None) -> Select[tuple[int]]:
    """READY and UNSURE deliveries whose time has come, whose lease is free or over, and that may go."""
    return (
        select(_d.seq)
        .where(
            is_open,
            _d.state.in_((READY, UNSURE)),
            _d.next_attempt_at <= claim.at,
            or_(_d.lease_until.is_(None), _d.lease_until <= claim.at),
            true() if channel is None else _d.channel == channel,
            may_go(),
        )
        .order_by(_d.next_attempt_at, _d.seq)
        .limit(limit)
    )


def may_go() -> ColumnElement[bool]:
    """Tell, in SQL, that a delivery is a post or that nothing before it is still open.

    So a follow-up goes once every earlier delivery of its alert on the same channel and recipient has come to
    an end, its root, or the digest that tells it, above all: edits and threads arrive in order.
    """
    earlier = _EARLIER
    told_by_open = exists().where(_DIGEST.c.id == earlier.c.folded_into, _DIGEST.c.state.in_(OPEN))
    return or_(
        _d.kind == DeliveryKind.POST.value,
        ~exists().where(
            earlier.c.alert == _d.alert,
            earlier.c.channel == _d.channel,
            earlier.c.recipient == _d.recipient,
            earlier.c.ordinal < _d.ordinal,
            or_(earlier.c.state.in_(OPEN), told_by_open),
        ),
    )


class Root(NamedTuple):
    """What became of an alert's first post: what the channel calls it, or the digest that tells it."""

    remote_id: str | None
    folded_into: str | None


NO_ROOT = Root(None, None)


def roots_of(connection: Connection, alerts: Sequence[str]) -> dict[tuple[str, str, str], Root]:
    """What became of the first messages of these alerts, by alert, channel and recipient.

    That is the earliest that arrived, or the digest that told it: where the post was refused, a follow-up
    took its place.
    """
    if not alerts:
        return {}
    told = _DIGEST.c.remote_id.label("told")
    rows = connection.execute(
        select(_d.alert, _d.channel, _d.recipient, _d.remote_id, _d.folded_into, told)
        .outerjoin(_DIGEST, _DIGEST.c.id == _d.folded_into)
        .where(
            _d.alert.in_(alerts),
            or_(
                and_(_d.state == DeliveryState.SENT.value, _d.remote_id.is_not(None)),
                _d.state == DeliveryState.FOLDED.value,
            ),
        )
        .order_by(_d.ordinal.desc())  # of several, the last one read stays
    )
    return {
        (row.alert, row.channel, row.recipient): Root(row.remote_id or row.told, row.folded_into)
        for row in rows
    }


def begin_repeat(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    """Turn an UNSURE delivery that is claimed into SENDING, an attempt more; tell whether the claim holds."""
    result = connection.execute(
        update(deliveries)
        .where(_d.id == delivery.id, _d.epoch == delivery.epoch, _d.state == UNSURE)
        .values(state=SENDING, attempts=_d.attempts + 1, started_at=now)
    )
    return result.rowcount > 0


def settle(
    connection: Connection,
    delivery: Delivery,
    outcome: Outcome | Lookup | Folded,
    *,
    now: datetime,
    retry_at: datetime,
) -> bool:
    """Record what came of an attempt or a look-up, if the claim still holds; tell whether it did."""
    result = connection.execute(
        update(deliveries)
        .where(_d.id == delivery.id, _d.epoch == delivery.epoch, _d.state.in_((SENDING, UNSURE)))
        .values(_after(outcome, now=now, retry_at=retry_at) | {"lease_until": None, "owner": None})
    )
    return result.rowcount > 0


def _after(outcome: Outcome | Lookup | Folded, *, now: datetime, retry_at: datetime) -> codec.Values:
    match outcome:
        case Sent(remote_id=remote_id):
            return {
                "state": DeliveryState.SENT.value,
                "remote_id": remote_id,
                "error": None,
                "sent_at": now,
            }
        case Rejected(why=why):
            return {"state": DeliveryState.PARKED.value, "error": why}
        case Folded(into=digest):
            return {"state": DeliveryState.FOLDED.value, "folded_into": digest, "error": None}
        case Absent():
            return {"state": READY, "next_attempt_at": now, "doubts": 0}
        case Deferred() | Unsure() | Unknown():
            return _put_off(outcome) | {"next_attempt_at": retry_at, "error": outcome.why}


def _put_off(outcome: Deferred | Unsure | Unknown) -> codec.Values:
    match outcome:
        case Deferred():
            return {"state": READY}
        case Unsure():
            return {"state": UNSURE, "doubts": _d.doubts + case((_d.state == SENDING, 1), else_=0)}
        case Unknown():
            return {"state": UNSURE}


def next_due(connection: Connection, channel: str | None = None) -> datetime | None:
    """When the next delivery that may go, on a channel or on any, is due, or the lease of one is over."""
    there = true() if channel is None else _d.channel == channel
    waiting = (
        select(_d.next_attempt_at)
        .where(is_open, there, _d.state.in_((READY, UNSURE)), _d.lease_until.is_(None), may_go())
        .order_by(_d.next_attempt_at)
        .limit(1)
    )
    leased = select(func.min(_d.lease_until)).where(is_open, there, _d.lease_until.is_not(None))
    moments = [connection.scalar(waiting), connection.scalar(leased)]
    return min((moment for moment in moments if moment is not None), default=None)


def retry(connection: Connection, delivery: str, now: datetime) -> bool:
    """Make a PARKED, DROPPED or UNSURE delivery READY, or a waiting one due at once, as a person says.

    What may have arrived before keeps one doubt, so that it says `possible repeat`.
    """
    again = (DeliveryState.PARKED.value, DeliveryState.DROPPED.value, READY, UNSURE)
    result = connection.execute(
        update(deliveries)
        .where(_d.id == delivery, _d.state.in_(again))
        .values(
            state=READY,
            next_attempt_at=now,
            epoch=_d.epoch + 1,
            lease_until=None,
            owner=None,
            error=None,
            doubts=case((_d.doubts > 0, 1), else_=0),
        )
    )
    return result.rowcount > 0


def drop(connection: Connection, delivery: str) -> bool:
    """Give up a delivery that has neither arrived nor is just being sent, because a person says so."""
    result = connection.execute(
        update(deliveries)
        .where(_d.id == delivery, _d.state.in_((READY, UNSURE, DeliveryState.PARKED.value)))
        .values(
            state=DeliveryState.DROPPED.value,
            epoch=_d.epoch + 1,
            lease_until=None,
            owner=None,
            error=func.coalesce(_d.error, "dropped by hand"),
        )
    )
    return result.rowcount > 0


def listed(
    connection: Connection, *, alert: str | None, state: DeliveryState | None, limit: int
) -> list[Delivery]:
    """Deliveries of an alert, in a state, or both; the newest first."""
    of_alert = true() if alert is None else _d.alert == alert
    in_state = true() if state is None else _d.state == state.value
    rows = connection.execute(
        select(deliveries).where(of_alert, in_state).order_by(_d.seq.desc()).limit(limit)
    )
    return [codec.delivery_from_row(row) for row in rows]


def like(
    connection: Connection, prefix: str, states: Collection[DeliveryState], limit: int
) -> list[Delivery]:
    """Deliveries in one of these states whose id begins so, in order of id."""
    rows = connection.execute(
        select(deliveries)
        .where(
            _d.id >= prefix, _d.id < prefix + "\U0010ffff", _d.state.in_(sorted(one.value for one in states))
        )
        .order_by(_d.id)
        .limit(limit)
    )
    return [codec.delivery_from_row(row) for row in rows]


def counts(connection: Connection) -> dict[DeliveryState, int]:
    """How many deliveries are in each state."""
    rows = connection.execute(select(_d.state, func.count().label("number")).group_by(_d.state))
    found = {DeliveryState(row.state): row.number for row in rows}
    return {state: found.get(state, 0) for state in DeliveryState}


def oldest_open(connection: Connection) -> datetime | None:
    """When the oldest delivery still open was created."""
    # Grouped, or SQLite looks for it along the index on the time, through all that was ever sent.
    oldest = connection.scalars(select(func.min(_d.created_at)).where(is_open).group_by(_d.state))
    return min(oldest, default=None)
