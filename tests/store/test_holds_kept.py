"""What channels are to get later is kept on either database, and found without walking a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from monitor.core.models import (
    DeliveryKind,
    Hold,
    Keep,
    Reason,
    Released,
    Silence,
    Told,
    Verdict,
)
from monitor.store import Store, open_store
from tests.store.samples import FEED, MINUTE, NOW, a_delivery, alerted
from tests.store.test_query_plans import plan, walks_all

HOUR = timedelta(hours=1)


def a_hold(channel: str = "desk", *, until: datetime = NOW + HOUR, **fields: Any) -> Hold:
    """The alert of the samples, held for a channel."""
    given: dict[str, Any] = {
        "alert": "alert-a",
        "rule": "raids",
        "story": "a",
        "kind": DeliveryKind.POST,
        "ordinal": 0,
        "entry": "a",
        "why": Reason.NEW_STORY,
        "reason": Reason.QUIET_HOURS,
        "terms": "22:00 to 07:00 UTC",
        "since": NOW,
    }
    return Hold(channel=channel, until=until, **(given | fields))


async def test_a_hold_is_due_at_its_moment_and_ends_once(store: Store) -> None:
    """What tells more replaces it; what has ended stays as it ended."""
    first, later = a_hold(), a_hold("mail", until=NOW + 2 * HOUR, matches=3)
    await store.commit_let_go(Released(holds=(first, later)))
    assert await store.due_holds(NOW + HOUR - MINUTE) == []
    assert await store.due_holds(NOW + HOUR) == [first]
    assert await store.next_lapse() == NOW + HOUR
    more = replace(first, matches=2, entry="b")
    await store.commit_let_go(Released(holds=(more,)))
    assert await store.holds_of(["alert-a"]) == [more, later]
    done = replace(more, ended_at=NOW + HOUR, told_in="digest")
    await store.commit_let_go(Released(holds=(done,)))
    await store.commit_let_go(Released(holds=(replace(more, matches=9),)))
    assert await store.holds_in("a") == [done, later]
    assert await store.list_holds() == [later]
    assert await store.list_holds(rule="other") == []
    assert await store.told_since(NOW) == [Told(rule="raids", channel="desk", at=NOW + HOUR)]
    assert (await store.counts()).held == 1


async def test_what_is_let_go_by_hand_is_due_at_once(store: Store) -> None:
    """One alert, or all of them; what was due is left alone."""
    other = a_hold("mail", alert="other")
    await store.commit_let_go(Released(holds=(a_hold(), other)))
    assert await store.let_go(NOW, alert="alert-a") == 1
    assert [one.channel for one in await store.due_holds(NOW)] == ["desk"]
    assert await store.let_go(NOW) == 1
    assert await store.let_go(NOW) == 0


async def test_what_a_clock_ahead_has_written_is_due(store: Store) -> None:
    """Decided five minutes and more from now: no moment of it can be trusted."""
    ahead = a_hold(since=NOW + 10 * MINUTE, until=NOW + 10 * HOUR)
    await store.commit_let_go(Released(holds=(ahead,)))
    assert await store.due_holds(NOW + 6 * MINUTE) == []
    assert await store.due_holds(NOW) == [ahead]


async def test_holds_follow_their_silence(store: Store) -> None:
    """Extended and ended; those of another are left alone."""
    silence = Silence(
        id="s", matchers={"rule": "raids"}, starts_at=NOW, ends_at=NOW + HOUR, author="ann", release=True
    )
    await store.add_silence(silence)
    assert await store.silences(NOW) == [silence]
    held = a_hold(reason=Reason.SILENCED, terms=silence.label)
    await store.commit_let_go(Released(holds=(held, a_hold("mail", reason=Reason.SILENCED, terms="other"))))
    assert await store.extend_silence("s", NOW + 5 * HOUR, NOW)
    assert [one.channel for one in await store.due_holds(NOW + 2 * HOUR)] == ["mail"]
    assert await store.end_silence("s", NOW + MINUTE)
    assert "desk" in [one.channel for one in await store.due_holds(NOW + MINUTE)]
    assert not await store.extend_silence("s", NOW + 9 * HOUR, NOW + 2 * MINUTE)
    assert not await store.extend_silence("none", NOW + 9 * HOUR, NOW)


async def test_an_escalation_is_due_until_somebody_acknowledges(store: Store) -> None:
    """A later save of the alert by the daemon does not undo the acknowledgement."""
    await alerted(store)
    [record] = await store.alert_records([("raids", "a")])
    await store.commit_let_go(Released(alerts=(replace(record, escalate_at=NOW + HOUR),)))
    assert await store.due_escalations(NOW) == []
    assert await store.next_lapse() == NOW + HOUR
    [due] = await store.due_escalations(NOW + HOUR)
    assert await store.acknowledge(due.id, "ann", NOW + HOUR)
    assert not await store.acknowledge(due.id, "ben", NOW + HOUR)
    assert not await store.acknowledge("none", "ben", NOW + HOUR)
    await store.commit_let_go(Released(alerts=(due,)))
    assert await store.due_escalations(NOW + HOUR) == []
    assert await store.next_lapse() is None
    [known] = await store.alerts_by_id([due.id])
    assert (known.acknowledged_by, known.acknowledged_at) == ("ann", NOW + HOUR)


async def test_retention_keeps_what_is_still_to_be_told(store: Store) -> None:
    """Entries and stories, however old; afterwards all of it goes."""
    await alerted(store)
    held = a_hold(until=NOW + 100 * HOUR)
    await store.commit_let_go(Released(holds=(held,)))
    keep = Keep(entries=timedelta(0), deliveries=timedelta(0))
    purged = await store.purge(NOW + 50 * HOUR, keep)
    assert (purged.entries, purged.stories) == (0, 0)
    await store.commit_let_go(Released(holds=(replace(held, ended_at=NOW + 50 * HOUR),)))
    purged = await store.purge(NOW + 50 * HOUR, keep)
    assert (purged.entries, purged.stories) == (1, 1)
    assert await store.holds_in("a") == []


async def test_what_was_held_back_is_counted_since_the_last_message(store: Store) -> None:
    """By reason; a decision of the same moment counts if it came after the message."""
    await alerted(store)
    [told] = await store.decisions(story="a")
    copy = replace(told, verdict=Verdict.SUPPRESSED, reason=Reason.COPY)
    await store.commit_let_go(Released(decisions=(copy, replace(copy, reason=Reason.COOLDOWN), copy)))
    assert await store.held_back("raids", NOW - HOUR) == {Reason.COPY: 2, Reason.COOLDOWN: 1}
    await store.commit_let_go(Released(decisions=(told, copy)))
    assert await store.held_back("raids", NOW - HOUR) == {Reason.COPY: 1}
    assert await store.held_back("other", NOW - HOUR) == {}


async def test_an_index_serves_every_question(tmp_path: Path) -> None:
    """However many alerts, holds and deliveries there are."""
    path = tmp_path / "news.db"
    seen: dict[str, object] = {}
    store = await open_store(f"sqlite:///{path}", owner="one", exclusive=True)
    await store.sync_feeds([FEED], NOW)
    await alerted(store, a_delivery("d"))
    for engine in (store._database._writer._engine, store._database._reader._engine):

        @event.listens_for(engine, "before_cursor_execute")
        def remember(*call: object) -> None:
            seen[str(call[2])] = call[3][0] if call[5] else call[3]  # type: ignore[index]

    await store.commit_let_go(Released(holds=(a_hold(),)))
    await store.due_holds(NOW)
    await store.holds_of(["alert-a"])
    await store.due_escalations(NOW)
    await store.alerts_by_id(["alert-a"])
    await store.told_since(NOW - HOUR)
    await store.held_back("raids", NOW - HOUR)
    await store.holds_in("a")
    await store.acknowledge("alert-a", "ann", NOW)
    await store.close()
    plans = {statement: plan(path, statement, values) for statement, values in seen.items()}
    assert {statement: steps for statement, steps in plans.items() if walks_all(steps, statement)} == {}
