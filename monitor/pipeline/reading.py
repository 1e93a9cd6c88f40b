"""From a document to the entries it brings: parse what was not seen before, judge, match.

document | parser (skips known items) | normalise | store.known_entries | recognise | matcher -> Reading
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from monitor.core.errors import StoreUnavailableError
from monitor.core.fulltext import Ages, page_of
from monitor.core.identity import Recognised, lookup_keys, recognise
from monitor.core.models import (
    Entry,
    EntryKey,
    Feed,
    FeedState,
    Fetched,
    KnownEntry,
    NewEntry,
    NotAFeed,
    ParsedFeed,
)
from monitor.core.normalise import behind_us, dated_by, normalise
from monitor.core.seen import Seen
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import PAUSE
from monitor.pipeline.ports import Clock, Parser, PollStore
from monitor.telemetry import fields

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
_BREATHE = 8
"""Entries after which the loop may do something else: long ones cost a millisecond each."""
_MANY = 40
"""Entries: more are compared in a thread, where the loop gets its turn between any two steps."""
_SAY_AGAIN = 60.0
"""Seconds between two lines that the store cannot tell what is known."""
_ROOM = 2
"""Times the number of feeds, beyond which those no longer configured are forgotten."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document brought."""

    parsed: ParsedFeed
    entries: tuple[NewEntry, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    parsed: ParsedFeed
    found: tuple[Recognised, ...]
    seen: Seen | None


class Reader:
    """Reads documents of feeds and remembers their items, so that the next costs what is new in it.

    What it remembers only spares work: it may be lost at any time, as it is at a restart. It counts only
    while the document is still the latest one stored, by its hash: so it counts never if its entries could
    not be stored, or if another machine has read the feed since.
    """

    def __init__(self, store: PollStore, parser: Parser, clock: Clock, in_force: InForce) -> None:
        self._store = store
        self._parser = parser
        self._clock = clock
        self._in_force = in_force
        self._seen: dict[str, tuple[str, Seen]] = {}
        """Of each feed, the hash of the document last read and its items."""
        self._said: float | None = None
        """When it was said last that the store cannot tell, by the loop's clock."""

    async def read(
        self, feed: Feed, state: FeedState, answer: Fetched, *, body_hash: str
    ) -> Reading | NotAFeed:
        """Read a document that differs from the last one, and match what is new in it.

        Raises:
            ParserUnusableError: no document can be read at all.
        """
        of_document, seen = self._seen.pop(feed.url, (None, None))
        found: _Judged | NotAFeed | None = None
        if seen is not None and of_document == state.body_hash:
            found = await self._new_in(feed, answer, seen)
        if found is None:
            found = await self._all_in(feed, answer, first_read=state.first_read_at is None)
        if isinstance(found, NotAFeed):
            return found
        if found.seen is not None:
            self._remember(feed, body_hash, found.seen)
        changed = [one.entry for one in found.found if one.entry is not None]
        return Reading(found.parsed, await self._matched(feed, oldest_first(changed)))

    async def _all_in(self, feed: Feed, answer: Fetched, *, first_read: bool) -> _Judged | NotAFeed:
        parsed = await self._parser.parse(answer)
        if isinstance(parsed, NotAFeed):
            return parsed
        body = await self._normalised(feed, parsed, answer, first_read=first_read)
        known = await self._known(feed, await _aside(body, lookup_keys, body))
        return await _aside(body, _judged, parsed, body, known, None)

    async def _new_in(self, feed: Feed, answer: Fetched, seen: Seen) -> _Judged | None:
        """Read only the items not seen before; None where the document must be read whole."""
        parsed = await self._parser.parse(answer, known=seen.hashes)
        if isinstance(parsed, NotAFeed) or not parsed.seen:
            return None
        body = await self._normalised(feed, parsed, answer, first_read=False)
        known = await self._known(feed, await _aside(body, lookup_keys, body))
        if not seen.skipped(parsed.seen).may_judge_alone(body, known):
            return None
        return await _aside(body, _judged, parsed, body, known, seen)

    def _remember(self, feed: Feed, body_hash: str, seen: Seen) -> None:
        self._seen[feed.url] = body_hash, seen
        if len(self._seen) > _ROOM * len(self._in_force.feeds):
            for url in self._seen.keys() - self._in_force.feeds.keys() - {feed.url}:
                del self._seen[url]

    async def _normalised(
        self, feed: Feed, parsed: ParsedFeed, answer: Fetched, *, first_read: bool
    ) -> list[Entry]:
        now = self._clock()
        behind = behind_us(now, answer.server_time)
        body: list[Entry] = []
        for number, raw in enumerate(parsed.entries, 1):
            entry = normalise(raw, feed=feed, feed_lang=parsed.lang, fetched=now, first_read=first_read)
            body.append(dated_by(entry, behind) if behind else entry)
            if number % _BREATHE == 0:
                await asyncio.sleep(0)
        return body

    async def _known(self, feed: Feed, keys: Sequence[EntryKey]) -> list[KnownEntry]:
        """Return what is known by these keys; while the store cannot tell, the poll waits.

        Of all polls that wait, one says so, once a minute: where a part of the database is damaged, neither
        the claims nor the commits meet what keeps these waiting.
        """
        while True:
            try:
                return await self._store.known_entries(feed.url, keys)
            except StoreUnavailableError as error:
                self._say(error)
                await asyncio.sleep(PAUSE)

    def _say(self, error: StoreUnavailableError) -> None:
        now = asyncio.get_running_loop().time()
        if self._said is None or now - self._said >= _SAY_AGAIN:
            self._said = now
            log.error("poll.store_unavailable", extra=fields(error=str(error), next_try_seconds=PAUSE))

    async def _matched(self, feed: Feed, entries: Sequence[Entry]) -> tuple[NewEntry, ...]:
        found: list[NewEntry] = []
        alerts = self._in_force.settings.alerts
        ages = Ages(usual=alerts.max_age, first_read=alerts.first_read_max_age)
        for number, entry in enumerate(entries, 1):
            findings = self._in_force.match(entry)
            page = page_of(entry, now=entry.fetched, ages=ages) if feed.full_text else None
            found.append(NewEntry(entry=entry, findings=findings, page=page))
            if number % _BREATHE == 0:
                await asyncio.sleep(0)
        return tuple(found)


async def _aside(entries: Sequence[Entry], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do what is worked out of entries here or, where they are many, in a thread."""
    if len(entries) > _MANY:
        return await asyncio.to_thread(work, *args, **kwargs)
    return work(*args, **kwargs)


def _judged(
    parsed: ParsedFeed, body: Sequence[Entry], known: Sequence[KnownEntry], before: Seen | None
) -> _Judged:
    """Find out which entries a document's are."""
    found = recognise(body, known)
    return _Judged(parsed, found, Seen.of(parsed.seen, body, found, before=before))


def oldest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Order the entries of one body by date; feeds list the newest first, so undated ones are reversed."""
    turned = list(entries)[::-1]
    return sorted(turned, key=lambda entry: entry.published or entry.fetched)
