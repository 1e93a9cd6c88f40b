"""Versions of the rules in either database: numbered, compared, let go of, noted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.actor import acting
from monitor.core.models import Act, Actor, Pushing, RuleSource, Via
from monitor.store import Store, bundles, open_store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCES = (RuleSource(name="a.yaml", text="# ї\n"), RuleSource(name="below/b.yaml", text=""))
WANTED = Pushing(at=NOW, author="olena", note="why", fingerprint="abc", rules=2, sources=SOURCES)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Open a store as a command does."""
    opened = await open_store(url, owner="one", exclusive=False)
    yield opened
    await opened.close()


async def test_a_version_comes_back_as_it_was_pushed(store: Store) -> None:
    """By its number, and as the newest; before the first there is none."""
    assert (await store.newest_rules(), await store.rule_bundle()) == (0, None)
    first = await store.push_rules(WANTED)
    second = await store.push_rules(replace(WANTED, note="", sources=SOURCES[:1]))
    assert first is not None
    assert second is not None
    assert (first.number, second.number, first.files, second.files) == (1, 2, 2, 1)
    assert await store.newest_rules() == 2
    bundle = await store.rule_bundle(1)
    assert bundle is not None
    assert (bundle.version, bundle.sources) == (first, SOURCES)
    newest = await store.rule_bundle()
    assert newest is not None
    assert newest.version == second
    assert await store.rule_bundle(3) is None
    assert await store.rule_versions() == [second, first]


async def test_a_push_after_another_version_is_refused(store: Store) -> None:
    """Whoever edited version 1 does not undo what version 2 brought."""
    assert await store.push_rules(replace(WANTED, after=0))
    assert await store.push_rules(WANTED)
    assert await store.push_rules(replace(WANTED, after=1)) is None
    assert await store.newest_rules() == 2
    assert await store.push_rules(replace(WANTED, after=2))


async def test_of_many_who_push_at_once_each_gets_a_number(url: str, store: Store) -> None:
    """And of those who want to come after the same version, one."""
    others = [await open_store(url, owner=f"o{number}", exclusive=False) for number in range(4)]
    pushed = await asyncio.gather(*(other.push_rules(WANTED) for other in others))
    assert sorted(version.number for version in pushed if version) == [1, 2, 3, 4]
    pushed = await asyncio.gather(*(other.push_rules(replace(WANTED, after=4)) for other in others))
    assert [version.number for version in pushed if version] == [5]
    for other in others:
        await other.close()


async def test_the_latest_hundred_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A push lets go of what is older; three stand for the hundred here."""
    monkeypatch.setattr(bundles, "KEPT", 3)
    for _ in range(5):
        await store.push_rules(WANTED)
    assert [version.number for version in await store.rule_versions()] == [5, 4, 3]


async def test_who_pushed_is_in_the_audit_log(store: Store) -> None:
    """A push that was refused is no deed."""
    with acting(Actor(at=NOW, name="olena", via=Via.TERMINAL)):
        await store.push_rules(WANTED)
        await store.push_rules(replace(WANTED, after=7))
        await store.push_rules(WANTED, act=Act.ROLL_BACK_RULES)
    acts = [(one.act, one.what, one.detail) for one in await store.page_of_audit(limit=9)]
    assert acts == [(Act.ROLL_BACK_RULES, "abc", "why"), (Act.PUSH_RULES, "abc", "why")]
