"""Apprise: a real server on loopback takes what it sends, and every answer comes to an honest outcome."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.channels.apprise_relay import AppriseRelay, inert
from monitor.core.models import Deferred, DeliveryKind, Outcome, Rejected, Sent, Unknown, Unsure
from monitor.core.render import render
from monitor.core.settings import AppriseChannel
from tests.channels.cards import INJECTIONS, NOW, delivery, hostile
from tests.channels.receiver import DROP, DROP_AFTER_READING, HANG, Receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on loopback."""
    async with Receiver() as server:
        yield server


def relay(url: str, **fields: Any) -> AppriseRelay:
    """Make a channel."""
    return AppriseRelay("teams", AppriseChannel(type="apprise", url=SecretStr(url), **fields))


def address(receiver: Receiver, extra: str = "") -> str:
    """Name the receiver in Apprise's notation; the query is a secret."""
    return receiver.url.replace("http://", "json://") + extra


async def sent(receiver: Receiver, *statuses: int, **fields: Any) -> Outcome:
    """Send one message while the receiver answers so."""
    receiver.statuses.extend(statuses)
    return await relay(address(receiver), **fields).send(delivery())


async def test_a_message_arrives_with_title_and_text(receiver: Receiver) -> None:
    """As plain text; the address in it can be clicked."""
    assert await sent(receiver) == Sent()
    [body] = receiver.bodies
    assert body["title"] == delivery().message.title
    assert "https://kyiv-courier.example/2024/03/21/militias-prisoners?id=4711" in body["message"]


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (400, Rejected, "HTTP 400"),
        (401, Deferred, "our credentials are refused"),
        (403, Deferred, "we may not post there"),
        (404, Deferred, "nothing at this address"),
        (429, Deferred, "too many requests"),
        (500, Unsure, "HTTP 500"),
        (503, Unsure, "HTTP 503"),
        (DROP, Unsure, "did not say that it took"),
        (DROP_AFTER_READING, Unsure, "did not say that it took"),
    ],
)
async def test_what_apprise_tells_comes_to_an_honest_outcome(
    receiver: Receiver, status: int, kind: type, says: str
) -> None:
    """A refusal is told by its status; all else may have arrived. One request, whatever `retry` says."""
    receiver.statuses.append(status)
    outcome = await relay(address(receiver, "&retry=3&wait=0")).send(delivery())
    assert isinstance(outcome, kind)
    assert says in str(outcome)
    assert "planted" not in str(outcome)
    assert len(receiver.received) == (status != DROP)


async def test_silence_is_a_doubt(receiver: Receiver) -> None:
    """It may have arrived."""
    assert isinstance(await sent(receiver, HANG, timeout=timedelta(seconds=0.3)), Unsure)


async def test_an_edit_is_not_sent_and_a_follow_up_is(receiver: Receiver) -> None:
    """An edit would ring a bell for each outlet."""
    channel = relay(address(receiver))
    assert not channel.can_update
    for kind in (DeliveryKind.UPDATE, DeliveryKind.THREAD):
        assert await channel.send(delivery(kind=kind, id="e" * 32)) == Sent()
    assert len(receiver.received) == 1


async def test_a_repeat_says_so(receiver: Receiver) -> None:
    """As on every channel that cannot be asked."""
    channel = relay(address(receiver))
    assert isinstance(await channel.find(delivery()), Unknown)
    await channel.send(delivery(repeat=True))
    assert receiver.bodies[0]["message"].startswith("(possible repeat · dddddddd)\n")


@pytest.mark.parametrize("url", ["nonsense://planted", "planted", "json://"])
async def test_an_address_that_is_none_is_refused_and_said_by_verify(url: str) -> None:
    """Never shown: it may hold a token."""
    channel = relay(url)
    [said] = await channel.verify()
    assert "no address that Apprise knows" in said
    outcome = await channel.send(delivery())
    assert isinstance(outcome, Rejected)
    assert "planted" not in str(outcome) + repr(channel) + said


@pytest.mark.parametrize("text", INJECTIONS)
async def test_whatever_a_feed_says_nobody_is_mentioned(receiver: Receiver, text: str) -> None:
    """Services read marks of their own into a text: none of a feed's is left whole."""
    message = render(hostile(f"@everyone <@U1> {text}"), now=NOW)
    assert await relay(address(receiver)).send(delivery(message)) == Sent()
    said = json.dumps(receiver.bodies[0], ensure_ascii=False)
    assert "@everyone" not in said
    assert "<@" not in said
    assert "<!" not in said


def test_addresses_stay_as_they_are() -> None:
    """A link with an @ in it must still lead somewhere."""
    assert inert("see https://medium.example/@desk <b>") == "see https://medium.example/@desk ‹b›"
