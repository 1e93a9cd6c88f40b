"""Whether a channel is outrun, and what waits on it as digests.

A channel takes one message at a time, so far apart. Where the last of those that wait would come later than
anybody should wait, they are told together: at once, each with its link, in as few messages as hold them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from typing import Final

from monitor.core.models import Delivery, DeliveryKind, Fold
from monitor.core.render.folded import Headline, headline, in_order, render_folded

SLACK_ROOM: Final = 11_000
"""Characters of headlines and links in one message: blocks.MAX_TOTAL less what stands around them."""
MAIL_ROOM: Final = 400_000
_GROUP_ROOM: Final = 130
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """How fast a channel may be used, and how long a message may wait for its turn."""

    pace: timedelta = timedelta(0)
    """The least time between the beginnings of two messages."""
    fold_after: timedelta | None = None
    """The longest wait behind others; None: messages are never told together."""
    room: int = SLACK_ROOM
    """Characters of headlines and links that one digest holds."""


def is_outrun(tempo: Tempo, *, waiting: int, each: timedelta) -> bool:
    """Tell whether the last of so many messages would wait too long, each taking so long."""
    return tempo.fold_after is not None and (waiting - 1) * max(each, tempo.pace) > tempo.fold_after


def folds(waiting: Sequence[Delivery], tempo: Tempo, *, now: datetime) -> Iterator[Fold]:
    """Give the digests that tell what waits, a reader's own ones apart; who has one message only keeps it.

    Args:
        waiting: first posts of one channel that certainly did not arrive, the oldest first.
        tempo: what a digest may hold.
        now: when the digests are made.
    """
    by_reader = sorted(waiting, key=lambda one: one.recipient or "")
    for _, found in groupby(by_reader, key=lambda one: one.recipient):
        mine = list(found)
        if len(mine) >= _FEWEST:
            yield from _folds_of(mine, tempo, now)


def _folds_of(mine: Sequence[Delivery], tempo: Tempo, now: datetime) -> Iterator[Fold]:
    said = [headline(one.message) for one in mine]
    packed = list(_packed([(mine[at], said[at]) for at in in_order(said)], tempo.room))
    waited = (now - min(one.created_at for one in mine)) // timedelta(minutes=1)
    since = f"the oldest for {waited} min" if waited > 0 else "all within a minute"
    why = f"{len(mine)} alerts were waiting, {since}; one by one the last would have come too late"
    for number, pack in enumerate(packed, start=1):
        first, _ = pack[0]
        members = tuple(one.id for one, _ in pack)
        digest = Delivery(
            id=digest_id(members),
            alert=digest_id(members),
            story=digest_id(members),
            channel=first.channel,
            recipient=first.recipient,
            kind=DeliveryKind.POST,
            message=render_folded([told for _, told in pack], part=(number, len(packed)), why=why),
            created_at=now,
            next_attempt_at=min(one.next_attempt_at for one, _ in pack),
        )
        yield Fold(digest=digest, members=members)


def _packed(
    found: Iterable[tuple[Delivery, Headline]], room: int
) -> Iterator[list[tuple[Delivery, Headline]]]:
    """Fill one message after another."""
    pack: list[tuple[Delivery, Headline]] = []
    used, group = 0, None
    for one, said in found:
        needed = said.room + (_GROUP_ROOM if said.group != group else 0)
        if pack and used + needed > room:
            yield pack
            pack, used, needed = [], 0, said.room + _GROUP_ROOM
        pack.append((one, said))
        used, group = used + needed, said.group
    if pack:
        yield pack


def digest_id(members: Iterable[str]) -> str:
    """Return the id of the digest that tells these deliveries: 32 hex digits, the same for ever."""
    name = "digest\0" + "\0".join(sorted(members))
    return blake2b(name.encode(), digest_size=16).hexdigest()
