"""The desk's server: built, started if its port is free, stopped with the daemon.

To add routes (an API, metrics), hand them to `application` beside those of the pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from aiohttp import web
from aiohttp.http import HttpProcessingError

from monitor.core.settings.web import WebSettings, split_address
from monitor.telemetry import fields
from monitor.web.access import Access, Clock
from monitor.web.guards import guard
from monitor.web.login import AuditLog, Door

log = logging.getLogger(__name__)
_protocol_log = logging.getLogger(f"{__name__}.protocol")


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Say whether a line tells of more than a client that speaks no HTTP: a scanner, TLS, a long header."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


_protocol_log.addFilter(_is_our_fault)

_STATIC = Path(__file__).parent / "static"
_DRAIN = 1.0
"""Seconds that requests under way have at the end."""


def application(
    routes: Iterable[web.AbstractRouteDef],
    access: Access,
    *,
    closing: Callable[[], None] = lambda: None,
    audit: AuditLog | None = None,
) -> web.Application:
    """Build the application: these routes, behind the guard, and the static files.

    `closing` ends what would otherwise stay open, at the first word of the end; `audit` keeps who logged in.
    """

    async def end(_: web.Application) -> None:
        closing()

    made = web.Application(middlewares=[guard(access)])
    made.add_routes([*routes, *Door(access, audit).routes(), web.static("/static", _STATIC)])
    made.on_shutdown.append(end)
    return made


class WebServer:
    """Serves an application where the settings say."""

    def __init__(
        self,
        settings: WebSettings,
        routes: Iterable[web.AbstractRouteDef],
        *,
        clock: Clock,
        closing: Callable[[], None] = lambda: None,
        audit: AuditLog | None = None,
    ) -> None:
        self._settings = settings
        made = application(routes, Access(settings, clock=clock), closing=closing, audit=audit)
        self._runner = web.AppRunner(made, access_log=None, logger=_protocol_log, shutdown_timeout=_DRAIN)
        self.address: str | None = None
        """Where it is served; None while it is not."""

    async def start(self) -> None:
        """Listen, if the desk is on. An address in use is a warning: monitoring goes on without the desk."""
        if not self._settings.enabled:
            return
        host, port = split_address(self._settings.listen)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            remedy = (
                "end what listens there, or write another in config.yaml: `web: {listen: 127.0.0.1:8801}`"
            )
            said = {"listen": self._settings.listen, "error": error.strerror or str(error), "remedy": remedy}
            log.warning("web.not_served", extra=fields(**said))
            return
        named = f"[{host}]" if ":" in host else host
        self.address = f"http://{named}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening; end what is under way."""
        self.address = None
        await self._runner.cleanup()
