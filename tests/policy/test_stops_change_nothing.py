"""A daemon killed at any call of its store, and started again, sends what it would have sent, once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor.core.models import Absent, Delivery, Lookup, Sent
from tests.pipeline.rig import Scripted
from tests.policy.desk import NIGHT, SUBJECTS, Desk, opened

CONFIG = """
channels: {desk: {type: console}, mail: {type: console}, pager: {type: console}}
alerts: {zone: Europe/Kyiv, group_wait: 2m}
routes:
  - {channels: [mail], digest: "0 8 * * *", group_wait: 0s, continue: true}
  - match: {rule: [ports]}
    channels: [desk]
    quiet_hours: {from: "22:00", to: "07:00"}
  - channels: [desk]
    max_per_hour: 2
    escalate: {after: 10m, to: [pager]}
"""
WRITES = {"commit_polls", "commit_assembled", "commit_let_go", "begin_repeat", "settle", "recover_deliveries"}
STRIDE = int(os.environ.get("NEWS_MONITOR_STRIDE", "7"))
"""Every so many-th write is tried; NEWS_MONITOR_STRIDE=1 tries them all."""
Step = Callable[[Desk], Awaitable[object]]


class Killed(BaseException):
    """The process is gone."""


@dataclass(slots=True)
class Mortal:
    """A store at whose n-th write the process is killed: before anything was done, or after it was."""

    store: Any
    at: int = 0
    """0: never."""
    after: bool = False
    calls: int = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)
        if name == "remembered":  # an iterator, not to be awaited
            return method

        async def call(*args: Any, **kwargs: Any) -> Any:
            if name not in WRITES:
                return await method(*args, **kwargs)
            self.calls += 1
            fatal = self.calls == self.at
            if fatal and not self.after:
                raise Killed
            found = await method(*args, **kwargs)
            if fatal:
                raise Killed
            return found

        return call


@dataclass(slots=True)
class Remembering(Scripted):
    """A channel that can be asked whether it has a message."""

    settle: timedelta = timedelta(0)
    kept: dict[str, Delivery] = field(default_factory=dict)

    async def send(self, delivery: Delivery) -> Sent:
        """Take it."""
        self.got.append(delivery)
        self.kept[delivery.id] = delivery
        return Sent(remote_id=f"remote-{delivery.id}")

    async def find(self, delivery: Delivery) -> Lookup:
        """Tell what it has."""
        return Sent(remote_id=f"remote-{delivery.id}") if delivery.id in self.kept else Absent()


def publish(number: int, title: str, outlet: str = "one.example") -> Step:
    """An article comes."""
    return lambda desk: desk.publish(title, outlet=outlet, number=number)


def time_to(**after: float) -> Step:
    """It becomes so late after NIGHT."""
    return lambda desk: desk.until(NIGHT + timedelta(**after))


STEPS: tuple[Step, ...] = (
    publish(1, SUBJECTS[0]),
    publish(2, "Fire in the port of Odesa"),
    time_to(minutes=1),
    publish(3, "Earthquake leaves cracks in the Karst dam, inspectors say", "two.example"),
    publish(4, SUBJECTS[1]),
    publish(5, SUBJECTS[2]),
    time_to(minutes=20),
    publish(6, "Karst dam: cracks seen after earthquake", "three.example"),
    time_to(hours=9),
)


async def _killed_in(step: Step, desk: Desk) -> bool:
    try:
        await step(desk)
    except Killed:
        return True
    return False


async def _lived(folder: Path, mortal: Callable[[Any], Mortal]) -> tuple[Mortal, Counter[str], Counter[str]]:
    """Live through the steps, starting again whenever killed; returns what was sent and decided."""
    async with opened(folder, CONFIG) as desk:
        real = desk.store
        desk.channels = {name: Remembering(name=name) for name in ("desk", "mail", "pager")}
        desk.configure(CONFIG)
        desk.store = mortal(real)
        desk.restart()
        for step in STEPS:
            if await _killed_in(step, desk):
                desk.restart()
                await desk.store.recover_deliveries(desk.now)
                await desk.work()
                await step(desk)
        sent = Counter(
            f"{name}: {one.message.title}\n{one.message.text}"
            for name, channel in desk.channels.items()
            for one in channel.got
        )
        decided = Counter(f"{one.verdict} {one.reason} {one.detail}" for one in await real.decisions())
        return desk.store, sent, decided


@pytest.mark.slow
async def test_killed_at_any_write_and_started_again_it_sends_the_same(tmp_path: Path) -> None:
    """In a night of waits, digests, limits and escalation; killed before the write, or after it."""
    (tmp_path / "whole").mkdir()
    whole, sent, decided = await _lived(tmp_path / "whole", Mortal)
    assert {name.partition(":")[0] for name in sent} == {"desk", "mail", "pager"}
    assert max(sent.values()) == 1
    points = [(at, after) for at in range(1, whole.calls + 1) for after in (False, True)]
    for at, after in points[::STRIDE]:
        folder = tmp_path / f"{at}-{after}"
        folder.mkdir()
        _, again, decided_again = await _lived(folder, partial(Mortal, at=at, after=after))
        assert again == sent, (at, after)
        assert decided_again == decided, (at, after)


@pytest.mark.parametrize("back", [timedelta(minutes=3), timedelta(days=1)])
async def test_a_clock_set_back_loses_and_repeats_nothing(tmp_path: Path, back: timedelta) -> None:
    """What is held is told once, however the clock is set meanwhile."""
    async with opened(tmp_path, CONFIG) as desk:
        await desk.publish(SUBJECTS[0])
        desk.now -= back
        await desk.work()
        await desk.until(NIGHT + timedelta(days=1, hours=9))
        assert [one.message.title for one in desk.got()].count(SUBJECTS[0]) == 1
        assert len(desk.got("mail")) == 1
