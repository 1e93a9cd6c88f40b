"""Feeds: who is configured, who is due, who has claimed whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, Integer, Update, bindparam, case, func, or_, select, update

from monitor.core.models import Feed, FeedState, FeedStatus
from monitor.core.sharding import host_of, shard_of
from monitor.store import codec
from monitor.store.dialect import BATCH, insert_into, is_sqlite
from monitor.store.schema import feeds

_SKEW = timedelta(minutes=10)
"""How far the clocks of two machines may differ."""
_NOT_READ = frozenset({"name", "outlet", "configured", "lease_until", "owner", "health_told"})
"""Columns that are none of the state's."""
AT = bindparam("at", type_=feeds.c.next_poll_at.type)
"""In a condition of a claim: when it is made."""
BY = bindparam("by", type_=feeds.c.owner.type)
"""Who makes it."""


def claim_among(*conditions: ColumnElement[bool]) -> Update:
    """Put a claim together: of feeds that are configured, due and meet these conditions, the longest due.

    Once for each: that costs as much as the statement itself, and often few feeds are claimed at a time.
    """
    due = (
        select(feeds.c.url)
        .where(feeds.c.configured, feeds.c.next_poll_at <= AT, *conditions)
        .order_by(feeds.c.next_poll_at, feeds.c.url)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=feeds)
        .cte("due")
    )
    return (
        update(feeds)
        .where(feeds.c.url.in_(select(due.c.url)))
        .values(lease_until=bindparam("until"), owner=BY, epoch=feeds.c.epoch + 1)
        .returning(*(column for column in feeds.c if column.name not in _NOT_READ))
    )


_CLAIM = claim_among(feeds.c.lease_until.is_(None) | (feeds.c.lease_until <= AT))
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
    renewed = {"configured": True, "name": insertion.excluded.name, "outlet": insertion.excluded.outlet}
    shared = not is_sqlite(connection)
    if shared:  # what a poll found of the host is known better
        for column in (feeds.c.host, feeds.c.shard):
            first = (feeds.c.host == "", insertion.excluded[column.name])
            renewed[column.name] = case(first, else_=column)
    connection.execute(
        insertion.on_conflict_do_update(index_elements=["url"], set_=renewed),
        [
            {
                "url": feed.url,
                "name": feed.name,
                "outlet": feed.outlet,
                "configured": True,
                "next_poll_at": first_poll_at.get(feed.url, now),
                "status": FeedStatus.NEVER.value,
            }
            | (_host(feed.url, "" if feed.sample else host_of(feed.fetch_url)) if shared else {})
            for feed in sorted(
                wanted, key=lambda feed: feed.url
            )  # as polls lock them, or they would deadlock
        ],
    )


def _host(url: str, host: str) -> dict[str, str | int]:
    return {"host": host, "shard": shard_of(host, url)}


def forget_unconfigured(connection: Connection, wanted: set[str]) -> None:
    """Keep feeds that the configuration no longer names, but never claim them."""
    configured = set(connection.scalars(select(feeds.c.url).where(feeds.c.configured)))
    gone = configured - wanted
    if gone:
        connection.execute(
            update(feeds).where(feeds.c.url == bindparam("gone")).values(configured=False),
            [{"gone": url} for url in sorted(gone)],
        )


def states(connection: Connection) -> list[FeedState]:
    """Every configured feed, by url."""
    rows = connection.execute(select(feeds).where(feeds.c.configured).order_by(feeds.c.url))
    return [codec.feed_state_from_row(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who claims feeds, when, until when and how many at most."""

    at: datetime
    until: datetime
    owner: str
    limit: int


def claim_due(
    connection: Connection, /, claim: Claim, statement: Update = _CLAIM, **values: object
) -> list[FeedState]:
    """Take the feeds that are configured, due, and unclaimed or claimed by one whose lease is over.

    Or those that another statement of `claim_among`, which takes these values too, finds. Rows another
    machine is just taking are passed over, not waited for.
    """
    told = {"at": claim.at, "until": claim.until, "by": claim.owner, "most": claim.limit}
    rows = connection.execute(statement, told | values)
    claimed = [codec.feed_state_from_row(row) for row in rows]
    return sorted(claimed, key=lambda state: (state.next_poll_at, state.url))


def free_claims(connection: Connection, owner: str, but: Collection[str]) -> None:
    """Free what one owner has claimed, but for the feeds of these urls; their claims are void."""
    claimed = select(feeds.c.url).where(feeds.c.owner == owner, feeds.c.lease_until.is_not(None))
    freed = {"lease_until": None, "owner": None, "epoch": feeds.c.epoch + 1}
    for url in connection.scalars(claimed.order_by(feeds.c.url)).all():
        if url not in but:
            connection.execute(update(feeds).where(feeds.c.url == url, feeds.c.owner == owner).values(freed))


def free_all_claims(connection: Connection) -> None:
    """Free every claim: right only for a process that owns the database alone and has claimed nothing yet."""
    connection.execute(
        update(feeds).where(feeds.c.lease_until.is_not(None)).values(lease_until=None, owner=None)
    )


def next_due(connection: Connection, *among: ColumnElement[bool]) -> datetime | None:
    """When the next feed that meets these conditions, or is unclaimed, is due."""
    return connection.scalar(
        select(feeds.c.next_poll_at)
        .where(feeds.c.configured, *(among or (feeds.c.lease_until.is_(None),)))
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


def rehost(connection: Connection, hosts: Mapping[str, str]) -> None:
    """Write down, by url, whom the next polls will ask."""
    if hosts:
        connection.execute(
            update(feeds)
            .where(feeds.c.url == bindparam("of_url"))
            .values(host=bindparam("host"), shard=bindparam("shard")),
            [_host(url, host) | {"of_url": url} for url, host in hosts.items()],
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


def spread_overdue(
    connection: Connection, now: datetime, *within: ColumnElement[bool], each: timedelta, but: int
) -> int:
    """Give the feeds that are overdue and unclaimed moments `each` apart; return how many that concerned.

    Where there are no more than `but` of them nothing is done.

    In the order of a hash of their addresses, so that those of one host come apart.
    """
    free = feeds.c.lease_until.is_(None) | (feeds.c.lease_until <= now)
    urls = connection.scalars(
        select(feeds.c.url).where(feeds.c.configured, free, feeds.c.next_poll_at <= now, *within)
    )
    shuffled = sorted(urls, key=lambda url: blake2b(url.encode("utf-8", "replace"), digest_size=8).digest())
    if len(shuffled) <= but:
        return 0
    connection.execute(
        update(feeds)
        .where(feeds.c.url == bindparam("of_url"), free)
        .values(next_poll_at=bindparam("later", type_=feeds.c.next_poll_at.type)),
        sorted(
            ({"of_url": url, "later": now + each * number} for number, url in enumerate(shuffled)),
            key=itemgetter("of_url"),
        ),
    )
    return len(shuffled)
