"""The keeper: of the daemons on one PostgreSQL database the one that keeps stories and delivers, for a term.

A term is taken when the lease of the one before is over, and renewed for as long as nobody took the next one;
all by the clock of the database. Every transaction of the keeper first locks the row that says whose term it
is (`fenced`): a renewal leaves the key of that row alone and passes such a lock, a take-over changes the key
and waits for it. So what a former keeper wrote is either there before its successor reads, or refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import ColumnElement, Connection, func, select, update

from monitor.core.errors import NotKeeperError
from monitor.store.dialect import insert_into
from monitor.store.schema_shared import keeping

P = ParamSpec("P")
T = TypeVar("T")
LEASE = timedelta(seconds=6)
_ROW = "stories"
FROZEN = "4s"
"""After so long the database ends a transaction of a keeper that does not go on: else a paused one would
hold its lock, and all others up, for longer than its lease."""

_k = keeping.c


class Term(NamedTuple):
    """Whose term it is, and its number."""

    owner: str
    number: int


def take(connection: Connection, owner: str) -> int | None:
    """Begin a term, if there was none or the lease of the last one is over; None if it is not."""
    until = func.clock_timestamp() + LEASE
    over = update(keeping).where(_k.name == _ROW, _k.lease_until <= func.clock_timestamp())
    taken: int | None = connection.scalar(
        over.values(term=_k.term + 1, owner=owner, lease_until=until).returning(_k.term)
    )
    if taken is not None:
        return taken
    first = insert_into(connection, keeping).values(name=_ROW, term=1, owner=owner, lease_until=until)
    number: int | None = connection.scalar(first.on_conflict_do_nothing().returning(_k.term))
    return number


def renew(connection: Connection, term: Term) -> bool:
    """Extend the lease, be it over, unless somebody else took it; tell whether that was so."""
    return _set_lease(connection, term, LEASE)


def let_go(connection: Connection, term: Term) -> bool:
    """End the lease at once: the next to look takes over."""
    return _set_lease(connection, term, timedelta(0))


def _set_lease(connection: Connection, term: Term, lease: timedelta) -> bool:
    result = connection.execute(
        update(keeping).where(*_is(term)).values(lease_until=func.clock_timestamp() + lease)
    )
    return result.rowcount > 0


def _is(term: Term) -> tuple[ColumnElement[bool], ...]:
    return _k.name == _ROW, _k.owner == term.owner, _k.term == term.number


def fenced(
    connection: Connection,
    term: Term,
    work: Callable[Concatenate[Connection, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do work of the keeper, if the term lasts; nobody else can take over before it is committed.

    Raises:
        NotKeeperError: the lease is over, or the term is another one.
    """
    frozen = func.set_config("idle_in_transaction_session_timeout", FROZEN, True)
    held = connection.execute(
        select(frozen)
        .select_from(keeping)
        .where(*_is(term), _k.lease_until > func.clock_timestamp())
        .with_for_update(read=True, key_share=True)
    ).first()
    if held is None:
        message = f"term {term.number} of {term.owner} as keeper is over"
        raise NotKeeperError(message)
    return work(connection, *args, **kwargs)


def keeper(connection: Connection) -> str | None:
    """Who keeps just now; None between two terms."""
    return connection.scalar(select(_k.owner).where(_k.name == _ROW, _k.lease_until > func.clock_timestamp()))
