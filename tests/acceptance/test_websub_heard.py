"""The daemon and a hub: an alert that no poll could have brought."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.acceptance.daemon import Desk, document
from tests.feeds.hub import open_hub
from tests.feeds.zoo import respond


async def test_what_a_hub_brings_alerts_though_the_feed_is_polled_once_an_hour(desk: Desk) -> None:
    """Found in the first document, asked, verified behind the desk's guard, brought, matched, told."""
    async with open_hub() as hub:
        first = document([("a", "Flood closes road")])
        link = f'<{hub.url}>; rel="hub"'
        desk.zoo.answers["/one"] = respond(200, first, Link=link)
        url = f"{desk.zoo.url}/one"
        desk.settings["feeds"] = [{"url": url, "outlet": "one.example"}]
        desk.settings["polling"] = {"interval": "1h", "allow_networks": ["127.0.0.0/8"]}
        desk.settings["web"] = {
            "listen": "127.0.0.1:0",
            "websub": {"callback": "https://news.example.org/websub"},
        }
        async with desk.running() as daemon:
            started = daemon.event("started")
            assert started is not None
            hub.reached = lambda callback: f"{started['web']}{urlsplit(callback).path}"
            await daemon.until(lambda: daemon.event("websub.subscribed"))
            assert [asked.topic for asked in hub.asked] == [url]
            requests = len(desk.zoo.requests)
            assert await hub.bring(document([("b", "Dam holds, engineers say")])) == 202
            await daemon.until(lambda: "Dam holds" in daemon.said)
            assert len(desk.zoo.requests) == requests
            assert await hub.bring(document([("c", "Forged flood")]), secret="guessed") == 202
            await daemon.until(lambda: daemon.event("websub.not_signed"))
            assert await daemon.stop() == 0
            assert "Forged" not in daemon.said
            assert hub.asked[0].secret not in daemon.logged
