"""Each stage is frozen in turn: the watchdog starves and the dead man's switch hears of it till it moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from pydantic import SecretStr

from monitor.core.pulses import Pulse, followed, stuck
from monitor.core.settings import SelfCheckSettings
from monitor.pipeline import assemble, deliver, poll
from monitor.pipeline.watch import Sign, Watch
from tests.pipeline.rig import Rig

MINUTE = timedelta(minutes=1)
STAGES = {"poll": "claim_due_feeds", "assemble": "pending_entries", "deliver": "next_delivery_at"}


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle stages look again at once."""
    for module in (assemble, deliver, poll):
        monkeypatch.setattr(module, "_IDLE", 0.01)


class Watched:
    """The stages of a rig at work, under a watch with a clock of its own."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.seconds, self.signs = rig, 0.0, list[Sign]()
        url = SecretStr("http://switch.example/ping")
        check = SelfCheckSettings(heartbeat=url, patience=5 * MINUTE, every=timedelta(hours=9))
        rig.in_force.settings = rig.in_force.settings.model_copy(update={"self_check": check})
        self.watch = Watch(self.turns, rig.in_force, self.switch, monotonic=lambda: self.seconds)

    def turns(self) -> dict[str, int]:
        """As the daemon counts them."""
        rig = self.rig
        return {
            "poll": rig.poller.turns,
            "assemble": rig.assembler.turns,
            "deliver": rig.deliverer.turns,
        }

    def stuck(self) -> tuple[str, ...]:
        """What the last look found."""
        return self.watch.stuck

    async def switch(self, settings: SelfCheckSettings, sign: Sign) -> str:
        """Write down what was said."""
        self.signs.append(sign)
        return ""

    async def turned(self, *but: str) -> None:
        """Wait until every stage has turned, save those named."""
        before = self.turns()
        await until(lambda: all(self.turns()[name] > before[name] for name in before if name not in but))

    async def minutes(self, number: int, *but: str) -> None:
        """Let time pass for the watch, in which all stages turn save those named."""
        for _ in range(number):
            await self.turned(*but)
            self.seconds += 60
            self.watch.look()
            await self.watch.ping()


async def until(true: Callable[[], bool]) -> None:
    """Wait, with generous patience."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)


@asynccontextmanager
async def at_work(rig: Rig) -> AsyncIterator[Watched]:
    """Start the stages."""
    tasks = [asyncio.create_task(one.run()) for one in (rig.poller, rig.assembler, rig.deliverer)]
    try:
        yield Watched(rig)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("stage", STAGES)
async def test_a_stage_that_freezes_starves_the_watchdog(
    rig: Rig, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stage's own call to the store hangs; the others go on, and it alone is named, then nothing is."""
    fed: list[tuple[str, ...]] = []
    monkeypatch.setattr("monitor.pipeline.watch.notify", lambda *said: fed.append(said))
    async with at_work(rig) as watched:
        await watched.minutes(7)
        assert not watched.stuck()
        assert fed == [("WATCHDOG=1",)] * 7
        thaw = frozen(rig, STAGES[stage], monkeypatch)
        await until(lambda: thaw.waiting > 0)
        await watched.minutes(8, stage)
        assert watched.stuck() == (stage,)
        fed.clear()
        await watched.minutes(2, stage)
        assert fed == []
        thaw.set()
        await watched.minutes(1)
        assert not watched.stuck()
        assert ("WATCHDOG=1",) in fed
        assert watched.signs == [Sign.START, Sign.FAIL, Sign.WELL]


class Thaw(asyncio.Event):
    """Holds back those who call until it is set."""

    waiting = 0


def frozen(rig: Rig, call: str, monkeypatch: pytest.MonkeyPatch) -> Thaw:
    """Let a call to the store hang."""
    thaw, real = Thaw(), getattr(rig.store.store, call)

    async def hung(*args: object, **kwargs: object) -> object:
        thaw.waiting += 1
        await thaw.wait()
        answer: Awaitable[object] = real(*args, **kwargs)
        return await answer

    monkeypatch.setattr(rig.store.store, call, hung)
    return thaw


async def test_polls_that_cannot_be_committed_are_a_poller_that_stands_still(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Feeds are still claimed, but nothing arrives: that is no life."""
    async with at_work(rig) as watched:
        thaw = frozen(rig, "commit_polls", monkeypatch)
        await rig.serve("north", ("A bridge", "fell"))
        await until(lambda: thaw.waiting > 0)
        await watched.minutes(8, "poll")
        assert watched.stuck() == ("poll",)
        thaw.set()
        await watched.minutes(1)
        assert not watched.stuck()


def test_while_we_slept_no_stage_could_turn() -> None:
    """A long pause of the whole process accuses nobody; a new stage begins, one that is gone is forgotten."""
    pulses = followed({}, {"poll": 1, "gone": 1}, passed=MINUTE, longest=MINUTE)
    pulses = followed(pulses, {"poll": 1, "new": 0}, passed=600 * MINUTE, longest=MINUTE)
    assert pulses == {"poll": Pulse(turns=1, still=MINUTE), "new": Pulse(turns=0)}
    assert stuck(pulses, patience=MINUTE) == ()
    pulses = followed(pulses, {"poll": 1, "new": 1}, passed=MINUTE, longest=MINUTE)
    assert stuck(pulses, patience=MINUTE) == ("poll",)
