"""A replay in virtual time decides what the daemon decided, at the same moments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from monitor.core.models import Decision, Entry, Fetched, ParsedFeed, ParseResult
from monitor.pipeline.in_force import InForce
from monitor.pipeline.replay import Replay
from monitor.store import open_store
from tests.policy.desk import NIGHT, SUBJECTS, Desk, opened
from tests.policy.test_stops_change_nothing import CONFIG, STEPS

Told = tuple[datetime, str, str, str, str]


class _NothingToParse:
    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """An archive holds no documents."""
        return ParsedFeed()


def told(decisions: Sequence[Decision]) -> list[Told]:
    """What was decided, in an order that does not depend on which came first within a moment."""
    return sorted((one.at, one.rule, one.verdict, one.reason.name, one.detail) for one in decisions)


async def _replayed(folder: Path, desk: Desk) -> list[Decision]:
    entries = [one.entry async for batch in desk.store.entries_since(NIGHT) for one in batch]
    store = await open_store(f"sqlite:///{folder}/replay.db", owner="replay", exclusive=False)
    in_force = InForce(
        settings=desk.in_force.settings,
        rulebook=desk.in_force.rulebook,
        channels=desk.in_force.channels,
    )
    replay = Replay(store, in_force, parser=_NothingToParse())

    async def coming() -> AsyncIterator[Entry]:
        for entry in sorted(entries, key=lambda one: one.fetched):
            yield entry

    found: list[Decision] = []
    async for batch in replay.archived(coming()):
        for one in batch:
            found += [lapse.decision for lapse in one.before]
            found += one.assembled.decisions if one.assembled else ()
    found += [lapse.decision for lapse in await replay.rest()]
    await store.close()
    return found


async def test_a_replay_decides_as_the_daemon_did(tmp_path: Path) -> None:
    """Waits, limits, quiet hours, a digest, an escalation, to the second."""
    async with opened(tmp_path, CONFIG) as desk:
        for step in STEPS:
            await step(desk)
        live = cast("list[Decision]", await desk.store.decisions())
        assert told(await _replayed(tmp_path, desk)) == told(live)


async def test_a_replay_lets_time_pass_after_its_last_entry(tmp_path: Path) -> None:
    """What is still held then is told at its moment."""
    async with opened(tmp_path, CONFIG) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.until(NIGHT + timedelta(days=1))
        live = cast("list[Decision]", await desk.store.decisions())
        assert len(live) >= 3
        assert told(await _replayed(tmp_path, desk)) == told(live)
