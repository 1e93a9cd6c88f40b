"""The audit log: who did what by hand, written in the transaction that did it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, delete, func, insert, select, true

from monitor.actor import ACTOR
from monitor.core.models import Act, Deed, Via
from monitor.store import codec
from monitor.store.schema import audit

P = ParamSpec("P")
T = TypeVar("T")


def deed(act: Act, what: str = "", detail: str = "") -> Deed | None:
    """Say what whoever acts just now does; None if nobody does: the daemon goes about its own work."""
    actor = ACTOR.get()
    if actor is None:
        return None
    return Deed(
        at=actor.at, by=actor.name, via=actor.via, address=actor.address, act=act, what=what, detail=detail
    )


def carried_out(
    connection: Connection,
    done: Deed | None,
    work: Callable[Concatenate[Connection, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do a piece of work and write down who did it, unless it says that it changed nothing."""
    outcome = work(connection, *args, **kwargs)
    if done is not None and (outcome is None or outcome):
        write(connection, done)
    return outcome


def write(connection: Connection, done: Deed) -> None:
    """Add a line."""
    connection.execute(
        insert(audit).values(
            at=done.at,
            who=done.by,
            via=done.via.value,
            address=done.address,
            act=done.act.value,
            what=done.what,
            detail=done.detail,
        )
    )


def page(
    connection: Connection,
    *,
    before: tuple[datetime, str] | None,
    limit: int,
    since: datetime | None = None,
    by: str | None = None,
    act: Act | None = None,
) -> list[Deed]:
    """The newest first: those after (time, number) of a walk; `by` is a part of a name in any case."""
    statement = (
        select(audit)
        .where(
            true() if since is None else audit.c.at >= since,
            true() if by is None else func.lower(audit.c.who).contains(by.lower(), autoescape=True),
            true() if act is None else audit.c.act == act.value,
        )
        .order_by(audit.c.at.desc(), audit.c.seq.desc())
        .limit(limit)
    )
    if before is not None:
        at, last = before
        number = int(last) if last.isascii() and last.isdecimal() else 0
        statement = statement.where(audit.c.at <= at, (audit.c.at < at) | (audit.c.seq < number))
    return [_from_row(row) for row in connection.execute(statement)]


def forget(connection: Connection, before: datetime, limit: int) -> int:
    """Delete lines older than a moment."""
    old = select(audit.c.seq).where(audit.c.at < before).order_by(audit.c.at).limit(limit)
    return connection.execute(delete(audit).where(audit.c.seq.in_(old.scalar_subquery()))).rowcount


def _from_row(row: codec.AnyRow) -> Deed:
    return Deed(
        number=row.seq,
        at=row.at,
        by=row.who,
        via=Via(row.via),
        address=row.address,
        act=Act(row.act),
        what=row.what,
        detail=row.detail,
    )
