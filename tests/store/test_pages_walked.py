"""Pages go on where the last one ended, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from monitor.core.models import Among, DeliveryState, Health, Silence
from monitor.store import Store, open_store, queries
from tests.store.samples import MINUTE, NOW, a_delivery, a_feed, alerted, an_entry, assembled, poll

Place = tuple[datetime, str]


async def test_deliveries_of_one_moment_are_walked_each_once(store: Store) -> None:
    """The newest first; of one moment by id."""
    names = ["d", "b", "c", "a"]
    await store.queue([a_delivery(name) for name in names])
    await store.queue([a_delivery("z", at=NOW + MINUTE)])
    walked: list[str] = []
    before: Place | None = None
    while found := await store.page_of_deliveries(before=before, limit=2, state=DeliveryState.READY):
        walked += [one.id for one in found]
        before = found[-1].created_at, found[-1].id
    assert walked == ["z", "a", "b", "c", "d"]
    assert await store.page_of_deliveries(limit=2, channel="mail") == []


async def test_alerts_of_a_rule_are_walked(store: Store) -> None:
    """Those of other rules are passed over; no rule at all is no alert."""
    await alerted(store)
    [first] = await store.page_of_alerts(limit=5, rules=("raids", "floods"))
    assert first.record.id == "alert-a"
    assert await store.page_of_alerts(limit=5, rules=("raids",), before=(NOW, "alert-a")) == []
    assert await store.page_of_alerts(limit=5, rules=()) == []


async def test_feeds_are_walked_by_address(store: Store) -> None:
    """Of one health, where one is asked for."""
    await store.sync_feeds([a_feed(number) for number in range(3)], NOW)
    first = await store.page_of_feeds(limit=2, health=Health.NEW)
    rest = await store.page_of_feeds(limit=2, after=first[-1].url)
    assert [one.url for one in [*first, *rest]] == [a_feed(number).url for number in range(3)]
    assert await store.page_of_feeds(limit=2, health=Health.FAILING) == []
    assert await store.feed_state(a_feed(9).url) is None


async def test_silences_are_walked_and_found_by_their_whole_id(store: Store) -> None:
    """Half an id is none."""
    for number in range(3):
        await store.add_silence(
            Silence(
                id=f"s{number}",
                matchers={},
                starts_at=NOW,
                ends_at=NOW + number // 2 * timedelta(hours=1),
                author="alice",
            )
        )
    first = await store.page_of_silences(limit=1)
    rest = await store.page_of_silences(limit=9, before=(first[0].ends_at, first[0].id))
    assert [one.id for one in [*first, *rest]] == ["s2", "s0", "s1"]
    found = await store.silence("s1")
    assert found is not None
    assert found.decisions == 0
    assert await store.silence("s") is None


async def test_stories_of_a_rule_are_found(store: Store) -> None:
    """Named where they are few; a rule that matched nothing has none."""
    for name in ("a", "b"):
        await poll(store, an_entry(name))
        [waiting] = await store.pending_entries(limit=1)
        await store.commit_assembled([assembled(waiting)])
    assert {one.id for one in await store.page_of_stories(limit=9, rule="raids")} == {"a", "b"}
    assert await store.page_of_stories(limit=9, rule="floods") == []


async def test_stories_of_any_of_some_rules_and_of_a_language_are_found(store: Store) -> None:
    """What is asked for together must hold together."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=1)
    await store.commit_assembled([assembled(waiting)])
    either = frozenset({"raids", "floods"})
    for lang, found in (("uk", ["a"]), ("en", []), (None, ["a"])):
        page = await store.page_of_stories(limit=9, among=Among(rules=either, lang=lang))
        assert [one.id for one in page] == found
    assert await store.page_of_stories(limit=9, among=Among(rules=frozenset())) == []
    assert await store.languages() == ["uk"]


async def test_the_growth_of_a_story_is_counted_by_the_hour(store: Store) -> None:
    """Up to the hour of its latest article; what came before is one number."""
    moments = [NOW - timedelta(hours=hours) for hours in (30, 2, 2, 0)]
    for number, moment in enumerate(moments):
        await poll(store, replace(an_entry(f"e{number}"), first_seen=moment))
        [waiting] = await store.pending_entries(limit=1)
        await store.commit_assembled([assembled(waiting, story="e0")])
    grown = (await store.growth(["e0", "x"]))["e0"]
    assert grown.hours[-3:] == (2, 0, 1)
    assert (sum(grown.hours), len(grown.hours), grown.earlier) == (3, 24, 1)


async def test_what_a_rule_of_many_stories_matched_is_not_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first, short look says that there are many; at a million entries a long one takes 20 ms."""
    monkeypatch.setattr(queries, "_FEW", 2)
    monkeypatch.setattr(queries, "_SEVERAL", 10)
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="one", exclusive=True)
    asked: list[object] = []

    @event.listens_for(store._database._reader._engine, "before_cursor_execute")
    def remember(*call: object) -> None:
        asked.extend(call[3])  # type: ignore[arg-type]

    for number, name in enumerate("abcd", start=1):
        await poll(store, an_entry(name))
        [waiting] = await store.pending_entries(limit=1)
        await store.commit_assembled([assembled(waiting)])
        asked.clear()
        assert len(await store.page_of_stories(limit=9, rule="raids")) == number
        assert 3 in asked
        assert 11 not in asked
    await store.close()
