"""What the web server serves to programs, over the parts that the daemon owns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from monitor.pipeline.in_force import InForce
from monitor.pipeline.ports import Clock
from monitor.store import Store
from monitor.web.metrics import Metrics
from monitor.web.outgoing import Feeds


async def for_programs(
    store: Store, in_force: InForce, *, clock: Clock, outcomes: Callable[[], Mapping[str, int]]
) -> list[web.RouteDef]:
    """Metrics, probes and feeds of alerts; counting begins here."""
    metrics = Metrics(store, clock=clock, outcomes=outcomes, rules=lambda: tuple(in_force.rulebook.rules))
    await metrics.begin()
    return [*metrics.routes(), *Feeds(store, rules=lambda: in_force.rulebook.rules).routes()]
