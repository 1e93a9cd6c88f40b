"""Who gets an answer, what a browser may do with it, and where the desk listens."""

from __future__ import annotations

import asyncio
import logging
import socket

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from monitor.core.settings import Settings, WebSettings
from monitor.web.server import WebServer
from tests.web.conftest import Desk, clock, open_desk


async def said(request: web.Request) -> web.Response:
    """Answer whoever gets this far."""
    return web.Response(text=request.method)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9000", "[::1]:8800"])
async def test_names_of_this_machine_are_answered(desk: Desk, host: str) -> None:
    """Whatever the port: a tunnel may have another."""
    assert (await desk.get("/", headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[", "localhost@evil.example"])
async def test_a_name_rebound_to_this_machine_gets_nothing(desk: Desk, host: str) -> None:
    """Pages and static files alike."""
    for address in ("/", "/static/desk.js"):
        answer = await desk.get(address, headers={"Host": host})
        assert answer.status in {400, 421}
        assert "news-monitor" not in await answer.text()


async def test_a_post_from_another_site_is_refused() -> None:
    """Pages of our own and programs get through."""
    async with TestClient(TestServer(open_desk([web.post("/do", said)]))) as client:
        own = f"http://127.0.0.1:{client.port}"
        assert (await client.post("/do")).status == 200
        assert (await client.post("/do", headers={"Origin": own})).status == 200
        for other in ("https://evil.example", "null", "http://127.0.0.1:1"):
            assert (await client.post("/do", headers={"Origin": other})).status == 403
        assert (await client.post("/do", headers={"Sec-Fetch-Site": "same-site"})).status == 403


@pytest.mark.parametrize("address", ["/", "/static/desk.css", "/nowhere", "/stories/zz"])
async def test_every_answer_carries_the_policy(desk: Desk, address: str) -> None:
    """Nothing inline, nothing from elsewhere, no frame around it."""
    policy = (await desk.get(address)).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("listen", ["0.0.0.0:8800", "192.168.1.5:8800", "desk.example:80", "[::]:8800"])
def test_listening_where_others_reach_it_is_refused_with_the_remedy(listen: str) -> None:
    """Without users there is no way to be there."""
    with pytest.raises(ValidationError, match="ssh -L"):
        WebSettings.model_validate({"listen": listen})


def test_the_desk_is_on_for_this_machine_unless_it_is_off() -> None:
    """`web: off` is enough."""
    assert Settings().web == WebSettings(enabled=True, listen="127.0.0.1:8800")
    assert not Settings.model_validate({"web": False}).web.enabled


async def test_a_port_in_use_is_a_warning_with_its_remedy(caplog: pytest.LogCaptureFixture) -> None:
    """Monitoring never depends on the desk."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        server = WebServer(WebSettings(listen=listen), [], clock=clock)
        with caplog.at_level(logging.WARNING):
            await server.start()
        assert server.address is None
        await server.stop()
    assert "web.not_served" in caplog.text


async def test_the_address_said_is_the_one_served() -> None:
    """Port 0 lets the system choose."""
    server = WebServer(WebSettings(listen="127.0.0.1:0"), [web.get("/", said)], clock=clock)
    await server.start()
    try:
        async with ClientSession() as session, session.get(f"{server.address}/") as answer:
            assert await answer.text() == "GET"
    finally:
        await server.stop()
    assert server.address is None


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"GET / HTTP/1.1\r\nCookie: " + b"a" * 9000],
    ids=["TLS", "a long header"],
)
async def test_what_is_no_http_of_ours_is_refused_without_a_trace_in_the_log(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever looks at every port of a machine must not fill the log of its operators."""
    server = WebServer(WebSettings(listen="127.0.0.1:0"), [web.get("/", said)], clock=clock)
    await server.start()
    try:
        assert server.address is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.address.rpartition(":")[2]))
        writer.write(sent + b"\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.0 400")
        writer.close()
        await writer.wait_closed()
    finally:
        await server.stop()
    assert caplog.records == []


async def test_an_answer_says_nothing_of_the_versions_behind_it(desk: Desk) -> None:
    """On any page."""
    assert (await desk.get("/")).headers["Server"] == "news-monitor"
