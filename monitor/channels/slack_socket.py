"""Slack's Socket Mode: a websocket by which Slack tells of presses and commands, kept up with backoff.

apps.connections.open -> websocket -> hello -> envelopes, each acknowledged within 3 s -> disconnect -> again

The SDK's own client is not used: it repeats a failed connection for ever to the same used-up address, every
five seconds, and logs the address, which is a ticket, with a traceback each time.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp
from pydantic import SecretStr
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from monitor.channels.answers import NETWORK_ERRORS, UNTIL_MENDED, failed, open_session
from monitor.channels.slack_calls import PLACE, SDK_LOG, Refusal, answered, app_refusal
from monitor.core.models import Deferred, Unsure
from monitor.telemetry import fields

log = logging.getLogger(__name__)

WITHIN: Final = 2.0
"""Seconds until an envelope is acknowledged at the latest; Slack waits for three."""
HEARTBEAT: Final = 10.0
"""Seconds between pings; a connection that does not answer one in half of that is given up."""
LONGEST_PAUSE: Final = 300.0
STEADY: Final = 30.0
"""Seconds that a connection must have lasted for its end to be no failure."""
DRAINING: Final = 10.0
"""Seconds for which a connection that Slack is about to close is still listened to, beside its successor."""
_FINAL: Final = {"link_disabled": "Socket Mode was switched off for the app; enable it on the app's page"}
"""Reasons for a disconnect that a person has to mend."""
GOODBYE: Final = 2.0
"""Seconds that closing waits for the other side to agree."""
_REMEMBERED: Final = 1000
_LARGEST: Final = 2**20
_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing that Slack tells."""

    kind: str
    """`interactive`, `slash_commands`, `events_api`."""
    payload: Mapping[str, Any]


Heed = Callable[[Envelope], Awaitable[Mapping[str, object] | None]]
"""Acts on an envelope; returns what goes back with its acknowledgement, if anything."""


class SlackSocket:
    """One app's connection to Slack."""

    def __init__(
        self, name: str, token: SecretStr, *, api_url: str, heed: Heed, dice: Callable[[], float]
    ) -> None:
        """Open nothing yet.

        Args:
            name: how people are told of it.
            token: an app-level token (xapp-) with `connections:write`.
            api_url: the base of the Web API.
            heed: acts on an envelope; what it raises is its own bug and is logged.
            dice: numbers in [0, 1) that keep many daemons from returning at once.
        """
        self.name = name
        self.connected = asyncio.Event()
        self._token = token
        self._api_url = api_url
        self._heed = heed
        self._dice = dice
        self._failures = 0
        self._told = ""
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def __repr__(self) -> str:
        return f"SlackSocket({self.name!r})"

    async def run(self) -> None:
        """Listen for ever; whatever the network or Slack does is waited out. Cancel it to stop."""
        try:
            async with open_session(timedelta(seconds=10)) as session:
                while True:
                    pause = await self._once(session)
                    if pause:
                        await asyncio.sleep(pause * (0.75 + self._dice() / 2))
        finally:
            self.connected.clear()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _once(self, session: aiohttp.ClientSession) -> float:
        """Connect and listen to the end of the connection; return the seconds to wait before the next."""
        clock = asyncio.get_running_loop().time
        address = await address_of(session, self._token, self._api_url)
        if isinstance(address, Refusal):
            return self._lost(address.outcome.why, _asked_pause(address))
        try:
            socket = await session.ws_connect(
                address,
                heartbeat=HEARTBEAT,
                max_msg_size=_LARGEST,
                timeout=aiohttp.ClientWSTimeout(ws_close=GOODBYE),
            )
        except (*NETWORK_ERRORS, ValueError) as error:
            return self._lost(failed(error, PLACE).why, None)
        begun = clock()
        try:
            asked = await self._listen(socket)
        except asyncio.CancelledError:
            await socket.close()
            raise
        lasted = clock() - begun
        self._failures = 0 if lasted >= STEADY else self._failures
        if asked and asked not in _FINAL and not self._failures:
            self._failures += lasted < STEADY
            self._keep(self._drain(socket))
            return 0.0
        await socket.close()
        return self._lost(_FINAL.get(asked, "the connection was closed"), None)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        """Act on what comes until the end; return why Slack asks to connect anew, empty if it does not."""
        async for message in socket:
            told = _object(message)
            match told.get("type"):
                case "hello":
                    self._hello()
                case "disconnect":
                    return str(told.get("reason") or "unsaid")
                case _:
                    await self._take(socket, told)
        return ""

    def _hello(self) -> None:
        log.info("slack.listening", extra=fields(channel=self.name))
        self._told = ""
        self.connected.set()

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, told: dict[str, Any]) -> None:
        request = SocketModeRequest.from_dict(told) if isinstance(told.get("payload"), dict) else None
        if request is None or not isinstance(request.envelope_id, str):
            return
        if request.envelope_id in self._seen:  # sent again because our answer came late
            await _acknowledge(socket, request.envelope_id, None)
            return
        self._seen.append(request.envelope_id)
        self._keep(self._answer(socket, request))

    async def _answer(self, socket: aiohttp.ClientWebSocketResponse, request: SocketModeRequest) -> None:
        """Act, and acknowledge in time even if acting takes longer."""
        envelope = Envelope(kind=request.type, payload=request.payload)
        async with self._turns:
            acting = asyncio.ensure_future(self._heeded(envelope))
            done, _ = await asyncio.wait([acting], timeout=WITHIN)
            reply = acting.result() if done and request.accepts_response_payload else None
            await _acknowledge(socket, request.envelope_id, reply)
            await acting

    async def _heeded(self, envelope: Envelope) -> Mapping[str, object] | None:
        """Act on one envelope. A border like those of polls and deliveries: a bug costs this envelope."""
        try:
            return await self._heed(envelope)
        except Exception:
            log.exception("slack.heed_bug", extra=fields(channel=self.name, kind=envelope.kind))
            return None

    async def _drain(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Go on listening to a connection that Slack is about to close, until it does."""
        try:
            async with asyncio.timeout(DRAINING):
                async for message in socket:
                    await self._take(socket, _object(message))
        except TimeoutError:
            log.debug("slack.drained", extra=fields(channel=self.name))
        finally:
            await socket.close()

    def _lost(self, why: str, pause: float | None) -> float:
        """Say once that nothing is heard from Slack, and how long to wait before the next attempt."""
        self.connected.clear()
        self._failures += 1
        if why != self._told:
            log.warning("slack.not_listening", extra=fields(channel=self.name, why=why))
            self._told = why
        return pause or min(2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE)

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def address_of(session: aiohttp.ClientSession, token: SecretStr, api_url: str) -> str | Refusal:
    """Ask for the address of a websocket; it is a ticket, good for one connection."""
    client = AsyncWebClient(base_url=api_url, session=session, retry_handlers=[], logger=SDK_LOG)
    answer = await answered(lambda: client.apps_connections_open(app_token=token.get_secret_value()))
    if isinstance(answer, Refusal):
        return app_refusal(answer)
    address = str(answer.get("url") or "")
    secure = "wss://" if api_url.startswith("https://") else "ws://"
    if not address.startswith(secure):
        return Refusal(word="", outcome=Unsure(why=f"{PLACE} names no {secure} address"))
    return address


async def troubles_of(token: SecretStr, api_url: str) -> list[str]:
    """Try an app-level token; no connection is made."""
    async with open_session(timedelta(seconds=10)) as session:
        answer = await address_of(session, token, api_url)
    return [answer.outcome.why] if isinstance(answer, Refusal) else []


async def _acknowledge(
    socket: aiohttp.ClientWebSocketResponse, envelope: str, payload: Mapping[str, object] | None
) -> None:
    said = {"envelope_id": envelope} | ({"payload": payload} if payload else {})
    with suppress(*NETWORK_ERRORS):  # ConnectionResetError: Slack will send it again
        await socket.send_str(json.dumps(said))


def _object(message: aiohttp.WSMessage) -> dict[str, Any]:
    """Read a message; what is no JSON object is an empty one."""
    if message.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        found = json.loads(message.data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _asked_pause(refusal: Refusal) -> float | None:
    """How long Slack asks to wait; long where a person has to mend the token first."""
    match refusal.outcome:
        case Deferred(retry_after=timedelta() as pause):
            return min(pause.total_seconds(), UNTIL_MENDED.total_seconds())
        case _:
            return None
