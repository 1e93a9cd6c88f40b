"""What the web server serves to programs, over the parts that the daemon owns."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from monitor.pipeline.in_force import InForce
from monitor.pipeline.ports import Clock
from monitor.store import Store
from monitor.web.api.endpoints import InForceNow
from monitor.web.api.routes import routes
from monitor.web.metrics import Metrics, Stages
from monitor.web.outgoing import Feeds


async def for_programs(
    store: Store, in_force: InForce, *, clock: Clock, stages: Stages, hide: Callable[[str], str]
) -> list[web.RouteDef]:
    """Metrics, probes, feeds of alerts and the API; counting begins here."""
    metrics = Metrics(store, clock=clock, stages=stages, rules=lambda: tuple(in_force.rulebook.rules))
    await metrics.begin()
    now = InForceNow(rules=lambda: in_force.rulebook.rules, feeds=lambda: in_force.feeds, hide=hide)
    api = routes(store, now, wants_login=in_force.settings.web.wants_login)
    return [*metrics.routes(), *Feeds(store, rules=now.rules).routes(), *api]
