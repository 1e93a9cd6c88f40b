"""Polls that brought nothing: nearly all of them, so that what they write is little and written together.

A claim that was lost meanwhile is told by its epoch in the statement itself: nothing is read or locked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection, bindparam, update

from monitor.core.models import FeedState, PollRecord
from monitor.store import feed_codec
from monitor.store.schema import feeds

_WRITTEN: Final = frozenset({"next_poll_at", "last_polled_at", "last_success_at", "noted"})
_ASIDE: Final = _WRITTEN | {"url", "epoch", "entries"}
_kept = attrgetter(*(name for name in FeedState.__dataclass_fields__ if name not in _ASIDE))
_SAVE: Final = (
    update(feeds)
    .where(feeds.c.url == bindparam("of_url"), feeds.c.epoch == bindparam("of_epoch"))
    .values(
        next_poll_at=bindparam("due"),
        last_polled_at=bindparam("polled"),
        last_success_at=bindparam("went_well"),
        noted=bindparam("notes"),
        lease_until=None,
        owner=None,
    )
)


def brought_nothing(record: PollRecord) -> bool:
    """Say whether a poll left all as it was but times and notes."""
    before = record.before
    moved = record.entries or record.host
    return before is not None and not moved and _kept(before) == _kept(record.state)


def save(connection: Connection, records: Sequence[PollRecord]) -> None:
    """Store times and notes and free the claims, of those whose claim is still theirs.

    In the order of their addresses, so that two machines never wait for each other.
    """
    if not records:
        return
    connection.execute(
        _SAVE,
        [
            {
                "of_url": state.url,
                "of_epoch": state.epoch,
                "due": state.next_poll_at,
                "polled": state.last_polled_at,
                "went_well": state.last_success_at,
                "notes": feed_codec.noted_to_json(state.noted),
            }
            for state in sorted((record.state for record in records), key=lambda state: state.url)
        ],
    )
