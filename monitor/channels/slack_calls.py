"""One request to Slack's Web API; whatever the other side does comes back as a value."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.channels.answers import (
    DEFAULT_PAUSE,
    NETWORK_ERRORS,
    OK,
    SERVER_ERROR,
    TOO_MANY,
    UNTIL_MENDED,
    failed,
    open_session,
    pause_of,
    refused,
)
from monitor.channels.slack_words import IN_DOUBT, RATE_LIMITED, TO_BE_MENDED, app_remedy, remedy
from monitor.core.models import Deferred, Rejected, Unsure
from monitor.core.settings import SlackChannel

PLACE: Final = "Slack"

SDK_LOG: Final = logging.getLogger("monitor.channels.slack.sdk")
"""The SDK prints whole requests and webhook addresses at DEBUG: this logger is never that talkative."""
SDK_LOG.setLevel(logging.WARNING)

_ANSWER_ERRORS: Final = (SlackClientError, *NETWORK_ERRORS, ValueError, AttributeError)
"""AttributeError: what the SDK makes of an answer that is no JSON object."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What came instead of `ok: true`: Slack's word for it, if it had one, and what that means."""

    word: str
    outcome: Deferred | Unsure | Rejected


class SlackCalls:
    """A client of the Web API over one session, opened when first needed."""

    def __init__(self, settings: SlackChannel) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    def client(self) -> AsyncWebClient:
        """Give the SDK's client, its own retries off."""
        if self._session is None or self._session.closed:
            self._session = open_session(self._settings.timeout)
        token = self._settings.token
        return AsyncWebClient(
            token=token.get_secret_value() if token else None,
            base_url=self._settings.api_url,
            session=self._session,
            retry_handlers=[],
            logger=SDK_LOG,
        )

    async def make(self, call: Callable[[], Awaitable[Any]]) -> Any | Refusal:
        """Make one request and give the SDK's answer, whose `ok` is true, or a Refusal."""
        return await answered(call)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def answered(call: Callable[[], Awaitable[Any]]) -> Any | Refusal:
    """Make a call of the SDK and give its answer, whose `ok` is true, or a Refusal."""
    try:
        return await call()
    except SlackApiError as error:
        return refusal(error)
    except _ANSWER_ERRORS as error:
        return Refusal(word="", outcome=failed(error, PLACE))


def refusal(error: SlackApiError) -> Refusal:
    """Judge what the SDK raises for anything but `ok: true` with status 200."""
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    headers = getattr(response, "headers", None) or {}
    pause = pause_of(headers.get("Retry-After"))
    answer = getattr(response, "data", None)
    word = str(answer.get("error") or "") if isinstance(answer, dict) else ""
    if word in RATE_LIMITED or status == TOO_MANY:
        why = f"{PLACE}: too many requests"
        return Refusal(word=word, outcome=Deferred(why=why, retry_after=pause or DEFAULT_PAUSE))
    return Refusal(word=word, outcome=_meaning(word, status) or refused(status, PLACE, pause=pause))


def _meaning(word: str, status: int) -> Deferred | Unsure | Rejected | None:
    if word in IN_DOUBT:
        return Unsure(why=f"{PLACE} says {word}")
    if status >= SERVER_ERROR or (status == OK and not word):
        return Unsure(why=f"{PLACE}: an answer that says nothing (HTTP {status})")
    if word in TO_BE_MENDED:
        return Deferred(why=remedy(word), retry_after=UNTIL_MENDED)
    return Rejected(why=remedy(word)) if word else None


def app_refusal(refused: Refusal) -> Refusal:
    """Say of a refused app-level token what to do about that token, and not about the bot's."""
    if refused.word not in TO_BE_MENDED:
        return refused
    why = f"no press of a button is heard: {app_remedy(refused.word)}"
    return Refusal(word=refused.word, outcome=Deferred(why=why, retry_after=UNTIL_MENDED))
