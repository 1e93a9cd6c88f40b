"""The doctor and the network: a proxy that is there, and one that is not."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from monitor.cli.checkups import network
from monitor.cli.checkups.findings import Standing
from monitor.core.models import Feed
from monitor.core.settings import PollingSettings, Settings


async def test_a_proxy_is_connected_to_and_a_dead_one_is_a_problem() -> None:
    """Its name, its refusal and the remedy are said."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        (alive,) = await network.proxies_tried([("127.0.0.1", port)])
    finally:
        server.close()
        await server.wait_closed()
    assert alive.standing is Standing.OK
    dead, unknown = await network.proxies_tried([("127.0.0.1", port), ("no-such-proxy.invalid", 80)])
    assert dead.standing is Standing.PROBLEM
    assert f"127.0.0.1:{port} cannot be reached: connection refused" in dead.sentence
    assert "its name cannot be resolved" in unknown.sentence


def test_every_proxy_is_tried_once_and_its_password_is_left_behind() -> None:
    """Those of single feeds count as the one of all."""
    settings = Settings(polling=PollingSettings(proxy=SecretStr("http://user:secret@proxy.example:3128")))
    other = "http://second.example"
    feeds = [Feed(url=f"https://h.example/{n}", name="", outlet="", proxy=other) for n in range(3)]
    assert network.proxies_of(settings, feeds) == [("proxy.example", 3128), ("second.example", 80)]
