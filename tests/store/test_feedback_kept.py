"""What people did about alerts, as the store keeps it, on both databases."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.models import Acknowledgement, Feedback, Judgement, RuleFeedback, Silence
from monitor.store import Store
from tests.store.samples import MINUTE, NOW, a_delivery, alerted

GIVEN = Feedback(alert="alert-a", rule="raids", story="a", author="ana", judgement=Judgement.RELEVANT, at=NOW)


async def test_the_first_to_acknowledge_stands(store: Store) -> None:
    """Whoever comes later is told who it was."""
    await alerted(store, a_delivery("d"))
    assert await store.acknowledge("alert-a", "ana", NOW)
    assert not await store.acknowledge("alert-a", "bob", NOW)


async def test_of_several_judgements_of_an_alert_the_latest_counts(store: Store) -> None:
    """Of one person the last, of several people the last of all; a copy that comes late changes nothing."""
    await store.judge(replace(GIVEN, at=NOW + MINUTE, judgement=Judgement.NOISE))
    await store.judge(GIVEN)
    assert [one.judgement for one in await store.judgements()] == [Judgement.NOISE]
    await store.judge(replace(GIVEN, author="bob", at=NOW + 2 * MINUTE))
    await store.judge(replace(GIVEN, alert="alert-b", at=NOW + 2 * MINUTE))
    assert await store.feedback_by_rule() == [RuleFeedback(rule="raids", relevant=2, noise=0)]
    assert await store.judgements(rule="other") == []


def test_precision_is_none_where_nothing_was_judged() -> None:
    """And else the part that was relevant."""
    assert RuleFeedback(rule="raids").precision is None
    assert RuleFeedback(rule="raids", relevant=3, noise=1).precision == 0.75


async def test_the_handling_of_an_alert_is_all_that_was_done_about_it(store: Store) -> None:
    """Silences on its story or rule alone, the last to end; wider and narrower ones are no handling of it."""
    await alerted(store, a_delivery("d"))
    assert await store.handling("alert-x", NOW) is None
    await store.judge(GIVEN)
    await store.acknowledge("alert-a", "ana", NOW)
    silence = Silence(id="1", matchers={"story": "a"}, starts_at=NOW, ends_at=NOW + MINUTE, author="ana")
    longer = replace(silence, id="2", ends_at=NOW + 2 * MINUTE)
    narrower = replace(silence, id="3", matchers={"rule": "raids", "outlet": "bbc.example"})
    for one in (silence, longer, narrower):
        await store.add_silence(one)
    handling = await store.handling("alert-a", NOW)
    assert handling is not None
    assert (handling.rule, handling.story) == ("raids", "a")
    assert (handling.muted, handling.snoozed) == (longer, None)
    assert handling.feedback == GIVEN
    assert handling.acknowledged == Acknowledgement(author="ana", at=NOW)
