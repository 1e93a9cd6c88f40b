"""The database as commands use it: beside a daemon that may be running."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

from monitor import looping
from monitor.actor import acting
from monitor.cli.author import author
from monitor.cli.common import now
from monitor.config.settings import Loaded
from monitor.core.errors import DatabaseUnusableError, Mistake, StoreUnavailableError
from monitor.core.models import Act, Actor, Via
from monitor.files import Kind, look_at
from monitor.store import Store, open_store
from monitor.store.engine import address_of

_T = TypeVar("_T")


@asynccontextmanager
async def opened(loaded: Loaded, *, create: bool = False) -> AsyncIterator[Store]:
    """Open the database beside a daemon that may be running; nothing is created unless `create` says so.

    Raises:
        DatabaseUnusableError: there is none yet, or it cannot be used.
    """
    url = loaded.accepted().database.get_secret_value()
    path = address_of(url).path
    kind = look_at(path) if path is not None else None
    if isinstance(kind, Mistake):
        raise DatabaseUnusableError(str(kind))
    if kind is Kind.NOTHING and not create:
        message = f"there is no database {path} yet: `news-monitor run` makes it"
        raise DatabaseUnusableError(message)
    store = await open_store(url, owner=f"command-{os.getpid()}", exclusive=False)
    try:
        with acting(Actor(at=now(), name=author(), via=Via.TERMINAL)):
            yield store
    finally:
        await store.close()


async def noted(loaded: Loaded, act: Act, what: str, detail: str = "") -> None:
    """Write down what was done to a file; without a database there is no log of it."""
    try:
        async with opened(loaded) as store:
            await store.note(act, what, detail)
    except (DatabaseUnusableError, StoreUnavailableError):
        return


def run_async(work: Coroutine[object, object, _T]) -> _T:
    """Run the work of a command to its end."""
    return looping.run(work)
