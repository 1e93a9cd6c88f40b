"""What the four sides of the store share."""

from __future__ import annotations

from monitor.store.engine import Database


class Opened:
    """An open database, and who asks: `alone` if no other process can be working on it."""

    def __init__(self, database: Database, *, owner: str, alone: bool) -> None:
        self._database = database
        self._owner = owner
        self._alone = alone
