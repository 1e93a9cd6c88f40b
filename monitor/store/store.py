"""The store: every promise of the pipeline's PollStore, StoryStore and Outbox, and what people list.

A method is one transaction; the statements are in the module of their subject.
"""

from __future__ import annotations

import asyncio

from monitor.core.errors import DatabaseUnusableError, StoreUnavailableError
from monitor.store import feeds, migration, outbox, pages
from monitor.store.assembling import Assembling
from monitor.store.auditing import Auditing
from monitor.store.belonging import Belonging
from monitor.store.delivering import Delivering
from monitor.store.desk import Desk
from monitor.store.engine import Database, address_of, prepare_file
from monitor.store.full_texts import FullTexts
from monitor.store.hearing import Hearing
from monitor.store.judging import Judging
from monitor.store.kept import Kept
from monitor.store.limiting import Limiting
from monitor.store.measuring import Measuring
from monitor.store.ownership import Ownership
from monitor.store.paging import Paging
from monitor.store.polling import Polling
from monitor.store.pushed import Pushed
from monitor.store.schema import HEAD
from monitor.store.upkeep import Upkeep
from monitor.store.walking import Walking

_TRIES = 40
_PAUSE_SECONDS = 0.05


async def open_store(url: str, *, owner: str, exclusive: bool, echo: bool = False) -> Store:
    """Open a database, make or upgrade its tables.

    Args:
        url: `sqlite:///relative/path`, `sqlite:////absolute/path`, `sqlite://` (in memory), `postgresql://...`.
        owner: who claims: the same name for as long as the process lives, another one for every process.
        exclusive: for the daemon. On SQLite a second one is refused, and the claims of one that crashed are
            freed. Commands that look, or change a little, go without.
        echo: log every statement.

    Raises:
        DatabaseHeldError: another daemon holds it.
        DatabaseUnusableError: it cannot be opened, read, written or upgraded.
    """
    address = address_of(url)
    ownership = None
    if address.path is not None:
        prepare_file(address.path)
        ownership = Ownership(address.path) if exclusive else None
    database = Database(address, owner=owner, echo=echo)
    store = Store(database, ownership, owner=owner, alone=address.is_sqlite and exclusive)
    try:
        await store.prepare()
    except StoreUnavailableError as error:
        await store.close()
        raise DatabaseUnusableError(str(error)) from error
    except BaseException:
        await store.close()
        raise
    return store


class Store(
    Polling,
    Hearing,
    Assembling,
    Delivering,
    Desk,
    Judging,
    Upkeep,
    Belonging,
    Measuring,
    Paging,
    Auditing,
    Kept,
    Pushed,
    Walking,
    FullTexts,
    Limiting,
):
    """One open database. Made by `open_store`; every method may raise StoreUnavailableError."""

    def __init__(self, database: Database, ownership: Ownership | None, *, owner: str, alone: bool) -> None:
        super().__init__(database, owner=owner, alone=alone)
        self._ownership = ownership

    async def prepare(self) -> None:
        """Make or upgrade the tables; free what a crashed predecessor had claimed, if it cannot live.

        Two that start at once on a new file may find it locked for a moment that no timeout of SQLite covers.
        """
        for _ in range(_TRIES):
            try:
                return await self._prepare()
            except StoreUnavailableError as error:
                if "locked" not in str(error):
                    raise
            await asyncio.sleep(_PAUSE_SECONDS)
        return await self._prepare()

    async def _prepare(self) -> None:
        found = await self._database.read(migration.revision)
        if found != HEAD:
            await self._migrate(upgrade=found is not None)
        if self._alone:
            await self._database.write(feeds.free_all_claims)
            await self._database.write(outbox.free_unsure)
            await self._database.write(pages.free_all_claims)

    async def _migrate(self, *, upgrade: bool) -> None:
        """Migrate; upgrade only as the owner: a running daemon of an older version keeps its tables."""
        path = self._database.address.path
        lock = Ownership(path) if upgrade and path is not None and self._ownership is None else None
        try:
            await self._database.write(migration.migrate)
        finally:
            if lock is not None:
                lock.release()

    async def close(self) -> None:
        """Close every connection and let go of the database."""
        await self._database.close()
        if self._ownership is not None:
            self._ownership.release()
