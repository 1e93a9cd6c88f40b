"""Slack with a bot's token: messages that are posted once, edited while their story lives, and looked up.

    POST   chat.postMessage with the delivery's id as metadata -> "C123:1700000000.000100"
    UPDATE chat.update of the alert's first message; where Slack forbids that, a reply in its thread
    THREAD chat.postMessage in that message's thread
    find   conversations.history or .replies, all metadata, from two minutes before the attempt; where our
           clock is ahead of Slack's, once more from as much earlier

The SDK's own retries are off (a repeat after a lost answer posts twice): the ledger alone repeats.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from monitor.channels.answers import DEFAULT_PAUSE, dated
from monitor.channels.pacing import Pace
from monitor.channels.slack_calls import Refusal, SlackCalls
from monitor.channels.slack_payload import blocks, carries, escaped, fallback, literal, metadata
from monitor.channels.slack_socket import troubles_of
from monitor.channels.slack_words import (
    CANNOT_EDIT,
    LOST_ROOT,
    NO_HISTORY,
    remedy,
)
from monitor.core.models import (
    Absent,
    Deferred,
    Delivery,
    DeliveryKind,
    Handling,
    Lookup,
    Outcome,
    Rejected,
    Sent,
    Unknown,
    Unsure,
)
from monitor.core.render.handling import buttons, remarks
from monitor.core.settings import SlackChannel

POST_INTERVAL: Final = timedelta(seconds=1)
"""Slack's documented rate for one channel."""
UPDATE_INTERVAL: Final = timedelta(seconds=1.2)
"""Tier 3: fifty a minute."""
LOOK_BACK: Final = timedelta(seconds=120)
"""How far our clock may run ahead of Slack's before that has to be found out."""
CLOCK_SET: Final = timedelta(days=1)
"""How far history is looked through where our clock was set back since the attempt, nobody knows when."""
MAX_PAGES: Final = 10
PAGE: Final = 200
_SHORTEST_ID: Final = 9

HandlingOf = Callable[[str], Awaitable[Handling | None]]
"""Says what people did about an alert so far; None where nobody can say."""


async def nobody_can_say(alert: str) -> Handling | None:
    """Know nothing of what people did."""
    del alert
    return None


class Slack:
    """One Slack channel, reached with a bot's token."""

    recipients: tuple[str, ...] = ()
    can_update = True

    def __init__(
        self,
        name: str,
        settings: SlackChannel,
        *,
        handling: HandlingOf = nobody_can_say,
        post_interval: timedelta = POST_INTERVAL,
        update_interval: timedelta = UPDATE_INTERVAL,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Take the settings of a channel with `token` and `channel`; opens nothing until it is used.

        `clock` is the one that dates attempts; without it, it is taken to agree with Slack's.

        `handling` is asked at every post and edit: a message shows what people did, and the buttons that
        are left, if there is an `app_token` by which presses come back.
        """
        self.name = name
        self.settle = settings.settle
        self.on_doubt: Literal["repeat", "hold"] = settings.on_doubt
        self._settings = settings
        self._channel = settings.channel or ""
        self._channel_id = self._channel if _is_id(self._channel) else ""
        self._posts = Pace(post_interval)
        self._updates = Pace(update_interval)
        self._calls = SlackCalls(settings)
        self._handling = handling
        self._clock = clock
        self._slack_now: datetime | None = None
        """What Slack's clock said in the latest answer of its history."""
        self._team = ""
        self._editing = asyncio.Lock()
        """What a message shows below is read and sent as one: of two edits the later one knows more."""

    def __repr__(self) -> str:
        return f"Slack({self.name!r}, channel={self._channel!r})"

    async def send(self, delivery: Delivery) -> Outcome:
        """Post, edit or reply, once."""
        root = _split(delivery.root_remote_id)
        if delivery.kind is DeliveryKind.UPDATE and root is not None:
            return await self._update(delivery, *root)
        return await self._post(delivery, root if delivery.kind is not DeliveryKind.POST else None)

    async def find(self, delivery: Delivery) -> Lookup:
        """Ask the channel's history, or the thread, for the delivery's id."""
        root = _split(delivery.root_remote_id) if delivery.kind is not DeliveryKind.POST else None
        channel = root[0] if root else self._channel_id
        if not channel:
            why = (
                f"{self.name}: the history can only be asked by id; write the channel's id (C…) as `channel`"
            )
            return Unknown(why=why)
        latest = delivery.started_at if delivery.doubts <= 1 else None
        since, thread = (latest or delivery.created_at) - LOOK_BACK, root[1] if root else None
        found = await self._look_through(delivery, channel, thread, since)
        earlier = self._by_slacks_clock(since) if isinstance(found, Absent) else since
        if earlier < since:
            found = await self._look_through(delivery, channel, thread, earlier)
        return found

    async def _look_through(
        self, delivery: Delivery, channel: str, thread: str | None, since: datetime
    ) -> Lookup:
        cursor = ""
        for _ in range(MAX_PAGES):
            page = await self._page(channel, thread, since, cursor)
            if isinstance(page, Unknown):
                return page
            self._slack_now = dated(page.headers.get("Date"))
            for message in page.get("messages") or ():
                if carries(message, delivery):
                    return Sent(remote_id=f"{channel}:{message.get('ts')}")
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return Absent()
        return Unknown(why=f"{self.name}: more than {MAX_PAGES * PAGE} messages since the attempt")

    def _by_slacks_clock(self, since: datetime) -> datetime:
        """Give the moment in Slack's time from which history shows an attempt, if that is earlier."""
        if self._clock is None or self._slack_now is None:
            return since
        ours = self._clock()
        if since > ours - LOOK_BACK:
            return min(since, self._slack_now - CLOCK_SET)
        ahead = ours - self._slack_now
        return since - ahead if ahead > LOOK_BACK / 2 else since

    @property
    def channel_id(self) -> str:
        """The channel's id; empty while only its name is known."""
        return self._channel_id

    async def team(self) -> str:
        """The id of the workspace the token belongs to; empty while Slack does not say."""
        if not self._team:
            answer = await self._calls.make(lambda: self._calls.client().auth_test())
            if not isinstance(answer, Refusal):
                self._team = str(answer.get("team_id") or "")
        return self._team

    async def show(self, delivery: Delivery) -> Outcome:
        """Edit a message once more, so that it shows what people did since; `root_remote_id` names it."""
        root = _split(delivery.root_remote_id)
        if root is None:
            return Rejected(why=f"{self.name}: there is no message to show it in")
        answer = await self._edit(delivery, *root)
        return answer.outcome if isinstance(answer, Refusal) else answer

    async def whisper(self, person: str, text: str) -> None:
        """Tell one person in the channel something that nobody else sees; it may be lost."""
        arguments: dict[str, Any] = {
            "channel": self._channel_id,
            "user": person,
            "text": escaped(text),
            "blocks": literal(text),
        }
        await self._calls.make(lambda: self._calls.client().chat_postEphemeral(**arguments))

    async def verify(self) -> list[str]:
        """Try the tokens, their scopes and the app's membership in the channel."""
        answer = await self._calls.make(lambda: self._calls.client().auth_test())
        if isinstance(answer, Refusal):
            return [f"{self.name}: {answer.outcome.why}"]
        self._team = str(answer.get("team_id") or "")
        scopes = {scope.strip() for scope in (answer.headers.get("x-oauth-scopes") or "").split(",")}
        wrong = [*self._missing(scopes), *await self._membership(), *await self._app_troubles()]
        return [f"{self.name}: {sentence}" for sentence in wrong]

    async def close(self) -> None:
        """Close the connections to Slack."""
        await self._calls.close()

    async def _post(self, delivery: Delivery, root: tuple[str, str] | None) -> Outcome:
        wait = await self._posts.slot()
        if wait is not None:
            return Deferred(why=f"{self.name}: waiting for its turn in the channel", retry_after=wait)
        channel, thread = root or (self._channel, None)
        arguments: dict[str, Any] = {
            "channel": channel,
            "text": fallback(delivery),
            "blocks": blocks(delivery, () if thread else await self._below(delivery)),
            "thread_ts": thread,
            "metadata": metadata(delivery),
            "parse": "none",
            "link_names": False,
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        answer = await self._calls.make(lambda: self._calls.client().chat_postMessage(**arguments))
        if isinstance(answer, Refusal):
            return self._held(answer.outcome, self._posts)
        return self._sent(answer)

    async def _update(self, delivery: Delivery, channel: str, ts: str) -> Outcome:
        """Edit the first message; where that is forbidden, reply in its thread."""
        answer = await self._edit(delivery, channel, ts)
        if not isinstance(answer, Refusal):
            return answer
        return await self._post(delivery, (channel, ts)) if answer.word in CANNOT_EDIT else answer.outcome

    async def _edit(self, delivery: Delivery, channel: str, ts: str) -> Sent | Deferred | Refusal:
        """Edit a message. Editing twice changes nothing, so that a lost answer is safe to repeat."""
        wait = await self._updates.slot()
        if wait is not None:
            return Deferred(why=f"{self.name}: waiting for its turn to edit", retry_after=wait)
        async with self._editing:
            arguments: dict[str, Any] = {
                "channel": channel,
                "ts": ts,
                "text": fallback(delivery),
                "blocks": blocks(delivery, await self._below(delivery)),
                "parse": "none",
                "link_names": False,
            }
            answer = await self._calls.make(lambda: self._calls.client().chat_update(**arguments))
        if not isinstance(answer, Refusal):
            return Sent(remote_id=f"{channel}:{ts}")
        if answer.word in LOST_ROOT:
            why = f"{self.name}: somebody deleted the message in Slack that this would update"
            return replace(answer, outcome=Rejected(why=why))
        if isinstance(answer.outcome, Unsure):
            return Deferred(why=answer.outcome.why)
        self._held(answer.outcome, self._updates)
        return answer

    async def _below(self, delivery: Delivery) -> Sequence[Mapping[str, object]]:
        """What stands below the message: what people did, and the buttons where presses come back."""
        handling = await self._handling(delivery.alert)
        if handling is None:
            return ()
        row = (buttons(handling),) if self._settings.app_token else ()
        return (*remarks(handling), *row)

    def _held(self, outcome: Outcome, pace: Pace) -> Outcome:
        if isinstance(outcome, Deferred) and outcome.retry_after is not None:
            pace.hold(outcome.retry_after)
        return outcome

    def _sent(self, answer: Any) -> Outcome:
        channel, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            return Unsure(why="Slack says ok but does not name the message")
        self._channel_id = self._channel_id or channel
        return Sent(remote_id=f"{channel}:{ts}")

    async def _page(self, channel: str, thread: str | None, since: datetime, cursor: str) -> Any | Unknown:
        client = self._calls.client()
        common: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "limit": PAGE,
            "include_all_metadata": True,
            "inclusive": True,
            "cursor": cursor or None,
        }
        if thread is None:
            answer = await self._calls.make(lambda: client.conversations_history(**common))
        else:
            answer = await self._calls.make(lambda: client.conversations_replies(ts=thread, **common))
        return self._unknown(answer) if isinstance(answer, Refusal) else answer

    def _unknown(self, refusal: Refusal) -> Unknown:
        if refusal.word in NO_HISTORY:
            why = "the history cannot be asked; add channels:history (groups:history) and invite the app"
            return Unknown(why=f"{self.name}: Slack says {refusal.word}: {why}")
        match refusal.outcome:
            case Rejected(why=why):
                return Unknown(why=why)
            case Deferred(why=why, retry_after=pause):
                return Unknown(why=why, retry_after=pause or DEFAULT_PAUSE)
            case Unsure(why=why):
                return Unknown(why=why, retry_after=DEFAULT_PAUSE)

    def _missing(self, scopes: set[str]) -> list[str]:
        if scopes == {""}:
            return []
        said = []
        if "chat:write" not in scopes:
            said.append("the token lacks chat:write; add it and install the app again")
        if not scopes & {"channels:history", "groups:history"}:
            instead = "sent again, marked" if self.on_doubt == "repeat" else "held"
            said.append(
                "the token lacks channels:history (groups:history if it is private): after a lost answer "
                f"an alert is not looked up but {instead}"
            )
        return said

    async def _app_troubles(self) -> list[str]:
        token = self._settings.app_token
        return await troubles_of(token, self._settings.api_url) if token else []

    async def _membership(self) -> list[str]:
        if not self._channel_id:
            return [
                "write the channel's id (C…, at the end of its About page), so that its history can be asked"
            ]
        answer = await self._calls.make(
            lambda: self._calls.client().conversations_info(channel=self._channel_id)
        )
        if isinstance(answer, Refusal):
            return [] if answer.word == "missing_scope" else [answer.outcome.why]
        channel = answer.get("channel") or {}
        if channel.get("is_archived"):
            return [remedy("is_archived")]
        return [remedy("not_in_channel")] if channel.get("is_member") is False else []


def _split(remote_id: str | None) -> tuple[str, str] | None:
    """Take `C123:1700000000.000100` apart."""
    channel, colon, ts = (remote_id or "").partition(":")
    return (channel, ts) if colon and channel and ts else None


def _is_id(channel: str) -> bool:
    return len(channel) >= _SHORTEST_ID and channel[0] in "CGD" and channel.isalnum() and channel.isupper()
