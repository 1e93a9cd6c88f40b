"""An entry that does not arrive: late is not dead, an emptied daemon sends none, no clock makes it late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from monitor.channels.null import NullChannel
from monitor.core.matcher import Matcher
from monitor.core.models import WalkStage
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import SelfCheckSettings, Settings
from monitor.core.walking import CHANNEL
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.walk import Surroundings, Walks
from monitor.pipeline.walked import walker
from monitor.samples.walk import WalkFeed
from monitor.store import Store, open_store

PATIENCE = 60.0


@dataclass(slots=True)
class Lonely:
    """A daemon of which nothing works but what sends the entries, on a real database."""

    walks: Walks
    works: Callable[[], int] = field(default=lambda: 0)
    willing: bool = True

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - what is waited for is no event
                await asyncio.sleep(0.05)

    @property
    def dead(self) -> bool:
        """Whether systemd is to start it anew."""
        return self.walks.late is not None and self.walks.late.dead


@pytest.fixture
async def lonely(tmp_path: Path) -> AsyncIterator[Lonely]:
    """Entries that are late after half a second, by a clock on the wall that leaps a day at each look."""
    store: Store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="one", exclusive=True)
    checks = SelfCheckSettings().model_copy(
        update={"walk": timedelta(minutes=10), "patience": timedelta(seconds=0.5)}
    )
    rulebook = Rulebook.of(RuleSet(), Matcher(RuleSet()))
    feed = WalkFeed("one", "secret")
    in_force = InForce(
        settings=Settings(self_check=checks),
        rulebook=rulebook,
        walker=walker(feed.feed, NullChannel(CHANNEL)),
    )
    days = count()
    found: Lonely
    around = Surroundings(
        works=lambda: {"poll": found.works()},
        is_willing=lambda: found.willing,
        is_keeper=lambda: True,
    )
    walks = Walks(
        store,
        feed,
        in_force,
        around,
        clock=lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=next(days)),
    )
    found = Lonely(walks)
    running = asyncio.create_task(walks.run())
    yield found
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await feed.stop()
    await store.close()


async def test_an_entry_at_a_stage_that_does_other_work_is_late_and_not_dead(lonely: Lonely) -> None:
    """An overloaded daemon is not started anew for it; one that does nothing else is."""
    polls = count()
    lonely.works = lambda: next(polls)
    await lonely.until(lambda: lonely.walks.late)
    assert lonely.walks.late is not None
    assert lonely.walks.late.stage is WalkStage.DUE
    assert not lonely.dead
    lonely.works = lambda: 7
    await lonely.until(lambda: lonely.dead)
    assert lonely.walks.dead == "synthetic entry at stage due"
    lonely.works = lambda: next(polls)
    await lonely.until(lambda: not lonely.dead)


async def test_a_daemon_that_is_emptied_has_no_entry_that_is_late(lonely: Lonely) -> None:
    """Nothing of its own is polled any more; that is no fault."""
    await lonely.until(lambda: lonely.walks.late)
    lonely.willing = False
    await lonely.until(lambda: lonely.walks.late is None)
    assert lonely.walks.dead == ""


async def test_a_clock_that_leaps_makes_no_entry_late(lonely: Lonely) -> None:
    """How long it is on its way is told by time that nobody sets."""
    await lonely.until(lambda: lonely.walks.late)
    assert lonely.walks.late is not None
    assert lonely.walks.late.lasted < timedelta(minutes=5)
