"""Pages of articles: wanted with their entries, claimed one a host at a time, settled with what came."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update

from monitor.core.fulltext import MOST_TIMES, WITHIN
from monitor.core.models import Entry, NewEntry, Page, PageState, PageTally
from monitor.core.sharding import host_of, shard_of
from monitor.store import calls, entries
from monitor.store.dialect import BATCH, insert_into
from monitor.store.page_table import is_wanted, pages
from monitor.store.schema import entries as entry_rows

_p = pages.c
_LATE = f"the page was not to be had within {WITHIN.total_seconds() / 60:.0f} minutes"
_OFTEN = f"the article changed more than {MOST_TIMES} times; its page was asked for often enough"


def want(connection: Connection, wanted: Sequence[Page]) -> None:
    """Write down what is to become of the pages of entries just stored; each is asked for a few times."""
    if not wanted:
        return
    known = _times(connection, [page.entry for page in wanted])
    rows = [_row(_counted(page, known.get(page.entry, 0))) for page in wanted]
    insertion = insert_into(connection, pages)
    changed = {name: insertion.excluded[name] for name in rows[0] if name != "entry"}
    connection.execute(insertion.on_conflict_do_update(index_elements=["entry"], set_=changed), rows)


def _times(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), BATCH):
        asked = select(_p.entry, _p.times).where(_p.entry.in_(ids[start : start + BATCH]))
        found.update((row.entry, row.times) for row in connection.execute(asked))
    return found


def _counted(page: Page, times: int) -> Page:
    if page.state is PageState.WANTED and times >= MOST_TIMES:
        return replace(page, state=PageState.LEFT, times=times, done_at=page.wanted_at, said=_OFTEN)
    return replace(page, times=times + (page.state is PageState.WANTED))


def is_any_due(connection: Connection, now: datetime) -> bool:
    """Whether a look with the writer's lock is worth while."""
    return (
        connection.execute(select(_p.entry).where(is_wanted, _p.due_at <= now).limit(1)).first() is not None
    )


class Claim(NamedTuple):
    """Who wants to fetch pages: how many, by when it will have done so, and of which hosts it wants none."""

    at: datetime
    until: datetime
    limit: int
    but: Collection[str]
    """Hosts that are being asked."""
    but_of: Collection[str] = ()
    """Feeds of which enough pages are being fetched."""


def claim(connection: Connection, wish: Claim, *within: ColumnElement[bool]) -> list[tuple[Page, Entry]]:
    """Take pages that are due, the longest wanted first and one a host; give up those wanted for too long.

    Each comes with its entry as it stands. A claim is a due time put off: whoever does not settle by then
    has lost it, and an earlier claim can settle nothing.
    """
    _give_up(connection, wish.at)
    due = [is_wanted, _p.due_at <= wish.at, *within]
    first = (
        select(func.min(_p.due_at).label("due_at"), _p.host)
        .where(*due, _p.host.not_in(list(wish.but)), _p.feed.not_in(list(wish.but_of)))
        .group_by(_p.host)
        .order_by(func.min(_p.due_at))
        .limit(wish.limit)
        .subquery()
    )
    rows = connection.execute(
        select(_p.entry, _p.host)
        .join(first, (first.c.host == _p.host) & (first.c.due_at == _p.due_at))
        .where(*due, _p.feed.not_in(list(wish.but_of)))
        .order_by(_p.due_at, _p.entry)
        .with_for_update(skip_locked=True, of=pages)
    )
    chosen = list({row.host: row.entry for row in rows}.values())
    if not chosen:
        return []
    taken = connection.execute(
        update(pages)
        .where(_p.entry.in_(chosen), is_wanted, _p.due_at <= wish.at)
        .values(due_at=wish.until, attempts=_p.attempts + 1)
        .returning(pages)
    )
    read = [_page(row) for row in taken.mappings()]
    found = entries.texts_of(connection, [page.entry for page in read])
    return [(page, found[page.entry]) for page in read if page.entry in found]


def _give_up(connection: Connection, now: datetime) -> None:
    late = update(pages).where(is_wanted, _p.due_at <= now, _p.wanted_at < now - WITHIN)
    connection.execute(late.values(state=PageState.FAILED.value, done_at=now, said=_LATE))


def settle(connection: Connection, page: Page, new: NewEntry | None) -> bool:
    """Write down what came of a claimed page, and with it the entry's new text, if there is one.

    Nothing is written, and False returned, if the claim is no longer its owner's, if the feed has changed the
    entry since, or if it is gone.
    """
    before = page.revision if new is None else new.entry.revision - 1
    mine = update(pages).where(
        _p.entry == page.entry, is_wanted, _p.attempts == page.attempts, _p.revision == before
    )
    if new is not None:
        here = select(entry_rows.c.id).where(entry_rows.c.id == page.entry, entry_rows.c.revision == before)
        if connection.execute(here.with_for_update()).first() is None:
            return False
    values = {name: value for name, value in _row(page).items() if name not in _FIXED}
    if connection.execute(mine.values(values)).rowcount != 1:
        return False
    if new is not None:
        entries.keep_former_texts(connection, [page.entry])
        entries.revise(connection, [new])
        entries.enqueue(connection, [new])
        calls.call(connection, calls.ENTRIES)
    return True


_FIXED = frozenset({"entry", "feed", "host", "shard", "address", "wanted_at", "attempts", "times"})


def of_entries(connection: Connection, ids: Sequence[str]) -> dict[str, Page]:
    """The pages of some entries, as far as any were wanted."""
    found: dict[str, Page] = {}
    for start in range(0, len(ids), BATCH):
        asked = select(pages).where(_p.entry.in_(ids[start : start + BATCH]))
        found.update((row["entry"], _page(row)) for row in connection.execute(asked).mappings())
    return found


def tally(connection: Connection, feed: str, *, latest: int) -> PageTally:
    """How the latest pages of a feed fared; those that nobody asked for are not counted."""
    asked = (
        select(pages)
        .where(_p.feed == feed, _p.state != PageState.LEFT.value)
        .order_by(_p.wanted_at.desc(), _p.entry)
        .limit(latest)
    )
    found = [_page(row) for row in connection.execute(asked).mappings()]
    states = [page.state for page in found]
    return PageTally(
        read=states.count(PageState.READ),
        no_article=states.count(PageState.NO_ARTICLE),
        failed=states.count(PageState.FAILED),
        waiting=states.count(PageState.WANTED),
        last_read_at=max(filter(None, (_read_at(page) for page in found)), default=None),
        last_said=next((page.said for page in found if page.said), ""),
    )


def _read_at(page: Page) -> datetime | None:
    return page.done_at if page.state is PageState.READ else None


def free_all_claims(connection: Connection) -> None:
    """Let every wanted page be asked for at once: nobody is left who asks."""
    connection.execute(update(pages).where(is_wanted).values(due_at=_p.wanted_at))


def _row(page: Page) -> dict[str, object]:
    host = host_of(page.address)
    values = asdict(page) | {"state": page.state.value}
    return values | {"host": host, "shard": shard_of(host, page.address)}


def _page(row: RowMapping) -> Page:
    values = {name: value for name, value in row.items() if name not in {"host", "shard"}}
    return Page(**(values | {"state": PageState(row["state"])}))
