"""What people press and type at a channel, carried out: looked up, stored, and said back.

press -> the alert and its message are ours? -> acknowledge | judge | silence -> the messages to show it in

A press that arrives twice changes nothing the second time: what it stores is named after it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final, Protocol

from monitor.actor import acting
from monitor.core.errors import StoreUnavailableError
from monitor.core.models import (
    Actor,
    Answered,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Feedback,
    Handling,
    Judgement,
    Person,
    Press,
    Pressed,
    Silence,
    Via,
)
from monitor.core.render.display import line
from monitor.core.render.handling import SNOOZE_HOURS
from monitor.core.render.times import dated
from monitor.pipeline.ports import Clock
from monitor.telemetry import fields

log = logging.getLogger(__name__)

MUTED_FOR: Final = timedelta(days=7)
"""Longer than a story takes up articles."""
SNOOZED_FOR: Final = timedelta(hours=SNOOZE_HOURS)
_ID: Final = re.compile(r"[0-9a-f]{32}")
_ALL: Final = 5000
"""Deliveries of one alert: more than a story of hundreds of articles makes."""
_BEGUN: Final = {DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNSURE}
UNSTORED: Final = Answered(text="It could not be written down just now; please press again in a minute.")
UNKNOWN: Final = Answered(text="This alert is not known here (any more); nothing was changed.")


class HandlingStore(Protocol):
    """What acting on presses keeps."""

    async def deliveries(
        self, *, alert: str | None = None, state: DeliveryState | None = None, limit: int = 100
    ) -> list[Delivery]:
        """Deliveries of an alert; the newest first."""

    async def handling(self, alert: str, now: datetime) -> Handling | None:
        """What people did about an alert so far; None if there is no such alert."""

    async def acknowledge(self, alert: str, who: str, now: datetime) -> bool:
        """Write down who acknowledged an alert, the first to do so; False if somebody had."""

    async def judge(self, given: Feedback) -> None:
        """Write down a judgement, in place of the same person's earlier one."""

    async def add_silence(self, silence: Silence) -> None:
        """Add a silence, or replace the one of the same id."""


class Presses:
    """Carries out presses."""

    def __init__(self, store: HandlingStore, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def handling(self, alert: str) -> Handling | None:
        """What people did about an alert so far; None if nobody can say."""
        try:
            return await self._store.handling(alert, self._clock())
        except StoreUnavailableError:
            return None

    async def press(self, pressed: Pressed) -> Answered:
        """Carry out a press on a message in Slack; what cannot be believed or stored changes nothing."""
        try:
            handling = await self._of(pressed)
            with acting(self._in_slack(pressed.by)):
                answered = UNKNOWN if handling is None else await self._carried_out(pressed, handling)
        except StoreUnavailableError:
            return UNSTORED
        return self._logged(pressed, answered)

    async def press_here(self, pressed: Pressed) -> Answered:
        """Carry out a press on a page of our own, where no message bore the button."""
        try:
            known = _ID.fullmatch(pressed.alert) is not None
            handling = await self._store.handling(pressed.alert, self._clock()) if known else None
            answered = UNKNOWN if handling is None else await self._carried_out(pressed, handling)
        except StoreUnavailableError:
            return UNSTORED
        return self._logged(pressed, answered)

    async def living(self, alert: str) -> Sequence[Delivery]:
        """Give the latest text of each living message of an alert, `root_remote_id` naming the message.

        The latest is the one whose request was begun last: whoever is sending it now shows the same.
        """
        try:
            found = await self._store.deliveries(alert=alert, limit=_ALL)
        except StoreUnavailableError:
            return ()
        roots = {
            one.channel: one.remote_id for one in found if one.kind is DeliveryKind.POST and one.remote_id
        }
        latest: dict[str, Delivery] = {}
        for one in found:  # the newest first
            if one.kind is not DeliveryKind.THREAD and one.state in _BEGUN and one.channel in roots:
                latest.setdefault(one.channel, replace(one, root_remote_id=roots[one.channel]))
        return tuple(latest.values())

    def _in_slack(self, person: Person) -> Actor:
        return Actor(at=self._clock(), name=author_of(person), via=Via.SLACK)

    def _logged(self, pressed: Pressed, answered: Answered) -> Answered:
        said = {"press": pressed.press, "alert": pressed.alert[:12], "by": author_of(pressed.by)}
        log.info("press", extra=fields(**said, done=answered.done))
        return answered

    async def _of(self, pressed: Pressed) -> Handling | None:
        """Look the alert up; None unless that very message was posted for it in that channel."""
        if _ID.fullmatch(pressed.alert) is None:
            return None
        posted = any(
            one.remote_id == pressed.message and one.channel in pressed.channels
            for one in await self._store.deliveries(alert=pressed.alert, limit=_ALL)
        )
        return await self._store.handling(pressed.alert, self._clock()) if posted else None

    async def _carried_out(self, pressed: Pressed, handling: Handling) -> Answered:
        match pressed.press:
            case Press.ACKNOWLEDGE:
                return await self._acknowledged(pressed, handling)
            case Press.RELEVANT | Press.NOISE:
                return await self._judged(pressed, handling)
            case Press.MUTE_STORY:
                matchers, length = {"story": handling.story}, MUTED_FOR
                return await self._silenced(pressed, handling.muted, matchers, length)
            case Press.SNOOZE_RULE:
                matchers, length = {"rule": handling.rule}, SNOOZED_FOR
                return await self._silenced(pressed, handling.snoozed, matchers, length)

    async def _acknowledged(self, pressed: Pressed, handling: Handling) -> Answered:
        now = self._clock()
        if await self._store.acknowledge(pressed.alert, author_of(pressed.by), now):
            return Answered(text="Acknowledged.", done=True)
        known = handling.acknowledged
        first = f"{known.author}, {dated(known.at)}" if known else "somebody else"
        return Answered(text=f"Acknowledged already, by {first}.", done=True)

    async def _judged(self, pressed: Pressed, handling: Handling) -> Answered:
        judgement = Judgement.RELEVANT if pressed.press is Press.RELEVANT else Judgement.NOISE
        given = Feedback(
            alert=handling.alert,
            rule=handling.rule,
            story=handling.story,
            author=author_of(pressed.by),
            judgement=judgement,
            at=self._clock(),
        )
        await self._store.judge(given)
        return Answered(text=f"Marked as {judgement.value}.", done=True)

    async def _silenced(
        self, pressed: Pressed, known: Silence | None, matchers: dict[str, str], length: timedelta
    ) -> Answered:
        if known is not None:
            text = f"{known.author} did so already; it holds until {dated(known.ends_at)}."
            return Answered(text=text, done=True)
        now = self._clock()
        silence = Silence(
            id=silence_id(pressed.id),
            matchers=matchers,
            starts_at=now,
            ends_at=now + length,
            author=author_of(pressed.by),
            comment="from a button in Slack" if pressed.message else "from a button of the desk",
        )
        await self._store.add_silence(silence)
        return Answered(text=f"Silenced until {dated(silence.ends_at)}.", done=True)


def author_of(person: Person) -> str:
    """Name a person as silences and judgements do: the name they go by, and the id that is theirs alone."""
    name = line(person.name, 40)
    return f"{name} ({person.id})" if name else person.id


def silence_id(cause: str) -> str:
    """Name a silence after what made it: the same for every copy of that."""
    return blake2b(cause.encode("utf-8", "replace"), digest_size=16).hexdigest()
