"""How a feed is doing: from what its polls left behind to a state with a reason and a remedy."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from monitor.core.models import Document, Failure, FeedHealth, FeedState, FeedStatus, Health, Noted
from monitor.core.rhythm import LEAST_SILENCE, silent_after
from monitor.core.urls import without_query

DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_SURE: Final = 3
"""Failures in a row after which a person is told."""
_EMPTY: Final = 2
_REFILLED: Final = 3
"""A feed that was empty and filled again so often may be empty for a day before that is remarkable."""
_UNDATED: Final = 3
_OLD_COPIES: Final = 2
_LATE: Final = 2
_UNTOLD: Final = 2
_UNWELL = frozenset({FeedStatus.FAILING, FeedStatus.NOT_A_FEED, FeedStatus.GONE})
WELL: Final = frozenset({Health.OK, Health.NEW, Health.OFFLINE, Health.UNTOLD})
"""The states in which nobody need look at a feed."""
_MAY_PASS = frozenset(
    {Health.FAILING, Health.THROTTLED, Health.BLOCKED, Health.HTML, Health.NOT_A_FEED, Health.OFFLINE}
)

REMEDIES: Final = {
    Health.OK: "",
    Health.NEW: "it is read for the first time within a minute or so",
    Health.OFFLINE: "look after this machine's own network; polling goes on by itself",
    Health.MOVED: "write the new address into the configuration",
    Health.THROTTLED: "give it a longer interval; its wish is kept to meanwhile",
    Health.FAILING: "look with `news-monitor feeds probe`; it is asked again all by itself",
    Health.BLOCKED: "set `polling.contact`, ask the site to let the reader in, or give the feed a `proxy`",
    Health.HTML: "open the address in a browser and look for the feed's new one",
    Health.NOT_A_FEED: "look with `news-monitor feeds probe` what comes, and correct the address",
    Health.GONE: "take it out of the configuration, or look for its successor",
    Health.EMPTY: "tell the publisher, or look for another feed of the site; it is asked on",
    Health.LYING: "nothing: it is asked without validators for two weeks, then tried again",
    Health.GAP: "allow a shorter `interval` or a larger `polling.budget` for it; it is polled faster already",
    Health.STALE: "look at the feed in a browser: its publisher's cache or software is at fault",
    Health.UNTOLD: "nothing: it is polled at its usual pace until its hub tells of something again",
    Health.LATE: "give the feeds of its host a longer `interval`, or allow a shorter `polling.host_interval`",
    Health.SILENT: "look whether the site still publishes, and whether it does so under another address",
}
"""What a person can do about each state."""
_OF_STATUS: Final = {
    401: "give the feed `auth`, or `headers` with a key",
    402: "the site wants to be paid: look for another feed of it",
    403: "set `polling.contact`, or give the feed `auth`, `headers` or a `proxy`",
    404: "look on the site for the feed's new address: `feeds probe` with that of its front page",
    407: "the proxy wants a password: write it into `proxy`",
    451: "the feed is barred here for legal reasons: give it a `proxy` elsewhere",
}
_OF_FAILURE: Final = {
    Failure.DNS: "look whether the name is spelt rightly and its domain still exists",
    Failure.UNREACHABLE: "look whether the site is up; it is asked again all by itself",
    Failure.TIMEOUT: "look whether the site is up; where it is just slow, a longer `polling.total_timeout`",
    Failure.TLS: "tell the publisher: its certificate or its TLS is at fault",
    Failure.TOO_LARGE: "where the feed is really that large, a larger `polling.max_body` or `max_document`",
    Failure.BAD_ENCODING: "tell the publisher: its server or cache packs the feed wrongly",
    Failure.REDIRECTS: "open the address in a browser, and write where it leads into the configuration",
    Failure.FORBIDDEN_ADDRESS: "if that is meant, `allow_private` for the feed or `polling.allow_networks`",
    Failure.MALFORMED: "tell the publisher: its server does not speak proper HTTP",
}


def is_well(state: Health) -> bool:
    """Say whether nobody need look at a feed in this state."""
    return state in WELL


def is_certain(state: Health, *, failures: int) -> bool:
    """Say whether a state has lasted long enough to tell people of it: one failure is none."""
    return state not in _MAY_PASS or failures >= _SURE


def remedy(health: FeedHealth, noted: Noted) -> str:
    """Return what a person can do, in a sentence."""
    if health.state is Health.HTML and noted.offer:
        return f"the page names the feed {noted.offer}: try that address"
    if health.state is Health.FAILING:
        known = {failure.value: what for failure, what in _OF_FAILURE.items()}
        return _OF_STATUS.get(noted.status) or known.get(noted.failed) or REMEDIES[Health.FAILING]
    return REMEDIES[health.state]


def judged(state: FeedState, now: datetime, *, offline_since: datetime | None = None) -> FeedState:
    """Return the state of a feed with its health as of `now`; `since` moves only when the health changes.

    Args:
        state: what the latest poll left.
        now: aware UTC.
        offline_since: since when our own network is down, if that is why the latest poll failed.
    """
    before = state.health
    found, reason = _found(state, now, offline_since)
    if before.state is found and before.reason == reason and before.since is not None:
        return state
    since = before.since if before.state is found and before.since is not None else now
    return replace(state, health=FeedHealth(state=found, since=since, reason=reason))


def _found(state: FeedState, now: datetime, offline_since: datetime | None) -> tuple[Health, str]:
    if offline_since is not None:
        since = f"{offline_since:%H:%M} UTC"
        return Health.OFFLINE, f"no host can be reached since {since}: our own network is down"
    return _failing(state) if state.status in _UNWELL else _well(state, now)


def _failing(state: FeedState) -> tuple[Health, str]:
    noted, said = state.noted, state.error or "it fails"
    times = f" ({state.failures} times in a row)" if state.failures > 1 else ""
    if state.status is FeedStatus.GONE:
        return Health.GONE, said
    if noted.wall:
        return Health.BLOCKED, f"{said}{times}"
    if noted.failed == Failure.RATE_LIMITED:
        return Health.THROTTLED, f"{said}{times}"
    if state.status is FeedStatus.NOT_A_FEED:
        return Health.HTML if noted.failed == Document.HTML else Health.NOT_A_FEED, f"{said}{times}"
    return Health.FAILING, f"{said}{times}"


def _well(state: FeedState, now: datetime) -> tuple[Health, str]:
    if state.last_success_at is None:
        return Health.NEW, "it has not been read yet"
    return (
        _incomplete(state.noted, now)
        or _outdated(state.noted, now)
        or _late(state.noted)
        or _silent(state, now)
        or _false(state, now)
        or (Health.OK, "")
    )


def _incomplete(noted: Noted, now: datetime) -> tuple[Health, str] | None:
    used_to_it = noted.refilled >= _REFILLED and noted.empty_at is not None and now - noted.empty_at < DAY
    if noted.empty >= _EMPTY and not used_to_it:
        times = f"{noted.empty} times in a row"
        return Health.EMPTY, f"it has no entries, {times}, where there were {noted.usual}"
    if noted.gap_at is not None and now - noted.gap_at < DAY:
        lost = f"all its entries were new at {noted.gap_at:%d %b %H:%M} UTC"
        return Health.GAP, f"{lost}: whatever stood between them and the poll before was lost"
    return None


def _outdated(noted: Noted, now: datetime) -> tuple[Health, str] | None:
    if noted.undated >= _UNDATED:
        return Health.STALE, "its new entries have no date that can be read, though they used to"
    if noted.old_at is not None and noted.old_copies >= _OLD_COPIES and now - noted.old_at < DAY:
        return Health.STALE, f"{noted.old}, {noted.old_copies} times lately"
    return None


def _late(noted: Noted) -> tuple[Health, str] | None:
    if noted.lates < _LATE:
        return None
    late = max(noted.late // 60, 1)
    return Health.LATE, f"asked {late} min later than its interval says: other feeds of its host come first"


def _silent(state: FeedState, now: datetime) -> tuple[Health, str] | None:
    newest = state.rhythm.newest if state.rhythm else (state.last_entry_at or state.first_read_at)
    if newest is None:
        return None
    quiet = now - newest
    if quiet <= LEAST_SILENCE or quiet <= (limit := silent_after(state.rhythm)):
        return None
    usual = f"by its rhythm it is never quiet for {_long(limit)}"
    return Health.SILENT, f"nothing new for {_long(quiet)}; {usual}"


def _false(state: FeedState, now: datetime) -> tuple[Health, str] | None:
    until = state.noted.distrusted_until
    if until is not None and now < until:
        return Health.LYING, "it said 'not modified' though new entries stood in it"
    if state.moved_to is not None:
        return Health.MOVED, f"it redirects for good to {without_query(state.moved_to)}, where it is asked"
    if state.noted.untold >= _UNTOLD:
        return Health.UNTOLD, f"polls found new entries of which its hub {state.noted.hub} had not told"
    return None


def _long(span: timedelta) -> str:
    return f"{span / DAY:.0f} days" if span >= 3 * DAY else f"{span / _HOUR:.3g} hours"
