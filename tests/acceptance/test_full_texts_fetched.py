"""The whole article is seen by the rules of a real daemon, whatever its pages do."""

from __future__ import annotations

import asyncio

from tests.acceptance.daemon import Desk
from tests.feeds.zoo import Request, respond, send
from tests.fulltext.newspaper import Teaser, feed, page, prose

ORLA = Teaser(slug="orla", title="Night shift on the Orla", summary="What engineers saw by the river.")
ROSA = Teaser(slug="rosa", title="Rosa viaduct closed", summary="Nobody hurt.")
TELLING = "Divers found a crack in the third pillar of the bridge."


async def test_a_page_that_hangs_delays_no_alert_and_survives_a_kill(desk: Desk) -> None:
    """What was to be fetched when the daemon was killed is fetched by the next one, and told once."""
    held = asyncio.Event()

    async def hangs(request: Request, writer: asyncio.StreamWriter) -> None:
        held.set()
        await asyncio.Event().wait()
        await send(writer, 200, request.line.encode())

    body = feed(desk.zoo.url, [ORLA, ROSA])
    desk.zoo.answers["/rss"] = respond(200, body, Content_Type="application/rss+xml")
    desk.zoo.answers["/orla"] = desk.zoo.answers["/rosa"] = hangs
    desk.settings["feeds"].append(
        {"url": f"{desk.zoo.url}/rss", "outlet": "courier.example", "allow_private": True, "full_text": True}
    )
    async with desk.running() as first:
        await first.until(lambda: ROSA.title in first.said)
        await first.until(held.is_set)
        await first.until(lambda: desk.rows("SELECT 1 FROM deliveries WHERE state = 'sent'"))
        await first.kill()
    for one, telling in ((ORLA, TELLING), (ROSA, "Drivers wait for the viaduct to open.")):
        article = page(one.title, prose(telling))
        desk.zoo.answers[f"/{one.slug}"] = respond(200, article, Content_Type="text/html; charset=utf-8")
    async with desk.running() as second:
        await second.until(lambda: TELLING in second.said)
        await second.until(lambda: desk.rows("SELECT count(*) FROM pages WHERE state = 'read'") == [(2,)])
        await second.until(lambda: not desk.rows("SELECT 1 FROM pending"))
        assert await second.stop() == 0
    assert (first.said + second.said).count(ROSA.title) == 1
    assert (first.said + second.said).count(ORLA.title) == 1
