"""The statements of the daemon's loop find their rows by index, however much is stored."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import event

from monitor.core.models import Act, Among, DeliveryState, EditKind, Mark, Silence, StoryEdit, Verdict
from monitor.store import Store, open_store
from tests.store.samples import (
    FEED,
    LEASE,
    MINUTE,
    NOW,
    a_delivery,
    alerted,
    an_entry,
    guid,
    poll,
)

PARTIAL = ("ix_deliveries_open", "ix_alerts_held", "ix_feeds_due")
SORTED = "USE TEMP B-TREE FOR ORDER BY"
SMALL = ("alembic_version", "sqlite_master", "sqlite_temp_master", "due", "CONSTANT")


async def test_no_statement_of_the_loop_scans_a_table(tmp_path: Path) -> None:
    """SQLite says SEARCH for every table; a SCAN may only walk an index in order, up to a limit."""
    path = tmp_path / "news.db"
    seen: dict[str, object] = {}
    store = await open_store(f"sqlite:///{path}", owner="one", exclusive=True)
    await store.sync_feeds([FEED], NOW)
    for engine in (store._database._writer._engine, store._database._reader._engine):

        @event.listens_for(engine, "before_cursor_execute")
        def remember(*call: object) -> None:
            seen[str(call[2])] = call[3][0] if call[5] else call[3]  # type: ignore[index]

    await use_the_loop(store)
    await store.close()
    plans = {statement: plan(path, statement, values) for statement, values in seen.items()}
    slow = {statement: steps for statement, steps in plans.items() if walks_all(steps, statement)}
    assert slow == {}
    assert len(plans) > 20


@pytest.mark.postgres
async def test_no_statement_of_the_loop_scans_a_table_on_postgresql(postgres_url: str) -> None:
    """With sequential scans forbidden none is left: for each condition there is an index that serves it."""
    seen: dict[str, object] = {}
    store = await open_store(postgres_url, owner="one", exclusive=True)
    await store.sync_feeds([FEED], NOW)

    @event.listens_for(store._database._writer._engine.sync_engine, "before_cursor_execute")  # type: ignore[union-attr]
    def remember(*call: object) -> None:
        seen[str(call[2])] = call[3][0] if call[5] else call[3]  # type: ignore[index]

    await use_the_loop(store)
    await store.close()
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("SET enable_seqscan = off")
    slow = {}
    for statement, values in seen.items():
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            steps = [row[0] for row in await connection.fetch(f"EXPLAIN {statement}", *values)]  # type: ignore[misc]
            if scans := [step.strip() for step in steps if "Seq Scan" in step]:
                slow[statement] = scans
    await connection.close()
    assert slow == {}
    assert len(seen) > 20


async def use_the_loop(store: Store) -> None:
    """Let the store do what the daemon does all day and what people ask."""
    await alerted(store, a_delivery("d"))
    await poll(store, an_entry("a", revision=1))
    await store.known_entries(FEED.url, [guid("guid-a")])
    await store.pending_entries(limit=10)
    assert [part async for part in store.remembered(NOW)]
    await store.alert_records([("raids", "a")])
    await store.last_alert_at("raids")
    await store.held_alerts(due=NOW)
    await store.next_poll_at()
    await store.next_delivery_at()
    await store.claim_deliveries(NOW + MINUTE, lease=LEASE, limit=10)
    await store.entries_of_story("a")
    await store.decisions(entry="a")
    await store.list_alerts()
    assert not await store.alerts_like("x") + await store.deliveries_like("x", {DeliveryState.READY})
    await store.list_stories(rule="raids")
    await store.deliveries(alert="a")
    await look_at_stories(store)


async def look_at_stories(store: Store) -> None:
    """Ask all that a story's page asks, and move the one entry there is."""
    await store.first_of_texts([("bbc.example", "hash")], NOW)
    await store.decisions_on(["a"])
    await store.alerts_of_story("a")
    await store.edited_stories(0)
    await store.story_edits("a")
    await store.merged_into("a")
    [story] = await store.search_stories(["рейд"], since=NOW)
    await store.possibly_same(story)
    await store.alerted(Mark(), await store.mark(), Among(rules=frozenset({"raids"}), lang="uk"))
    edit = StoryEdit(
        number=0, kind=EditKind.MERGE, at=NOW, author="alice", why="", source="a", target="b", entries=()
    )
    await store.edit_stories(edit, {})


def plan(path: Path, statement: str, values: object) -> list[str]:
    """Ask SQLite how it would run a statement."""
    if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
        return []
    with closing(sqlite3.connect(path)) as database:
        return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]  # type: ignore[arg-type]


def walks_all(steps: list[str], statement: str) -> bool:
    """Tell whether a plan reads all of a table that grows: a walk in order that ends at a LIMIT does not."""
    scans = [step for step in steps if step.startswith("SCAN")]
    scans = [step for step in scans if step.split()[1] not in SMALL and not step.endswith(PARTIAL)]
    return bool(scans) and ("LIMIT" not in statement or SORTED in steps)


async def use_the_lists(store: Store) -> None:
    """Ask for what is rare among much: each state of deliveries, one channel, what a silence held."""
    for state in DeliveryState:
        await store.page_of_deliveries(limit=50, state=state)
        await store.page_of_deliveries(limit=50, state=state, channel="slack", before=(NOW, "x"))
    await store.page_of_deliveries(limit=50, channel="slack")
    await store.page_of_alerts(limit=50, state=Verdict.HELD)
    silence = Silence(id="s", matchers={"rule": "raids"}, starts_at=NOW, ends_at=NOW + MINUTE, author="x")
    await store.add_silence(silence)
    await store.silence("s")
    await store.listed_silences()
    await store.silenced(silence)
    await store.page_of_audit(limit=50, act=Act.LOGIN)


async def test_lists_of_what_is_rare_walk_no_more_than_that(tmp_path: Path) -> None:
    """SQLite finds rare states, channels and silenced decisions by index, and sorts no whole table."""
    path = tmp_path / "news.db"
    seen: dict[str, object] = {}
    store = await open_store(f"sqlite:///{path}", owner="one", exclusive=True)

    @event.listens_for(store._database._reader._engine, "before_cursor_execute")
    def remember(*call: object) -> None:
        seen[str(call[2])] = call[3][0] if call[5] else call[3]  # type: ignore[index]

    await use_the_lists(store)
    await store.close()
    plans = {statement: plan(path, statement, values) for statement, values in seen.items()}
    of_deliveries = [steps for statement, steps in plans.items() if "FROM deliveries" in statement]
    used = {
        step.partition(" USING ")[2].split(" ")[1]
        for steps in of_deliveries
        for step in steps
        if "USING" in step
    }
    assert {"ix_deliveries_unsent", "ix_deliveries_channel"} <= used
    of_decisions = [steps[0] for statement, steps in plans.items() if "FROM decisions" in statement]
    assert of_decisions
    assert all("ix_decisions_silenced (detail=?)" in step for step in of_decisions), of_decisions
    sorted_whole = [steps for steps in of_deliveries if SORTED in steps]
    assert sorted_whole == []


@pytest.mark.postgres
async def test_lists_of_what_is_rare_have_their_indexes_on_postgresql(postgres_url: str) -> None:
    """With sequential scans forbidden, and sorts dear, each finds its own."""
    seen: dict[str, object] = {}
    store = await open_store(postgres_url, owner="one", exclusive=True)

    @event.listens_for(store._database._reader._engine.sync_engine, "before_cursor_execute")  # type: ignore[union-attr]
    def remember(*call: object) -> None:
        seen[str(call[2])] = call[3][0] if call[5] else call[3]  # type: ignore[index]

    await use_the_lists(store)
    await store.close()
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
    used: set[str] = set()
    for statement, values in seen.items():
        if "FROM deliveries" in statement or "FROM decisions" in statement:
            steps = "\n".join([row[0] for row in await connection.fetch(f"EXPLAIN {statement}", *values)])  # type: ignore[misc]
            assert "Seq Scan" not in steps, steps
            used |= set(re.findall(r"using (ix_\w+)", steps))
    await connection.close()
    assert {"ix_deliveries_unsent", "ix_deliveries_channel", "ix_decisions_silenced"} <= used
