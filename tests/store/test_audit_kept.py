"""The audit log: what somebody does and the line that says so are one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from monitor.actor import acting
from monitor.core.errors import StoryEditError
from monitor.core.models import (
    Act,
    Actor,
    EditKind,
    Feedback,
    Judgement,
    Keep,
    Rejected,
    Silence,
    StoryEdit,
    Via,
)
from monitor.store import Store
from tests.store.samples import FEED, LEASE, MINUTE, NOW, a_delivery, alerted, an_entry, poll

OLENA = Actor(at=NOW, name="olena (desk)", via=Via.DESK, address="192.0.2.7")
SILENCE = Silence(id="s" * 32, matchers={"rule": "raids"}, starts_at=NOW, ends_at=NOW + MINUTE, author="x")
Deeds = list[tuple[Act, str, str]]


async def noted(store: Store) -> Deeds:
    """What was written down, the first first."""
    found = await store.page_of_audit(limit=100)
    return [(one.act, one.what, one.detail) for one in reversed(found)]


async def ended(store: Store) -> object:
    """Add a silence as the daemon would, and end it."""
    return await store.end_silence("s" * 32, NOW)


async def test_everything_done_by_hand_is_a_line(store: Store) -> None:
    """With the object and what was done to it; who, where and when are those of whoever acts."""
    await alerted(store, a_delivery("d"), a_delivery("e"))
    [delivery, _] = await store.claim_deliveries(NOW, lease=LEASE, limit=2)
    await store.settle(delivery, Rejected(why="no"), now=NOW, retry_at=NOW)
    given = Feedback(
        alert="alert-a", rule="raids", story="a", author="olena", judgement=Judgement.NOISE, at=NOW
    )
    with acting(OLENA):
        await store.add_silence(SILENCE)
        await store.extend_silence("s" * 32, NOW + 2 * MINUTE, NOW)
        await store.end_silence("s" * 32, NOW)
        await store.acknowledge("alert-a", "olena (desk)", NOW)
        await store.judge(given)
        await store.retry_delivery(delivery.id, NOW)
        await store.drop_delivery(delivery.id)
        await store.make_due(FEED.url, NOW)
        await store.note(Act.ADD_FEED, "https://new.example")
    assert await noted(store) == [
        (Act.SILENCE, "s" * 32, "rule=raids until 2026-03-01 12:01 UTC"),
        (Act.EXTEND_SILENCE, "s" * 32, "until 2026-03-01 12:02 UTC"),
        (Act.END_SILENCE, "s" * 32, ""),
        (Act.ACKNOWLEDGE, "alert-a", "as olena (desk)"),
        (Act.JUDGE, "alert-a", "noise"),
        (Act.RETRY, "d", ""),
        (Act.DROP, "d", ""),
        (Act.POLL, FEED.url, ""),
        (Act.ADD_FEED, "https://new.example", ""),
    ]
    for one in await store.page_of_audit(limit=100):
        assert (one.by, one.via, one.address, one.at) == ("olena (desk)", Via.DESK, "192.0.2.7", NOW)


async def test_what_the_daemon_does_is_no_deed_of_anybody(store: Store) -> None:
    """Only a border where a person comes in says who acts."""
    await store.add_silence(SILENCE)
    await ended(store)
    await store.note(Act.LOGIN)
    assert await noted(store) == []


@pytest.mark.parametrize(
    "work",
    [
        ended,
        lambda store: store.acknowledge("none", "olena", NOW),
        lambda store: store.retry_delivery("none", NOW),
        lambda store: store.drop_delivery("none"),
        lambda store: store.make_due("https://none.example", NOW),
        lambda store: store.let_go(NOW),
    ],
)
async def test_what_changed_nothing_is_no_line(
    store: Store, work: Callable[[Store], Awaitable[object]]
) -> None:
    """Else the log would say that somebody did what nobody did."""
    with acting(OLENA):
        assert not await work(store)
    assert await noted(store) == []


async def test_the_same_silence_sent_twice_is_one_line(store: Store) -> None:
    """A form that is sent again does its work once; a change of it is a line of its own."""
    with acting(OLENA):
        await store.add_silence(SILENCE)
        await store.add_silence(SILENCE)
        assert len(await noted(store)) == 1


async def test_an_edit_that_fails_leaves_no_line(store: Store) -> None:
    """They are one transaction: neither without the other."""
    await poll(store, an_entry("a"))
    edit = StoryEdit(
        number=0, kind=EditKind.MERGE, at=NOW, author="olena", why="", source="x", target="y", entries=()
    )
    with acting(OLENA), pytest.raises(StoryEditError):
        await store.edit_stories(edit, {})
    assert await noted(store) == []


async def test_lines_are_found_by_name_kind_and_time(store: Store) -> None:
    """A part of a name in any case; signs of patterns are signs."""
    for number, name in enumerate(("Olena (U1)", "olena (desk)", "100%")):
        with acting(Actor(at=NOW + number * MINUTE, name=name, via=Via.SLACK)):
            await store.note(Act.LOGIN if number else Act.LOGOUT)

    async def names(**asked: Any) -> list[str]:
        return [one.by for one in await store.page_of_audit(limit=9, **asked)]

    assert await names() == ["100%", "olena (desk)", "Olena (U1)"]
    assert await names(by="OLENA") == ["olena (desk)", "Olena (U1)"]
    assert await names(by="%") == ["100%"]
    assert await names(by="_") == []
    assert await names(act=Act.LOGOUT) == ["Olena (U1)"]
    assert await names(since=NOW + MINUTE) == ["100%", "olena (desk)"]
    assert await names(before=(NOW + MINUTE, "2")) == ["Olena (U1)"]
    assert await names(before=(NOW + MINUTE, "nonsense")) == ["Olena (U1)"]


async def test_lines_go_after_their_time(store: Store) -> None:
    """400 days unless the settings say otherwise, whatever else is kept."""
    for days in (401, 399):
        with acting(Actor(at=NOW - timedelta(days=days), name="olena", via=Via.TERMINAL)):
            await store.note(Act.LOGIN, str(days))
    purged = await store.purge(NOW, Keep(entries=timedelta(days=90), deliveries=timedelta(days=90)))
    assert purged.audit == 1
    assert await noted(store) == [(Act.LOGIN, "399", "")]
