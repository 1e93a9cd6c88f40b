"""Alerts to whatever Apprise reaches: Teams, Discord, Telegram, ntfy, PagerDuty and a hundred others.

Apprise says whether a service took the message, and in its log the HTTP status of one that did not. So:

    taken                               Sent
    refused with a status, one target   as a webhook's refusal: 401, 403, 404 are to be mended, 429 waits
    anything else, or several targets   Unsure: it may have arrived, and nobody can be asked

Its own retries are off: the ledger alone repeats. Follow-ups are messages of their own, edits are not sent.
"""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import timedelta
from typing import Any, Final, Literal

from monitor.channels.answers import refused
from monitor.core.models import Delivery, DeliveryKind, Lookup, Outcome, Rejected, Sent, Unknown, Unsure
from monitor.core.settings import AppriseChannel

INSTALL: Final = "Apprise is not installed: pip install 'news-monitor[apprise]'"
_STATUS: Final = re.compile(r"error=(\d{3})\b")
_ADDRESS_OR_SIGN: Final = re.compile(r"https?://\S+|[@<>]")
_INERT: Final = {"@": "@\u2060", "<": "‹", ">": "›"}
"""A word joiner after @, other brackets: no name mentions, and nothing links but addresses as they stand."""
_REFUSALS: Final = range(400, 500)


class AppriseRelay:
    """One address in Apprise's notation."""

    recipients: tuple[str, ...] = ()
    can_update = False
    settle = timedelta(0)

    def __init__(self, name: str, settings: AppriseChannel) -> None:
        """Take the settings; Apprise is imported when first needed."""
        self.name = name
        self.on_doubt: Literal["repeat", "hold"] = settings.on_doubt
        self._settings = settings
        self._service: Any = None

    def __repr__(self) -> str:
        return f"AppriseRelay({self.name!r})"

    async def send(self, delivery: Delivery) -> Outcome:
        """Hand the message to the service once; an UPDATE would ring a bell and is left out."""
        if delivery.kind is DeliveryKind.UPDATE:
            return Sent()
        service = self._opened()
        if isinstance(service, str):
            return Rejected(why=f"{self.name}: {service}")
        note = f"(possible repeat · {delivery.id[:8]})\n" if delivery.repeat else ""
        message = delivery.message
        try:
            async with asyncio.timeout(self._settings.timeout.total_seconds()):
                answer = await service.async_notify(
                    title=inert(message.title), body=note + inert(message.text), body_format="text"
                )
        except TimeoutError:
            return Unsure(why=f"{self.name}: no answer in time")
        except (OSError, ValueError, TypeError) as error:
            return Unsure(why=f"{self.name}: Apprise broke off ({type(error).__name__})")
        return Sent() if answer else self._failed(answer, targets=len(service))

    async def find(self, delivery: Delivery) -> Lookup:
        """There is no way to ask."""
        return Unknown(why=f"{self.name}: what Apprise reaches cannot be asked for {delivery.id[:8]}")

    async def verify(self) -> list[str]:
        """Read the address; a service cannot be tried without posting."""
        service = self._opened()
        return [f"{self.name}: {service}"] if isinstance(service, str) else []

    async def close(self) -> None:
        """Nothing is kept open."""
        self._service = None

    def _failed(self, answer: object, *, targets: int) -> Outcome:
        status = _status(answer)
        if status in _REFUSALS and targets == 1:
            return refused(status, f"{self.name} (Apprise)", pause=None)
        said = f" (HTTP {status})" if status else ""
        return Unsure(why=f"{self.name}: the service did not say that it took the message{said}")

    def _opened(self) -> Any | str:
        """Give the service, or a sentence on why there is none."""
        if self._service is None:
            self._service = _service(self._settings.url.get_secret_value())
        found = self._service
        if isinstance(found, str):
            self._service = None
        return found


def _service(url: str) -> Any | str:
    try:
        import apprise  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        return INSTALL
    # It prints whole requests at DEBUG, and addresses with tokens in them.
    logging.getLogger("apprise").setLevel(logging.WARNING)
    found = apprise.Apprise()
    if not found.add(url):
        return "`url` is no address that Apprise knows, such as ntfy://host/topic or msteams://…"
    for service in found:
        service.retry = 0
    return found


def _status(answer: object) -> int:
    """Read the HTTP status that Apprise's log of the call tells of; 0 where there is none."""
    logs = getattr(answer, "logs", None)
    for entry in logs() if callable(logs) else ():
        if found := _STATUS.search(str(getattr(entry, "message", ""))):
            return int(found[1])
    return 0


def inert(text: str) -> str:
    """Make a text that mentions nobody and links nothing but the addresses that stand in it, anywhere."""
    return _ADDRESS_OR_SIGN.sub(lambda found: _INERT.get(found[0], found[0]), text)
