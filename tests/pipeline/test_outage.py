"""An hour without Slack, in virtual time: what waited is told soon after, together, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr

from monitor.channels.slack import Slack
from monitor.core.models import Delivery, DeliveryKind, DeliveryState, Message
from monitor.core.settings import SlackChannel
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.dispatch import tempo_of
from monitor.store import Store, open_store
from tests.channels.slack_double import Fault, SlackDouble
from tests.pipeline.virtual_time import VirtualLoop, Watched, virtual_loop

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = 3600.0
ALERTS = 500
AT_MOST = 60
"""Messages after the outage: about ten digests, and the few that were in doubt and had to be asked for."""
WITHIN = 300.0
"""Seconds after the end of the outage within which everything has been told."""


@dataclass(slots=True)
class Outage:
    """What requests meet, by the time of day: an hour of everything that can be wrong, then nothing."""

    loop: VirtualLoop
    began: float
    kinds: tuple[Fault, ...]
    met: list[Fault] = field(default_factory=list)

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> Fault:
        """Give what the present request meets."""
        part = (self.loop.time() - self.began) / HOUR * len(self.kinds)
        fault = self.kinds[int(part)] if part < len(self.kinds) else Fault.NONE
        self.met.append(fault)
        return fault


def an_alert(number: int, at: datetime) -> Delivery:
    """Make the first message of an alert."""
    title = f"Bridge number {number} of the river Orla is closed to lorries from Monday until further notice"
    link = f"https://outlet-{number % 40}.example/2026/03/01/news/bridge-{number}-closed-to-lorries.html"
    severity = ("LOW", "MEDIUM", "HIGH", "CRITICAL")[number % 4]
    return Delivery(
        id=f"{number:032x}",
        alert=f"{number:032x}",
        story=f"story {number}",
        channel="osint",
        kind=DeliveryKind.POST,
        message=Message(
            title=title,
            text=f"{severity} · Bridges\n{title}\noutlet-{number % 40}.example · 12:00 UTC\n{link}",
            html=f"<p>{title}</p>",
            blocks=({"type": "section", "text": {"type": "plain_text", "text": title}},),
            link=link,
        ),
        created_at=at,
        next_attempt_at=at,
    )


def test_an_hour_without_slack_loses_nothing_and_is_told_in_few_messages(tmp_path: Path) -> None:
    """Twenty minutes of lost connections, twenty of errors, twenty of 429: then all within minutes."""
    with virtual_loop() as (runner, loop):
        runner.run(_an_hour_without(tmp_path, loop))


async def _an_hour_without(folder: Path, loop: VirtualLoop) -> None:
    began = loop.time()
    slack = SlackDouble(
        interval=1.0,
        retry_after=30,
        lag=2.0,
        clock=loop.time,
        wall=lambda: START.timestamp() + loop.time() - began,
    )
    outage = Outage(loop, began, (Fault.DROP, Fault.HTML_PAGE, Fault.RATE_LIMITED))
    asked = Outage(loop, began, (Fault.SERVER_ERROR, Fault.SERVER_ERROR, Fault.RATE_LIMITED))
    slack.faults, slack.asking_faults = cast("Any", outage), cast("Any", asked)
    store = await open_store(f"sqlite:///{folder / 'news.db'}", owner="one", exclusive=True)
    async with slack:
        ended = await _delivered(slack, store, loop, began)
        told = [message for message in slack.messages if _links(message.text + json.dumps(message.blocks))]
        links = [link for one in told for link in _links(one.text + json.dumps(one.blocks))]
    states = (await store.counts()).deliveries
    await store.close()
    print(f"\n{len(told)} messages, {ended - HOUR:.0f} s after the outage; tries in it {len(outage.met)}")
    assert sorted(links) == sorted(f"bridge-{number}-" for number in range(ALERTS))
    assert "429 too fast" not in slack.refusals
    assert len(told) <= AT_MOST
    assert ended - HOUR <= WITHIN
    assert states[DeliveryState.FOLDED] + states[DeliveryState.SENT] - _digests(told) == ALERTS


async def _delivered(slack: SlackDouble, store: Store, loop: VirtualLoop, began: float) -> float:
    """Deliver what comes in during the hour; returns the second at which nothing was left."""
    settings = SlackChannel(
        type="slack", token=SecretStr(slack.token), channel=slack.channel, api_url=slack.api_url
    )
    channel = Slack("osint", settings)
    watched: Any = Watched(store, loop.leaping)

    def clock() -> datetime:
        return START + timedelta(seconds=loop.time() - began)

    deliverer = Deliverer(
        watched, channel, tempo_of(settings), clock=clock, dice=lambda: 0.5, on_alerts=asyncio.Event()
    )
    running = asyncio.create_task(deliverer.run())
    for number in range(ALERTS):
        await watched.queue([an_alert(number, clock())])
        await asyncio.sleep(HOUR / ALERTS)
    while await watched.next_delivery_at("osint") is not None:
        assert not running.done()
        await asyncio.sleep(1)
    ended = loop.time() - began
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await channel.close()
    return ended


def _links(said: str) -> set[str]:
    return {f"bridge-{number}-" for number in re.findall(r"Bridge number (\d+) ", said)}


def _digests(told: list[Any]) -> int:
    return sum("alerts in one message" in one.text for one in told)
