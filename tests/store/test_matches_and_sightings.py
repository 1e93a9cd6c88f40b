"""What the store answers of the pace of matches and of the last sight of entities."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.core.models import Reason, Verdict
from monitor.store import Store, open_store
from tests.store.older import take_back
from tests.store.samples import FINDINGS, MINUTE, NOW, alerted, an_entry, assembled, poll
from tests.store.test_query_plans import plan, walks_all

DAY = timedelta(days=1)


async def decided(store: Store, name: str, *, at: int, reason: Reason = Reason.NOT_FASTER) -> None:
    """Let an entry match the rule `raids` so many minutes after NOW, and mention what FINDINGS says."""
    now = NOW + at * MINUTE
    await poll(store, replace(an_entry(name), fetched=now), now=now)
    [waiting] = await store.pending_entries(limit=10)
    item = assembled(waiting, verdict=Verdict.SUPPRESSED)
    [decision] = item.decisions
    decision = replace(decision, at=now, reason=reason)
    await store.commit_assembled([replace(item, decisions=(decision,), findings=FINDINGS)])


async def test_matches_are_counted_once_an_entry_and_without_backlog(store: Store) -> None:
    """Half-open stretches: from a moment on, up to another."""
    assert await store.watching_since() is None
    for number, name in enumerate("abc"):
        await decided(store, name, at=number)
    await decided(store, "old", at=3, reason=Reason.TOO_OLD)
    assert [one.entry for one in await store.matches_since("raids", NOW + MINUTE)] == ["b", "c"]
    [first, *_] = await store.matches_since("raids", NOW)
    assert (first.at, first.outlet, first.title) == (NOW, "bbc.example", an_entry("a").title)
    assert await store.number_of_matches("raids", since=NOW, before=NOW + 2 * MINUTE) == 2
    assert await store.number_of_matches("other", since=NOW, before=NOW + DAY) == 0
    assert await store.watching_since() == NOW


async def test_an_entity_is_last_seen_when_it_was_last_fetched(store: Store) -> None:
    """A later commit of an earlier entry changes nothing; an entity never seen is not there."""
    assert await store.last_seen(["belgorod"]) == {}
    for minutes in (5, 2):
        await decided(store, f"e{minutes}", at=minutes)
    assert await store.last_seen(["belgorod", "kursk"]) == {"belgorod": NOW + 5 * MINUTE}


async def test_the_sights_of_older_databases_are_taken_over(empty_url: str) -> None:
    """The upgrade reads what the entries mention."""
    store = await open_store(empty_url, owner="one", exclusive=True)
    await alerted(store)
    await store.close()
    await take_back(empty_url, "0003")
    store = await open_store(empty_url, owner="one", exclusive=True)
    assert await store.last_seen(["belgorod"]) == {"belgorod": NOW}
    await store.close()


async def test_an_index_serves_the_pace_of_a_rule(tmp_path: Path) -> None:
    """However many decisions there are of other rules, and of this one before."""
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="one", exclusive=True)
    await store.close()
    statement = (
        "SELECT count(DISTINCT entry) FROM decisions WHERE rule = ? AND verdict IN (?, ?, ?, ?) AND at >= ?"
    )
    steps = plan(tmp_path / "news.db", statement, ("raids", "alert", "update", "held", "suppressed", 0))
    assert not walks_all(steps, statement)
    assert any("ix_decisions_rule (rule=? AND verdict=? AND at>?)" in step for step in steps), steps
