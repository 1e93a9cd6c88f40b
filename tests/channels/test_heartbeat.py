"""The heartbeat: which address is asked for, and what is said when it fails, without the address."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from pydantic import SecretStr

from monitor.channels.heartbeat import ping, signed
from monitor.core.settings import SelfCheckSettings


class SwitchDouble:
    """A dead man's switch on loopback."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        """Write down who asks."""
        self.asked.append(request.path_qs)
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def switch() -> AsyncIterator[SwitchDouble]:
    """One that is up."""
    double, app = SwitchDouble(), web.Application()
    app.router.add_get("/{tail:.*}", double.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}/ping/planted-secret"
    yield double
    await runner.cleanup()


def settings(url: str, *, allow_private: bool = True) -> SelfCheckSettings:
    """Settings with this heartbeat."""
    return SelfCheckSettings(heartbeat=SecretStr(url), allow_private=allow_private)


async def test_each_sign_has_its_address(switch: SwitchDouble) -> None:
    """As Healthchecks has it."""
    for sign in ("/start", "", "/fail"):
        assert await ping(settings(switch.url), sign) == ""
    path = "/ping/planted-secret"
    assert switch.asked == [f"{path}/start", path, f"{path}/fail"]
    assert signed("https://hc.example/a?b=c", "/fail") == "https://hc.example/a/fail?b=c"


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_an_answer_that_is_no_success_is_told_and_not_followed(
    switch: SwitchDouble, status: int
) -> None:
    """A redirect would lead to a stranger."""
    switch.status = status
    assert await ping(settings(switch.url), "") == f"the heartbeat: HTTP {status}"
    assert len(switch.asked) == 1


async def test_a_private_address_is_refused_unless_it_is_meant(switch: SwitchDouble) -> None:
    """Nothing is sent there, and the sentence has the remedy but not the address."""
    said = await ping(settings(switch.url, allow_private=False), "")
    assert "allow_private: true" in said
    assert "planted" not in said
    assert switch.asked == []


async def test_nobody_there_is_told_in_words_without_the_address() -> None:
    """The address is a secret."""
    said = await ping(settings("http://127.0.0.1:1/planted-secret"), "")
    assert said == "the heartbeat: connection refused"
