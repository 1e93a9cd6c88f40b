"""What the fetcher makes of servers that behave and of servers that do not."""

from __future__ import annotations

import asyncio
import base64
import gzip
import threading
import zlib
from datetime import timedelta
from typing import Any

import brotli
import pytest

from monitor.core.models import Failure, Fetched, FetchFailed, FetchResult, HostBusy, NotModified
from monitor.core.settings import PollingSettings
from monitor.feeds.fetch import HttpFetcher, user_agent
from monitor.feeds.resolver import PatientResolver
from tests.feeds.polling import NOW, feed, fetcher, settings, state
from tests.feeds.zoo import RSS, Request, Zoo, conditional, open_zoo, raw, redirect, respond, send, silent

DAY = timedelta(hours=24)


async def ask(url: str, *, memory: dict[str, Any] | None = None, **more: Any) -> FetchResult:
    """Fetch once with short deadlines."""
    async with fetcher() as client:
        return await client.fetch(feed(url, **more), state(url, **(memory or {})))


async def failing(url: str, **more: Any) -> FetchFailed:
    """Fetch once, expecting a failure."""
    outcome = await ask(url, **more)
    assert isinstance(outcome, FetchFailed), outcome
    return outcome


async def fetched(url: str, **more: Any) -> Fetched:
    """Fetch once, expecting a document."""
    outcome = await ask(url, **more)
    assert isinstance(outcome, Fetched), outcome
    return outcome


async def test_document_comes_with_its_validators(zoo: Zoo) -> None:
    """Body, content type, ETag and Last-Modified are handed over as sent."""
    zoo.answers["/f"] = respond(
        200, RSS, ETag='W/"7"', Last_Modified="Mon, 04 Mar 2024 10:00:00 GMT", Content_Type="text/xml"
    )
    got = await fetched(zoo.url + "/f")
    assert (got.body, got.status, got.content_type) == (RSS, 200, "text/xml")
    assert (got.etag, got.last_modified) == ('W/"7"', "Mon, 04 Mar 2024 10:00:00 GMT")
    assert got.moved_to is None


async def test_known_validators_make_the_request_conditional(zoo: Zoo) -> None:
    """The second poll of an unchanged feed is a 304."""
    zoo.answers["/f"] = conditional(RSS, '"1"')
    first = await fetched(zoo.url + "/f")
    again = await ask(zoo.url + "/f", memory={"etag": first.etag, "last_modified": "then"})
    assert isinstance(again, NotModified)
    assert zoo.requests[-1].headers["if-modified-since"] == "then"


async def test_304_that_nobody_asked_for_is_a_failure(zoo: Zoo) -> None:
    """Without validators there is nothing that could be unmodified."""
    zoo.answers["/f"] = respond(304)
    assert (await failing(zoo.url + "/f")).failure is Failure.HTTP


async def test_request_says_who_asks_and_for_what(zoo: Zoo) -> None:
    """The User-Agent names project, version and contact; no cookie and no referrer is sent."""
    zoo.answers["/f"] = respond(200, RSS, Set_Cookie="track=1")
    options = settings(contact="https://ops.example/bot")
    async with HttpFetcher(options, clock=lambda: NOW) as client:
        for _ in range(2):
            await client.fetch(feed(zoo.url + "/f"), state(zoo.url + "/f"))
    sent = zoo.requests[-1].headers
    assert sent["user-agent"].startswith("news-monitor/")
    assert "https://ops.example/bot" in sent["user-agent"]
    assert sent["accept-encoding"] == "gzip, deflate, br"
    assert "cookie" not in sent
    assert zoo.connections == 1, "the second request uses the same connection"


def test_configured_user_agent_is_taken_as_it_is() -> None:
    """Who sets user_agent gets exactly that."""
    assert user_agent(PollingSettings(user_agent="Mozilla/5.0")) == "Mozilla/5.0"


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301, 308), True), ((302,), False), ((301, 302), False), ((307, 301), False), ((303,), False)],
)
async def test_move_is_permanent_only_if_every_step_is(
    zoo: Zoo, statuses: tuple[int, ...], moved: bool
) -> None:
    """`moved_to` is told for chains of 301 and 308 alone."""
    for number, status in enumerate(statuses):
        zoo.answers[f"/{number}"] = redirect(status, f"/{number + 1}")
    zoo.answers[f"/{len(statuses)}"] = respond(200, RSS)
    got = await fetched(zoo.url + "/0")
    assert got.url == f"{zoo.url}/{len(statuses)}"
    assert got.moved_to == (got.url if moved else None)


async def test_known_move_is_followed_at_once(zoo: Zoo) -> None:
    """A feed that has moved is asked at its new address."""
    zoo.answers["/new"] = respond(200, RSS)
    got = await fetched(zoo.url + "/old", memory={"moved_to": zoo.url + "/new"})
    assert [request.path for request in zoo.requests] == ["/new"]
    assert got.moved_to is None


@pytest.mark.parametrize(
    "location", ["/loop", "file:///etc/passwd", "ftp://h.example/", "http://", "http://[::"]
)
async def test_redirects_that_lead_nowhere_are_named(zoo: Zoo, location: str) -> None:
    """Loops and other schemes end with REDIRECTS."""
    zoo.answers["/loop"] = redirect(302, location)
    assert (await failing(zoo.url + "/loop")).failure is Failure.REDIRECTS


async def test_credentials_stay_with_their_origin(zoo: Zoo) -> None:
    """Headers and password of a feed are not sent to another host that it redirects to."""
    async with open_zoo() as other:
        zoo.answers["/f"] = redirect(302, other.url + "/g")
        other.answers["/g"] = respond(200, RSS)
        await fetched(zoo.url + "/f", headers={"X-Key": "secret"}, auth=("me", "pässword"))
        given = zoo.requests[0].headers
        login = base64.b64decode(given["authorization"].removeprefix("Basic ")).decode()
        assert (given["x-key"], login) == ("secret", "me:pässword")
        assert not {"x-key", "authorization"} & set(other.requests[0].headers)


async def test_user_information_in_a_redirect_is_dropped(zoo: Zoo) -> None:
    """A redirect cannot make us log in somewhere."""
    zoo.answers["/f"] = redirect(301, zoo.url.replace("//", "//user:word@") + "/g")
    zoo.answers["/g"] = respond(200, RSS)
    got = await fetched(zoo.url + "/f")
    assert "authorization" not in zoo.requests[1].headers
    assert "@" not in f"{got.url} {got.moved_to}"


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (404, Failure.HTTP),
        (403, Failure.HTTP),
        (500, Failure.HTTP),
        (206, Failure.HTTP),
        (410, Failure.GONE),
        (429, Failure.RATE_LIMITED),
        (503, Failure.RATE_LIMITED),
    ],
)
async def test_status_decides_even_over_a_feed_in_the_body(zoo: Zoo, status: int, failure: Failure) -> None:
    """No entry is taken from an error, whatever its body holds."""
    zoo.answers["/f"] = respond(status, RSS)
    outcome = await failing(zoo.url + "/f")
    assert (outcome.failure, outcome.status) == (failure, status)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("99999999999999999999999", DAY),
        ("Mon, 04 Mar 2024 12:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 04 Mar 2024 11:00:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
    ],
)
async def test_retry_after_is_read_and_capped(zoo: Zoo, text: str, wait: timedelta | None) -> None:
    """Seconds or a date, never more than a day, never less than nothing."""
    body = f"HTTP/1.1 429 Slow\r\nRetry-After: {text}\r\nContent-Length: 0\r\n\r\n".encode()
    zoo.answers["/f"] = raw(body)
    assert (await failing(zoo.url + "/f")).retry_after == wait


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(RSS)),
        ("x-gzip", gzip.compress(RSS[:50]) + gzip.compress(RSS[50:])),
        ("GZIP", gzip.compress(RSS) + b"\0\0trailing"),
        ("deflate", zlib.compress(RSS)),
        ("deflate", _raw_deflate(RSS)),
        ("br", brotli.compress(RSS)),
        ("identity", RSS),
    ],
)
async def test_every_coding_asked_for_is_undone(zoo: Zoo, encoding: str, packed: bytes) -> None:
    """Gzip with a few members, both readings of deflate, and brotli."""
    zoo.answers["/f"] = respond(200, packed, Content_Encoding=encoding)
    assert (await fetched(zoo.url + "/f")).body == RSS


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("zstd", b"(\xb5/\xfd"),
        ("gzip, gzip", gzip.compress(gzip.compress(RSS))),
        ("gzip", RSS),
        ("gzip", gzip.compress(RSS)[:-12]),
        ("gzip", gzip.compress(b"") * 9 + gzip.compress(RSS)),
        ("deflate", zlib.compress(RSS)[:-6]),
        ("br", b"\xff" * 100),
        ("br", brotli.compress(RSS)[:-4]),
    ],
)
async def test_broken_codings_are_failures(zoo: Zoo, encoding: str, body: bytes) -> None:
    """Unknown, stacked, false, cut and endless codings."""
    zoo.answers["/f"] = respond(200, body, Content_Encoding=encoding)
    assert (await failing(zoo.url + "/f")).failure is Failure.BAD_ENCODING


async def test_large_plain_body_survives_decompression_in_steps(zoo: Zoo) -> None:
    """Output that waits inside the decompressor is not forgotten."""
    body = RSS + b"<!--" + bytes(range(256)) * 4000 + b"-->"
    for encoding, packed in (
        ("gzip", gzip.compress(body)),
        ("deflate", _raw_deflate(body)),
        ("br", brotli.compress(body, quality=3)),
    ):
        zoo.answers["/f"] = respond(200, packed, Content_Encoding=encoding)
        assert (await fetched(zoo.url + "/f")).body == body


async def test_body_shorter_than_promised_is_a_failure(zoo: Zoo) -> None:
    """A feed cut off half-way is not read as if it were whole."""
    zoo.answers["/f"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + RSS)
    assert (await failing(zoo.url + "/f")).failure is Failure.MALFORMED


async def test_no_server_at_the_address() -> None:
    """A refused connection is UNREACHABLE, with the host named."""
    async with open_zoo() as server:
        url = server.url
    outcome = await failing(url + "/f")
    assert outcome.failure is Failure.UNREACHABLE
    assert "127.0.0.1" in outcome.message


async def test_https_to_a_plain_server_is_a_tls_failure(zoo: Zoo) -> None:
    """The handshake that nobody answers properly is named so."""
    outcome = await failing(zoo.url.replace("http:", "https:") + "/f")
    assert outcome.failure in {Failure.TLS, Failure.TIMEOUT, Failure.UNREACHABLE}


@pytest.mark.parametrize(
    "url", ["gopher://h.example/", "/relative", "http://", "http://[bad/", "http://a b/"]
)
async def test_address_that_is_none_is_a_value_too(url: str) -> None:
    """No exception even for an address that config.yaml should not have let through."""
    outcome = await failing(url)
    assert outcome.failure in {Failure.MALFORMED, Failure.DNS}


async def test_failure_shows_no_secret(zoo: Zoo) -> None:
    """Query, user and password of the address never reach message or repr."""
    zoo.answers["/f"] = respond(500)
    url = zoo.url.replace("//", "//me:hunter2@") + "/f?token=s3cret#frag"
    outcome = await failing(url)
    assert "hunter2" not in repr(outcome)
    assert "s3cret" not in repr(outcome)
    assert outcome.url == zoo.url + "/f"


async def test_host_is_asked_by_a_few_at_a_time(zoo: Zoo) -> None:
    """With per_host 2, a third request waits until one of the first two is through."""
    busy = most = 0
    release = asyncio.Event()

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        if len(zoo.requests) == 2:
            release.set()
        await release.wait()
        busy -= 1
        await send(writer, 200, RSS)

    zoo.answers["/f"] = answer
    async with fetcher(per_host=2) as client:
        asked = (client.fetch(feed(zoo.url + "/f"), state(zoo.url + "/f")) for _ in range(8))
        outcomes = await asyncio.gather(*asked)
        assert all(isinstance(outcome, Fetched) for outcome in outcomes)
        assert most == 2
        assert len(client.slots) == 0, "hosts that nobody asks for are forgotten"


async def test_queue_of_a_host_that_hangs_does_not_wait_its_turn(zoo: Zoo) -> None:
    """Twenty feeds of one dead host cost two time-outs, not twenty; a later poll asks anew."""
    zoo.answers["/f"] = silent
    url = zoo.url + "/f"
    async with fetcher(per_host=2) as client:
        async with asyncio.timeout(5):
            outcomes = await asyncio.gather(*(client.fetch(feed(url), state(url)) for _ in range(20)))
        assert {outcome.failure for outcome in outcomes if isinstance(outcome, FetchFailed)} == {
            Failure.TIMEOUT
        }
        assert len(outcomes) == 20
        assert len(zoo.requests) == 2
        zoo.answers["/f"] = respond(200, RSS)
        assert isinstance(await client.fetch(feed(url), state(url)), Fetched)


async def test_too_many_requests_silence_the_queue(zoo: Zoo) -> None:
    """A host that says 429 is not asked for the feeds that wait; each is told how long to wait."""
    zoo.answers["/f"] = respond(429, b"", Retry_After="60")
    url = zoo.url + "/f"
    async with fetcher(per_host=1) as client:
        outcomes = await asyncio.gather(*(client.fetch(feed(url), state(url)) for _ in range(5)))
    waits = {outcome.retry_after for outcome in outcomes if isinstance(outcome, FetchFailed)}
    assert waits == {timedelta(seconds=60)}
    assert len(zoo.requests) == 1


async def test_proxy_is_asked_instead_of_the_host(zoo: Zoo) -> None:
    """A feed's own proxy, on a private address of the operator's choice, gets the absolute address."""
    zoo.answers["http://valley.example/feed"] = respond(200, RSS)
    options = settings(allow_networks=())
    async with HttpFetcher(options, clock=lambda: NOW) as client:
        url = "http://valley.example/feed"
        got = await client.fetch(feed(url, proxy=zoo.url), state(url))
    assert isinstance(got, Fetched), got
    assert zoo.requests[0].line == "GET http://valley.example/feed HTTP/1.1"


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "localhost", "[::1]", "169.254.169.254"])
async def test_proxy_does_not_open_the_way_to_private_literals(zoo: Zoo, host: str) -> None:
    """What can be judged without a socket is judged, also behind a proxy."""
    url = f"http://{host}/feed"
    async with fetcher(allow_networks=()) as client:
        outcome = await client.fetch(feed(url, proxy=zoo.url), state(url))
    assert isinstance(outcome, FetchFailed)
    assert outcome.failure is Failure.FORBIDDEN_ADDRESS
    assert not zoo.requests


async def test_a_look_up_that_hangs_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python waits for the threads of a pool when it ends; a slow name server must not hold a stop up."""
    looking, release = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        looking.set()
        release.wait(30)
        return []

    monkeypatch.setattr("monitor.feeds.resolver.socket.getaddrinfo", hang)
    asked = asyncio.create_task(PatientResolver().resolve("slow.example"))
    while not looking.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    threads = [thread for thread in threading.enumerate() if thread.name == "dns"]
    assert threads
    assert all(thread.daemon for thread in threads)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    release.set()


async def test_a_redirect_to_a_busy_host_gives_up_its_turn_unfailed(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Feeds of many hosts may lead to one; waiting for it without end would hold up those of all others."""
    monkeypatch.setattr("monitor.feeds.fetch._PATIENCE", 0.05)
    port = zoo.url.rpartition(":")[2]
    entered = asyncio.Event()

    async def hang(request: Request, writer: asyncio.StreamWriter) -> None:
        entered.set()
        await silent(request, writer)

    zoo.answers["/slow"] = hang
    zoo.answers["/f"] = redirect(302, f"{zoo.url}/slow")
    client = HttpFetcher(settings(per_host=1, read_timeout=timedelta(seconds=5)), clock=lambda: NOW)
    async with client:
        first = asyncio.create_task(client.fetch(feed(zoo.url + "/slow"), state("s")))
        await entered.wait()
        url = f"http://localhost:{port}/f?key=planted-secret"
        outcome = await client.fetch(feed(url, allow_private=True), state(url))
        assert isinstance(outcome, HostBusy)
        assert outcome.url == f"{zoo.url}/slow"
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert not len(client.slots)
