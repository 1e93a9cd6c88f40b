"""Slack by incoming webhook: the simple way. Messages are posted and never edited, threaded or looked up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from monitor.channels.answers import (
    DEFAULT_PAUSE,
    NETWORK_ERRORS,
    OK,
    UNTIL_MENDED,
    failed,
    open_session,
    pause_of,
    refused,
)
from monitor.channels.pacing import Pace
from monitor.channels.slack_calls import SDK_LOG
from monitor.channels.slack_payload import blocks, fallback, metadata
from monitor.channels.slack_words import IN_DOUBT, RATE_LIMITED, REMEDIES, TO_BE_MENDED, remedy
from monitor.core.models import (
    Deferred,
    Delivery,
    DeliveryKind,
    Lookup,
    Outcome,
    Rejected,
    Sent,
    Unknown,
    Unsure,
)
from monitor.core.settings import SlackChannel

PLACE: Final = "Slack's webhook"


class SlackHook:
    """One Slack channel, reached by its incoming webhook."""

    recipients: tuple[str, ...] = ()
    can_update = False

    def __init__(
        self, name: str, settings: SlackChannel, *, post_interval: timedelta = timedelta(seconds=1)
    ) -> None:
        """Take the settings of a channel with `webhook`; opens nothing until it is used."""
        self.name = name
        self.settle = timedelta(0)
        self.on_doubt: Literal["repeat", "hold"] = settings.on_doubt
        self._settings = settings
        self._pace = Pace(post_interval)
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"SlackHook({self.name!r})"

    async def send(self, delivery: Delivery) -> Outcome:
        """Post the message; an UPDATE has nothing to edit and is done without a word."""
        if delivery.kind is DeliveryKind.UPDATE:
            return Sent()
        wait = await self._pace.slot()
        if wait is not None:
            return Deferred(why=f"{self.name}: waiting for its turn in the channel", retry_after=wait)
        outcome = await self._post(delivery)
        if isinstance(outcome, Deferred) and outcome.retry_after is not None:
            self._pace.hold(outcome.retry_after)
        return outcome

    async def find(self, delivery: Delivery) -> Lookup:
        """A webhook cannot be asked."""
        return Unknown(why=f"{self.name}: an incoming webhook cannot be asked for message {delivery.id[:8]}")

    async def verify(self) -> list[str]:
        """Look at the address; a webhook cannot be tried without posting."""
        parts = urlsplit(self._address())
        sound = parts.scheme in {"https", "http"} and bool(parts.hostname)
        return (
            [] if sound else [f"{self.name}: the webhook is no valid URL; copy it again from the app's page"]
        )

    async def close(self) -> None:
        """Close the connections to Slack."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, delivery: Delivery) -> Outcome:
        client = AsyncWebhookClient(self._address(), session=self._open(), logger=SDK_LOG, retry_handlers=[])
        body = {
            "text": fallback(delivery),
            "blocks": blocks(delivery),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": metadata(delivery),
        }
        try:
            answer = await client.send_dict(body)
        except (*NETWORK_ERRORS, ValueError) as error:
            return failed(error, PLACE)
        if answer.status_code == OK:
            return Sent()
        return _refused(answer.status_code, answer.body.strip(), answer.headers.get("Retry-After"))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = open_session(self._settings.timeout)
        return self._session

    def _address(self) -> str:
        return self._settings.webhook.get_secret_value() if self._settings.webhook else ""


def _refused(status: int, word: str, retry_after: str | None) -> Deferred | Unsure | Rejected:
    pause = pause_of(retry_after)
    if word in RATE_LIMITED:
        return Deferred(why=f"{PLACE}: too many requests", retry_after=pause or DEFAULT_PAUSE)
    if word in IN_DOUBT:
        return Unsure(why=f"{PLACE} says {word}")
    if word in TO_BE_MENDED:
        return Deferred(why=remedy(word), retry_after=UNTIL_MENDED)
    if word in REMEDIES:
        return Rejected(why=remedy(word))
    return refused(status, PLACE, pause=pause)
