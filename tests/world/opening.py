"""A world made ready: its configuration, an empty database, and nothing that is waited for in real time."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

from monitor.channels.pacing import Pace
from monitor.config.settings import load_settings
from monitor.store import open_store, outbox
from tests.channels.slack_double import Fault
from tests.channels.smtp_server import MailFault
from tests.world.happenings import OUTLETS
from tests.world.outlet import Outlet
from tests.world.world import NAMES, Servers, World

RULES = """
rules:
  bridges: {title: Bridges, severity: high, any: ["=bridge"]}
  dams:
    title: Dams
    any: ["=dam"]
    alert:
      corroboration: {outlets: 2, within: 30m, otherwise: send}
"""
CONFIG = """
rules: [rules.yaml]
channels:
  osint:
    {{type: slack, token: "file:{token}", channel: {channel}, api_url: "{api_url}",
      pace: 0s, fold_after: never}}
  desk:
    {{type: email, host: localhost, port: {port}, tls: none, from: news@desk.example,
      to: [analyst@desk.example], pace: 0s, fold_after: never}}
polling: {{interval: 15m, max_backoff: 1h, per_host: 16}}
alerts: {{max_age: 24h, first_read_max_age: 24h, expires_after: 365d}}
feeds:
{feeds}
"""

_look_up = socket.getaddrinfo


async def _at_once(threads: Any, work: Any) -> Any:
    """Do a transaction here and now instead of in a thread: the same in every run of a history."""
    return threads._transaction(work)


def named(url: str) -> str:
    """Give an address of a server of the world by a name, which name servers must be asked for."""
    return url.replace("127.0.0.1", "localhost")


def _looked_up(host: Any, *rest: Any, **more: Any) -> Any:
    """Look up a name of the world, where there are only name servers that answer or not."""
    if NAMES.gone and host in {"localhost", b"localhost"}:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return _look_up(host, *rest, **more)


@contextmanager
def hurried() -> Iterator[None]:
    """Take out what is waited for in real time: a batch's company, a mended store, the disk, other threads.

    Who would have to wait for a turn at Slack is sent away, and comes again when the world's time has passed.

    A killed process, unlike a machine without power, loses nothing that was written but not yet on disk.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.pipeline.pace.PAUSE", 0.01)
        patch.setitem(cast("dict[str, Any]", Pace.__init__.__kwdefaults__), "patience", timedelta(0))
        patch.setattr("monitor.pipeline.poll._LINGER", 0.0)
        patch.setattr("monitor.store.engine._PATIENCE_MS", 2)
        patch.setattr("socket.getaddrinfo", _looked_up)
        patch.setattr(
            "monitor.store.outbox.may_go", cache(outbox.may_go)
        )  # the dearest of what is asked most
        patch.setattr("monitor.store.engine._FILE_PRAGMAS", ("journal_mode=WAL", "synchronous=OFF"))
        for name in ("run", "run_forgettable"):
            patch.setattr(f"monitor.store.engine._Threads.{name}", _at_once)
        yield


@asynccontextmanager
async def opened(folder: Path, servers: Servers) -> AsyncIterator[World]:
    """Make a world with an empty database in a folder of its own."""
    outlets = [Outlet(f"o{number}", servers.zoo) for number in range(OUTLETS)]
    for log in (servers.slack.messages, servers.slack.requests, servers.slack.refusals, servers.mail.mails):
        cast("list[Any]", log).clear()
    slack = servers.slack
    slack.outage, servers.mail.outage, NAMES.gone = Fault.NONE, MailFault.NONE, False
    feeds = "\n".join(
        f"  - {{url: '{named(outlet.url)}', name: {outlet.name}, outlet: {outlet.name}.example, "
        "allow_private: true}"
        for outlet in outlets
    )
    text = CONFIG.format(
        token=folder / "token",
        channel=slack.channel,
        api_url=named(slack.api_url),
        port=servers.mail.port,
        feeds=feeds,
    )
    (folder / "token").write_text(slack.token, encoding="utf-8")
    (folder / "token").chmod(0o600)
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    loaded = load_settings(folder / "config.yaml")
    store = await open_store(f"sqlite:///{folder}/news.db", owner="test", exclusive=True)
    world = World(folder=folder, servers=servers, loaded=loaded, store=store, outlets=outlets)
    for outlet in outlets:
        outlet.clock = world.true_time
    slack.wall = slack.clock = world.elapsed
    try:
        await world.restart()
        yield world
    finally:
        await world.end()
        await store.close()
