"""Recorded entries through the very same path in virtual time; nothing is sent.

    recording | normalise | unseen | match | COMMIT | assemble -> Replayed events
    archive                        | match | COMMIT | assemble -> Replayed events

The stages are the daemon's own. What differs: time comes from the recording, documents come from it instead
of the network, and the rows of the outbox are told instead of delivered.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from typing import Protocol

from monitor.core.identity import classify, lookup_keys
from monitor.core.models import (
    Assembled,
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchResult,
    KnownEntry,
    NewEntry,
    NotAFeed,
    ParseResult,
    PollRecord,
)
from monitor.core.normalise import normalise
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.in_force import InForce
from monitor.pipeline.lapses import Lapse, Replayed, is_timed
from monitor.pipeline.pace import Bell, Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.pipeline.ports import Parser, PollStore, StoryStore
from monitor.pipeline.recording import RecordedEntry, Snapshot

_BATCH = 250
_AHEAD = 4
"""Snapshots read before it is their turn."""
_REST = timedelta(days=8)
_SPAN = timedelta(minutes=1)
"""The most virtual time in one batch where alerts are held against deadlines, or matches counted in time."""


class ReplayStore(PollStore, StoryStore, Protocol):
    """A store to replay into: an empty one in memory."""

    async def next_lapse(self) -> datetime | None:
        """When time alone brings something about next; None if it never does."""

    async def sync_feeds(self, wanted: Sequence[Feed], now: datetime) -> None:
        """Make these the configured feeds."""


class Replay:
    """One replay; the virtual clock follows the recording."""

    def __init__(self, store: ReplayStore, in_force: InForce, *, parser: Parser) -> None:
        self._store = store
        self._in_force = in_force
        self._now = datetime.min.replace(tzinfo=UTC)
        self._stories: dict[str, str] = {}
        self._fetcher = _RecordedFetcher()
        self._parser = _ParserAhead(parser)
        world = World(clock=self._clock, dice=lambda: 0.5, fetcher=self._fetcher, parser=self._parser)
        self._poller = Poller(store, world, in_force, on_entries=Wakeup())
        self._assembler = Assembler(
            store,
            in_force,
            clock=self._clock,
            on_entries=Wakeup(),
            on_alerts=Bell(),
            moment_of=lambda entry: entry.fetched,
        )
        self._holds = is_timed(in_force)
        self._matched: dict[str, tuple[str, Entry]] = {}
        """Entries that a rule matched: what lapses are told of."""
        self._lapses: list[Lapse] = []

    def _clock(self) -> datetime:
        return self._now

    async def entries(self, recorded: Sequence[RecordedEntry]) -> AsyncIterator[list[Replayed]]:
        """Replay recorded entries, in the given order; yields what became of them, batch by batch."""
        if not recorded:
            return
        await self._open({one.feed: one.outlet for one in recorded}, recorded[0].at)
        coming = iter(recorded)
        waiting: list[tuple[RecordedEntry, Entry]] = []
        while True:
            waiting += [(one, self._normalised(one)) for one in islice(coming, _BATCH - len(waiting))]
            if not waiting:
                return
            batch = await self._placed(waiting)
            del waiting[: len(batch)]
            yield await self._committed(batch)

    async def archived(self, coming: AsyncIterator[Entry]) -> AsyncIterator[list[Replayed]]:
        """Replay entries that a store has kept, in order of `fetched`, each with its revision.

        They were normalised and told apart when they came: what is known of them since is taken as it is.
        """
        waiting: list[_Placed] = []
        ids: set[str] = set()
        async for entry in coming:
            if waiting and (len(waiting) == _BATCH or entry.id in ids or self._spans(waiting[0], entry)):
                yield await self._brought(waiting)
                waiting, ids = [], set()
            waiting.append(
                _Placed(name=entry.id, feed=entry.feed, at=entry.fetched, id=entry.id, changed=(entry,))
            )
            ids.add(entry.id)
        if waiting:
            yield await self._brought(waiting)

    def _spans(self, first: _Placed, entry: Entry) -> bool:
        return self._holds and entry.fetched - first.at > _SPAN

    async def _brought(self, batch: Sequence[_Placed]) -> list[Replayed]:
        """Commit a batch; the feeds are got to know as they turn up."""
        outlets = {url: feed.outlet for url, feed in self._in_force.feeds.items()}
        new = {one.feed: one.changed[0].outlet for one in batch if one.feed not in outlets}
        if new:
            await self._open(outlets | new, batch[0].at)
        return await self._committed(batch)

    async def snapshots(self, recorded: Sequence[Snapshot]) -> AsyncIterator[list[Replayed]]:
        """Replay recorded states of feeds; yields what each state brought that was new or changed."""
        if not recorded:
            return
        await self._open({one.feed: one.feed for one in recorded}, recorded[0].at)
        states = {url: _fresh(url, recorded[0].at) for url in self._in_force.feeds}
        coming = iter(recorded)
        read: deque[tuple[Snapshot, Fetched]] = deque()
        while True:
            for snapshot in islice(coming, _AHEAD - len(read)):
                read.append((snapshot, _answer(snapshot)))
                self._parser.begin(read[-1][1])
            if not read:
                return
            snapshot, self._fetcher.answer = read.popleft()
            await self._pass_time(snapshot.at)
            self._now = snapshot.at
            record = await self._poller.polled(self._in_force.feeds[snapshot.feed], states[snapshot.feed])
            states[snapshot.feed] = record.state
            await self._store.commit_polls([record])
            yield self._with_lapses(
                [
                    Replayed(
                        id=one.entry.id,
                        feed=snapshot.feed,
                        entry=one.entry.id,
                        story=one.story.id,
                        assembled=one,
                    )
                    for one in await self._assembled()
                ]
            )

    async def _open(self, outlets: dict[str, str], now: datetime) -> None:
        self._now = now
        feeds = [Feed(url=url, name=url, outlet=outlet) for url, outlet in outlets.items()]
        self._in_force.feeds = {feed.url: feed for feed in feeds}
        await self._store.sync_feeds(feeds, now)

    def _normalised(self, one: RecordedEntry) -> Entry:
        feed = self._in_force.feeds[one.feed]
        return normalise(one.raw, feed=feed, feed_lang=None, fetched=one.at, first_read=False)

    async def _placed(self, waiting: Sequence[tuple[RecordedEntry, Entry]]) -> list[_Placed]:
        """Tell new, revised and unchanged entries apart, up to the first that must see the others stored."""
        known = await self._known([entry for _, entry in waiting])
        found: list[_Placed] = []
        taken: set[str] = set()
        for one, entry in waiting:
            changed = classify([entry], known[entry.feed])
            again = bool(changed) and changed[0].id in taken
            if again or (found and self._spans(found[0], entry)):
                break
            taken.update(new.id for new in changed)
            known[entry.feed] += [_as_known(new) for new in changed]
            id_ = changed[0].id if changed else _bearer(entry, known[entry.feed])
            found.append(_Placed(name=one.id, feed=one.feed, at=one.at, id=id_, changed=changed))
        return found

    async def _known(self, bodies: Sequence[Entry]) -> dict[str, list[KnownEntry]]:
        by_feed: dict[str, list[Entry]] = {}
        for entry in bodies:
            by_feed.setdefault(entry.feed, []).append(entry)
        return {
            feed: await self._store.known_entries(feed, lookup_keys(entries))
            for feed, entries in by_feed.items()
        }

    async def _committed(self, batch: Sequence[_Placed]) -> list[Replayed]:
        """Match, commit and assemble a batch; returns its lines in their order."""
        match = self._in_force.rulebook.matcher.match
        brought = [
            NewEntry(entry=entry, findings=match(entry)) for placed in batch for entry in placed.changed
        ]
        await self._pass_time(min(placed.at for placed in batch))
        self._now = max(placed.at for placed in batch)
        self._matched |= {
            new.entry.id: (placed.name, new.entry)
            for placed in batch
            for new in brought
            if new.findings.matches and new.entry.id == placed.id
        }
        # In order of time, whatever the feeds: the order of the commit is the order of arrival.
        await self._store.commit_polls(
            [
                PollRecord(state=_fresh(feed, self._now), entries=tuple(entries))
                for feed, entries in groupby(brought, key=lambda new: new.entry.feed)
            ]
        )
        came_to = {one.entry.id: one for one in await self._assembled()}
        return self._with_lapses(
            [
                Replayed(
                    id=placed.name,
                    feed=placed.feed,
                    entry=placed.id,
                    story=self._stories.get(placed.id, ""),
                    assembled=came_to.get(placed.id) if placed.changed else None,
                )
                for placed in batch
            ]
        )

    async def _assembled(self) -> list[Assembled]:
        found: list[Assembled] = []
        while batch := await self._assembler.run_once():
            found += batch
        self._stories |= {one.entry.id: one.story.id for one in found}
        if self._holds:
            await self._lapse()
        return found

    async def rest(self) -> list[Lapse]:
        """Return what time alone brings about after the last entry, as far ahead as a week and a day."""
        await self._pass_time(self._now + _REST)
        found, self._lapses = self._lapses, []
        return found

    async def _pass_time(self, until: datetime) -> None:
        """Let time pass, and whatever is due by then happen at its own moment."""
        while self._holds:
            due = await self._store.next_lapse()
            if due is None or due > until:
                return
            self._now = max(self._now, due)
            if not await self._lapse():
                return

    async def _lapse(self) -> bool:
        """Carry out what is due now; tell whether anything was."""
        decisions = await self._assembler.release_overdue()
        for decision in decisions:
            id_, entry = self._matched.get(decision.entry, (decision.entry, None))
            self._lapses.append(Lapse(decision=decision, id=id_, entry=entry))
        return bool(decisions)

    def _with_lapses(self, batch: list[Replayed]) -> list[Replayed]:
        """Tell with the first of a batch what time had brought about before."""
        if not batch or not self._lapses:
            return batch
        before, self._lapses = tuple(self._lapses), []
        return [replace(batch[0], before=before), *batch[1:]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A recorded entry with what it is: `changed` holds it if it is new or revised."""

    name: str
    """As recorded."""
    feed: str
    at: datetime
    id: str
    changed: tuple[Entry, ...]


class _RecordedFetcher:
    """Answers with the snapshot that is due, as a server would that knows no validators."""

    answer: Fetched

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Return the recorded document."""
        return self.answer


class _ParserAhead:
    """Reads the documents that come next while the present one is assembled; what comes out is the same."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._begun: dict[tuple[str, bytes], asyncio.Task[ParseResult]] = {}
        self._latest: dict[str, bytes] = {}

    def begin(self, fetched: Fetched) -> None:
        """Begin to read a document, unless it is the one of this feed that was begun last."""
        if self._latest.get(fetched.url) == fetched.body:
            return
        self._latest[fetched.url] = fetched.body
        self._begun[fetched.url, fetched.body] = asyncio.create_task(_parsed(self._parser, fetched))

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Return what was read, or read it now; only what was begun is read whole."""
        task = self._begun.pop((fetched.url, fetched.body), None)
        if task is None:
            return await self._parser.parse(fetched, known=known)
        return _without(await task, known)


def _without(found: ParseResult, known: frozenset[bytes]) -> ParseResult:
    """Leave out the entries of known items, as the parser would have; all, where it cannot be told whose."""
    if isinstance(found, NotAFeed) or not known:
        return found
    if len(found.seen) != len(found.entries):
        return replace(found, seen=())
    pairs = zip(found.seen, found.entries, strict=True)
    return replace(found, entries=tuple(entry for mark, entry in pairs if mark not in known))


async def _parsed(parser: Parser, fetched: Fetched) -> ParseResult:
    return await parser.parse(fetched)


def _answer(snapshot: Snapshot) -> Fetched:
    body = snapshot.file.read_bytes()
    return Fetched(url=snapshot.feed, status=200, body=body, content_type="text/xml")


def _fresh(url: str, now: datetime) -> FeedState:
    return FeedState(url=url, next_poll_at=now)


def _as_known(entry: Entry) -> KnownEntry:
    return KnownEntry(
        id=entry.id,
        keys=entry.keys,
        text_hash=entry.text_hash,
        revision=entry.revision,
        first_seen=entry.first_seen,
        title=entry.title,
        url=entry.url,
        page_texts=entry.page_texts,
    )


def _bearer(entry: Entry, known: Iterable[KnownEntry]) -> str:
    """Return the id of the known entry that bears one of the keys, the strongest first."""
    for key in entry.keys:
        for one in known:
            if key in one.keys:
                return one.id
    return entry.id
