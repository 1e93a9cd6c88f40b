"""What every channel promises, whatever it leads to."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr, TypeAdapter

from monitor.channels.factory import build_channel
from monitor.channels.slack import Slack
from monitor.core.models import Absent, Deferred, DeliveryKind, Rejected, Sent, Unknown, Unsure
from monitor.core.render import render
from monitor.core.settings import ChannelSettings
from monitor.pipeline.ports import Channel
from tests.channels.cards import NOW, delivery, later_card
from tests.channels.receiver import DROP_AFTER_READING, Receiver
from tests.channels.slack_double import Fault, SlackDouble
from tests.channels.smtp_server import MailFault, MailServer

PLANTED = (
    "xoxb-1111-2222-planted-token",
    "planted-hook-secret",
    "planted-in-url",
    "planted-key",
    "planted-password",
)


@dataclass(frozen=True, slots=True)
class Stand:
    """A channel, and how to make what it leads to misbehave."""

    channel: Channel
    disturb: Callable[[str], None]
    arrived: Callable[[], int]


async def _slack(stack: AsyncExitStack, *, hook: bool) -> Stand:
    double = await stack.enter_async_context(SlackDouble())
    faults = {"later": Fault.RATE_LIMITED, "never": Fault.INVALID_BLOCKS, "lost": Fault.ACCEPT_THEN_DROP}
    way = {"webhook": double.webhook_url} if hook else {"token": double.token, "channel": double.channel}
    channel = _built({"type": "slack", "api_url": double.api_url, **way})
    return Stand(channel, lambda what: double.faults.append(faults[what]), lambda: len(double.messages))


async def _email(stack: AsyncExitStack) -> Stand:
    server = stack.enter_context(MailServer())
    faults = {
        "later": MailFault.GREYLISTED,
        "never": MailFault.NO_SUCH_USER,
        "lost": MailFault.DROP_AFTER_DATA,
    }
    settings = {
        "type": "email",
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "from": "a@desk.example",
    }
    channel = _built(settings | {"to": ["b@desk.example", "c@desk.example"], "password": "planted-password"})
    return Stand(channel, lambda what: server.faults.append(faults[what]), lambda: len(server.mails))


async def _webhook(stack: AsyncExitStack) -> Stand:
    receiver = await stack.enter_async_context(Receiver())
    faults = {"later": 429, "never": 410, "lost": DROP_AFTER_READING}
    settings = {"type": "webhook", "url": receiver.url, "secret": "planted-key", "allow_private": True}
    return Stand(
        _built(settings),
        lambda what: receiver.statuses.append(faults[what]),
        lambda: len(receiver.received),
    )


def _built(settings: dict[str, Any]) -> Channel:
    found: ChannelSettings = TypeAdapter(ChannelSettings).validate_python(settings)
    return build_channel("desk", found, clock=lambda: NOW, stream=io.StringIO())


STANDS: dict[str, Callable[[AsyncExitStack], Awaitable[Stand]]] = {
    "slack": lambda stack: _slack(stack, hook=False),
    "slack webhook": lambda stack: _slack(stack, hook=True),
    "email": _email,
    "webhook": _webhook,
}


@pytest.fixture(params=STANDS)
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    """Each channel with its server, once."""
    async with AsyncExitStack() as stack:
        built = await STANDS[request.param](stack)
        yield built
        await built.channel.close()


async def test_what_arrives_is_sent(stand: Stand) -> None:
    """Once, and known by name afterwards where the channel has names."""
    assert isinstance(await stand.channel.send(delivery()), Sent)
    assert stand.arrived() == 1


async def test_what_may_be_taken_later_is_deferred(stand: Stand) -> None:
    """The channel certainly does not have it."""
    stand.disturb("later")
    outcome = await stand.channel.send(delivery())
    assert isinstance(outcome, Deferred)
    assert outcome.why
    assert stand.arrived() == 0 or stand.channel.__class__.__name__ == "Webhook"


async def test_what_will_never_be_taken_is_rejected(stand: Stand) -> None:
    """With a sentence for a person."""
    stand.disturb("never")
    outcome = await stand.channel.send(delivery())
    assert isinstance(outcome, Rejected)
    assert len(outcome.why) > 20


async def test_what_lost_its_answer_is_unsure_and_never_repeated_by_the_channel(stand: Stand) -> None:
    """The ledger alone repeats."""
    stand.disturb("lost")
    assert isinstance(await stand.channel.send(delivery()), Unsure)
    assert stand.arrived() == 1
    lookup = await stand.channel.find(delivery())
    assert isinstance(lookup, Sent | Absent | Unknown)
    assert isinstance(lookup, Sent) == isinstance(stand.channel, Slack)


async def test_one_failure_does_not_stop_the_next_message(stand: Stand) -> None:
    """A message that is refused never blocks another."""
    stand.disturb("never")
    await stand.channel.send(delivery())
    assert isinstance(await stand.channel.send(delivery(id="e" * 32)), Sent)


async def test_every_kind_of_delivery_is_done(stand: Stand) -> None:
    """Follow-ups too, with and without a first message."""
    message = render(later_card(), now=NOW)
    for number, kind in enumerate(DeliveryKind):
        outcome = await stand.channel.send(delivery(message, id=f"{number:032x}", kind=kind))
        assert isinstance(outcome, Sent)


async def test_a_channel_can_be_closed_twice_and_used_again(stand: Stand) -> None:
    """A reload closes what a last send may still need."""
    await stand.channel.close()
    await stand.channel.close()
    assert isinstance(await stand.channel.send(delivery()), Sent)


async def test_a_channel_says_what_the_pipeline_needs_to_know(stand: Stand) -> None:
    """Recipients only where there is one delivery for each."""
    channel = stand.channel
    assert channel.name == "desk"
    assert channel.settle >= timedelta(0)
    assert channel.on_doubt in {"repeat", "hold"}
    assert len(channel.recipients) in {0, 2}
    assert await channel.verify() == []


async def test_no_secret_is_ever_shown(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a repr, an outcome, a sentence or a log at its most talkative."""
    caplog.set_level(logging.DEBUG)
    said: list[object] = [repr(stand.channel), str(vars(stand.channel))]
    for fault in ("later", "never", "lost"):
        stand.disturb(fault)
        said.append(await stand.channel.send(delivery()))
    said += [await stand.channel.find(delivery()), *await stand.channel.verify()]
    shown = "\n".join([*map(str, said), *(record.getMessage() for record in caplog.records)])
    assert not [secret for secret in PLANTED if secret in shown]


def test_settings_keep_their_secrets_too() -> None:
    """What pydantic prints of a channel."""
    settings = TypeAdapter(ChannelSettings).validate_python(
        {"type": "slack", "token": SecretStr(PLANTED[0]), "channel": "C0ALERTS01"}
    )
    assert PLANTED[0] not in repr(settings)
