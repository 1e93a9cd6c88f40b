"""Commands typed in a channel, carried out: how things stand, why, and what is silenced."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, assert_never

from monitor.actor import acting
from monitor.core.commands import (
    AddSilence,
    Command,
    EndSilence,
    Misread,
    Silences,
    Status,
    Why,
    read_command,
)
from monitor.core.errors import StoreUnavailableError
from monitor.core.models import (
    Answered,
    Asked,
    Counts,
    Decision,
    DeliveryState,
    Silence,
    StoredEntry,
    Story,
)
from monitor.core.render.display import line
from monitor.core.render.times import dated
from monitor.pipeline.acting import HandlingStore, Presses, author_of, silence_id
from monitor.pipeline.ports import Clock
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_SHORT: Final = 12
_MANY: Final = 10
UNSTORED: Final = Answered(text="The database cannot be used just now; please try again in a minute.")


class AskingStore(HandlingStore, Protocol):
    """What answering needs besides."""

    async def counts(self) -> Counts:
        """How much there is of everything."""

    async def alerts_since(self, since: datetime) -> int:
        """How many alerts were made since a moment."""

    async def story(self, prefix: str) -> Story | None:
        """The story of that id, or the only one whose id begins so."""

    async def entries_at(self, address: str) -> list[StoredEntry]:
        """The entries that stand at an address."""

    async def decisions(
        self, *, entry: str | None = None, story: str | None = None, limit: int = 200
    ) -> list[Decision]:
        """What was decided on an entry or in a story; the latest last."""

    async def silences(self, now: datetime) -> list[Silence]:
        """The silences in force."""

    async def silences_like(self, prefix: str, *, limit: int = 10) -> list[Silence]:
        """Silences whose id begins so."""

    async def end_silence(self, silence: str, now: datetime) -> bool:
        """End a silence before its time."""


class Desk(Presses):
    """Carries out presses and commands."""

    def __init__(self, store: AskingStore, *, clock: Clock) -> None:
        super().__init__(store, clock=clock)
        self._desk = store

    async def ask(self, asked: Asked) -> Answered:
        """Carry out a command; one that cannot be understood is answered with what can be."""
        command = read_command(asked.words)
        log.info("command", extra=fields(command=type(command).__name__, by=author_of(asked.by)))
        try:
            with acting(self._in_slack(asked.by)):
                return await self._answered(asked, command)
        except StoreUnavailableError:
            return UNSTORED

    async def _answered(self, asked: Asked, command: Command) -> Answered:
        match command:
            case Status():
                return Answered(text=await self._status())
            case Why(what=what):
                return Answered(text=await self._why(what))
            case Silences():
                return Answered(text=_listed(await self._desk.silences(self._clock())))
            case AddSilence():
                return await self._add(asked, command)
            case EndSilence(prefix=prefix):
                return await self._end(prefix)
            case Misread(message=message):
                return Answered(text=message)
            case _:
                assert_never(command)

    async def _status(self) -> str:
        now = self._clock()
        counts = await self._desk.counts()
        open_states = (DeliveryState.READY, DeliveryState.SENDING, DeliveryState.UNSURE)
        waiting = sum(counts.deliveries.get(state, 0) for state in open_states)
        dead = counts.deliveries.get(DeliveryState.PARKED, 0)
        oldest = ""
        if counts.oldest_unsent_at is not None:
            oldest = f", the oldest for {_minutes(now - counts.oldest_unsent_at)}"
        alerts = await self._desk.alerts_since(now - timedelta(days=1))
        lines = [
            f"{counts.feeds:,} feeds, {counts.failing:,} failing",
            f"{alerts:,} alerts in 24 h, {counts.held:,} held",
            f"{waiting:,} messages waiting{oldest}; {dead:,} dead letters",
            f"{len(await self._desk.silences(now)):,} silences in force",
        ]
        return "\n".join(lines)

    async def _why(self, what: str) -> str:
        if "://" in what:
            entries = await self._desk.entries_at(what)
            decisions = [one for item in entries for one in await self._desk.decisions(entry=item.entry.id)]
            title = entries[0].entry.title if entries else ""
        else:
            story = await self._desk.story(what)
            decisions = await self._desk.decisions(story=story.id) if story else []
            title = story.title if story else ""
        if not title:
            return "No article or story of that name is kept."
        if not decisions:
            return f"{line(title, 200)}\nNo rule matched it."
        return "\n".join([line(title, 200), *map(_decided, decisions[-_MANY:])])

    async def _add(self, asked: Asked, command: AddSilence) -> Answered:
        matchers = dict(command.matchers)
        if "story" in matchers:
            story = await self._desk.story(matchers["story"])
            if story is None:
                return Answered(text="No story, or more than one, has an id that begins so.")
            matchers["story"] = story.id
        now = self._clock()
        silence = Silence(
            id=silence_id(asked.id),
            matchers=matchers,
            starts_at=now,
            ends_at=now + command.length,
            author=author_of(asked.by),
            comment=line(command.comment, 200),
        )
        await self._desk.add_silence(silence)
        return Answered(text=f"Silenced: {_silence_line(silence)}", done=True)

    async def _end(self, prefix: str) -> Answered:
        now = self._clock()
        found = [one for one in await self._desk.silences_like(prefix, limit=_MANY) if one.ends_at > now]
        if len(found) != 1:
            return Answered(text="No silence in force, or more than one, has an id that begins so.")
        ended = await self._desk.end_silence(found[0].id, now)
        text = f"Ended: {_silence_line(found[0])}" if ended else "It had ended already."
        return Answered(text=text, done=ended)


def _decided(decision: Decision) -> str:
    detail = f" ({line(decision.detail, 120)})" if decision.detail else ""
    return (
        f"{dated(decision.at)} · {decision.rule}: {decision.verdict.value}, {decision.reason.value}{detail}"
    )


def _listed(silences: Sequence[Silence]) -> str:
    if not silences:
        return "Nothing is silenced."
    more = [f"… and {len(silences) - _MANY} more"] if len(silences) > _MANY else []
    return "\n".join([*map(_silence_line, silences[:_MANY]), *more])


def _silence_line(silence: Silence) -> str:
    what = ", ".join(f"{name}={line(value, 60)}" for name, value in silence.matchers.items())
    why = f": {line(silence.comment, 100)}" if silence.comment else ""
    return f"{silence.id[:_SHORT]} {what} until {dated(silence.ends_at)}, by {line(silence.author, 80)}{why}"


def _minutes(length: timedelta) -> str:
    return f"{max(length // timedelta(minutes=1), 0):,} min"
