"""What channels may not have yet is held, and told when its moment comes: as it stands by then, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.models import DeliveryKind, DeliveryState, Reason, Silence, Verdict
from tests.policy.desk import NIGHT, RULES, SUBJECTS, Desk, opened

KARST_AGAIN = "Earthquake leaves cracks in the Karst dam, inspectors say"
KARST_ONCE_MORE = "Karst dam: cracks seen after earthquake"
DESK = "channels: {desk: {type: console}, mail: {type: console}, pager: {type: console}}\n"
ONLY_DESK = DESK + "alerts: {zone: Europe/Kyiv, channels: [desk]}\n"
QUIET = """
channels: {desk: {type: console}}
alerts:
  zone: Europe/Kyiv
  quiet_hours: {from: "22:00", to: "07:00", except: [critical]}
"""
MORNING = datetime(2026, 3, 3, 5, 0, tzinfo=UTC)
"""Seven in Kyiv, after NIGHT."""


async def reasons(desk: Desk) -> list[tuple[Verdict, Reason]]:
    """What was decided, in order."""
    return [(one.verdict, one.reason) for one in await desk.store.decisions()]


async def test_quiet_hours_hold_until_they_end_and_then_tell_it_as_it_stands(tmp_path: Path) -> None:
    """Two outlets by the morning: one message that counts both, with the headline that raised it."""
    async with opened(tmp_path, QUIET) as desk:
        [decision] = await desk.publish(SUBJECTS[0])
        assert (decision.verdict, decision.reason) == (Verdict.HELD, Reason.QUIET_HOURS)
        assert decision.detail == (
            "desk until 2026-03-03 05:00:00 UTC (quiet hours 22:00 to 07:00 Europe/Kyiv)"
        )
        await desk.later(hours=1)
        await desk.publish(KARST_AGAIN, outlet="two.example")
        [hold] = await desk.store.list_holds()
        assert (hold.matches, hold.channel) == (2, "desk")
        await desk.until(MORNING - timedelta(seconds=1))
        assert desk.got() == []
        await desk.until(MORNING)
        [told] = desk.got()
        assert told.message.title == SUBJECTS[0]
        assert "2 outlets" in told.message.text
        assert "why now  first match in this story" in told.message.text
        assert await desk.store.list_holds() == []
        [_, _, last] = await desk.store.decisions()
        assert (last.verdict, last.reason) == (Verdict.ALERT, Reason.RELEASED)
        assert last.detail == (
            "desk, held since 2026-03-02 21:30:00 UTC by quiet hours 22:00 to 07:00 Europe/Kyiv, 2 articles"
        )


async def test_many_alerts_of_a_night_come_as_one_message(tmp_path: Path) -> None:
    """More than three; the gravest rule's ring through, and say how much was held meanwhile."""
    async with opened(tmp_path, QUIET) as desk:
        for title in SUBJECTS[:4]:
            await desk.publish(title)
        await desk.publish("Fire in the port of Odesa")
        [critical] = desk.got()
        assert critical.message.title == "Fire in the port of Odesa"
        await desk.until(MORNING)
        assert len(desk.got()) == 2
        summary = desk.got()[1]
        assert summary.message.title == "Quiet hours are over: 4 alerts"
        for title in SUBJECTS[:4]:
            assert title in summary.message.text
            assert title in summary.message.html


async def test_three_alerts_of_a_night_come_one_by_one(tmp_path: Path) -> None:
    """In the order in which they arose; each can then live and be followed up."""
    async with opened(tmp_path, QUIET) as desk:
        for title in SUBJECTS[:3]:
            await desk.publish(title)
            await desk.later(minutes=1)
        await desk.until(MORNING)
        assert desk.titles() == list(SUBJECTS[:3])
        await desk.publish(KARST_AGAIN, outlet="two.example")
        assert desk.got()[-1].kind is DeliveryKind.UPDATE
        assert desk.got()[-1].root_remote_id == "m1"


async def test_the_next_message_says_what_was_held(tmp_path: Path) -> None:
    """By reason, most first, since the rule's last message."""
    rules = RULES.replace("any: [dam]", "any: [dam], alert: {follow_up: silent, cooldown: 30m}")
    async with opened(tmp_path, ONLY_DESK, rules=rules) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.publish(SUBJECTS[1])
        await desk.publish(SUBJECTS[2])
        await desk.publish(KARST_AGAIN, outlet="two.example")
        await desk.later(minutes=31)
        await desk.publish(SUBJECTS[3])
        first, second = desk.got()
        assert "held" not in first.message.text
        assert "first match in this story; +3 held: 2 cooldown, 1 follow-up" in second.message.text


async def test_a_first_message_waits_for_other_outlets(tmp_path: Path) -> None:
    """group_wait: one message that counts three, and no second one about the same."""
    config = "channels: {desk: {type: console}}\nalerts: {group_wait: 2m}\n"
    async with opened(tmp_path, config) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.later(seconds=30)
        await desk.publish(KARST_AGAIN, outlet="two.example")
        await desk.later(seconds=30)
        await desk.publish(KARST_ONCE_MORE, outlet="three.example")
        assert desk.got() == []
        await desk.later(seconds=60)
        [told] = desk.got()
        assert "3 outlets" in told.message.text
        assert told.created_at == NIGHT + timedelta(minutes=2)
        assert "held" not in told.message.text
        await desk.publish(SUBJECTS[1])
        assert (await reasons(desk))[-1] == (Verdict.HELD, Reason.GROUP_WAIT)


async def test_a_wait_counts_for_the_cooldown(tmp_path: Path) -> None:
    """Two stories within the wait of a rule with a cooldown are one alert."""
    rules = RULES.replace("any: [dam]", "any: [dam], alert: {group_wait: 2m, cooldown: 1h}")
    async with opened(tmp_path, ONLY_DESK, rules=rules) as desk:
        await desk.publish(SUBJECTS[0])
        [decision] = await desk.publish(SUBJECTS[1])
        assert decision.reason is Reason.COOLDOWN
        desk.restart()
        [decision] = await desk.publish(SUBJECTS[2])
        assert decision.reason is Reason.COOLDOWN


async def test_over_the_limit_the_rest_follows_as_one(tmp_path: Path) -> None:
    """Two an hour: the third and fourth come together when the first is an hour old; no hour has three."""
    rules = RULES.replace("any: [dam]", "any: [dam], alert: {max_per_hour: 2}")
    async with opened(tmp_path, ONLY_DESK, rules=rules) as desk:
        for title in SUBJECTS[:4]:
            await desk.publish(title)
            await desk.later(minutes=10)
        await desk.publish("Fire in the port of Odesa")
        assert desk.titles() == [*SUBJECTS[:2], "Fire in the port of Odesa"]
        await desk.until(NIGHT + timedelta(minutes=60))
        assert desk.titles()[-1] == "Over the limit of 2 an hour: 2 alerts"
        await desk.publish(SUBJECTS[4])
        await desk.until(NIGHT + timedelta(minutes=69))
        assert len(desk.got()) == 4
        await desk.until(NIGHT + timedelta(minutes=70))
        assert desk.titles()[-1] == SUBJECTS[4]


async def test_a_limit_of_a_route_counts_the_channel(tmp_path: Path) -> None:
    """Whatever rule its messages are of; edits are not counted."""
    config = DESK + "routes: [{channels: [desk], max_per_hour: 2}]\n"
    async with opened(tmp_path, config) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.publish(KARST_AGAIN, outlet="two.example")
        await desk.publish("Fire in the port of Odesa")
        [decision] = await desk.publish(SUBJECTS[1])
        assert (decision.verdict, decision.reason) == (Verdict.HELD, Reason.HOURLY_LIMIT)
        assert [one.kind.value for one in desk.got()] == ["post", "update", "post"]


DIGEST = """
channels: {desk: {type: console}, mail: {type: console}}
alerts: {zone: Europe/Kyiv}
routes:
  - {channels: [mail], digest: "0 8 * * mon-fri", continue: true}
  - {channels: [desk]}
"""


async def test_a_digest_tells_everything_at_its_moment(tmp_path: Path) -> None:
    """The desk has it at once, the mail in the morning, one alert or many; no edit follows a digest."""
    async with opened(tmp_path, DIGEST) as desk:
        [decision] = await desk.publish(SUBJECTS[0])
        assert decision.verdict is Verdict.ALERT
        assert "mail until 2026-03-03 06:00:00 UTC (digest at 0 8 * * mon-fri Europe/Kyiv)" in decision.detail
        assert (desk.titles(), desk.titles("mail")) == ([SUBJECTS[0]], [])
        await desk.until(MORNING + timedelta(hours=1))
        assert desk.titles("mail") == ["Digest: 1 alert"]
        await desk.publish(KARST_AGAIN, outlet="two.example")
        assert [one.kind.value for one in desk.got()] == ["post", "update"]
        assert desk.titles("mail") == ["Digest: 1 alert"]


async def test_a_digest_missed_in_a_stop_is_sent_once(tmp_path: Path) -> None:
    """Two days later: one, not two, and nothing is gathered twice."""
    async with opened(tmp_path, DIGEST) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.publish(SUBJECTS[1])
        desk.now += timedelta(days=2)
        desk.restart()
        await desk.work()
        await desk.work()
        assert desk.titles("mail") == ["Digest: 2 alerts"]
        await desk.publish(SUBJECTS[2])
        await desk.later(days=1)
        assert desk.titles("mail") == ["Digest: 2 alerts", "Digest: 1 alert"]


async def test_a_digest_that_falls_into_quiet_hours_waits_for_their_end(tmp_path: Path) -> None:
    """And stays a digest."""
    config = DIGEST.replace('"0 8 * * mon-fri"', '"0 6 * * *", quiet_hours: {from: "22:00", to: "07:00"}')
    async with opened(tmp_path, config) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.until(MORNING - timedelta(minutes=1))
        assert desk.titles("mail") == []
        await desk.until(MORNING)
        assert desk.titles("mail") == ["Digest: 1 alert"]


async def test_new_settings_hold_from_the_next_question_on(tmp_path: Path) -> None:
    """Longer quiet hours hold on what they hold; without any, it comes when it was promised."""
    async with opened(tmp_path, QUIET) as desk:
        await desk.publish(SUBJECTS[0])
        desk.configure(QUIET.replace("07:00", "09:00"))
        await desk.until(MORNING)
        assert desk.got() == []
        await desk.until(MORNING + timedelta(hours=2))
        assert desk.titles() == [SUBJECTS[0]]
    other = tmp_path / "other"
    other.mkdir()
    async with opened(other, QUIET) as desk:
        await desk.publish(SUBJECTS[0])
        desk.configure(DESK)
        await desk.publish(SUBJECTS[1])
        assert desk.titles() == [SUBJECTS[1]]
        await desk.until(MORNING)
        assert desk.titles() == [SUBJECTS[1], SUBJECTS[0]]


async def test_what_can_no_longer_be_told_says_why(tmp_path: Path) -> None:
    """Its channel or its rule is gone when the moment comes."""
    async with opened(tmp_path, QUIET) as desk:
        await desk.publish(SUBJECTS[0])
        desk.configure("channels: {mail: {type: console}}\n")
        await desk.until(MORNING)
        assert (await reasons(desk))[-1] == (Verdict.SUPPRESSED, Reason.NO_CHANNEL)
    other = tmp_path / "other"
    other.mkdir()
    async with opened(other, QUIET) as desk:
        await desk.publish(SUBJECTS[0])
        desk.configure(QUIET, rules="rules: {ports: {any: [port]}}")
        await desk.until(MORNING)
        assert (await reasons(desk))[-1] == (Verdict.SUPPRESSED, Reason.RULE_GONE)
        [alert] = await desk.store.list_alerts()
        assert alert.record.state is Verdict.SUPPRESSED


async def test_a_clock_that_was_ahead_holds_nothing_for_good(tmp_path: Path) -> None:
    """Decided in the year to come, and the clock is set right: told at once, if the hour allows it."""
    async with opened(tmp_path, QUIET) as desk:
        desk.now += timedelta(days=365)
        await desk.publish(SUBJECTS[0])
        desk.now = MORNING + timedelta(hours=1)
        await desk.work()
        assert desk.titles() == [SUBJECTS[0]]


def silence(*, hours: float, release: bool = False, of: str = "dams") -> Silence:
    """Silence a rule from NIGHT on."""
    return Silence(
        id="5" * 32,
        matchers={"rule": of},
        starts_at=NIGHT,
        ends_at=NIGHT + timedelta(hours=hours),
        author="ann",
        release=release,
    )


async def test_a_silence_holds_for_good_and_lists_what_it_held(tmp_path: Path) -> None:
    """Nothing is sent at its end; the next message counts it."""
    async with opened(tmp_path, ONLY_DESK) as desk:
        await desk.store.add_silence(silence(hours=4))
        await desk.publish(SUBJECTS[0])
        await desk.later(hours=4)
        assert desk.got() == []
        [held] = await desk.store.silenced(silence(hours=4))
        assert (held.reason, held.verdict) == (Reason.SILENCED, Verdict.SUPPRESSED)
        await desk.publish(SUBJECTS[1])
        assert "+1 held: 1 silenced" in desk.got()[0].message.text


async def test_a_silence_with_release_tells_at_its_end(tmp_path: Path) -> None:
    """Extended, it tells later; ended, at once; counted like any other."""
    async with opened(tmp_path, ONLY_DESK) as desk:
        kept = silence(hours=4, release=True)
        await desk.store.add_silence(kept)
        [decision] = await desk.publish(SUBJECTS[0])
        assert (decision.verdict, decision.reason) == (Verdict.HELD, Reason.SILENCED)
        assert await desk.store.extend_silence(kept.id, NIGHT + timedelta(hours=6), desk.now)
        await desk.later(hours=5)
        assert desk.got() == []
        [listed] = await desk.store.listed_silences()
        assert (listed.decisions, listed.stories) == (1, 1)
        assert await desk.store.end_silence(kept.id, desk.now)
        await desk.work()
        assert desk.titles() == [SUBJECTS[0]]
        assert not await desk.store.extend_silence(kept.id, NIGHT + timedelta(hours=9), desk.now)


async def test_a_silence_that_begins_meanwhile_holds_what_is_held(tmp_path: Path) -> None:
    """What quiet hours held waits for the end of the silence, too."""
    async with opened(tmp_path, QUIET) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.store.add_silence(silence(hours=12))
        await desk.until(MORNING)
        assert desk.got() == []
        assert (await reasons(desk))[-1] == (Verdict.HELD, Reason.SILENCED)
        await desk.until(NIGHT + timedelta(hours=12))
        assert desk.titles() == [SUBJECTS[0]]


ESCALATE = (
    DESK
    + """
routes:
  - {channels: [desk], escalate: {after: 10m, to: [pager], severity: high}}
"""
)


async def test_what_nobody_acknowledges_is_told_to_others(tmp_path: Path) -> None:
    """After ten minutes, once; the message says why."""
    async with opened(tmp_path, ESCALATE) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.later(minutes=9)
        assert desk.got("pager") == []
        await desk.later(minutes=1)
        [called] = desk.got("pager")
        assert called.message.title == SUBJECTS[0]
        assert "nobody acknowledged it in time" in called.message.text
        await desk.later(hours=3)
        assert len(desk.got("pager")) == 1
        assert (await desk.store.decisions())[-1].detail == "for 10m; told to pager"


async def test_what_somebody_acknowledges_or_silences_is_not(tmp_path: Path) -> None:
    """The first to acknowledge stands; and what is not grave enough never is."""
    rules = RULES.replace("severity: critical", "severity: low")
    async with opened(tmp_path, ESCALATE, rules=rules) as desk:
        await desk.publish(SUBJECTS[0])
        [alert] = await desk.store.list_alerts()
        assert await desk.store.acknowledge(alert.record.id, "ann", desk.now)
        assert not await desk.store.acknowledge(alert.record.id, "ben", desk.now)
        await desk.publish("Fire in the port of Odesa")
        await desk.publish(SUBJECTS[1])
        await desk.store.add_silence(silence(hours=1))
        await desk.later(hours=3)
        assert desk.got("pager") == []
        assert (await reasons(desk))[-1] == (Verdict.SUPPRESSED, Reason.SILENCED)


async def test_escalation_counts_from_when_it_was_told(tmp_path: Path) -> None:
    """Held in quiet hours, nobody could have acknowledged it."""
    config = ESCALATE.replace(
        "{channels: [desk],", '{channels: [desk], quiet_hours: {from: "21:00", to: "07:00"},'
    )
    async with opened(tmp_path, config) as desk:
        await desk.publish(SUBJECTS[0])
        await desk.until(datetime(2026, 3, 3, 7, 9, tzinfo=UTC))
        assert (len(desk.got()), desk.got("pager")) == (1, [])
        await desk.later(minutes=1)
        assert len(desk.got("pager")) == 1


async def test_a_message_that_waited_too_long_says_so_or_is_dropped(tmp_path: Path) -> None:
    """As configured; what is dropped keeps its reason."""
    config = (
        DESK
        + """
routes:
  - {channels: [mail], expires_after: 2h, when_expired: drop, continue: true}
  - {channels: [desk]}
"""
    )
    async with opened(tmp_path, config) as desk:
        await desk.store.commit_polls([await desk.polled(SUBJECTS[0], "one.example")])
        await desk.assembler.run_once()
        desk.now += timedelta(hours=3)
        await desk.deliver()
        [told] = desk.got()
        assert told.message.text.startswith("late: decided 3 h ago\n")
        assert told.message.html.startswith("<p>late: decided 3 h ago</p>")
        assert desk.got("mail") == []
        [dropped] = await desk.store.deliveries(state=DeliveryState.DROPPED)
        assert dropped.error == "not sent: late: decided 3 h ago"
