"""Figures for Prometheus at /metrics; whether the daemon lives and can work, at /healthz and /readyz.

Totals begin at zero when the daemon starts, as counters of Prometheus do. They follow the ledgers of the
database, not the stages: so they count what was committed, once, whichever machine did it.
"""

from __future__ import annotations

import asyncio
import logging
import platform
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import DeliveryState, Followed, Health, Since, Standing, Verdict, WalkStanding
from monitor.core.walking import STAGES
from monitor.resident import resident
from monitor.telemetry import fields
from monitor.web.ports import Clock, RuleNames

log = logging.getLogger(__name__)

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
_PATIENCE: Final = 2.0
"""Seconds within which the database must answer to count as reachable."""
_OPEN: Final = (DeliveryState.READY, DeliveryState.SENDING, DeliveryState.UNSURE)
_BUCKETS: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600)


class FigureStore(Protocol):
    """What is measured of the database."""

    async def ledgers_end(self) -> Followed:
        """Where the ledgers of decisions and deliveries end now."""

    async def ledgers_since(self, followed: Followed) -> Since:
        """What was decided and delivered since the ledgers were followed so far."""

    async def standing(self, now: datetime) -> Standing:
        """How things stand: feeds, queues, size."""

    async def next_poll_at(self) -> datetime | None:
        """When the next unclaimed feed is due: the cheapest question there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What is asked of the running stages."""

    outcomes: Callable[[], Mapping[str, int]]
    """Polls since the start, by what they came to."""
    stuck: Callable[[], Sequence[str]]
    """Stages that stand still, by name."""
    keeping: Callable[[], str]
    """`keeper` or `standby` among daemons of one database; empty until that is decided."""
    walk: Callable[[], WalkStanding] = WalkStanding
    """How the synthetic entries fare."""


class Metrics:
    """Answers scrapes and probes."""

    def __init__(self, store: FigureStore, *, clock: Clock, stages: Stages, rules: RuleNames) -> None:
        self._store, self._clock, self._stages, self._rules = store, clock, stages, rules
        self._followed: Followed | None = None
        self._matches: Tally[str] = Tally()
        self._decided: Tally[tuple[str, Verdict]] = Tally()
        self._ended: Tally[tuple[str, DeliveryState]] = Tally()
        self._scraping = asyncio.Lock()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._to_alert = Histogram(
            "news_monitor_time_to_alert_seconds",
            "From when an article was first seen to the attempt that sent the first message about it.",
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def routes(self) -> list[web.RouteDef]:
        """Where scrapes and probes go."""
        return [
            web.get("/metrics", self.metrics),
            web.get("/healthz", self.healthz),
            web.get("/readyz", self.readyz),
        ]

    async def begin(self) -> None:
        """Count from here on; without it, from the first scrape on."""
        try:
            self._followed = await self._store.ledgers_end()
        except StoreUnavailableError:
            return

    async def healthz(self, _request: web.Request) -> web.Response:
        """Say whether the daemon lives: an answer shows that the loop turns, the watch that stages do."""
        if stuck := self._stages.stuck():
            text = f"stands still: {', '.join(stuck)}\n"
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=text)
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        """Say whether the daemon can work: the database answers within two seconds, and who keeps is decided.

        Rules are loaded before anything is served. Why the database cannot be read is for the log: anybody
        may ask.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._store.next_poll_at()
        except (StoreUnavailableError, TimeoutError) as error:
            why = str(error) or f"the database did not answer within {_PATIENCE:g} s"
            log.warning("web.not_ready", extra=fields(why=why))
            said = "not ready: the database cannot be read; the log and `news-monitor doctor` say why\n"
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=said)
        role, rules = self._stages.keeping(), len(self._rules())
        if not role:
            said = "not ready: it is not decided yet whether this daemon keeps stories or stands by\n"
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=said)
        return web.Response(text=f"ready: {role}, {rules} rule{'' if rules == 1 else 's'} in force\n")

    async def metrics(self, _request: web.Request) -> web.Response:
        """All figures; where the database cannot be read, those that need none, and that it is down."""
        async with self._scraping:  # two readers of the ledgers would count the same twice
            standing = await self._read()
            once = CollectorRegistry()
            once.register(_Once(self._families(standing)))
            body = generate_latest(once) + generate_latest(self._registry)
        return web.Response(body=body, headers={"Content-Type": TEXT})

    async def _read(self) -> Standing | None:
        """Follow the ledgers, and see how things stand; None if the database cannot be read."""
        try:
            before = self._followed or await self._store.ledgers_end()
            found = await self._store.ledgers_since(before)
            self._followed = found.followed
            for decided in found.decided:
                self._matches[decided.rule] += decided.matches
                self._decided[decided.rule, decided.verdict] += decided.number
            for ended in found.ended:
                self._ended[ended.channel, ended.state] += 1
                if ended.seconds is not None:
                    self._to_alert.observe(ended.seconds)
            return await self._store.standing(self._clock())
        except StoreUnavailableError:
            return None

    def _families(self, standing: Standing | None) -> Iterator[Metric]:
        said = {"version": own_version(), "python": platform.python_version()}
        yield InfoMetricFamily("news_monitor_build", "What runs.", value=said)
        up = "Whether the database could be read for these figures."
        yield GaugeMetricFamily("news_monitor_database_up", up, value=float(standing is not None))
        still = "Stages of the daemon that stand still."
        yield GaugeMetricFamily("news_monitor_stuck_stages", still, value=len(self._stages.stuck()))
        yield from _memory()
        yield from _walk(self._stages.walk(), self._clock())
        yield from self._totals()
        if standing is not None:
            yield from _standing(standing, self._clock())

    def _totals(self) -> Iterator[Metric]:
        polls = CounterMetricFamily("news_monitor_polls", "Polls by what they came to.", labels=["outcome"])
        for outcome, number in sorted(({"read": 0, "unchanged": 0} | dict(self._stages.outcomes())).items()):
            polls.add_metric([outcome.replace(" ", "_")], number)
        matches = CounterMetricFamily("news_monitor_matches", "Entries that a rule matched.", labels=["rule"])
        for rule in sorted({*self._rules(), *self._matches}):
            matches.add_metric([rule], self._matches[rule])
        decided = CounterMetricFamily(
            "news_monitor_decisions", "What became of matches.", labels=["rule", "verdict"]
        )
        known = {(rule, verdict) for rule in self._rules() for verdict in (Verdict.ALERT, Verdict.SUPPRESSED)}
        for rule, verdict in sorted(known | set(self._decided)):
            decided.add_metric([rule, verdict], self._decided[rule, verdict])
        ended = CounterMetricFamily(
            "news_monitor_deliveries", "Messages that came to an end.", labels=["channel", "state"]
        )
        for (channel, state), number in sorted(self._ended.items()):
            ended.add_metric([channel, state], number)
        yield from (polls, matches, decided, ended)


class _Once(Collector):
    """Hands over families made for one scrape."""

    def __init__(self, families: Iterator[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        """Give them."""
        return iter(self._families)


def _walk(found: WalkStanding, now: datetime) -> Iterator[Metric]:
    """Of the synthetic entries; nothing before the first has arrived, or is late."""
    if not found.is_on:
        return
    if found.seconds is not None:
        said = "How long the last synthetic entry took from its feed to the null channel."
        yield GaugeMetricFamily("news_monitor_walk_seconds", said, value=found.seconds)
        age = "Since the last synthetic entry arrived."
        yield GaugeMetricFamily("news_monitor_walk_age_seconds", age, value=_age(found.arrived_at, now))
    late = GaugeMetricFamily(
        "news_monitor_walk_late_seconds",
        "How long none has arrived, by the stage that has it; 0: it is in time.",
        labels=["stage"],
    )
    for stage in STAGES:
        is_at = found.late is not None and found.late.stage is stage
        late.add_metric([stage], found.late.lasted.total_seconds() if found.late and is_at else 0)
    yield late


def _memory() -> Iterator[Metric]:
    """Of this process and its children; none where the system does not tell."""
    found = resident()
    if found is not None:
        said = "Memory in use by the daemon and by the processes it started."
        sizes = GaugeMetricFamily("news_monitor_resident_bytes", said, labels=["process"])
        sizes.add_metric(["daemon"], found.own)
        sizes.add_metric(["children"], found.children)
        yield sizes


def _standing(found: Standing, now: datetime) -> Iterator[Metric]:
    feeds = GaugeMetricFamily("news_monitor_feeds", "Configured feeds by health.", labels=["health"])
    for health in Health:
        feeds.add_metric([health.replace(" ", "_")], found.feeds.get(health, 0))
    waiting = GaugeMetricFamily(
        "news_monitor_deliveries_open",
        "Messages under way.",
        labels=["channel", "state"],
    )
    for channel in sorted({channel for channel, _ in found.open}):
        for state in _OPEN:
            waiting.add_metric([channel, state], found.open.get((channel, state), 0))
    yield from (feeds, waiting)
    yield CounterMetricFamily("news_monitor_entries", "Entries ever stored.", value=found.entries)
    gauges = {
        "pending_entries": ("Entries that wait for their story.", found.pending),
        "oldest_pending_seconds": ("Age of the oldest of them.", _age(found.oldest_pending_at, now)),
        "oldest_unsent_seconds": ("Age of the oldest message under way.", _age(found.oldest_unsent_at, now)),
        "poll_lag_seconds": ("How long the most overdue feed is overdue.", _age(found.next_poll_at, now)),
        "held_alerts": ("Alerts held from everybody.", found.held),
        "silences": ("Silences in force.", found.silences),
        "database_size_bytes": ("Of the database.", found.size),
    }
    for name, (said, value) in gauges.items():
        yield GaugeMetricFamily(f"news_monitor_{name}", said, value=value)


def _age(since: datetime | None, now: datetime) -> float:
    """Seconds since a moment; 0 where there is none or it is to come."""
    return 0.0 if since is None else max((now - since).total_seconds(), 0.0)


def own_version() -> str:
    """Return the version that is installed."""
    try:
        return version("news-monitor")
    except PackageNotFoundError:
        return "unknown"
