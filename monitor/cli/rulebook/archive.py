"""Entries of the archive that a person names by id or address, and what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.cli.common import ago, configured, minute, now
from monitor.cli.database import opened, run_async
from monitor.cli.guard import NothingFoundError, clean
from monitor.config.settings import Loaded
from monitor.core.models import (
    AlertRecord,
    Assignment,
    Decision,
    Delivery,
    DeliveryState,
    FeedState,
    Placement,
    StoredEntry,
    Verdict,
)
from monitor.core.units import spoken
from monitor.core.urls import canonical_url, without_query
from monitor.store import Store

_ID = re.compile(r"[0-9a-f]{32}")
_SHORT = 12
_TITLE = 120
_PLACED = {
    Placement.COPY: "is a copy of",
    Placement.REVISION: "is a changed text of",
    Placement.JOINS: "joined the story of",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of one stored entry, as far as one rule is concerned."""

    stored: StoredEntry
    of: StoredEntry | None
    """The entry it copies, revises or stands nearest to."""
    decisions: Sequence[Decision]
    """Those on the rule and this entry, oldest first."""
    alert: AlertRecord | None
    """That of the rule on the entry's story, whichever entry raised it."""
    deliveries: Sequence[Delivery]
    """Of that alert, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """An entry that the archive does not hold."""

    given: str
    kept: timedelta
    feeds: Sequence[FeedState]
    """Configured feeds of the same host."""


def fates(rule: str, given: str, config: Path) -> list[Fate] | Absent:
    """Find the entries of that id or address, oldest first, and what became of each.

    Raises:
        ConfigurationError: the configuration has mistakes.
        DatabaseUnusableError: there is no database, or it cannot be read.
    """
    loaded = configured(config)
    return run_async(_fates(loaded, rule, given))


def stored_entry(given: str, config: Path) -> StoredEntry:
    """Return the entry of that id, or the latest of that address.

    Raises:
        ConfigurationError: the configuration has mistakes.
        DatabaseUnusableError: there is no database, or it cannot be read.
        NothingFoundError: the archive has no such entry.
    """
    loaded = configured(config)
    found = run_async(_found(loaded, given))
    if not found:
        raise NothingFoundError(nothing_kept(given, loaded.accepted().retention.entries))
    return found[-1]


def nothing_kept(what: str, kept: timedelta) -> str:
    """Say that nothing is kept of a story or an article."""
    return (
        f"no article of {what} is kept: no feed has brought it, or it is older than "
        f"`retention.entries` ({spoken(kept)}); `news-monitor feeds list` shows when each feed was last read"
    )


async def _found(loaded: Loaded, given: str) -> list[StoredEntry]:
    async with opened(loaded) as store:
        return await _entries(store, given)


async def _entries(store: Store, given: str) -> list[StoredEntry]:
    if _ID.fullmatch(given) is None:
        return await store.entries_at(given)
    found = await store.entry(given)
    return [found] if found else []


async def _fates(loaded: Loaded, rule: str, given: str) -> list[Fate] | Absent:
    async with opened(loaded) as store:
        found = [await _fate(store, rule, stored) for stored in await _entries(store, given)]
        if found:
            return found
        host = _host(given)
        return Absent(
            given=given,
            kept=loaded.accepted().retention.entries,
            feeds=[state for state in await store.feed_states() if host and _host(state.url) == host],
        )


def _host(address: str) -> str:
    return (canonical_url(address) or "").removeprefix("https://").removeprefix("http://").partition("/")[0]


async def _fate(store: Store, rule: str, stored: StoredEntry) -> Fate:
    place = stored.assignment
    decided = await store.decisions(entry=stored.entry.id)
    alerts = await store.alert_records([(rule, place.story)]) if place else []
    sent = await store.deliveries(alert=alerts[0].id) if alerts else []
    return Fate(
        stored=stored,
        of=await store.entry(place.of) if place and place.of else None,
        decisions=[decision for decision in decided if decision.rule == rule],
        alert=alerts[0] if alerts else None,
        deliveries=sent[::-1],
    )


def lines_of_absent(absent: Absent) -> Iterator[str]:
    """Say what is known of an article that is not kept."""
    yield nothing_kept(absent.given, absent.kept)
    at = now()
    for feed in absent.feeds:
        trouble = f"; {clean(feed.error)}" if feed.error else ""
        yield f"  {clean(without_query(feed.url))}: last read {ago(feed.last_success_at, at)}{trouble}"


def lines_of_fate(fate: Fate, rule: str, *, matches: bool) -> Iterator[str]:
    """Tell the way of an entry: when it came, where it belongs, what was decided, where the alert went.

    `matches` is what the rule of today says of it.
    """
    entry = fate.stored.entry
    changed = f", changed {entry.revision} times" if entry.revision > 1 else ""
    changed = ", changed once" if entry.revision == 1 else changed
    yield f"{minute(entry.first_seen)}  {clean(entry.outlet)} brought {_quoted(entry.title)}{changed}"
    yield f"  {_place(fate.stored.assignment, fate.of)}"
    matched = any(match.rule == rule for match in fate.stored.findings.matches)
    if matched is not matches:
        yield f"  when it came, {rule} {'matched' if matched else 'did not match'} it: the rule has changed"
    for decision in fate.decisions:
        yield f"  {minute(decision.at)}  {_decided(decision, fate.alert)}"
    if matched and not fate.decisions and fate.stored.assignment:
        yield "  what was decided is no longer kept"
    if fate.alert is not None and fate.alert.entry != entry.id:
        yield f"  the story's alert is {fate.alert.id[:_SHORT]}, raised by another article"
    yield from (f"  {line}" for line in _delivered(fate.deliveries))


def _quoted(title: str) -> str:
    title = clean(title)
    return f"'{title[:_TITLE]}…'" if len(title) > _TITLE else f"'{title}'"


def _place(place: Assignment | None, of: StoredEntry | None) -> str:
    if place is None:
        return "waits to be put into a story; nothing is decided before"
    if place.placement is Placement.OPENS:
        return f"opened story {place.story[:_SHORT]}: {clean(place.reason)}"
    other = of.entry if of else None
    named = f"{_quoted(other.title)} of {clean(other.outlet)}" if other else "an article no longer kept"
    return f"{_PLACED[place.placement]} {named} (story {place.story[:_SHORT]}): {clean(place.reason)}"


def _decided(decision: Decision, alert: AlertRecord | None) -> str:
    detail = f" ({clean(decision.detail)})" if decision.detail else ""
    until = ""
    if decision.verdict is Verdict.HELD and alert is not None and alert.deadline is not None:
        until = f", until {minute(alert.deadline)} at the latest"
    return f"{decision.verdict.value}: {decision.reason.value}{detail}{until}"


def _delivered(deliveries: Iterable[Delivery]) -> Iterator[str]:
    for one in deliveries:
        to = clean(f"{one.channel} {one.recipient}" if one.recipient else one.channel)
        error = f": {clean(one.error)}" if one.error else ""
        match one.state:
            case DeliveryState.SENT:
                yield f"{one.kind.value} to {to} is sent, last tried {_when(one)}"
            case DeliveryState.PARKED:
                yield (
                    f"{one.kind.value} to {to} is a dead letter{error}; "
                    f"`news-monitor alerts retry {one.id[:_SHORT]}` sends it once more"
                )
            case DeliveryState.READY:
                yield f"{one.kind.value} to {to} waits until {minute(one.next_attempt_at)}{error}"
            case _:
                yield f"{one.kind.value} to {to} is {one.state.value}{error}"


def _when(delivery: Delivery) -> str:
    return minute(delivery.started_at or delivery.created_at)
