"""A channel that takes nothing: what waits for it is kept, and another channel is told, once."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from monitor.channels.console import Console
from monitor.channels.email import Email
from monitor.core.matcher import Matcher
from monitor.core.models import Deferred, DeliveryState, Rejected, Trouble
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import EmailChannel, Settings
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.notices import Notices, notice_of
from monitor.pipeline.pace import Bell
from monitor.pipeline.ports import Channel
from monitor.store import Store
from tests.store.samples import LEASE, MINUTE, NOW, a_delivery, alerted

WHY = "Slack says token_revoked: the token was revoked; install the app again and use its new token"


def in_force(*ops: str) -> InForce:
    """Return settings with these ops channels: a console, and mail to two people."""
    mail = EmailChannel.model_validate(
        {"type": "email", "host": "mail.example", "from": "a@x.example", "to": ["b@x.example", "c@x.example"]}
    )
    channels: Mapping[str, Channel] = {
        "console": Console("console", io.StringIO()),
        "mail": Email("mail", mail),
    }
    rules = RuleSet()
    return InForce(settings=Settings(ops=ops), rulebook=Rulebook.of(rules, Matcher(rules)), channels=channels)


async def refused(store: Store, outcome: Deferred | Rejected) -> None:
    """Let Slack refuse the first message."""
    await alerted(store, a_delivery("d"))
    [claimed] = await store.claim_deliveries(NOW, lease=LEASE, limit=1)
    await store.settle(claimed, outcome, now=NOW, retry_at=NOW + timedelta(minutes=10))


async def told(store: Store, at: datetime, *ops: str) -> list[tuple[str, str | None, str]]:
    """Look, and return which notices wait for whom."""
    await Notices(store, in_force(*ops), clock=lambda: at, on_alerts=Bell()).look()
    found = await store.deliveries(state=DeliveryState.READY)
    return sorted((one.channel, one.recipient, one.message.text) for one in found if one.id != "d")


async def test_a_revoked_token_is_told_by_the_other_channels_in_one_sentence(store: Store) -> None:
    """What waits stays; the same notice is not repeated that day, and is again the next."""
    await refused(store, Deferred(why=WHY, retry_after=timedelta(minutes=10)))
    assert await told(store, NOW + MINUTE / 2, "console", "mail") == []
    first = await told(store, NOW + 2 * MINUTE, "console", "mail")
    assert [(channel, recipient) for channel, recipient, _ in first] == [
        ("console", None),
        ("mail", "b@x.example"),
        ("mail", "c@x.example"),
    ]
    assert first[0][2] == (
        f"NOTICE · news-monitor\nChannel slack takes no alerts: {WHY}. "
        "1 message kept since 1 Mar 2026, 12:00 UTC; none is lost."
    )
    assert await told(store, NOW + 3 * MINUTE, "console", "mail") == first
    assert len(await told(store, NOW + timedelta(days=1), "console", "mail")) == 6


async def test_what_was_given_up_is_told_as_well(store: Store) -> None:
    """It is a dead letter that somebody can retry."""
    await refused(store, Rejected(why="Slack refused the message: invalid_blocks"))
    [(_, _, text)] = await told(store, NOW + 2 * MINUTE, "console")
    assert "invalid_blocks" in text


@pytest.mark.parametrize("ops", [(), ("slack",), ("nowhere",)])
async def test_without_another_channel_nobody_is_told(store: Store, ops: tuple[str, ...]) -> None:
    """A channel in trouble is not told of its own trouble."""
    await refused(store, Deferred(why=WHY))
    assert await told(store, NOW + 2 * MINUTE, *ops) == []


async def test_what_waits_for_its_turn_is_no_trouble(store: Store) -> None:
    """Only what was tried and not taken."""
    await alerted(store, a_delivery("d"))
    assert await told(store, NOW + 5 * MINUTE, "console") == []


def test_a_reason_with_markup_stays_text() -> None:
    """It may quote what another server said."""
    message = notice_of(Trouble(channel="<b>", why="<script>x</script>", waiting=2, since=NOW))
    assert "<script>" not in message.html
    assert "2 messages kept" in message.text
