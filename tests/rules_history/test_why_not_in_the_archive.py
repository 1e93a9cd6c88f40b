"""`rules why-not` and `rules explain` on articles that a real database holds."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

from monitor.core.models import DeliveryKind, Rejected, Sent
from monitor.store import open_store
from tests.rules_history.conftest import Desk, told

RULES = """
rules:
  raids:
    any: [raid]
    none: [video game]
  dams:
    any: [dam]
    alert: {corroboration: {outlets: 2, within: 6h}}
"""
RAID = "Night raid on a village near Belgorod, the governor says"
TEXT = "The governor of Belgorod said that a raid at night on a border village ended before dawn."


def test_an_article_that_never_came_is_said_to_be_unknown(desk: Desk) -> None:
    """No feed brought it; feeds of its host are named with the time of the last reading."""
    desk.rules(RULES)
    desk.bring([told("Weather", outlet="one.example")])
    result = desk("rules", "why-not", "raids", "https://one.example/never?utm_source=x")
    assert result.exit_code == 0
    assert "no feed has brought it" in result.output
    assert re.search(r"https://one\.example/rss: last read \d+ min ago", result.output)
    absent = json.loads(desk("rules", "why-not", "raids", "https://x.example/1", "--json").output)
    assert (absent["matches"], absent["way"]) == (None, [])
    assert desk("rules", "explain", "raids", "https://one.example/never").exit_code == 1


def test_of_an_article_without_match_the_failed_condition_is_told(desk: Desk) -> None:
    """First the condition, then when it came and where it lies."""
    desk.rules(RULES)
    desk.bring([told("A video game about a raid", guid="game")])
    result = desk("rules", "why-not", "raids", "https://one.example/game")
    assert result.exit_code == 0
    assert "must not hold and does" in result.output
    assert "one.example brought 'A video game about a raid'" in result.output
    assert "opened story" in result.output
    assert "the rule has changed" not in result.output


def test_a_copy_is_told_with_what_it_copies_and_why_it_did_not_alert(desk: Desk) -> None:
    """The same text in another outlet: a copy of the first, and the alert is the first one's."""
    desk.rules(RULES.replace("none: [video game]", "alert: {follow_up: thread}"))
    desk.bring([told(RAID, TEXT, hours=1), told(RAID, TEXT, outlet="two.example", guid="copy")])
    result = desk("rules", "why-not", "raids", "https://two.example/copy")
    assert result.exit_code == 1
    assert f"is a copy of '{RAID}' of one.example" in result.output
    assert "suppressed: copy of a text already alerted" in result.output
    assert "raised by another article" in result.output


def test_a_held_article_is_told_until_when(desk: Desk) -> None:
    """Held for corroboration: the deadline is said."""
    desk.rules(RULES)
    [came] = desk.bring([told("A dam broke", guid="dam")])
    result = desk("rules", "why-not", "dams", "https://one.example/dam")
    [record] = came.alerts
    assert record.deadline is not None
    assert "held: held until enough outlets tell it (1 of 2 outlets)" in result.output
    assert f"until {record.deadline:%Y-%m-%d %H:%M} UTC at the latest" in result.output


def test_the_delivery_is_told_sent_waiting_or_dead(desk: Desk) -> None:
    """Where the alert went; of a dead letter the error and the command that sends it again."""
    desk.rules(RULES)
    desk.bring([told("A raid", guid="raid")])
    url = "https://one.example/raid"
    assert "post to desk waits until" in desk("rules", "why-not", "raids", url).output
    settle(desk, Rejected(why="channel_not_found"))
    parked = desk("rules", "why-not", "raids", url)
    assert "post to desk is a dead letter: channel_not_found" in parked.output
    assert "`news-monitor alerts retry" in parked.output
    word = parked.output.split("`news-monitor alerts retry ")[1][:12]
    assert desk("alerts", "retry", word).exit_code == 0
    settle(desk, Sent(remote_id="m1"))
    assert "post to desk is sent" in desk("rules", "why-not", "raids", url).output
    way = json.loads(desk("rules", "why-not", "raids", url, "--json").output)["way"]
    assert [one["state"] for one in way[0]["deliveries"]] == ["sent"]
    assert way[0]["decisions"][0]["verdict"] == "alert"


def settle(desk: Desk, outcome: Rejected | Sent) -> None:
    """Let the delivery that is due come to this."""

    async def work() -> None:
        store = await open_store(desk.database, owner="deliverer", exclusive=False)
        now = datetime.now(UTC)
        [delivery] = await store.claim_deliveries(now, lease=timedelta(seconds=30), limit=5)
        assert delivery.kind is DeliveryKind.POST
        await store.settle(delivery, outcome, now=now, retry_at=now)
        await store.close()

    asyncio.run(work())


def test_a_rule_edited_since_says_so(desk: Desk) -> None:
    """What it found when the article came and what it finds today are told apart."""
    desk.rules(RULES)
    desk.bring([told("A raid", guid="raid")])
    desk.rules(RULES.replace("[raid]", "[sortie]"))
    result = desk("rules", "why-not", "raids", "https://one.example/raid")
    assert result.exit_code == 0
    assert "when it came, raids matched it: the rule has changed" in result.output


def test_explain_reads_the_archive_by_id_and_by_address(desk: Desk) -> None:
    """Both name the same entry; tracking parameters make no difference."""
    desk.rules(RULES)
    [came] = desk.bring([told("A raid", guid="raid")])
    for name in (came.entry.id, "https://one.example/raid", "http://www.one.example/raid?utm_source=mail"):
        result = desk("rules", "explain", "raids", name)
        assert result.exit_code == 0, result.output
        assert "title: A [raid]" in result.output
