"""From committed entries to queued messages.

pending entries | story | decide each match | render | COMMIT story, decisions, outbox -> wake delivery
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.core.errors import StoreUnavailableError, StoriesEditedError
from monitor.core.models import AlertRecord, Assembled, Decision, Entry, Hold, PendingEntry, Verdict
from monitor.core.posting import latest_updates
from monitor.core.stories import StoryBook
from monitor.pipeline.aside import closed_aside, ended_aside, set_aside
from monitor.pipeline.briefing import Ruled, released
from monitor.pipeline.earlier import Earlier
from monitor.pipeline.in_force import InForce
from monitor.pipeline.judge import Judge, Placed
from monitor.pipeline.letting_go import LettingGo
from monitor.pipeline.pace import Bell, Wakeup, pause, wait_for
from monitor.pipeline.ports import Clock, StoryStore
from monitor.pipeline.walked import is_synthetic, judged
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_BATCH = 200
_IDLE = 1.0
"""Seconds after which pending entries are looked for though nobody called."""
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""What a machine says that has no descriptors or no memory left."""


class Assembler:
    """The one keeper of stories and alerts: entries pass it one by one, in order of arrival."""

    def __init__(
        self,
        store: StoryStore,
        in_force: InForce,
        *,
        clock: Clock,
        on_entries: Wakeup,
        on_alerts: Bell,
        moment_of: Callable[[Entry], datetime] | None = None,
    ) -> None:
        """Open nothing yet.

        `moment_of` dates the decisions on an entry; by default the clock dates those of a batch alike.
        """
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._on_entries = on_entries
        self._on_alerts = on_alerts
        self._moment_of = moment_of
        self._book: StoryBook | None = None
        self._edits = 0
        """Number of the last edit by hand that the book knows."""
        self._refused: set[tuple[str, int]] = set()
        """Entries, with their revisions, that could not even be put aside: passed over until a restart."""
        self._deciding = asyncio.Lock()
        """Two decisions on one alert, by a new entry and by its deadline, never overlap."""
        self.alerts = 0
        self.assembled = 0
        self.turns = 0
        """Grows with each look for entries, found or not: see watch.py."""

    async def run(self) -> None:
        """Assemble for ever; cancel it to stop between two batches.

        Begins with the stories of the store, as another daemon may have kept them since the last time.
        """
        self._book = None
        while True:
            self.turns += 1
            try:
                worked = await self.run_once()
            except StoreUnavailableError as error:
                await pause(log, "assemble.store_unavailable", error)
                continue
            if not worked:
                await wait_for(self._on_entries, at_most=_IDLE)

    async def run_once(self) -> tuple[Assembled, ...]:
        """Assemble up to a batch of pending entries and commit them; returns what was committed."""
        found = await self._store.pending_entries(limit=_BATCH + len(self._refused))
        pending = [one for one in found if (one.entry.id, one.entry.revision) not in self._refused]
        if not pending:
            return ()
        async with self._deciding:
            batch = await self._committed(pending)
        self._tell(batch)
        return batch

    async def _committed(self, pending: Sequence[PendingEntry]) -> tuple[Assembled, ...]:
        """Assemble and commit. The second of the three borders at which a bug is caught.

        A bug that a batch met is met again by its entries one by one, so that it costs the guilty entry only.
        """
        try:
            return await self._attempted(pending)
        except StoreUnavailableError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _EXHAUSTED:  # no entry is guilty
                message = f"the machine has nothing left to decide with: {error}"
                raise StoreUnavailableError(message) from error
            if len(pending) == 1:
                return await self._put_aside(pending[0], error)
            log.warning("assemble.one_by_one", extra=fields(entries=len(pending), why=type(error).__name__))
        return tuple([done for one in pending for done in await self._committed([one])])

    async def _attempted(self, pending: Sequence[PendingEntry]) -> tuple[Assembled, ...]:
        while True:
            book = await self._opened_book()
            try:
                batch = await self._assembled(book, pending)
                await self._store.commit_assembled(batch, edits_known=self._edits)
            except StoriesEditedError:
                self._book = None  # a person was faster by a moment
            except BaseException:
                self._book = None  # it knows entries that the store does not: read it anew
                raise
            else:
                return batch

    async def _put_aside(self, one: PendingEntry, error: Exception) -> tuple[Assembled, ...]:
        """Take an entry that meets a bug out of line, with the reason recorded where `why` shows it."""
        entry = one.entry
        log.error("assemble.bug", exc_info=error, extra=fields(entry=entry.id, link=entry.link))
        try:
            aside = await set_aside(self._store, one, error, now=self._clock())
            await self._store.commit_assembled([aside])
        except StoreUnavailableError:
            raise
        except Exception:
            self._refused.add((entry.id, entry.revision))
            log.exception("assemble.bug_unrecorded", extra=fields(entry=entry.id))
            return ()
        return (aside,)

    async def release_overdue(self) -> tuple[Decision, ...]:
        """Decide on all that time alone brings about; returns what was decided.

        These are held alerts whose deadline has passed, what channels held until now, and alerts that nobody
        acknowledged in time.
        """
        async with self._deciding:
            decided = [*await self._overdue_alerts(), *await self._due_holds(), *await self._escalations()]
        if decided:
            self._on_alerts.ring()
        return tuple(ruled.decision for ruled in decided)

    async def _overdue_alerts(self) -> list[Ruled]:
        now = self._clock()
        due = await self._store.held_alerts(due=now)
        if not due:
            return []
        judge = Judge(self._store, self._in_force, now)
        await judge.recall_held(due)
        rulings = [await self._overdue(judge, record) for record in due]
        await self._store.commit_released(released(rulings))
        return rulings

    async def _due_holds(self) -> list[Ruled]:
        now = self._clock()
        holds = await self._store.due_holds(now)
        if not holds:
            return []
        rulings = await self._let_go(holds, now)
        await self._store.commit_let_go(released(rulings))
        return rulings

    async def _let_go(self, holds: Sequence[Hold], now: datetime) -> list[Ruled]:
        """Decide on holds; a bug that several met is met again one by one, and ends the guilty hold only."""
        try:
            return await LettingGo(self._store, self._in_force, now).let_go(holds)
        except StoreUnavailableError:
            raise
        except Exception as error:
            log.exception("assemble.bug", extra=fields(holds=len(holds), rule=holds[0].rule))
            if len(holds) == 1:
                return [ended_aside(holds[0], error, now=now)]
        return [ruled for hold in holds for ruled in await self._let_go([hold], now)]

    async def _escalations(self) -> list[Ruled]:
        now = self._clock()
        due = await self._store.due_escalations(now)
        if not due:
            return []
        rulings = await LettingGo(self._store, self._in_force, now).escalate(due)
        await self._store.commit_let_go(released(rulings))
        return rulings

    async def _overdue(self, judge: Judge, record: AlertRecord) -> Ruled:
        """Decide on one held alert; one that meets a bug is closed, and holds up no other."""
        try:
            return await judge.overdue(record)
        except StoreUnavailableError:
            raise
        except Exception as error:
            log.exception("assemble.bug", extra=fields(alert=record.id, rule=record.rule))
            return closed_aside(record, error, now=self._clock())

    async def _opened_book(self) -> StoryBook:
        """Return the story book, read anew from the store after a start or a failed commit.

        What people edited since is taken over first, so that the next entry finds stories as they left them.
        """
        if self._book is None:
            settings = self._in_force.settings.stories
            window = settings.window
            book = StoryBook(window, owners=settings.owner_of)
            self._edits, _ = await self._store.edited_stories(-1)
            async for part in self._store.remembered(self._clock() - window):
                book.restore(part)
            self._book = book
        known = self._edits
        self._edits, edited = await self._store.edited_stories(known)
        if self._edits != known and await self._store.forgot_since(known):
            self._book = None  # it remembers what must be forgotten
            return await self._opened_book()
        self._book.adopt(edited)
        return self._book

    async def _assembled(self, book: StoryBook, pending: Sequence[PendingEntry]) -> tuple[Assembled, ...]:
        placed: list[Placed] = []
        earlier = Earlier(self._store, book)
        synthetic = [one for one in pending if is_synthetic(one)]
        pending = [one for one in pending if not is_synthetic(one)]
        await earlier.recall(pending, self._in_force.settings.stories.window)
        for one in pending:
            placed.append(await earlier.place(one) or _placed(book, one))
            await asyncio.sleep(0)
        judge = Judge(self._store, self._in_force, self._clock())
        await judge.recall(placed)
        walked = [judged(self._store, self._in_force, one, now=self._clock()) for one in synthetic]
        decided: list[Assembled] = []
        for to_judge in placed:
            decided.append(self._judged(judge, to_judge))
            await asyncio.sleep(0)  # on a busy machine a batch lasts, and a keeper's lease wants renewing
        return (*walked, *without_overtaken(decided))

    def _judged(self, judge: Judge, one: Placed) -> Assembled:
        if self._moment_of is not None:
            judge.now = self._moment_of(one.pending.entry)
        return judge.decide(one)

    def _tell(self, batch: Sequence[Assembled]) -> None:
        """Log what was decided and wake delivery."""
        self.assembled += len(batch)
        for one in batch:
            for decision in one.decisions:
                self.alerts += decision.verdict is Verdict.ALERT
                log.debug(
                    "match.decided",
                    extra=fields(
                        verdict=decision.verdict,
                        rule=decision.rule,
                        reason=decision.reason,
                        story=decision.story[:12],
                        link=one.entry.link,
                    ),
                )
        if any(one.deliveries for one in batch):
            self._on_alerts.ring()


def _placed(book: StoryBook, one: PendingEntry) -> Placed:
    assignment, story = book.assign(one.entry, one.findings)
    likely = book.story(assignment.likely) if assignment.likely else None
    return Placed(pending=one, assignment=assignment, story=story, likely=likely)


def without_overtaken(batch: Sequence[Assembled]) -> tuple[Assembled, ...]:
    """Leave out the updates that a later entry of the same batch overtakes: the later one tells more."""
    kept = {
        delivery.id for delivery in latest_updates(delivery for one in batch for delivery in one.deliveries)
    }
    return tuple(
        replace(one, deliveries=tuple(delivery for delivery in one.deliveries if delivery.id in kept))
        for one in batch
    )
