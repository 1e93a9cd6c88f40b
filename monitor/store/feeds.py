"""Feeds: who is configured, who is due, who has claimed whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy import Connection, Integer, bindparam, func, or_, select, update

from monitor.core.models import Feed, FeedState, FeedStatus
from monitor.store import codec
from monitor.store.dialect import BATCH, insert_into
from monitor.store.schema import feeds

_SKEW = timedelta(minutes=10)
"""How far the clocks of two machines may differ."""
_NOT_READ = frozenset({"name", "outlet", "configured", "lease_until", "owner", "health_told"})
"""Columns that are none of the state's."""
_AT = bindparam("at", type_=feeds.c.next_poll_at.type)
_DUE = (
    select(feeds.c.url)
    .where(
        feeds.c.configured,
        feeds.c.next_poll_at <= _AT,
        (feeds.c.lease_until.is_(None)) | (feeds.c.lease_until <= _AT),
    )
    .order_by(feeds.c.next_poll_at, feeds.c.url)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
# Put together once: that costs as much as the statement itself, and often few feeds are claimed at a time.
_CLAIM = (
    update(feeds)
    .where(feeds.c.url.in_(select(_DUE.c.url)))
    .values(lease_until=bindparam("until"), owner=bindparam("by"), epoch=feeds.c.epoch + 1)
    .returning(*(column for column in feeds.c if column.name not in _NOT_READ))
)
_SAVE = (  # the other columns to set are those that the values name
    update(feeds)
    .where(feeds.c.url == bindparam("of_url"))
    .values(entries=feeds.c.entries + bindparam("added"), lease_until=None, owner=None)
)


def sync(
    connection: Connection, wanted: Sequence[Feed], first_poll_at: Mapping[str, datetime], now: datetime
) -> None:
    """Make these the configured feeds."""
    forget_unconfigured(connection, {feed.url for feed in wanted})
    add_configured(connection, wanted, first_poll_at, now)


def add_configured(
    connection: Connection, wanted: Sequence[Feed], first_poll_at: Mapping[str, datetime], now: datetime
) -> None:
    """Add feeds never seen, due at `first_poll_at` or now; those seen before keep all they remember."""
    if not wanted:
        return
    insertion = insert_into(connection, feeds)
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["url"],
            set_={
                "configured": True,
                "name": insertion.excluded.name,
                "outlet": insertion.excluded.outlet,
            },
        ),
        [
            {
                "url": feed.url,
                "name": feed.name,
                "outlet": feed.outlet,
                "configured": True,
                "next_poll_at": first_poll_at.get(feed.url, now),
                "status": FeedStatus.NEVER.value,
            }
            for feed in wanted
        ],
    )


def forget_unconfigured(connection: Connection, wanted: set[str]) -> None:
    """Keep feeds that the configuration no longer names, but never claim them."""
    configured = set(connection.scalars(select(feeds.c.url).where(feeds.c.configured)))
    gone = configured - wanted
    if gone:
        connection.execute(
            update(feeds).where(feeds.c.url == bindparam("gone")).values(configured=False),
            [{"gone": url} for url in gone],
        )


def states(connection: Connection) -> list[FeedState]:
    """Every configured feed, by url."""
    rows = connection.execute(select(feeds).where(feeds.c.configured).order_by(feeds.c.url))
    return [codec.feed_state_from_row(row) for row in rows]


def claim_due(
    connection: Connection, now: datetime, *, until: datetime, owner: str, limit: int
) -> list[FeedState]:
    """Take the feeds that are configured, due, and unclaimed or claimed by one whose lease is over.

    Rows another machine is just taking are passed over, not waited for.
    """
    rows = connection.execute(_CLAIM, {"at": now, "until": until, "by": owner, "most": limit})
    claimed = [codec.feed_state_from_row(row) for row in rows]
    return sorted(claimed, key=lambda state: (state.next_poll_at, state.url))


def free_all_claims(connection: Connection) -> None:
    """Free every claim: right only for a process that owns the database alone and has claimed nothing yet."""
    connection.execute(
        update(feeds).where(feeds.c.lease_until.is_not(None)).values(lease_until=None, owner=None)
    )


def next_due_unclaimed(connection: Connection) -> datetime | None:
    """When the next unclaimed feed is due."""
    return connection.scalar(
        select(feeds.c.next_poll_at)
        .where(feeds.c.configured, feeds.c.lease_until.is_(None))
        .order_by(feeds.c.next_poll_at)
        .limit(1)
    )


def lock_epochs(connection: Connection, urls: Sequence[str]) -> dict[str, int]:
    """The epochs of these feeds, which nobody else can change before this transaction ends."""
    found: dict[str, int] = {}
    for start in range(0, len(urls), BATCH):
        rows = connection.execute(
            select(feeds.c.url, feeds.c.epoch)
            .where(feeds.c.url.in_(urls[start : start + BATCH]))
            .order_by(feeds.c.url)
            .with_for_update()
        )
        found.update((row.url, row.epoch) for row in rows)
    return found


def save_polled(connection: Connection, polled: Sequence[FeedState], added: Mapping[str, int]) -> None:
    """Store what polls learned, count the entries `added`, and free the claims."""
    if not polled:
        return
    connection.execute(
        _SAVE,
        [
            codec.feed_state_to_values(state) | {"of_url": state.url, "added": added.get(state.url, 0)}
            for state in polled
        ],
    )


def make_due(connection: Connection, url: str, now: datetime) -> bool:
    """Let a configured feed be polled at once; False if there is none of that url."""
    result = connection.execute(
        update(feeds).where(feeds.c.url == url, feeds.c.configured).values(next_poll_at=now)
    )
    return result.rowcount > 0


def counts(connection: Connection) -> tuple[int, int]:
    """How many feeds are configured, and how many of them failed at their last poll."""
    row = (
        connection.execute(
            select(
                func.count().label("configured"),
                func.count().filter(feeds.c.failures > 0).label("failing"),
            ).where(feeds.c.configured)
        )
    ).one()
    return row.configured, row.failing


def pull_back(connection: Connection, now: datetime, *, furthest: datetime, lease: timedelta) -> int:
    """Undo what was written under a clock that was ahead: make those feeds due at `now`; return how many.

    Nothing legitimate is due later than `furthest`, was polled in the future, or is claimed for longer than
    `lease`; machines that share a database may differ by some minutes. A poll under way keeps its claim.
    """
    ahead = now + _SKEW
    off = or_(feeds.c.next_poll_at > furthest, feeds.c.last_polled_at > ahead)
    due = connection.execute(update(feeds).where(off, feeds.c.next_poll_at > now).values(next_poll_at=now))
    freed = connection.execute(
        update(feeds).where(feeds.c.lease_until > ahead + lease).values(lease_until=None, owner=None)
    )
    return max(due.rowcount, freed.rowcount)


def spread_overdue(connection: Connection, now: datetime, *, each: timedelta, but: int) -> int:
    """Give the feeds that are overdue and unclaimed moments `each` apart; return how many that concerned.

    Where there are no more than `but` of them nothing is done.

    In the order of a hash of their addresses, so that those of one host come apart.
    """
    free = feeds.c.lease_until.is_(None) | (feeds.c.lease_until <= now)
    urls = connection.scalars(
        select(feeds.c.url).where(feeds.c.configured, free, feeds.c.next_poll_at <= now)
    )
    shuffled = sorted(urls, key=lambda url: blake2b(url.encode("utf-8", "replace"), digest_size=8).digest())
    if len(shuffled) <= but:
        return 0
    connection.execute(
        update(feeds)
        .where(feeds.c.url == bindparam("of_url"), free)
        .values(next_poll_at=bindparam("later", type_=feeds.c.next_poll_at.type)),
        [{"of_url": url, "later": now + each * number} for number, url in enumerate(shuffled)],
    )
    return len(shuffled)
