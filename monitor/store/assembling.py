"""The side of the store that the assembly of stories knows: StoryStore."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.core.models import AlertRecord, Assembled, Decision, Delivery, PendingEntry, Remembered, Silence
from monitor.store import commits, entries, silences, stories
from monitor.store.opened import Opened


class Assembling(Opened):
    """Entries in line, stories, decisions, alerts."""

    async def pending_entries(self, *, limit: int) -> list[PendingEntry]:
        """The oldest entries not yet assembled, in order of arrival."""
        async with self._database.read() as connection:
            return await entries.oldest_pending(connection, limit)

    async def remembered(self, since: datetime) -> list[Remembered]:
        """Every assembled entry first seen at or after `since`, in order of assembly."""
        async with self._database.read() as connection:
            return await stories.remembered(connection, since)

    async def alert_records(self, pairs: Sequence[tuple[str, str]]) -> list[AlertRecord]:
        """The alerts of these (rule, story) pairs that exist."""
        if not pairs:
            return []
        async with self._database.read() as connection:
            return await stories.alerts_of(connection, pairs)

    async def last_alert_at(self, rule: str) -> datetime | None:
        """When it was last decided that the rule alerts."""
        async with self._database.read() as connection:
            return await stories.last_alert_at(connection, rule)

    async def held_alerts(self, *, due: datetime) -> list[AlertRecord]:
        """The alerts still held whose deadline is at or before `due`."""
        async with self._database.read() as connection:
            return await stories.held(connection, due)

    async def silences(self, now: datetime) -> list[Silence]:
        """The silences in force."""
        async with self._database.read() as connection:
            return await silences.in_force(connection, now)

    async def commit_assembled(self, batch: Sequence[Assembled]) -> None:
        """Store stories, decisions, alerts and outbox rows of several entries in one transaction.

        An entry already assembled in this or a later revision is left alone; one revised meanwhile stays
        pending with its new text.
        """
        async with self._database.write() as connection:
            await commits.assembled(connection, batch)

    async def commit_released(
        self, alerts: Sequence[AlertRecord], decisions: Sequence[Decision], deliveries: Sequence[Delivery]
    ) -> None:
        """Store what became of held alerts that no new entry released, in one transaction."""
        async with self._database.write() as connection:
            await commits.released(connection, alerts, decisions, deliveries)
