"""Who acts just now: set where a person comes in, read where what they did is written down.

A request of the desk, a button in Slack or a command is carried out by the same functions as the daemon's own
work; what nobody acts in is no deed of anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from monitor.core.models import Actor

ACTOR: ContextVar[Actor | None] = ContextVar("actor", default=None)
"""Who acts; None: the daemon itself."""


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Let somebody act for a while."""
    before = ACTOR.set(actor)
    try:
        yield
    finally:
        ACTOR.reset(before)
