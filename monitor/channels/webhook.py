"""Alerts as JSON by HTTP POST to an address of the user's own.

The body is the object that webhook.schema.json describes: version, id, alert, story, channel, kind, ordinal,
created_at, title, text, html, link, possible_repeat. `id` (also sent as Idempotency-Key) is the same at every
attempt, so that a receiver can drop what it has already had.

With a secret, `X-News-Monitor-Signature: t=SECONDS,v1=HEX` holds HMAC-SHA256(secret, "SECONDS." + body), as
hexadecimal digits. A receiver recomputes it over the raw body, compares in constant time and refuses a `t`
that is more than five minutes off. Any 2xx answer means accepted.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

import aiohttp

from monitor.channels.addresses import PublicConnector
from monitor.channels.answers import NETWORK_ERRORS, failed, open_session, pause_of, refused
from monitor.core.models import Deferred, Delivery, Lookup, Outcome, Rejected, Sent, Unknown
from monitor.core.settings import WebhookChannel

VERSION: Final = 1
SIGNATURE: Final = "X-News-Monitor-Signature"
USER_AGENT: Final = "news-monitor"
REDIRECT: Final = 300


class Webhook:
    """One address that takes alerts as JSON."""

    recipients: tuple[str, ...] = ()
    can_update = True
    """A receiver is told of updates by `kind`."""
    settle = timedelta(0)
    on_doubt: Literal["repeat", "hold"] = "repeat"

    def __init__(self, name: str, settings: WebhookChannel, *, clock: Callable[[], datetime]) -> None:
        """Take the settings of a webhook; `clock` dates the signatures."""
        self.name = name
        self._settings = settings
        self._clock = clock
        self._place = f"webhook {name}"
        self._session: aiohttp.ClientSession | None = None
        self._gate: PublicConnector | None = None

    def __repr__(self) -> str:
        return f"Webhook({self.name!r})"

    async def send(self, delivery: Delivery) -> Outcome:
        """Post once; redirects are not followed, since a POST that moves may be answered by a stranger."""
        body = payload(delivery)
        session = self._open()
        try:
            async with session.post(
                self._settings.url.get_secret_value(),
                data=body,
                headers=self._headers(delivery, body),
                allow_redirects=False,
            ) as answer:
                if answer.status < REDIRECT:
                    return Sent()
                pause = pause_of(answer.headers.get("Retry-After"), now=self._clock())
                return refused(answer.status, self._place, pause=pause)
        except (*NETWORK_ERRORS, ValueError) as error:
            return self._failed(error)

    async def find(self, delivery: Delivery) -> Lookup:
        """There is no way to ask; the receiver has the id to drop a repeat by."""
        return Unknown(why=f"{self._place} cannot be asked for {delivery.id[:8]}")

    async def verify(self) -> list[str]:
        """Look at the address; a webhook cannot be tried without posting."""
        try:
            parts = urlsplit(self._settings.url.get_secret_value())
            sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        return [] if sound else [f"{self.name}: `url` is no http or https address"]

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": USER_AGENT,
            "Idempotency-Key": delivery.id,
        }
        if self._settings.secret is not None:
            moment = int(self._clock().timestamp())
            headers[SIGNATURE] = signature(self._settings.secret.get_secret_value(), moment, body)
        return headers

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._gate = None if self._settings.allow_private else PublicConnector()
            self._session = open_session(self._settings.timeout, connector=self._gate)
        return self._session

    def _failed(self, error: BaseException) -> Outcome:
        outcome = failed(error, self._place)
        if isinstance(outcome, Deferred) and self._gate is not None and self._gate.refused:
            self._gate.refused = ""
            why = f"{self._place}: leads to a private address; set `allow_private: true` if that is meant"
            return Rejected(why=why)
        return outcome


def payload(delivery: Delivery) -> bytes:
    """Give the body: the same bytes at every attempt, but for a repeat's mark."""
    message = delivery.message
    said = {
        "version": VERSION,
        "id": delivery.id,
        "alert": delivery.alert,
        "story": delivery.story,
        "channel": delivery.channel,
        "kind": delivery.kind.value,
        "ordinal": delivery.ordinal,
        "created_at": delivery.created_at.isoformat(),
        "title": message.title,
        "text": message.text,
        "html": message.html,
        "link": message.link,
        "possible_repeat": delivery.repeat,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, moment: int, body: bytes) -> str:
    """Sign a body at a moment, in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={digest.hexdigest()}"
