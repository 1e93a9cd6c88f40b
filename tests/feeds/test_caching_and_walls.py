"""What headers say of freshness, and who signs a refusal."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from monitor.core.models import Failure, Fetched, FetchFailed, NotModified
from monitor.feeds import caching, walls
from tests.feeds.polling import feed, fetcher, state
from tests.feeds.zoo import RSS, Zoo, respond

SECOND = timedelta(seconds=1)
NOON, QUARTER_PAST = "Mon, 04 Mar 2024 12:00:00 GMT", "Mon, 04 Mar 2024 12:15:00 GMT"
PUZZLE = b"<!doctype html><html><body>Please solve this captcha</body></html>"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Cache-Control": "public, max-age=600, must-revalidate"}, 600),
        ({"Cache-Control": "max-age=600", "Age": "500"}, 100),
        ({"Cache-Control": "max-age=600", "Age": "5000"}, 0),
        ({"Cache-Control": 'MAX-AGE="60"'}, 60),
        ({"Cache-Control": "s-maxage=600"}, 0),
        ({"Cache-Control": "no-cache, max-age=600"}, 0),
        ({"Cache-Control": "max-age=60", "Expires": QUARTER_PAST, "Date": NOON}, 60),
        ({"Expires": QUARTER_PAST, "Date": NOON}, 900),
        ({"Expires": NOON, "Date": QUARTER_PAST}, 0),
        ({"Expires": "0", "Date": NOON}, 0),
        ({"Expires": QUARTER_PAST}, 0),
        ({"Cache-Control": "max-age=9999999999", "Age": "x"}, 365 * 86_400),
    ],
)
def test_an_answer_is_fresh_as_long_as_its_headers_say(headers: dict[str, str], seconds: int) -> None:
    """By max-age less Age, else by Expires less Date; whatever cannot be read says nothing."""
    assert caching.fresh(CIMultiDictProxy(CIMultiDict(headers))) == seconds * SECOND


async def test_freshness_and_age_come_with_answers_and_304s(zoo: Zoo) -> None:
    """As the poller hears of them."""
    zoo.answers["/f"] = respond(200, RSS, Cache_Control="max-age=600", Age="90000", ETag='"1"')
    zoo.answers["/g"] = respond(304, Cache_Control="max-age=300")
    async with fetcher() as client:
        got = await client.fetch(feed(zoo.url + "/f"), state(zoo.url + "/f"))
        same = await client.fetch(feed(zoo.url + "/g"), state(zoo.url + "/g", etag='"1"'))
    assert isinstance(got, Fetched)
    assert (got.fresh, got.age) == (timedelta(0), 90_000 * SECOND)
    assert isinstance(same, NotModified)
    assert same.fresh == 300 * SECOND


@pytest.mark.parametrize(
    ("status", "body", "headers", "wall"),
    [
        (403, b"", {"cf_mitigated": "challenge"}, "Cloudflare"),
        (503, b"", {"x_datadome": "1"}, "DataDome"),
        (403, b"", {"Server": "AkamaiGHost"}, "Akamai"),
        (403, PUZZLE, {}, walls.UNNAMED),
        (403, gzip.compress(PUZZLE, mtime=0), {"Content_Encoding": "gzip"}, walls.UNNAMED),
        (429, b"<script src='https://captcha-delivery.com/x'>", {}, "DataDome"),
        (403, b"broken", {"Content_Encoding": "gzip"}, ""),
        (403, b"Forbidden", {"Server": "cloudflare"}, ""),
        (404, PUZZLE, {}, ""),
        (500, b"", {"cf_mitigated": "challenge"}, ""),
    ],
)
async def test_a_bot_check_is_named_by_header_or_page(
    zoo: Zoo, status: int, body: bytes, headers: dict[str, str], wall: str
) -> None:
    """Where it refuses as bot checks do; that a site is served by Cloudflare is no bot check."""
    zoo.answers["/f"] = respond(status, body, **headers)
    async with fetcher() as client:
        got = await client.fetch(feed(zoo.url + "/f"), state(zoo.url + "/f"))
    assert isinstance(got, FetchFailed)
    assert got.wall == wall
    assert (wall in got.message) or not wall


async def test_a_bomb_that_comes_with_a_refusal_is_not_unpacked(zoo: Zoo) -> None:
    """The beginning is enough to know a bot check by."""
    zoo.answers["/f"] = respond(403, gzip.compress(b"A" * 2**26, 1), Content_Encoding="gzip")
    async with fetcher() as client:
        got = await client.fetch(feed(zoo.url + "/f"), state(zoo.url + "/f"))
    assert isinstance(got, FetchFailed)
    assert (got.failure, got.wall) == (Failure.HTTP, "")
