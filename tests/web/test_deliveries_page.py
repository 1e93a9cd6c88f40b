"""The ledger at the desk: what stands where and why, sent again, given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.models import Delivery, DeliveryState
from monitor.store import Store
from monitor.web.deliveries import PAGE, WORDS
from tests.store.samples import NOW, a_delivery, alerted
from tests.web.conftest import SECRET, Around, Desk, read
from tests.web.test_story_actions import sent, text_of

REFUSED = f"Slack says channel_not_found for {SECRET}"
D = "d" * 32


async def kept(store: Store, *states: DeliveryState) -> list[Delivery]:
    """Keep a delivery in each of these states, the first the oldest."""
    made = [
        replace(
            a_delivery(f"{number:032x}", ordinal=number, at=NOW + timedelta(seconds=number)),
            state=state,
            error=REFUSED if state is DeliveryState.PARKED else None,
        )
        for number, state in enumerate(states)
    ]
    await alerted(store, *made)
    return made


async def test_without_deliveries_the_page_says_when_there_will_be_some(desk: Desk) -> None:
    """All of them, or in a state."""
    assert "Nothing was sent yet" in await text_of(desk, "/deliveries")
    assert "No delivery is parked." in await text_of(desk, "/deliveries?state=parked")


def test_every_state_has_its_words() -> None:
    """A new one cannot be forgotten."""
    assert set(WORDS) == set(DeliveryState)


async def test_a_dead_letter_says_why_and_no_secret(desk: Desk, store: Store) -> None:
    """Alone in the list of its state."""
    await kept(store, DeliveryState.SENT, DeliveryState.PARKED, DeliveryState.READY)
    page = await text_of(desk, "/deliveries?state=parked")
    assert "channel_not_found" in page
    assert SECRET not in page
    assert "1 sent" in page
    tree = read(await (await desk.get("/deliveries?state=parked")).text())
    assert len(tree.xpath("//tbody/tr")) == 1
    assert len(read(await (await desk.get("/deliveries?state=nonsense")).text()).xpath("//tbody/tr")) == 3


async def test_a_dead_letter_is_sent_again(desk: Desk, store: Store, around: Around) -> None:
    """Due at once, and whoever delivers is called."""
    [dead] = await kept(store, DeliveryState.PARKED)
    around.now += timedelta(hours=1)
    where = await sent(desk, f"/deliveries/{dead.id}/retry?state=parked")
    assert where == "/deliveries?state=parked"
    [now] = await store.deliveries()
    assert (now.state, now.next_attempt_at, now.error) == (DeliveryState.READY, around.now, None)
    assert around.calls == [around.now]


async def test_one_is_given_up(desk: Desk, store: Store) -> None:
    """As the command does."""
    [dead] = await kept(store, DeliveryState.PARKED)
    assert await sent(desk, f"/deliveries/{dead.id}/drop") == "/deliveries"
    assert [one.state for one in await store.deliveries()] == [DeliveryState.DROPPED]


@pytest.mark.parametrize("act", ["retry", "drop"])
async def test_what_went_on_meanwhile_is_left_alone(
    desk: Desk, store: Store, around: Around, act: str
) -> None:
    """One that was sent stays sent; one that is not there is said as well."""
    [done] = await kept(store, DeliveryState.SENT)
    for name in (done.id, D):
        assert "It went on meanwhile" in await sent(desk, f"/deliveries/{name}/{act}", status=409)
    assert [one.state for one in await store.deliveries()] == [DeliveryState.SENT]
    assert not around.calls


async def test_buttons_are_only_where_they_do_something(desk: Desk, store: Store) -> None:
    """Retry for what can be retried, giving up for what can be given up."""
    await kept(store, *DeliveryState)
    tree = read(await (await desk.get("/deliveries")).text())
    state = "normalize-space((td[3]/strong | td[3]/text())[normalize-space()][1])"
    buttons = {row.xpath(state): row.xpath(".//button/text()") for row in tree.xpath("//tbody/tr")}
    assert buttons == {
        "ready": ["Send now", "Give up"],
        "sending": [],
        "unsure": ["Retry", "Give up"],
        "sent": [],
        "parked": ["Retry", "Give up"],
        "dropped": ["Retry"],
        "folded": [],
    }


async def test_the_ledger_comes_page_by_page_each_once(desk: Desk, store: Store) -> None:
    """The newest first; following `Older deliveries` shows all."""
    await kept(store, *[DeliveryState.SENT] * (PAGE + 3))
    times: list[str] = []
    address: str | None = "/deliveries?state=sent"
    while address:
        tree = read(await (await desk.get(address)).text())
        times += tree.xpath("//tbody/tr/td[1]/time/@datetime")
        address = next(iter(tree.xpath("//a[@rel='next']/@href")), None)
    assert len(times) == PAGE + 3
    assert times == sorted(times, reverse=True)
    last = f"{NOW.isoformat()}~{D}".replace("+", "%2B")
    assert "There are no older ones" in await text_of(desk, f"/deliveries?before={last}")
