"""Slack's Socket Mode as the double plays it: tickets, hello, envelopes, acknowledgements, disconnects.

    await slack.sockets.press(message, "acknowledge")           # somebody presses a button in a message
    reply = await slack.sockets.command("status")               # somebody types /news-monitor status
    await slack.sockets.refresh()                               # Slack wants a new connection

An envelope goes to one of the open connections; one that nobody acknowledges in time counts as failed, as in
Slack, where the person sees a warning sign.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

TEAM = "T0TEAM001"
ACKNOWLEDGED_WITHIN = 3.0
"""Seconds that Slack waits for an acknowledgement."""


@dataclass(slots=True, kw_only=True)
class Sockets:
    """The connections of one app, and what its users do."""

    token: str = "xapp-1-A0-planted-app-token"
    opened: list[web.WebSocketResponse] = field(default_factory=list)
    """Every connection that ever was, the open ones among them."""
    refusals: list[str] = field(default_factory=list)
    """Scripted errors of apps.connections.open, used up in order; answered ones are left out."""
    asked: int = 0
    """Requests for a ticket."""
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By envelope: what was answered."""
    acknowledgements: list[str] = field(default_factory=list)
    """Every acknowledgement in order, repeated ones included."""
    _tickets: set[str] = field(default_factory=set)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def ticket(self, authorization: str, base: str) -> dict[str, Any]:
        """Answer apps.connections.open."""
        self.asked += 1
        if self.refusals:
            return {"ok": False, "error": self.refusals.pop(0)}
        if authorization != f"Bearer {self.token}":
            return {"ok": False, "error": "invalid_auth"}
        name = f"ticket-{next(self._numbers)}"
        self._tickets.add(name)
        return {"ok": True, "url": f"{base}/link/{name}"}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Open a connection with a ticket, which is good for one."""
        name = request.match_info["ticket"]
        if name not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(name)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.alive) + 1})
        self.opened.append(socket)
        await self._tell()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                said = json.loads(message.data)
                self.acknowledgements.append(said["envelope_id"])
                self.acknowledged[said["envelope_id"]] = said.get("payload") or {}
                await self._tell()
        return socket

    @property
    def alive(self) -> list[web.WebSocketResponse]:
        """The open connections."""
        return [socket for socket in self.opened if not socket.closed]

    async def connections(self, number: int) -> None:
        """Wait until so many connections have ever been opened."""
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(lambda: len(self.opened) >= number)

    async def press(self, message: Any, action: str, **changed: Any) -> str:
        """Press a button of a message; returns the envelope's id once it is acknowledged."""
        return await self.send("interactive", pressed(message, action, **changed))

    async def command(self, words: str, *, channel: str = "C0ALERTS01", **changed: Any) -> str:
        """Type the slash command; returns the text that comes back to the one who typed."""
        payload = {
            "command": "/news-monitor",
            "text": words,
            "team_id": TEAM,
            "channel_id": channel,
            "user_id": "U0ANA0001",
            "user_name": "ana",
            "trigger_id": f"{next(self._numbers)}.1",
            "response_url": "http://127.0.0.1:9/never",
        } | changed
        envelope = await self.send("slash_commands", payload, accepts=True)
        return str(self.acknowledged[envelope].get("text", ""))

    async def send(
        self, kind: str, payload: dict[str, Any], *, accepts: bool = False, envelope: str | None = None
    ) -> str:
        """Send an envelope over the newest connection, and wait for its acknowledgement."""
        name = envelope or f"envelope-{next(self._numbers)}"
        before = self.acknowledgements.count(name)
        told = {"envelope_id": name, "type": kind, "payload": payload, "accepts_response_payload": accepts}
        await self.alive[-1].send_json(told)
        async with asyncio.timeout(ACKNOWLEDGED_WITHIN), self._news:
            await self._news.wait_for(lambda: self.acknowledgements.count(name) > before)
        return name

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask for a new connection on every open one, as Slack does every few hours."""
        for socket in self.alive:
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def close(self) -> None:
        """Close every connection, as at the end of a deployment of Slack."""
        for socket in self.alive:
            await socket.close()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


def pressed(message: Any, action: str, **changed: Any) -> dict[str, Any]:
    """Give the payload of a press on a button of a message, as Slack sends it."""
    row = next(block for block in message.blocks if block["type"] == "actions")
    button = next(element for element in row["elements"] if element["action_id"] == action)
    return {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "desk"},
        "user": {"id": "U0ANA0001", "username": "ana", "name": "ana", "team_id": TEAM},
        "api_app_id": "A0",
        "channel": {"id": message.channel, "name": "alerts"},
        "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
        "message": {"ts": message.ts, "text": message.text, "blocks": message.blocks},
        "response_url": "http://127.0.0.1:9/never",
        "trigger_id": "1.2",
        "actions": [
            {
                "type": "button",
                "block_id": row["block_id"],
                "action_id": action,
                "value": button["value"],
                "action_ts": "1700000000.000001",
                "text": button["text"],
            }
        ],
    } | changed
