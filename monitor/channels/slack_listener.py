"""What comes from Slack, believed only as far as it can be checked, and handed to the desk.

envelope -> our workspace? a channel of ours? a button of ours? -> press or command -> the messages show it

Who pressed is Slack's word; all texts in an envelope are strangers' words and are never shown as markup.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from pydantic import SecretStr

from monitor.channels.slack import Slack
from monitor.channels.slack_payload import escaped, literal
from monitor.channels.slack_socket import Envelope, SlackSocket
from monitor.core.models import Answered, Asked, Deferred, Delivery, Person, Press, Pressed, Sent
from monitor.core.render.handling import ACTIONS
from monitor.core.settings import SlackChannel
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_PERSON: Final = re.compile(r"[UW][A-Z0-9]{2,20}")
_TRIES: Final = 4
"""Times that a message is edited to show a press before that is left to the next update."""
_LONGEST_WAIT: Final = 20.0
COMMAND: Final = "/news-monitor"
ELSEWHERE: Final = "Use it in a channel that news-monitor posts to."


class Desk(Protocol):
    """Who carries out what people press and type."""

    async def press(self, pressed: Pressed) -> Answered:
        """Carry out a press."""

    async def ask(self, asked: Asked) -> Answered:
        """Carry out a command."""

    async def living(self, alert: str) -> Sequence[Delivery]:
        """Give the latest text of each living message of an alert, `root_remote_id` naming the message."""


class SlackListener:
    """Listens to one app for the channels that it posts to."""

    def __init__(
        self,
        settings: SlackChannel,
        channels: Mapping[str, Slack],
        desk: Desk,
        *,
        dice: Callable[[], float],
    ) -> None:
        """Take the settings of one of the channels; all of `channels` have its `app_token`."""
        self.name = ", ".join(channels)
        self._channels = channels
        self._desk = desk
        token = settings.app_token or SecretStr("")
        self.socket = SlackSocket(self.name, token, api_url=settings.api_url, heed=self.heed, dice=dice)

    def __repr__(self) -> str:
        return f"SlackListener({self.name!r})"

    async def run(self) -> None:
        """Listen for ever; cancel it to stop."""
        await self.socket.run()

    async def heed(self, envelope: Envelope) -> Mapping[str, object] | None:
        """Act on one envelope; what is not for us is passed over."""
        payload = envelope.payload
        match envelope.kind:
            case "interactive" if payload.get("type") == "block_actions":
                await self._pressed(payload)
                return None
            case "slash_commands" if payload.get("command") == COMMAND:
                return _ephemeral(await self._asked(payload))
            case _:
                return None

    async def _pressed(self, payload: Mapping[str, Any]) -> None:
        place = _text(payload, "channel", "id")
        person = _person(_text(payload, "user", "id"), _text(payload, "user", "username"))
        channels = await self._ours(_text(payload, "team", "id"), place)
        press = _press(payload)
        if person is None or press is None or not channels:
            log.warning("slack.press_refused", extra=fields(channel=self.name, place=place[:20]))
            return
        button, alert, at = press
        pressed = Pressed(
            id=f"{person.id}:{place}:{button}:{alert}:{at}",
            press=button,
            alert=alert,
            channels=tuple(channels),
            message=f"{place}:{_text(payload, 'container', 'message_ts')}",
            by=person,
        )
        answered = await self._desk.press(pressed)
        shown = answered.done and await self._show(alert, pressed.channels)
        if not shown:
            await next(iter(channels.values())).whisper(person.id, answered.text)

    async def _show(self, alert: str, pressed_in: Sequence[str]) -> bool:
        """Let every message of the alert show what was done; tell whether the one pressed under does."""
        living = [one for one in await self._desk.living(alert) if one.channel in self._channels]
        shown = await asyncio.gather(*(self._edited(one) for one in living))
        return any(done for one, done in zip(living, shown, strict=True) if one.channel in pressed_in)

    async def _edited(self, delivery: Delivery) -> bool:
        for _ in range(_TRIES):
            outcome = await self._channels[delivery.channel].show(delivery)
            if not isinstance(outcome, Deferred):
                return isinstance(outcome, Sent)
            wait = outcome.retry_after.total_seconds() if outcome.retry_after else 1.0
            if wait > _LONGEST_WAIT:
                return False
            await asyncio.sleep(wait)
        return False

    async def _asked(self, payload: Mapping[str, Any]) -> str:
        person = _person(_text(payload, "user_id"), _text(payload, "user_name"))
        place = _text(payload, "channel_id")
        if person is None or not await self._ours(_text(payload, "team_id"), place):
            log.warning("slack.command_refused", extra=fields(channel=self.name, place=place[:20]))
            return ELSEWHERE
        cause = f"{person.id}:{place}:{_text(payload, 'trigger_id')}:{_text(payload, 'text')}"
        return (await self._desk.ask(Asked(id=cause, words=_text(payload, "text"), by=person))).text

    async def _ours(self, team: str, place: str) -> dict[str, Slack]:
        """Give those of our channels that are this one; none if the workspace is another."""
        found = {name: slack for name, slack in self._channels.items() if place and slack.channel_id == place}
        return {name: slack for name, slack in found.items() if team and await slack.team() == team}


def _press(payload: Mapping[str, Any]) -> tuple[Press, str, str] | None:
    """Read which button it was, the alert it names, and Slack's name for the moment."""
    match payload.get("actions"):
        case [{"block_id": str(block), "action_id": str(action), "value": str(alert), **rest}]:
            known = block == ACTIONS and action in {press.value for press in Press}
            return (Press(action), alert, str(rest.get("action_ts", ""))[:40]) if known else None
        case _:
            return None


def _person(found: str, name: str) -> Person | None:
    return Person(id=found, name=name) if _PERSON.fullmatch(found) else None


def _text(payload: Mapping[str, Any], *path: str) -> str:
    """Give the text at a path; empty where there is none."""
    value: object = payload
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _ephemeral(text: str) -> Mapping[str, object]:
    return {"response_type": "ephemeral", "text": escaped(text), "blocks": literal(text)}
