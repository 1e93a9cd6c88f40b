"""Shards of hosts: each has one worker that polls it, by the clock of the database.

sign in | who lives? | shards that are another's by right: those without polls under way are handed over
                     | shards of the dead that are ours by right: fence the dead, void its claims, take them

A claim of feeds locks the row of its worker (`unfenced`) and asks for the number of its fence; whoever takes
shards from a worker locks that row the other way, and raises the number. So what a worker claimed is either
there to be voided when another takes its shards, or refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    SmallInteger,
    Text,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement

from monitor.core.models import FeedState, Holding, Sign
from monitor.core.sharding import SHARDS, shared_out
from monitor.store import calls, workers
from monitor.store.dialect import insert_into
from monitor.store.feeds import AT, BY, Claim, claim_among
from monitor.store.feeds import claim_due as claim_feeds
from monitor.store.feeds import next_due as next_due_feed
from monitor.store.schema import feeds
from monitor.store.schema_shared import shards
from monitor.store.schema_shared import workers as members
from monitor.store.terms import FROZEN, LEASE
from monitor.store.workers import Standing

_LATE = timedelta(minutes=1)
_s, _m, _f = shards.c, members.c, feeds.c


class Part(NamedTuple):
    """What is one worker's to poll: its shards, for as long as its fence is of this number."""

    owner: str
    fence: int
    shards: frozenset[int]
    draining: bool = False


def attend(connection: Connection, owner: str, sign: Sign, *, trusting: bool) -> Part:
    """Say that a worker lives, give up what is others' by right, take what is its own; return what it has.

    Args:
        connection: to PostgreSQL.
        owner: the worker.
        sign: what it says of itself.
        trusting: whether the silence of others means that they are dead. It does not after an outage, when
            all were silent.
    """
    fence, draining = workers.sign_in(connection, owner, sign)
    rows = _rows(connection)  # before the workers: who owns a shard by now is found among them
    standings = workers.standings(connection)
    by_right = shared_out(
        frozenset(name for name, standing in standings.items() if standing is Standing.WORKS)
    )
    mine = _numbers(row for row in rows if row.owner == owner)
    ours = {shard for shard, whose in enumerate(by_right) if whose == owner}
    if foreign := mine - ours:
        to = {shard: by_right[shard] if by_right else None for shard in foreign}
        fence = _hand_over(connection, owner, to)
    if again := _numbers(row for row in rows if row.owner == owner and row.leaving) & ours:
        connection.execute(update(shards).where(_among(_s.shard, again)).values(leaving=False))
    others = {row.owner for row in rows if row.owner is not None and row.owner != owner}
    gone = _gone(connection, others, standings, trusting=trusting)
    free = _numbers(row for row in rows if row.owner in {None, *gone}) & ours
    taken = _take(connection, owner, free, gone) if free else set()
    return Part(owner, fence, frozenset(mine & ours | taken), draining)


class Owned(NamedTuple):
    """Shards of one owner, or of none."""

    owner: str | None
    leaving: bool
    shards: list[int]


def _rows(connection: Connection) -> list[Owned]:
    numbers = func.array_agg(_s.shard, type_=ARRAY(SmallInteger))
    asked = select(_s.owner, _s.leaving, numbers).group_by(_s.owner, _s.leaving)
    rows = [Owned(*row) for row in connection.execute(asked)]
    if sum(len(row.shards) for row in rows) == SHARDS:
        return rows
    all_there_are = select(func.generate_series(0, SHARDS - 1))
    missing = insert_into(connection, shards).from_select(["shard"], all_there_are).on_conflict_do_nothing()
    connection.execute(missing)
    return [Owned(*row) for row in connection.execute(asked)]


def _numbers(rows: Iterable[Owned]) -> set[int]:
    return {shard for row in rows for shard in row.shards}


def _gone(
    connection: Connection, owners: set[str], standings: Mapping[str, Standing], *, trusting: bool
) -> set[str]:
    """Find those whose shards may be taken: who signed out, and, fenced now, who is silent."""
    silent = {name for name in owners if standings.get(name) is Standing.SILENT}
    return (owners - standings.keys()) | (_fenced(connection, silent) if trusting else set())


def _hand_over(connection: Connection, owner: str, to: Mapping[int, str | None]) -> int:
    """Give shards to others, but for those whose polls are under way: no more feeds of these are claimed."""
    # Waits for claims under way; those that come later are refused.
    connection.execute(select(_m.name).where(_m.name == owner).with_for_update())
    raised = update(members).where(_m.name == owner).values(fence=_m.fence + 1).returning(_m.fence)
    fence: int = connection.execute(raised).scalar_one()
    under_way = select(_f.shard).where(
        _among(_f.shard, to), _f.owner == owner, _f.lease_until > func.clock_timestamp()
    )
    busy = set(connection.scalars(under_way))
    for name in {to[shard] for shard in to if shard not in busy}:
        given = [shard for shard in to if to[shard] == name and shard not in busy]
        connection.execute(
            update(shards).where(_among(_s.shard, given), _s.owner == owner).values(owner=name, leaving=False)
        )
    connection.execute(update(shards).where(_among(_s.shard, busy), _s.owner == owner).values(leaving=True))
    if len(busy) < len(to):
        calls.call(connection, calls.WORKERS)
    return fence


def _fenced(connection: Connection, silent: Collection[str]) -> set[str]:
    """Refuse, from now on, what these claim; those that just then beat, or claim, are left alone."""
    if not silent:
        return set()
    up_for_long = func.pg_postmaster_start_time() < func.clock_timestamp() - LEASE
    dead = (
        select(_m.name)
        .where(_m.name == any_(literal(list(silent), ARRAY(Text))), ~workers.is_alive(), up_for_long)
        .with_for_update(skip_locked=True)
        .cte("dead")
    )
    raised = update(members).where(_m.name.in_(select(dead.c.name))).values(fence=_m.fence + 1)
    return set(connection.scalars(raised.returning(_m.name)))


def _take(connection: Connection, owner: str, free: Collection[int], gone: Collection[str]) -> set[int]:
    """Take shards that are nobody's or of the gone; void what was claimed of them."""
    nobodys = or_(_s.owner.is_(None), _s.owner == any_(literal(list(gone), ARRAY(Text))))
    taken = set(
        connection.scalars(
            update(shards)
            .where(_among(_s.shard, free), nobodys)
            .values(owner=owner, leaving=False)
            .returning(_s.shard)
        )
    )
    claimed = (
        select(_f.url)
        .where(_among(_f.shard, taken), _f.lease_until.is_not(None))
        .with_for_update(skip_locked=True)  # being committed just now: let it be
    )
    void = {"epoch": _f.epoch + 1, "lease_until": None, "owner": None}
    connection.execute(update(feeds).where(_f.url.in_(claimed)).values(void))
    return taken


def let_go(connection: Connection, owner: str) -> None:
    """Take a worker that stops from the list, and leave its shards to whoever takes them."""
    workers.sign_out(connection, owner)
    connection.execute(update(shards).where(_s.owner == owner).values(owner=None, leaving=False))
    calls.call(connection, calls.WORKERS)


_FENCE = (
    select(func.set_config("idle_in_transaction_session_timeout", FROZEN, True).label("frozen"))
    .where(_m.name == BY, _m.fence == bindparam("fence", type_=_m.fence.type), workers.is_alive())
    .with_for_update(read=True, key_share=True)
    .cte("fence")
)
"""Nobody took a shard from this worker, nor can before the commit."""
_MINE = _f.shard == any_(bindparam("shards", type_=ARRAY(SmallInteger)))
_FREE = _f.lease_until.is_(None) | (_f.lease_until <= AT) | (_f.owner != BY)
_CLAIM_ALL = claim_among(_FREE, exists(select(_FENCE.c.frozen)))
_CLAIM_MINE = claim_among(_FREE, _MINE, exists(select(_FENCE.c.frozen)))


def claim_due(connection: Connection, claim: Claim, part: Part) -> list[FeedState]:
    """Take the feeds that are configured, due, in shards of this part, and not being polled by this worker.

    What somebody else claimed in these shards is void: nobody else may poll them. Nothing is taken if the
    worker is silent by the clock of the database, or somebody took a shard from it.
    """
    if len(part.shards) == SHARDS:
        return claim_feeds(connection, claim, _CLAIM_ALL, fence=part.fence)
    return claim_feeds(connection, claim, _CLAIM_MINE, fence=part.fence, shards=sorted(part.shards))


def next_due(connection: Connection, part: Part) -> datetime | None:
    """When the next feed of this part that is not being polled by this worker is due."""
    free = _f.lease_until.is_(None) | (_f.owner != part.owner)
    return next_due_feed(connection, free, *within(part))


def within(part: Part, shard: ColumnElement[int] = _f.shard) -> list[ColumnElement[bool]]:
    """Make the condition that a feed, or what has this column, is in a shard of the part; none if all are."""
    return [] if len(part.shards) == SHARDS else [_among(shard, part.shards)]


Condition = ColumnElement[bool]


def _among(column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    return column == any_(literal(sorted(numbers), ARRAY(SmallInteger)))


def holdings(connection: Connection) -> list[Holding]:
    """What is whose of the configured feeds, owners without feeds left out."""
    now, claimed = func.clock_timestamp(), _f.lease_until.is_not(None)
    due = ~claimed & (_f.next_poll_at <= now)
    late = due & (_f.next_poll_at <= now - _LATE)
    rows = connection.execute(
        select(
            _s.owner,
            func.count(func.distinct(_f.host)).label("hosts"),
            func.count().label("feeds"),
            func.count().filter(due).label("due"),
            func.count().filter(late).label("late"),
            func.count().filter(claimed).label("polled"),
        )
        .select_from(feeds.outerjoin(shards, _s.shard == _f.shard))
        .where(_f.configured)
        .group_by(_s.owner)
        .order_by(_s.owner)
    )
    return [Holding(**row._asdict()) for row in rows]
