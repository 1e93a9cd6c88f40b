"""A desk in Slack: a real store with one alert, its message in the double, and the listener beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.channels.factory import build_listeners
from monitor.channels.slack import Slack
from monitor.channels.slack_listener import SlackListener
from monitor.core.models import (
    AlertRecord,
    Assembled,
    Assignment,
    DeliveryState,
    Placement,
    Sent,
    Verdict,
)
from monitor.core.settings import SlackChannel
from monitor.pipeline.answering import Desk
from monitor.store import Store, open_store
from tests.channels.cards import FIRST, FIRST_HITS, delivery, story
from tests.channels.slack_double import Posted, SlackDouble
from tests.store.samples import poll

ALERT = "a" * 32
LATER = timedelta(minutes=1)
PATIENCE = 30.0


@dataclass(slots=True, kw_only=True)
class Rig:
    """Everything between a button and the database."""

    double: SlackDouble
    store: Store
    channel: Slack
    listener: SlackListener
    desk: Desk

    @property
    def message(self) -> Posted:
        """The alert's message."""
        return self.double.messages[0]

    @property
    def shown(self) -> str:
        """What a reader sees below the message, and the buttons, in one text."""
        return str(self.message.blocks[2:])

    @property
    def offered(self) -> list[str]:
        """The buttons that are drawn."""
        rows = [block for block in self.message.blocks if block["type"] == "actions"]
        return [button["action_id"] for row in rows for button in row["elements"]]


async def until(condition: Callable[[], object] | Callable[[], Awaitable[object]]) -> None:
    """Wait until something is true, with more patience than it needs."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = condition()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.01)


def clock() -> datetime:
    """Say what time it is."""
    return datetime.now(UTC)


def settings_of(double: SlackDouble, **changed: Any) -> SlackChannel:
    """Configure the channel of the double, with buttons."""
    given = {
        "type": "slack",
        "token": SecretStr(double.token),
        "app_token": SecretStr(double.sockets.token),
        "channel": double.channel,
        "api_url": double.api_url,
    }
    return SlackChannel(**(given | changed))


async def alerted(store: Store) -> None:
    """Let the first entry raise the alert, its message queued."""
    await poll(store, FIRST)
    [waiting] = await store.pending_entries(limit=10)
    record = AlertRecord(
        id=ALERT,
        rule="cross-border-raids",
        story=FIRST.id,
        entry=FIRST.id,
        state=Verdict.ALERT,
        created_at=clock(),
        updated_at=clock(),
        outlets=1,
        hits=FIRST_HITS,
    )
    message = replace(
        delivery(),
        id="d" * 32,
        story=FIRST.id,
        created_at=clock(),
        next_attempt_at=clock() - LATER,
        attempts=0,
        channel="osint",
        state=DeliveryState.READY,
        started_at=None,
    )
    placed = Assignment(entry=FIRST.id, story=FIRST.id, placement=Placement.OPENS, reason="first")
    await store.commit_assembled(
        [
            Assembled(
                seq=waiting.seq,
                entry=FIRST,
                assignment=placed,
                story=story(FIRST),
                alerts=(record,),
                deliveries=(message,),
            )
        ]
    )


async def deliver(store: Store, channel: Slack) -> None:
    """Send what is due, as the daemon does."""
    for claimed in await store.claim_deliveries(clock(), lease=LATER, limit=10):
        outcome = await channel.send(claimed)
        assert isinstance(outcome, Sent)
        await store.settle(claimed, outcome, now=clock(), retry_at=clock())


@pytest.fixture
async def double() -> AsyncIterator[SlackDouble]:
    """A Slack on loopback."""
    async with SlackDouble() as running:
        yield running


@pytest.fixture
async def rig(double: SlackDouble, tmp_path: Path) -> AsyncIterator[Rig]:
    """The alert is posted, and somebody listens."""
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="one", exclusive=True)
    desk = Desk(store, clock=clock)
    settings = settings_of(double)
    no_wait = timedelta(0)
    channel = Slack("osint", settings, handling=desk.handling, post_interval=no_wait, update_interval=no_wait)
    [listener] = build_listeners({"osint": settings}, {"osint": channel}, desk, dice=lambda: 0.5)
    await alerted(store)
    await deliver(store, channel)
    running = asyncio.create_task(listener.run())
    await double.sockets.connections(1)
    yield Rig(double=double, store=store, channel=channel, listener=listener, desk=desk)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await channel.close()
    await store.close()
