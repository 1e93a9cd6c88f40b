"""What the synthetic entry needs of a daemon: its feed, its channel, and who counts what is done."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack

from monitor.app.prepared import clock
from monitor.channels.null import NullChannel
from monitor.core.walking import CHANNEL
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.dispatch import Dispatch
from monitor.pipeline.in_force import InForce
from monitor.pipeline.keeping import Keeping
from monitor.pipeline.membership import Membership
from monitor.pipeline.poll import Poller
from monitor.pipeline.walk import Surroundings, Walks
from monitor.pipeline.walked import walker
from monitor.samples.walk import WalkFeed
from monitor.store import Store

_UNGUESSABLE = 16
"""Bytes."""


def surroundings(
    poller: Poller, assembler: Assembler, dispatch: Dispatch, membership: Membership, keeping: Keeping
) -> Surroundings:
    """Say where a walk looks to see whether a stage does anything."""
    return Surroundings(
        works=lambda: {"poll": poller.polls, "assemble": assembler.assembled, "deliver": dispatch.sent},
        is_willing=lambda: membership.is_willing,
        is_keeper=lambda: keeping.role == "keeper",
    )


def open_walks(
    stack: AsyncExitStack, store: Store, in_force: InForce, around: Surroundings, *, once: bool
) -> Walks:
    """Put the parts together; nothing is sent or opened before it runs, and nothing in a single round."""
    publisher = WalkFeed(store.worker, secrets.token_urlsafe(_UNGUESSABLE))
    walks = Walks(store, publisher, in_force, around, clock=clock)
    if not once:
        in_force.walker = walker(publisher.feed, NullChannel(CHANNEL))
        stack.push_async_callback(publisher.stop)
        stack.push_async_callback(walks.leave)
    return walks
