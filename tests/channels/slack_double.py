"""A Slack that checks requests the way Slack documents them, on loopback, with faults on demand.

    async with SlackDouble() as slack:
        slack.faults.append(Fault.ACCEPT_THEN_DROP)
        ... AsyncWebClient(token=slack.token, base_url=slack.api_url) ...
        slack.messages   # what a member of the workspace would see

It serves chat.postMessage, chat.update, chat.postEphemeral, conversations.history, conversations.replies,
conversations.info, auth.test, apps.connections.open with its websockets, and one incoming webhook. What it
refuses it remembers in `refusals`. Each scripted fault is used up by one posting request (chat.postMessage,
chat.update or the webhook), in order.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from typing import Any, Self

from aiohttp import web

from tests.channels.slack_sockets import TEAM, Sockets

MAX_BLOCKS = 50
MAX_TOTAL = 13_200
TEXT_LIMITS = {"header": 150, "section": 3000, "context": 2000}
RICH_PARTS = {"rich_text_section", "rich_text_quote", "rich_text_list", "rich_text_preformatted"}
RICH_ELEMENTS = {"text", "link", "date", "emoji"}
POST_ARGUMENTS = {
    "as_user", "attachments", "blocks", "channel", "icon_emoji", "icon_url", "link_names", "markdown_text",
    "metadata", "mrkdwn", "parse", "reply_broadcast", "text", "thread_ts", "token", "unfurl_links",
    "unfurl_media", "username",
}  # fmt: skip
UPDATE_ARGUMENTS = {
    "as_user", "attachments", "blocks", "channel", "file_ids", "link_names", "markdown_text", "metadata",
    "parse", "reply_broadcast", "text", "token", "ts", "unfurled_attachments",
}  # fmt: skip
HISTORY_ARGUMENTS = {
    "channel", "cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest", "token", "ts",
}  # fmt: skip
WEBHOOK_ARGUMENTS = {"text", "blocks", "attachments", "unfurl_links", "unfurl_media", "metadata", "mrkdwn"}


class Fault(StrEnum):
    """What may go wrong with one posting request."""

    NONE = "none"
    """An undisturbed request between disturbed ones."""
    RATE_LIMITED = "429"
    RATE_LIMITED_WORD = "ratelimited"
    SERVER_ERROR = "500"
    HTML_PAGE = "503 with a page of HTML"
    NOT_JSON = "200 with a captive portal's page"
    INTERNAL_ERROR = "internal_error"
    INTERNAL_ERROR_POSTED = "internal_error after posting"
    FATAL_ERROR = "fatal_error"
    DROP = "connection dropped before anything"
    ACCEPT_THEN_DROP = "posted, connection dropped"
    ACCEPT_THEN_HANG = "posted, no answer"
    HANG = "no answer, not posted"
    ACCEPT_LATE = "posted after the caller has given up"
    REVOKED = "token_revoked"
    ARCHIVED = "is_archived"
    NOT_IN_CHANNEL = "not_in_channel"
    EDIT_WINDOW = "edit_window_closed"
    INVALID_BLOCKS = "invalid_blocks"


_WORDS = {
    Fault.INTERNAL_ERROR, Fault.FATAL_ERROR, Fault.REVOKED, Fault.ARCHIVED, Fault.NOT_IN_CHANNEL,
    Fault.EDIT_WINDOW, Fault.INVALID_BLOCKS, Fault.RATE_LIMITED_WORD,
}  # fmt: skip
_ACCEPTED = {
    Fault.NONE, Fault.ACCEPT_THEN_DROP, Fault.ACCEPT_THEN_HANG, Fault.INTERNAL_ERROR_POSTED,
}  # fmt: skip


@dataclass(slots=True)
class Posted:
    """A message as Slack keeps it."""

    ts: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    thread_ts: str | None
    visible_at: float
    """By the double's own monotonic clock: when history begins to show it."""
    edits: int = 0

    def shown(self, *, all_metadata: bool) -> dict[str, Any]:
        """Give the message as history does."""
        found: dict[str, Any] = {"type": "message", "ts": self.ts, "text": self.text, "blocks": self.blocks}
        if self.thread_ts:
            found["thread_ts"] = self.thread_ts
        if all_metadata and self.metadata is not None:
            found["metadata"] = self.metadata
        return found

    @property
    def delivery(self) -> str | None:
        """The id that the message's metadata carries."""
        payload = (self.metadata or {}).get("event_payload") or {}
        return payload.get("id")


@dataclass(slots=True, kw_only=True)
class SlackDouble:
    """One workspace with one channel and one app in it."""

    token: str = "xoxb-1111-2222-planted-token"
    channel: str = "C0ALERTS01"
    channel_name: str = "alerts"
    scopes: str = "chat:write,channels:history,channels:read"
    interval: float = 0.0
    """Seconds that Slack wants between two posts in the channel; 0 for no limit."""
    retry_after: int = 1
    """Seconds told with a 429."""
    lag: float = 0.0
    """Seconds until history shows a message."""
    page: int = 200
    archived: bool = False
    member: bool = True
    faults: deque[Fault] = field(default_factory=deque)
    outage: Fault = Fault.NONE
    """What every request meets for which no fault is scripted."""
    asking_faults: deque[Fault] = field(default_factory=deque)
    """The same for look-ups: RATE_LIMITED, SERVER_ERROR, REVOKED and NOT_IN_CHANNEL."""
    messages: list[Posted] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    whispers: list[tuple[str, str]] = field(default_factory=list)
    """Who was told what that nobody else saw."""
    sockets: Sockets = field(default_factory=Sockets)
    port: int = 0
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    _ts: Any = field(default_factory=lambda: itertools.count(1))
    _last_post: float = float("-inf")
    _runner: web.AppRunner | None = None
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.on_response_prepare.append(self._date)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/services/T0/B0/planted-hook-secret", self._webhook)
        app.router.add_get("/link/{ticket}", self.sockets.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._late:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _date(self, _request: web.Request, answer: web.StreamResponse) -> None:
        answer.headers["Date"] = formatdate(self.wall(), usegmt=True)

    @property
    def api_url(self) -> str:
        """The base of the Web API."""
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def webhook_url(self) -> str:
        """The address of the incoming webhook."""
        return f"http://127.0.0.1:{self.port}/services/T0/B0/planted-hook-secret"

    def called(self, method: str) -> int:
        """How many requests of a method arrived."""
        return sum(1 for name, _ in self.requests if name == method)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        sent = await _arguments(request)
        self.requests.append((method, sent))
        if method == "apps.connections.open":
            base = f"ws://127.0.0.1:{self.port}"
            return web.json_response(self.sockets.ticket(request.headers.get("Authorization", ""), base))
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return self._refuse("invalid_auth")
        return await self._method(request, method, sent)

    async def _method(self, request: web.Request, method: str, sent: dict[str, Any]) -> web.StreamResponse:
        match method:
            case "chat.postMessage" | "chat.update":
                act = self._post if method == "chat.postMessage" else self._update
                return await self._disturbed(request, lambda: act(sent), sent)
            case "conversations.history" | "conversations.replies":
                return self._history(sent, thread=sent.get("ts") if method.endswith("replies") else None)
            case "conversations.info":
                return self._info(sent)
            case "auth.test":
                said = {"team": "Desk", "team_id": TEAM, "user": "bot"}
                return _ok(said, {"x-oauth-scopes": self.scopes})
            case "chat.postEphemeral":
                return self._whisper(sent)
            case _:
                return self._refuse("unknown_method")

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        sent = json.loads(await request.text())
        self.requests.append(("webhook", sent))
        unknown = sent.keys() - WEBHOOK_ARGUMENTS
        problem = "invalid_payload" if unknown else self._malformed(sent)

        def post() -> web.Response:
            if problem:
                self.refusals.append(problem)
                return web.Response(status=400, text=problem)
            self._keep(sent | {"channel": self.channel})
            return web.Response(text="ok")

        return await self._disturbed(request, post, sent)

    async def _disturbed(self, request: web.Request, act: Any, sent: dict[str, Any]) -> web.StreamResponse:
        """Do what the next fault says around a request."""
        fault = self.faults.popleft() if self.faults else self.outage
        limited = self._too_fast() if sent.get("ts") is None else False
        if limited or fault is Fault.RATE_LIMITED:
            self.refusals.append("429" if fault is Fault.RATE_LIMITED else "429 too fast")
            headers = {"Retry-After": str(self.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault is Fault.ACCEPT_LATE:
            self._late.add(asyncio.create_task(self._later(act)))
            await asyncio.sleep(30)
        answer = act() if fault in _ACCEPTED else None
        if fault in {Fault.DROP, Fault.ACCEPT_THEN_DROP}:
            return _dropped(request)
        if fault in {Fault.HANG, Fault.ACCEPT_THEN_HANG}:
            await asyncio.sleep(30)
        if fault is Fault.NONE:
            assert answer is not None
            return answer  # type: ignore[no-any-return]
        return self._faulty(fault, webhook="channel" not in sent)

    async def _later(self, act: Any) -> None:
        await asyncio.sleep(0.4)
        act()

    def _faulty(self, fault: Fault, *, webhook: bool) -> web.Response:
        if fault is Fault.SERVER_ERROR:
            return web.Response(status=500, text="")
        if fault is Fault.HTML_PAGE:
            return web.Response(status=503, text="<html>busy</html>", content_type="text/html")
        if fault is Fault.NOT_JSON:
            return web.Response(text="<html>Log in to the hotel</html>", content_type="text/html")
        word = "internal_error" if fault is Fault.INTERNAL_ERROR_POSTED else fault.value
        if webhook:
            return web.Response(status=500 if word in {"internal_error", "fatal_error"} else 403, text=word)
        return self._refuse(word)

    def _too_fast(self) -> bool:
        now = self.clock()
        if self.interval and now - self._last_post < self.interval * 0.98:
            return True
        self._last_post = now
        return False

    def _post(self, sent: dict[str, Any]) -> web.Response:
        unknown = sent.keys() - POST_ARGUMENTS
        if unknown:
            return self._refuse(f"invalid_arguments {sorted(unknown)}")
        problem = self._where(sent) or self._malformed(sent)
        if problem:
            return self._refuse(problem)
        thread = sent.get("thread_ts")
        if thread and not any(message.ts == thread for message in self.messages):
            return self._refuse("thread_not_found")
        message = self._keep(sent)
        return _ok({"channel": self.channel, "ts": message.ts, "message": message.shown(all_metadata=False)})

    def _update(self, sent: dict[str, Any]) -> web.Response:
        unknown = sent.keys() - UPDATE_ARGUMENTS
        if unknown:
            return self._refuse(f"invalid_arguments {sorted(unknown)}")
        if sent.get("channel") != self.channel:
            return self._refuse("channel_not_found")
        problem = self._malformed(sent)
        found = next((message for message in self.messages if message.ts == sent.get("ts")), None)
        if problem or found is None:
            return self._refuse(problem or "message_not_found")
        found.text, found.blocks, found.edits = (
            sent.get("text", ""),
            _listed(sent.get("blocks")),
            found.edits + 1,
        )
        return _ok({"channel": self.channel, "ts": found.ts, "text": found.text})

    def _whisper(self, sent: dict[str, Any]) -> web.Response:
        problem = self._where(sent) or self._malformed(sent)
        if problem:
            return self._refuse(problem)
        self.whispers.append((str(sent.get("user")), str(sent.get("text"))))
        return _ok({"message_ts": "1.1"})

    def _where(self, sent: dict[str, Any]) -> str:
        if sent.get("channel") not in {self.channel, self.channel_name, f"#{self.channel_name}"}:
            return "channel_not_found"
        if self.archived:
            return "is_archived"
        return "" if self.member else "not_in_channel"

    def _keep(self, sent: dict[str, Any]) -> Posted:
        message = Posted(
            ts=f"{self.wall():.0f}.{next(self._ts):06d}",
            channel=self.channel,
            text=sent.get("text", ""),
            blocks=_listed(sent.get("blocks")),
            metadata=_parsed(sent.get("metadata")),
            thread_ts=sent.get("thread_ts"),
            visible_at=self.clock() + self.lag,
        )
        self.messages.append(message)
        return message

    def _history(self, sent: dict[str, Any], *, thread: str | None) -> web.Response:
        fault = self.asking_faults.popleft() if self.asking_faults else Fault.NONE
        if fault is Fault.RATE_LIMITED:
            headers = {"Retry-After": str(self.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault is not Fault.NONE:
            return self._faulty(fault, webhook=False)
        return self._found(sent, thread)

    def _found(self, sent: dict[str, Any], thread: str | None) -> web.Response:
        unknown = sent.keys() - HISTORY_ARGUMENTS
        if unknown:
            return self._refuse(f"invalid_arguments {sorted(unknown)}")
        if not {"channels:history", "groups:history"} & set(self.scopes.split(",")):
            return self._refuse("missing_scope")
        if sent.get("channel") != self.channel:
            return self._refuse("channel_not_found")
        now, oldest = self.clock(), float(sent.get("oldest") or 0)
        found = [
            message
            for message in reversed(self.messages)
            if message.visible_at <= now
            and float(message.ts) >= oldest
            and (message.thread_ts is None if thread is None else thread in {message.ts, message.thread_ts})
        ]
        start = int(sent.get("cursor") or 0)
        size = min(int(sent.get("limit") or 100), self.page)
        rest = start + size < len(found)
        shown = [
            message.shown(all_metadata=str(sent.get("include_all_metadata")).lower() in {"1", "true"})
            for message in found[start : start + size]
        ]
        cursor = {"response_metadata": {"next_cursor": str(start + size)}} if rest else {}
        return _ok({"messages": shown, "has_more": rest, **cursor})

    def _info(self, sent: dict[str, Any]) -> web.Response:
        if sent.get("channel") != self.channel:
            return self._refuse("channel_not_found")
        if "channels:read" not in self.scopes:
            return self._refuse("missing_scope")
        return _ok({"channel": {"id": self.channel, "is_archived": self.archived, "is_member": self.member}})

    def _refuse(self, word: str) -> web.Response:
        self.refusals.append(word)
        error, _, detail = word.partition(" ")
        return web.json_response({"ok": False, "error": error, "detail": detail})

    def _malformed(self, sent: dict[str, Any]) -> str:
        blocks = _listed(sent.get("blocks"))
        if not sent.get("text") and not blocks:
            return "no_text"
        if len(blocks) > MAX_BLOCKS:
            return "invalid_blocks too many blocks"
        metadata = _parsed(sent.get("metadata"))
        if metadata is not None and (
            set(metadata) != {"event_type", "event_payload"}
            or not isinstance(metadata["event_payload"], dict)
        ):
            return "invalid_metadata_format"
        if size(blocks) > MAX_TOTAL:
            return "msg_blocks_too_long"
        return next((f"invalid_blocks {problem}" for block in blocks if (problem := wrong(block))), "")


def wrong(block: Any) -> str:
    """What Slack would refuse in one block."""
    match block:
        case {"type": "rich_text", "elements": list(parts)} if parts:
            return next((problem for part in parts if (problem := _wrong_part(part))), "")
        case {"type": "context", "elements": list(elements)} if 0 < len(elements) <= 10:
            return next((problem for element in elements if (problem := _wrong_text(element, 2000))), "")
        case {"type": "header", "text": {"type": "plain_text"} as text}:
            return _wrong_text(text, 150)
        case {"type": "section", "text": dict(text)}:
            return _wrong_text(text, 3000)
        case {"type": "actions", "elements": list(elements)} if 0 < len(elements) <= 25:
            return _wrong_row(elements)
        case _:
            return "" if block == {"type": "divider"} else f"unknown or malformed block {str(block)[:80]}"


def _wrong_row(buttons: list[Any]) -> str:
    named = [button.get("action_id") for button in buttons]
    repeated = "" if len(set(named)) == len(named) else "action_id twice"
    return next((problem for button in buttons if (problem := _wrong_button(button))), repeated)


def _wrong_button(button: Any) -> str:
    match button:
        case {"type": "button", "action_id": str(action), "value": str(value), "text": dict(text)}:
            fits = 0 < len(action) <= 255 and 0 < len(value) <= 2000
            return _wrong_text(text, 75) if fits else "a button's action_id or value is empty or too long"
        case _:
            return f"unknown button {str(button)[:80]}"


def _wrong_part(part: Any) -> str:
    match part:
        case {"type": "rich_text_list", "style": "bullet" | "ordered", "elements": list(items)} if items:
            return next((problem for item in items if (problem := _wrong_part(item))), "")
        case {"type": str(kind), "elements": list(elements)} if kind in RICH_PARTS:
            return next((problem for element in elements if (problem := _wrong_element(element))), "")
        case _:
            return f"unknown part {str(part)[:80]}"


def _wrong_element(element: Any) -> str:
    match element:
        case {"type": "text", "text": str(text)}:
            return "" if 0 < len(text) <= 3000 else "empty or long text"
        case {"type": "link", "url": str(url)}:
            return "" if re.fullmatch(r"https?://[!-~]{1,2990}", url) else "invalid url"
        case {"type": "date", "timestamp": int(), "format": str()} | {"type": "emoji", "name": str()}:
            return ""
        case {"type": "broadcast", "range": "here" | "channel" | "everyone"}:
            return ""
        case _:
            return f"unknown element {str(element)[:80]}"


def _wrong_text(text: Any, limit: int) -> str:
    match text:
        case {"type": "plain_text" | "mrkdwn", "text": str(said)}:
            return "" if 0 < len(said) <= limit else "empty or long text"
        case _:
            return f"malformed text {str(text)[:80]}"


def size(found: Any) -> int:
    """Count the characters of texts and addresses."""
    match found:
        case str():
            return len(found)
        case dict():
            return sum(size(value) for key, value in found.items() if key != "type")
        case list():
            return sum(size(value) for value in found)
        case _:
            return 0


def _listed(value: Any) -> list[dict[str, Any]]:
    parsed = _parsed(value)
    return parsed if isinstance(parsed, list) else []


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _ok(said: dict[str, Any], headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"ok": True, **said}, headers=headers)


def _dropped(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Read arguments from query, form or JSON, as Slack does."""
    if request.method == "GET":
        return dict(request.query)
    if request.content_type == "application/json":
        found = json.loads(await request.text())
        return {key: value for key, value in found.items() if value is not None}
    return dict(await request.post())
