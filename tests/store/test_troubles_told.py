"""What is wrong is told by another channel: its begin and its end, once each, whatever restarts between."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import cast

import pytest

from monitor.channels.console import Console
from monitor.channels.email import Email
from monitor.core.ailing import News, ailing
from monitor.core.matcher import Matcher
from monitor.core.models import Deferred, DeliveryState, Measures, Own, Rejected, Room, Sent, Trouble
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import EmailChannel, Settings
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.notices import AilmentStore, Notices, message_of
from monitor.pipeline.pace import Bell
from monitor.pipeline.ports import Channel
from monitor.store import Store
from tests.pipeline.rig import Fragile
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


class Still:
    """A machine on which all is well, save what a test changes; its time is that of the test."""

    def __init__(self) -> None:
        self.own, self.at = Own(), NOW

    def elapsed(self) -> float:
        """Seconds of the test's time."""
        return self.at.timestamp()

    async def measure(self) -> Own:
        """Give what the test says."""
        return self.own


class Watched:
    """Notices of a store, looked for as the daemon does; `again` is a daemon that was restarted."""

    def __init__(self, store: Store, *ops: str) -> None:
        self.store, self.machine, self.ops = store, Still(), ops
        self.again()

    def again(self) -> None:
        """Forget all but the database."""
        self.notices = Notices(
            cast("AilmentStore", self.store),
            in_force(*self.ops),
            self.machine,
            clock=lambda: self.machine.at,
            on_alerts=Bell(),
        )

    async def passed(self, each: timedelta = MINUTE, **by: float) -> list[str]:
        """Let time pass, look now and then; give what the console is then told anew."""
        known = set(await self._messages())
        end = self.machine.at + timedelta(**by)
        while self.machine.at < end:
            self.machine.at += each
            await self.notices.look()
        return [text for text in await self._messages() if text not in known]

    async def _messages(self) -> list[str]:
        found = await self.store.deliveries(state=DeliveryState.READY)
        return [one.message.text for one in reversed(found) if one.channel == "console"]


async def test_a_revoked_token_is_told_once_and_so_is_its_end(store: Store) -> None:
    """In one sentence, to every other channel; neither time nor a restart repeats it."""
    await refused(store, Deferred(why=WHY, retry_after=timedelta(minutes=10)))
    watched = Watched(store, "console", "mail")
    [said] = await watched.passed(minutes=3)
    assert said == (
        f"NOTICE · news-monitor\nChannel slack takes no alerts: {WHY}. "
        "1 message kept since 1 Mar 2026, 12:00 UTC; none is lost."
    )
    found = await store.deliveries(state=DeliveryState.READY)
    told = sorted((one.channel, one.recipient or "") for one in found if one.id != "d")
    assert told == [("console", ""), ("mail", "b@x.example"), ("mail", "c@x.example")]
    watched.again()
    assert await watched.passed(MINUTE * 30, days=1) == []
    [claimed] = await store.claim_deliveries(watched.machine.at, lease=LEASE, limit=1, channel="slack")
    await store.settle(claimed, Sent(), now=watched.machine.at, retry_at=watched.machine.at)
    assert await watched.passed(minutes=4) == []
    watched.again()
    assert await watched.passed(minutes=10) == [
        "NOTICE · news-monitor\nChannel slack takes alerts again, after 1 d."
    ]
    assert await watched.passed(MINUTE * 10, hours=2) == []


async def test_what_was_refused_is_told_until_a_person_saw_to_it(store: Store) -> None:
    """It is a dead letter that somebody can retry or drop."""
    await refused(store, Rejected(why="Slack refused the message: invalid_blocks"))
    watched = Watched(store, "console")
    [said] = await watched.passed(minutes=3)
    assert "Channel slack refused 1 message for good: Slack refused the message: invalid_blocks." in said
    assert "news-monitor alerts dead" in said
    assert await watched.passed(MINUTE * 10, hours=3) == []
    await store.drop_delivery("d")
    [said] = await watched.passed(minutes=10)
    assert "No message is left that channel slack refused" in said


@pytest.mark.parametrize("ops", [(), ("slack",), ("nowhere",)])
async def test_without_another_channel_nobody_is_told(store: Store, ops: tuple[str, ...]) -> None:
    """A channel in trouble is not told of its own trouble, and what nobody heard of has no end to tell."""
    await refused(store, Deferred(why=WHY))
    watched = Watched(store, *ops)
    await watched.passed(minutes=5)
    assert [one.id for one in await store.deliveries()] == ["d"]
    assert await store.ailments_told() == []


async def test_what_waits_for_its_turn_is_no_trouble(store: Store) -> None:
    """Only what was tried and not taken."""
    await alerted(store, a_delivery("d"))
    assert await Watched(store, "console").passed(minutes=5) == []


async def test_one_outage_is_one_message(store: Store) -> None:
    """What begins within a minute is told together; what flickers is not told to be over."""
    watched = Watched(store, "console")
    watched.machine.own = Own(stuck=("poll", "assemble"), room=Room(free=2**20, total=2**40))
    [said] = await watched.passed(minutes=2)
    assert said.splitlines()[1] == "News-monitor: 3 things went wrong:"
    assert [line.split(":")[0].split(".")[0] for line in said.splitlines()[2:]] == [
        "The disk of the database is nearly full",
        "Stage `poll` stands still",
        "Stage `assemble` stands still",
    ]
    for _ in range(5):
        watched.machine.own = Own(room=Room(free=2**20, total=2**40))
        assert await watched.passed(minutes=3) == []
        watched.machine.own = Own(stuck=("poll", "assemble"), room=Room(free=2**20, total=2**40))
        assert await watched.passed(minutes=2) == []
    watched.machine.own = Own(room=Room(free=2**20, total=2**40))
    [said] = await watched.passed(minutes=10)
    assert said.splitlines()[1:] == [
        "News-monitor: 2 well again:",
        "Stage `assemble` turns again, after 27 min.",
        "Stage `poll` turns again, after 27 min.",
        "Still wrong: The disk of the database is nearly full.",
    ]


async def test_a_database_that_cannot_serve_delays_what_is_told(store: Store) -> None:
    """The look after it tells."""
    await refused(store, Deferred(why=WHY))
    watched = Watched(store, "console")
    fragile = Fragile(store)
    fragile.before["tell_ailments"] = 1
    watched.store = cast("Store", fragile)
    watched.again()
    assert await watched.passed(minutes=2) == []
    assert len(await watched.passed(minutes=1)) == 1


def test_a_reason_with_markup_stays_text() -> None:
    """It may quote what another server said."""
    trouble = Trouble(channel="<b>", why="<script>x</script>", waiting=2, since=NOW)
    message = message_of(News(begun=ailing(Measures(at=NOW, troubles=[trouble]), ())), NOW)
    assert "<script>" not in message.html
    assert "2 messages kept" in message.text
