"""The side of the store that the assembly of stories knows: StoryStore."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.core.models import (
    AlertRecord,
    Assembled,
    Hold,
    PendingEntry,
    Reason,
    Released,
    Remembered,
    Silence,
    Source,
    StoredEntry,
    Told,
)
from monitor.store import commits, edits, entries, forgetting, history, holds, silences, stories, walks
from monitor.store.opened import Opened

_MANY = 10_000
"""Holds of one rule that are counted; what is beyond is more than anybody reads."""

_PART = 250
"""Remembered entries read at a time: the book takes them in within some 30 ms."""


def _in_line(connection: Connection, limit: int) -> list[PendingEntry]:
    return [*walks.pending(connection, limit), *entries.oldest_pending(connection, limit)]


class Assembling(Opened):
    """Entries in line, stories, decisions, alerts."""

    async def pending_entries(self, *, limit: int) -> list[PendingEntry]:
        """The oldest entries not yet assembled, in order of arrival; synthetic ones before them."""
        return await self._database.read(_in_line, limit)

    async def remembered(self, since: datetime) -> AsyncIterator[list[Remembered]]:
        """Every assembled entry first seen at or after `since`, by some hundreds, as the book takes them in.

        At no time more than one part is held, and between two of them others have their turn.
        """
        order = await self._database.read(stories.order_of_book, since)
        for start in range(0, len(order), _PART):
            yield await self._database.read(stories.remembered, order[start : start + _PART])

    async def alert_records(self, pairs: Sequence[tuple[str, str]]) -> list[AlertRecord]:
        """The alerts of these (rule, story) pairs that exist."""
        if not pairs:
            return []
        return await self._database.read(stories.alerts_of, pairs)

    async def last_alert_at(self, rule: str) -> datetime | None:
        """When it was last decided that the rule alerts, be it after a moment's wait."""
        return await self._database.read(stories.last_alert_at, rule)

    async def held_alerts(self, *, due: datetime) -> list[AlertRecord]:
        """The alerts still held whose deadline is at or before `due`."""
        return await self._database.read(stories.held, due)

    async def silences(self, now: datetime) -> list[Silence]:
        """The silences in force."""
        return await self._database.read(silences.in_force, now)

    async def matches_since(self, rule: str, since: datetime) -> list[Source]:
        """The entries on which the rule was decided at or after a moment, backlog left out, oldest first."""
        return await self._database.read(history.matches_since, rule, since)

    async def number_of_matches(self, rule: str, *, since: datetime, before: datetime) -> int:
        """How many entries the rule was decided on from a moment to another, backlog left out."""
        return await self._database.read(history.number_of_matches, rule, since, before)

    async def watching_since(self) -> datetime | None:
        """When the oldest entry that is kept was first seen; None if there is none."""
        return await self._database.read(history.watching_since)

    async def last_seen(self, entities: Sequence[str]) -> dict[str, datetime]:
        """When each of these entities was last mentioned in an assembled entry, if it ever was."""
        return await self._database.read(history.last_seen, entities)

    async def first_of_texts(self, texts: Sequence[tuple[str, str]], before: datetime) -> list[StoredEntry]:
        """Of these (outlet, hash of a text), the first entry seen before a moment, if there is one."""
        if not texts:
            return []
        return await self._database.read(entries.first_of_texts, texts, before)

    async def edited_stories(self, known: int) -> tuple[int, list[Remembered]]:
        """Return the number of the last edit by hand, and all rows of the stories edited later than `known`.

        Both are of one moment; a negative `known` asks for the number alone.
        """
        if known < 0:
            return await self._database.read(edits.latest), []
        return await self._database.read(edits.since, known)

    async def forgot_since(self, known: int) -> bool:
        """Whether an edit later than `known` was that an entry is forgotten."""
        return await self._database.read(forgetting.forgot_since, known)

    async def commit_assembled(self, batch: Sequence[Assembled], *, edits_known: int | None = None) -> None:
        """Store stories, decisions, alerts and outbox rows of several entries in one transaction.

        An entry already assembled in this or a later revision is left alone; one revised meanwhile stays
        pending with its new text.

        Raises:
            StoriesEditedError: stories were edited by hand since the edit of this number; nothing was stored.
        """
        await self._write_as_keeper(commits.assembled, batch, edits_known)

    async def commit_released(self, told: Released) -> None:
        """Store what became of alerts held until a deadline, in one transaction."""
        await self._write_as_keeper(commits.released, told)

    async def commit_let_go(self, told: Released) -> None:
        """Store what became of alerts that channels held or nobody acknowledged, in one transaction."""
        await self._write_as_keeper(commits.let_go, told)

    async def alerts_by_id(self, ids: Sequence[str]) -> list[AlertRecord]:
        """The alerts of these ids that exist."""
        return await self._database.read(stories.alerts_by_id, ids)

    async def due_holds(self, now: datetime) -> list[Hold]:
        """What channels were to get later, and the moment has come; the earliest decided first."""
        return await self._database.read(holds.due, now)

    async def holds_of(self, alerts: Sequence[str]) -> list[Hold]:
        """What channels were or are to get of these alerts later, oldest first."""
        return await self._database.read(holds.of_alerts, alerts) if alerts else []

    async def open_holds(self, rule: str) -> list[Hold]:
        """What channels are still to get of a rule, the first to be told first."""
        return await self._database.read(holds.listed, rule=rule, story=None, limit=_MANY)

    async def due_escalations(self, now: datetime) -> list[AlertRecord]:
        """Alerts that nobody has acknowledged until their moment, the earliest first."""
        ids = await self._database.read(holds.due_escalations, now)
        found = {record.id: record for record in await self.alerts_by_id(ids)}
        return [found[one] for one in ids if one in found]

    async def next_lapse(self) -> datetime | None:
        """When time alone brings something about next: a deadline, a hold, an escalation; None if never."""
        return await self._database.read(holds.next_lapse)

    async def told_since(self, since: datetime) -> list[Told]:
        """The messages that rang since a moment, once for each rule and channel: what limits count."""
        messages = await self._database.read(stories.messages_since, since)
        digests = await self._database.read(holds.told_in_digests, since)
        return [Told(rule=rule, channel=channel, at=at) for rule, channel, at in (*messages, *digests)]

    async def held_back(self, rule: str, since: datetime) -> dict[Reason, int]:
        """How many matches of a rule were suppressed since its last message, by reason; after `since`."""
        return await self._database.read(stories.held_back, rule, since)
