"""The side of the store that people ask: listings, silences, retention, backup, checks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from monitor.core.models import (
    Act,
    Among,
    Changes,
    Counts,
    Decision,
    EditKind,
    Growth,
    Hold,
    Keep,
    ListedAlert,
    ListedSilence,
    Mark,
    PendingEntry,
    Purged,
    Revision,
    RuleStatistics,
    Silence,
    StoredEntry,
    Story,
    StoryEdit,
    Verdict,
)
from monitor.core.render.times import minute
from monitor.core.stories.searching import mentions
from monitor.core.urls import canonical_url
from monitor.store import (
    audit,
    changes,
    delays,
    edits,
    entries,
    feeds,
    files,
    growing,
    holds,
    queries,
    retention,
    silences,
    stories,
)
from monitor.store.opened import Opened

_PURGE_BATCH = 500
_PAGE = 500


class Desk(Opened):
    """Listings, silences, retention, backup, checks."""

    async def entry(self, entry: str) -> StoredEntry | None:
        """One entry by id, with its findings and its place in a story."""
        return await self._database.read(entries.stored, entry)

    async def entries_of_story(self, story: str) -> list[StoredEntry]:
        """The entries of a story, in order of arrival."""
        return await self._database.read(entries.stored_of_story, story)

    async def entries_at(self, address: str) -> list[StoredEntry]:
        """The entries that stand at an address, of all feeds, in order of arrival.

        The address may be the canonical one or any that differs from it by tracking parameters and the like;
        an entry's own link is one of these.
        """
        canonical = canonical_url(address)
        return [] if canonical is None else await self._database.read(entries.stored_at, canonical)

    async def revisions(self, entry: str) -> list[Revision]:
        """The texts an entry had before, oldest first."""
        return await self._database.read(entries.former_texts, entry)

    async def entries_since(self, since: datetime, *, page: int = _PAGE) -> AsyncIterator[list[PendingEntry]]:
        """Walk the entries first seen at or after `since`, oldest first, in lists of at most `page`.

        Each list is a transaction of its own: a long walk holds up nobody. `seq` is the order of arrival.
        """
        after = (since, -1)
        while True:
            found = await self._database.read(entries.seen_since, after, page)
            if not found:
                return
            yield found
            after = (found[-1].entry.first_seen, found[-1].seq)

    async def list_stories(
        self, *, limit: int = 50, since: datetime | None = None, rule: str | None = None
    ) -> list[Story]:
        """Stories changed since a moment, that a rule matched; the last changed first."""
        return await self._database.read(queries.latest_stories, limit=limit, since=since, rule=rule)

    async def page_of_stories(
        self,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
        rule: str | None = None,
        among: Among = queries.EVERY,
    ) -> list[Story]:
        """Stories of those asked for, the last changed first: those after (changed, id) of a walk.

        `rule` asks for those that one rule matched.
        """
        if rule is not None:
            among = replace(among, rules=frozenset({rule}))
        return await self._database.read(queries.page_of_stories, before=before, limit=limit, among=among)

    async def usual_delays(self) -> dict[str, timedelta]:
        """How long after its publication an entry of each feed is seen, by url; of feeds with dates alone."""
        return await self._database.read(delays.usual)

    async def growth(self, of_stories: Sequence[str]) -> dict[str, Growth]:
        """How each of the stories of one page grew, hour by hour."""
        return await self._database.read(growing.growth, of_stories)

    async def languages(self) -> list[str]:
        """The languages of the stories that changed last, by their codes."""
        return await self._database.read(growing.languages)

    async def story(self, prefix: str) -> Story | None:
        """The story of that id, or the only one whose id begins so; None if none or several do."""
        found = await self.stories_like(prefix, limit=2)
        exact = next((story for story in found if story.id == prefix), None)
        return exact or (found[0] if len(found) == 1 else None)

    async def stories_like(self, prefix: str, *, limit: int = 10) -> list[Story]:
        """Stories whose id begins so."""
        return await self._database.read(queries.stories_like, prefix, limit)

    async def search_stories(
        self, words: Sequence[str], *, since: datetime | None = None, limit: int = 50
    ) -> list[Story]:
        """Stories changed since a moment in which every word begins some word; the last changed first.

        Looked through are titles, names of outlets and entities, in any case of letters and any script.
        """
        found: list[Story] = []
        async for page in self._stories_since(since):
            found += [story for story in page if mentions(story, words)]
            if len(found) >= limit:
                break
        return found[:limit]

    async def _stories_since(self, since: datetime | None) -> AsyncIterator[list[Story]]:
        before: tuple[datetime, str] | None = None
        while True:
            page = await self._database.read(queries.page_of_stories, since=since, before=before, limit=_PAGE)
            if not page:
                return
            yield page
            before = page[-1].updated_at, page[-1].id

    async def edit_stories(self, edit: StoryEdit, owners: Mapping[str, str]) -> StoryEdit:
        """Move entries from one story to another, as a person says; log it.

        A running daemon takes it over before it places the next entry; nothing is sent. Without entries, all
        of the source move. `owners` are those of the StoryBook.

        Returns:
            The edit with its number and its entries.

        Raises:
            StoryEditError: it cannot be done.
        """
        act = Act.SPLIT if edit.kind is EditKind.SPLIT else Act.MERGE
        said = f"from {edit.source}: {edit.why}" if edit.why else f"from {edit.source}"
        return await self._by_hand(audit.deed(act, edit.target, said), edits.apply, edit, owners)

    async def undo_edit(self, edit: StoryEdit, by: StoryEdit, owners: Mapping[str, str]) -> StoryEdit:
        """Take an edit back by another one, which is logged as well.

        Raises:
            StoryEditError: it was taken back before, or nothing of it is left.
        """
        done = audit.deed(Act.UNDO, edit.source, f"edit {edit.number}")
        return await self._by_hand(done, edits.undo, edit, by, owners)

    async def story_edits(self, story: str | None = None, *, number: int | None = None) -> list[StoryEdit]:
        """The edits by hand of one story, or the one of a number, or all; the oldest first."""
        return await self._database.read(edits.listed, story, number=number)

    async def merged_into(self, story: str) -> str | None:
        """The story that this one was made part of, None if it stands by itself."""
        return await self._database.read(edits.merged_into, story)

    async def list_alerts(
        self, *, limit: int = 50, rule: str | None = None, state: Verdict | None = None
    ) -> list[ListedAlert]:
        """Alerts of a rule, in a state, with where they went; the newest first."""
        return await self._database.read(queries.latest_alerts, limit=limit, rule=rule, state=state)

    async def alerts_like(self, prefix: str, *, limit: int = 10) -> list[ListedAlert]:
        """Alerts whose id begins so, with where they went."""
        return await self._database.read(queries.alerts_like, prefix, limit)

    async def alerts_of(self, ids: Sequence[str]) -> list[ListedAlert]:
        """Alerts of these ids, with where they went."""
        return await self._database.read(queries.alerts_of, ids)

    async def alerts_of_story(self, story: str) -> list[ListedAlert]:
        """The alerts on a story, with where they went; the oldest first."""
        return await self._database.read(queries.alerts_of_story, story)

    async def alerts_of_stories(self, ids: Sequence[str]) -> list[ListedAlert]:
        """The alerts on the stories of one page, with where they went; the oldest first."""
        return await self._database.read(queries.alerts_of_stories, ids)

    async def possibly_same(self, story: Story) -> list[str]:
        """Ids of later stories, in other languages, that were opened as possibly the same as this one."""
        return await self._database.read(stories.offered_as, story)

    async def decisions_on(self, entries: Sequence[str]) -> list[Decision]:
        """What was decided on these entries, in whatever story they were; the latest last."""
        return await self._database.read(queries.decided_on, entries)

    async def listed_silences(self, *, ending_after: datetime | None = None) -> list[ListedSilence]:
        """All silences, or those that end after a moment, with what each held; the last to end first."""
        return await self._database.read(silences.with_effect, ending_after=ending_after)

    async def silences_like(self, prefix: str, *, limit: int = 10) -> list[Silence]:
        """Silences whose id begins so."""
        return await self._database.read(silences.like, prefix, limit)

    async def decisions(
        self, *, entry: str | None = None, story: str | None = None, limit: int = 200
    ) -> list[Decision]:
        """What was decided on an entry, in a story, or lately; the latest last."""
        return await self._database.read(queries.decided, entry=entry, story=story, limit=limit)

    async def rule_statistics(self, *, since: datetime | None = None) -> list[RuleStatistics]:
        """What each rule did day by day, since a moment or as far back as decisions are kept.

        A rule that never matched is not among them.
        """
        return await self._database.read(queries.rule_statistics, since)

    async def counts(self) -> Counts:
        """How much there is of everything."""
        return await self._database.read(queries.counts)

    async def mark(self) -> Mark:
        """How far the keeping of stories is."""
        return await self._database.read(changes.latest)

    async def changes(self, since: Mark) -> Changes:
        """The stories that changed after a mark; one look costs the same whatever the archive's size."""
        return await self._database.read(changes.since, since)

    async def alerted(self, since: Mark, upto: Mark, among: Among) -> list[str]:
        """The stories of those asked for that an alert was told of between two marks; a hundred at most."""
        return await self._database.read(changes.alerted, since, upto, among)

    async def add_silence(self, silence: Silence) -> None:
        """Add a silence, or replace the one of the same id."""
        done = audit.deed(Act.SILENCE, silence.id, silences.in_words(silence))
        await self._by_hand(done, silences.add, silence)

    async def end_silence(self, silence: str, now: datetime) -> bool:
        """End a silence before its time; False if there is none of that id still to end.

        What it holds until its end is told then.
        """
        done = audit.deed(Act.END_SILENCE, silence)
        return await self._by_hand(done, silences.move_end, silence, now, now)

    async def extend_silence(self, silence: str, ends_at: datetime, now: datetime) -> bool:
        """Let a silence that is in force end at another moment; False if there is none of that id."""
        done = audit.deed(Act.EXTEND_SILENCE, silence, f"until {minute(ends_at)}")
        return await self._by_hand(done, silences.move_end, silence, ends_at, now)

    async def silenced(self, silence: Silence, *, limit: int = 200) -> list[Decision]:
        """What a silence held, as far as decisions are kept; the latest last."""
        return await self._database.read(queries.decided_because, silence.label, limit)

    async def acknowledge(self, alert: str, who: str, now: datetime) -> bool:
        """Write down who acknowledged an alert: nobody else is told of it any more.

        Returns:
            False if somebody had done so before, or there is no alert of that id.
        """
        done = audit.deed(Act.ACKNOWLEDGE, alert, f"as {who}")
        return await self._by_hand(done, holds.acknowledge, alert, who, now)

    async def list_holds(
        self, *, rule: str | None = None, story: str | None = None, limit: int = 1000
    ) -> list[Hold]:
        """What channels are to get later, the first to be told first."""
        return await self._database.read(holds.listed, rule=rule, story=story, limit=limit)

    async def holds_in(self, story: str) -> list[Hold]:
        """What channels were or are to get later of a story, oldest first."""
        return await self._database.read(holds.of_story, story)

    async def let_go(self, now: datetime, *, alert: str | None = None) -> int:
        """Make what holds one alert, or every one, due at once; return how many holds that were."""
        done = audit.deed(Act.RELEASE, alert or "", "" if alert else "whatever is held")
        return await self._by_hand(done, holds.let_go, now, alert=alert)

    async def purge(self, now: datetime, keep: Keep) -> Purged:
        """Delete what is older than it is kept, in short transactions.

        Of an entry its keys and a tombstone stay, so that an old article that returns is not news. Entries of
        a story that still changes stay with it; so does whatever an open delivery or a held alert needs.
        """
        old, told = now - keep.entries, now - keep.deliveries
        return Purged(
            deliveries=await self._repeat(retention.delete_deliveries, told),
            decisions=await self._repeat(retention.delete_decisions, old),
            entries=await self._repeat(retention.bury_entries, old),
            stories=await self._repeat(retention.delete_stories, old),
            audit=await self._repeat(audit.forget, now - keep.audit),
        )

    async def _repeat(self, delete_some: Callable[[Connection, datetime, int], int], before: datetime) -> int:
        total = 0
        while True:
            deleted = await self._write_as_keeper(delete_some, before, _PURGE_BATCH)
            total += deleted
            if deleted < _PURGE_BATCH:
                return total

    async def integrity(self) -> list[str]:
        """Check an SQLite file page by page, and return what is wrong; empty if nothing is.

        PostgreSQL checks itself: there, one read is tried.
        """
        path = self._database.address.path
        if path is not None:
            return await asyncio.to_thread(files.integrity, path)
        await self._database.read(feeds.counts)
        return []
