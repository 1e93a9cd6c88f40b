"""From due feeds to committed entries.

claim due feeds | fetch | same body? | parse | normalise | unseen | match | COMMIT (batched) -> wake assembly
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.core.errors import ParserUnusableError, StoreUnavailableError
from monitor.core.models import (
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    HostBusy,
    NotAFeed,
    NotModified,
    PollRecord,
)
from monitor.core.polled import (
    Brought,
    Terms,
    after_bug,
    after_failure,
    after_not_a_feed,
    after_not_modified,
    after_read,
    after_same_body,
    asking,
    awaiting,
    while_offline,
)
from monitor.pipeline.budget import Budget
from monitor.pipeline.claiming import Claims
from monitor.pipeline.hearing import Hubs
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Wakeup, pause, wait_for
from monitor.pipeline.ports import Clock, Fetcher, Parser, PollStore
from monitor.pipeline.reach import UNREACHED, Reach, rest_wanted
from monitor.pipeline.reading import Reader
from monitor.pipeline.roundup import Roundup, outcome
from monitor.pipeline.slots import Slots
from monitor.pipeline.turns import Turns
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_BATCH = 256
"""Polls and entries committed together, more or less: a transaction keeps all others from writing."""
_LINGER = 0.05
"""Seconds that a finished poll waits for company before it is committed."""
_COMPANY = 0.005
"""Seconds that a free slot waits for others to be filled with it: a claim of one costs as much as of ten."""
_IDLE = 1.0
"""Seconds after which due feeds are looked for though nothing called."""
_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What polling asks for: a clock, dice in [0, 1), a fetcher and a parser."""

    clock: Clock
    dice: Callable[[], float]
    fetcher: Fetcher
    parser: Parser
    hubs: Hubs | None = None
    """Who tells of new entries, if hubs are asked to."""


class Poller:
    """Polls whatever is due, many feeds at once, and commits their entries in batches."""

    def __init__(self, store: PollStore, world: World, in_force: InForce, *, on_entries: Wakeup) -> None:
        self._store = store
        self._world, self._hubs = world, world.hubs
        self._heard = world.hubs.heard if world.hubs else Wakeup()
        self._in_force = in_force
        self._on_entries = on_entries
        self._finished: asyncio.Queue[PollRecord | None] = asyncio.Queue()
        """Polls to commit; None after the last."""
        self._stopping = False
        self._under_way: dict[asyncio.Task[None], FeedState] = {}
        self._claims = Claims(store, in_force, world.clock)
        self._turns, self._slots = Turns(), Slots()
        self._budget = Budget(store)
        self._reach = Reach()
        self._reader = Reader(store, world.parser, world.clock, in_force)
        self._slot_free = asyncio.Event()
        self.roundup = Roundup()
        self._committing = False
        self.outcomes: Counter[str] = Counter()
        """Polls by what they came to."""
        self.polls = 0
        self.entries = 0
        self.turns = 0
        """Grows while polls are started and what they brought is committed: see watch.py."""

    async def run(self) -> None:
        """Poll for ever; cancel it to stop at once. What was fetched by then is committed."""
        committing = asyncio.create_task(self._commit_until_stopped(), name="commit polls")
        try:
            while not committing.done():  # it ends before its time only by an error of ours: raised below
                self.turns += not self._committing
                try:
                    await self._claims.tidy()
                    started = await self._start_due(self._world.clock())
                    await self._reckon()  # after the first polls have begun: it reads every feed
                    if not started:
                        await self._wait_for_due()
                except StoreUnavailableError as error:
                    await pause(log, "poll.store_unavailable", error)
        finally:
            await self._stop(committing)

    async def run_once(self) -> None:
        """Poll each feed that is due now, once, and return when all is committed.

        Raises:
            StoreUnavailableError: the database cannot serve; what is not committed is polled again.
        """
        committing = asyncio.create_task(self._commit_until_stopped(), name="commit polls")
        now = self._world.clock()
        try:
            await self._claims.distrust_clock()
            await self._reckon()
            while await self._start_due(now, once=True) or self._under_way:
                if self._under_way:
                    await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._stop(committing)

    def withdraw(self) -> None:
        """End the polls of hosts that are another worker's by now; they are its to ask."""
        for task, state in self._under_way.items():
            if not self._store.may_poll(state.shard):
                task.cancel()

    async def _reckon(self) -> None:
        """Find what a request is worth."""
        in_force = self._in_force
        await self._budget.reckon(in_force.feeds, in_force.settings.polling, self._world.clock())

    async def _stop(self, committing: asyncio.Task[None]) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._stopping = True
        self._finished.put_nowait(None)
        try:
            await committing
        finally:
            self._stopping = False
            self._finished = asyncio.Queue()  # what could not be committed is polled again after its lease
            self.roundup.close()

    async def _start_due(self, now: datetime, *, once: bool = False) -> int:
        """Claim as many feeds due at `now` as there are free slots and start them; returns how many.

        A feed whose host is busy is handed back until its turn, with `once` to be claimed again as soon as a
        poll has ended: waiting for its host it would hold a slot that other hosts could use, and its lease
        might run out.
        """
        polling = self._in_force.settings.polling
        free = self._slots.free(polling.concurrency, asyncio.get_running_loop().time())
        if free <= 0:
            self._slot_free.clear()
            await wait_for(self._slot_free, at_most=_IDLE)
            await asyncio.sleep(_COMPANY)
            return 1
        claimed = await self._claims.take(now, limit=free)
        later: list[PollRecord] = []
        asked = {state.url for state in self._under_way.values()}
        for state in claimed:
            host = self._host(state)
            if state.url in asked:  # its former poll, which counts no more, is just ending
                waiting = awaiting(state, now + _SOON)
                later.append(PollRecord(state=waiting, before=state))
            elif rests_until := self._turns.rests_until(host, now):
                rested = replace(state, next_poll_at=rests_until)
                later.append(PollRecord(state=rested, before=state))
            elif turn := self._turn(host, state, now, once=once):
                waiting = awaiting(state, now if once else turn)
                later.append(PollRecord(state=waiting, before=state))
            else:
                self._start(state, host)
        if later:
            await self._store.commit_polls(later)
            self._claims.settled(later)
        return len(claimed)

    def _turn(self, host: str, state: FeedState, now: datetime, *, once: bool) -> datetime | None:
        """Return when to come back, None if it is the feed's turn.

        With `once` time stands still: there the fetcher alone keeps two requests to a host apart.
        """
        if not host:
            return None
        polling = self._in_force.settings.polling
        at_once = once or self._in_force.feeds[state.url].allow_private
        pause = timedelta(0) if at_once else polling.host_interval
        return self._turns.place(host, state.url, now=now, limit=polling.per_host, pause=pause)

    def _start(self, state: FeedState, host: str) -> None:
        task = asyncio.create_task(self._poll(state))
        self._under_way[task] = state
        self._slots.begin(task, asyncio.get_running_loop().time())
        task.add_done_callback(lambda ended: self._ended(ended, host, state))

    def _ended(self, task: asyncio.Task[None], host: str, state: FeedState) -> None:
        if host:
            self._turns.ended(host, state.url, self._world.clock())
        if task.cancelled():  # handed back as it was: another worker, or the next start, polls it
            self._finished.put_nowait(PollRecord(state=state, before=state))
        self._under_way.pop(task, None)
        self._slots.end(task)
        self._slot_free.set()

    def _host(self, state: FeedState) -> str:
        """Name the host that a poll will ask; empty where its load is of no concern."""
        feed = self._in_force.feed(state.url)
        if feed is None or feed.sample or (self._hubs is not None and self._hubs.brought.has(feed.url)):
            return ""
        return self._turns.host(state.url, state.moved_to or feed.fetch_url)

    async def _wait_for_due(self) -> None:
        due = await self._store.next_poll_at()
        wait = _IDLE if due is None else (due - self._world.clock()).total_seconds()
        await wait_for(self._heard, at_most=min(max(wait, 0.01), _IDLE))

    async def _poll(self, state: FeedState) -> None:
        """Poll one feed. The first of the two borders at which a bug is caught: it costs one poll."""
        feed = self._in_force.feed(state.url)
        if feed is None:  # gone from the configuration since the claim
            return
        try:
            record = await self.polled(feed, state)
        except ParserUnusableError as error:  # no bug and no fault of the feed: said once, by the roundup
            after = after_bug(state, str(error), self._terms(feed))
            record = PollRecord(state=after, failure="cannot be read: the parser does not start")
        except Exception as error:
            log.exception("poll.bug", extra=fields(feed=feed.url))
            record = self._failed_by_us(feed, state, error)
        if state.host and (host := self._host(state)) != state.host:
            record = replace(record, host=host)
        if feed.url in self._in_force.feeds:  # else it is the synthetic entry's, which nobody counts
            self.polls += 1
            self.outcomes[outcome(state, record)] += 1
            self.roundup.note(feed, state, record)
        self._finished.put_nowait(record)

    def _failed_by_us(self, feed: Feed, state: FeedState, error: Exception) -> PollRecord:
        message = f"an error of news-monitor itself: {type(error).__name__}"
        return PollRecord(state=after_bug(state, message, self._terms(feed)), failure="internal error")

    def _terms(self, feed: Feed) -> Terms:
        polling = self._in_force.settings.polling
        return Terms(
            feed=feed,
            polling=polling,
            now=self._world.clock(),
            dice=self._world.dice(),
            price=self._budget.price,
            push=self._hubs.push(feed.url) if self._hubs is not None else None,
        )

    async def polled(self, feed: Feed, state: FeedState) -> PollRecord:
        """Ask for a feed, read it and match what is new; nothing is committed yet."""
        answer = await self._world.fetcher.fetch(feed, asking(state, self._world.clock()))
        self._turns.led_to(feed.url, state.moved_to or feed.fetch_url, answer.url)
        self._heed(feed, state, answer)
        match answer:
            case NotModified():
                after = after_not_modified(state, answer, self._terms(feed))
                return PollRecord(state=after, before=state)
            case FetchFailed():
                return self._failed(feed, state, answer)
            case HostBusy():  # due as before: the next claim awaits a turn at the host that it was led to
                return PollRecord(state=state, before=state)
            case Fetched():
                return await self._read(feed, state, answer)

    def _heed(self, feed: Feed, state: FeedState, answer: FetchResult) -> None:
        """Learn whether the Internet is there, and how long the whole host wants to be left alone."""
        host, now = self._host(state), self._world.clock()
        if not host or isinstance(answer, HostBusy):
            return
        self._reach.heed(feed, host, answer, now=now, was_well=not state.failures)
        if rest := rest_wanted(answer):
            self._turns.rest(host, now=now, span=rest)

    def _failed(self, feed: Feed, state: FeedState, answer: FetchFailed) -> PollRecord:
        since = self._reach.offline_since
        if since is not None and answer.failure in UNREACHED:
            after = while_offline(state, answer, self._terms(feed), since=since)
        else:
            after = after_failure(state, answer, self._terms(feed))
        return PollRecord(state=after, failure=answer.failure.value)

    async def _read(self, feed: Feed, state: FeedState, answer: Fetched) -> PollRecord:
        body_hash = blake2b(answer.body, digest_size=16).hexdigest()
        if body_hash == state.body_hash:
            return PollRecord(state=after_same_body(state, answer, self._terms(feed)), before=state)
        found = await self._reader.read(feed, state, answer, body_hash=body_hash)
        if isinstance(found, NotAFeed):
            after_all = after_not_a_feed(state, found, self._terms(feed))
            return PollRecord(state=after_all, failure=found.document.value)
        brought = Brought(
            body_hash=body_hash,
            parsed=found.parsed,
            changed=len(found.entries),
            published=tuple(new.entry.published for new in found.entries if not new.entry.revision),
        )
        return PollRecord(state=after_read(state, answer, brought, self._terms(feed)), entries=found.entries)

    async def _commit_until_stopped(self) -> None:
        while (first := await self._finished.get()) is not None:
            if not self._stopping and self._finished.qsize() < _BATCH:
                await asyncio.sleep(_LINGER)
            self._committing = True
            await self._commit([first, *self._drained(beside=first)])
            self._committing = False
            self.turns += 1

    def _drained(self, *, beside: PollRecord) -> list[PollRecord]:
        """Return what has finished by now, at most a batch."""
        found: list[PollRecord] = []
        size = 1 + len(beside.entries)
        while size < _BATCH and not self._finished.empty():
            record = self._finished.get_nowait()
            if record is None:
                self._finished.put_nowait(None)
                break
            found.append(record)
            size += 1 + len(record.entries)
        return found

    async def _commit(self, records: Sequence[PollRecord]) -> None:
        """Commit together; what the store takes amiss for an error of ours costs the one poll it is in."""
        try:
            await self._commit_surely(records)
        except StoreUnavailableError:
            raise
        except Exception as error:
            if len(records) > 1:
                for record in records:
                    await self._commit([record])
                return
            log.exception("poll.bug", extra=fields(feed=records[0].state.url))
            state = replace(records[0].state, etag=None, last_modified=None, body_hash=None)
            if feed := self._in_force.feed(state.url):
                await self._commit_surely([self._failed_by_us(feed, state, error)])

    async def _commit_surely(self, records: Sequence[PollRecord]) -> None:
        """Commit, and try again until the store can: what was fetched is not fetched twice."""
        while True:
            try:
                added = await self._store.commit_polls(records)
            except StoreUnavailableError as error:
                if self._stopping:
                    raise
                self.turns += 1
                await pause(log, "poll.store_unavailable", error)
                continue
            self._claims.settled(records)
            self.entries += added
            if added:
                self._on_entries.set()
            return
