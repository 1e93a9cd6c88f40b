"""Rules looked back over the archive: what they would have matched. A preview, which never alerts.

texts of the archive -> match, in a thread -> the stories they stand in -> one line of the log for each rule
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.core.matcher import Matcher
from monitor.core.models import Entry, Match, StoredEntry
from monitor.core.rules.shape import entities_of
from monitor.core.rules.tree import Rule
from monitor.core.units import spoken
from monitor.pipeline.archive import Archive, texts_since
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Wakeup, pause
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_BATCH: Final = 100
"""Texts matched in one go: some milliseconds, after which polling and assembling have their turn."""
_REST: Final = 1.0
"""Rest after each batch, as a multiple of the time it took."""


_DAYS_FROM: Final = 48


class LookBackStore(Archive, Protocol):
    """What a look back needs of the store."""

    async def entry(self, entry: str) -> StoredEntry | None:
        """The entry of that id with all that is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """An entry of the archive that a rule matches, in the first text that it matches."""

    rule: str
    entry: Entry
    match: Match
    story: str
    """The story it stands in; its own id while it waits for one."""
    known: bool
    """Whether the rule of that name matched it when it came."""


async def previewed(
    store: LookBackStore, matcher: Matcher, since: Mapping[str, datetime], *, rest: float = 0.0
) -> AsyncIterator[Previewed]:
    """Give what each rule of `since` matches among the entries seen since its moment, in order of arrival.

    Args:
        store: read page by page; nothing is written.
        matcher: knows the rules.
        since: rules to their moments.
        rest: pause after each batch, as a multiple of the time that it took.
    """
    done: set[tuple[str, str]] = set()
    async for batch in _batches(texts_since(store, min(since.values())), rest):
        for entry, match in await asyncio.to_thread(_matched, matcher, batch, since):
            if (match.rule, entry.id) not in done:
                done.add((match.rule, entry.id))
                yield await _previewed(store, entry, match)


async def _batches(texts: AsyncIterator[Entry], rest: float) -> AsyncIterator[list[Entry]]:
    loop = asyncio.get_running_loop()
    batch: list[Entry] = []
    began = loop.time()
    async for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            yield batch
            batch = []
            await asyncio.sleep(rest * (loop.time() - began))
            began = loop.time()
    yield batch


def _matched(
    matcher: Matcher, batch: Sequence[Entry], since: Mapping[str, datetime]
) -> list[tuple[Entry, Match]]:
    return [
        (entry, match)
        for entry in batch
        for match in matcher.match(entry).matches
        if match.rule in since and entry.first_seen >= since[match.rule]
    ]


async def _previewed(store: LookBackStore, entry: Entry, match: Match) -> Previewed:
    stored = await store.entry(entry.id)
    place = stored.assignment if stored else None
    known = stored is not None and any(one.rule == match.rule for one in stored.findings.matches)
    return Previewed(
        rule=match.rule, entry=entry, match=match, story=place.story if place else entry.id, known=known
    )


class LookBack:
    """Looks back for rules that ask for it with `rematch`, when a reload brings them new or edited."""

    def __init__(self, store: LookBackStore, in_force: InForce, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._wanted: dict[str, timedelta] = {}
        self._wakeup = Wakeup()

    def want(self, rules: Collection[str], entities: Collection[str]) -> None:
        """Look back for these rules and those that name these entities, if they have `rematch`."""
        known = self._in_force.rulebook.rules
        self._wanted = {name: length for name, length in self._wanted.items() if name in known}
        for rule in known.values():
            if rule.rematch and (rule.id in rules or _names_any(rule, entities)):
                self._wanted[rule.id] = rule.rematch
                self._wakeup.set()

    async def run(self) -> None:
        """Look back whenever rules want it, one look at a time, until cancelled."""
        while True:
            await self._wakeup.wait()
            self._wakeup.clear()
            wanted, self._wanted = self._wanted, {}
            try:
                await self._look(wanted)
            except StoreUnavailableError as error:
                await pause(log, "rules.preview_postponed", error)
                self._wanted = wanted | self._wanted
                self._wakeup.set()

    async def _look(self, wanted: Mapping[str, timedelta]) -> None:
        if not wanted:
            return
        now = self._clock()
        since = {name: now - length for name, length in wanted.items()}
        stories: dict[str, list[str]] = {name: [] for name in wanted}
        async for one in previewed(self._store, self._in_force.rulebook.matcher, since, rest=_REST):
            stories[one.rule].append(one.story)
        for name, found in stories.items():
            if name not in self._wanted:  # else it was edited meanwhile, and is looked back for once more
                log.info("rules.preview", extra=fields(said=sentence(name, found, wanted[name])))


def _names_any(rule: Rule, entities: Iterable[str]) -> bool:
    changed = set(entities)
    return any(changed.intersection(mention.entities) for mention in entities_of(rule.condition))


def in_hours(length: timedelta) -> str:
    """Write up to two days in hours, as a rule file does."""
    hours = length / timedelta(hours=1)
    return f"{hours:.0f}h" if hours <= _DAYS_FROM and hours.is_integer() else spoken(length)


def sentence(rule: str, stories: Sequence[str], length: timedelta) -> str:
    """Say how many entries a rule would have matched; `stories` are theirs, one for each entry."""
    if not stories:
        return f"rule {rule} would have matched no entry of the last {in_hours(length)}"
    entries = "1 entry" if len(stories) == 1 else f"{len(stories)} entries"
    number = len(set(stories))
    told = "1 story" if number == 1 else f"{number} stories"
    return (
        f"rule {rule} would have matched {entries} of the last {in_hours(length)} in {told}: "
        f"news-monitor rules preview {rule}"
    )
