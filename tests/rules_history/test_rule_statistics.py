"""`rules list` beside a database: what each rule did lately, dead and noisy ones marked."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta

from monitor.core.firing import History
from monitor.core.models import RuleDay, RuleStatistics
from tests.rules_history.conftest import NOW, Desk, told

RULES = """
rules:
  raids: {any: [raid], owner: border desk}
  idle: {any: [zeppelin]}
  resting: {any: [balloon], enabled: false}
"""
AT = datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_the_list_shows_last_match_and_rates(desk: Desk) -> None:
    """Two matches, one alert each, in two days that were watched."""
    desk.rules(RULES)
    desk.bring([told("A raid in the north of Mali", days=2), told("Police raid a betting shop in Leeds")])
    raids, idle, resting = json.loads(desk("rules", "list", "--json").output)
    assert raids["last_match_at"] == NOW.isoformat()
    assert raids["matches_per_day"] == raids["alerts_per_day"] == {"7d": 1.0, "30d": 1.0}
    assert (raids["note"], idle["note"], resting["note"]) == ("", "no match yet", "")
    output = desk("rules", "list").output
    assert "LAST MATCH  MATCHES A DAY, 7 D / 30 D  ALERTS A DAY" in output
    assert re.search(r"raids +fine +\d+ min ago +1\.0 / 1\.0 .*border desk", output)
    assert re.search(r"resting +off ", output)
    assert "never       0.0 / 0.0" in output


def test_dead_and_noisy_rules_are_named_below_the_table(desk: Desk) -> None:
    """With their owners, so that somebody mends them; what is switched off is left out."""
    desk.rules(
        RULES + "  old: {any: [dam], owner: rivers}\n  loud: {any: [drone], alert: {follow_up: new}}\n"
    )
    drones = [
        told(f"Drone number {number} seen in {number}{number}ville", hours=number / 10)
        for number in range(200)
    ]
    desk.bring([told("Rain is expected in the north of Scotland", days=40), *drones])
    output = desk("rules", "list").output
    assert "3 rules dead, found nothing in 30 days: raids (border desk), idle, old (rivers)" in output
    assert "1 rule noisy, alert once an hour or more: loud" in output


def test_without_database_or_configuration_the_list_is_plain(desk: Desk) -> None:
    """Rules are listed wherever they lie."""
    desk.rules(RULES)
    assert "LAST MATCH" not in desk("rules", "list").output
    (desk.folder / "config.yaml").write_text("channels: {desk: {type: webhook, url: '${NO_SUCH}'}}")
    assert "last_match_at" not in json.loads(desk("rules", "list", "--json").output)[0]
    (desk.folder / "config.yaml").unlink()
    result = desk("rules", "list")
    assert (result.exit_code, result.output.count("rules/desk.yaml")) == (0, 3)


def known(*days: RuleDay, watching: int) -> History:
    """Return the history of one rule."""
    last = datetime(2026, 3, 31, 11, tzinfo=UTC)
    rule = RuleStatistics(rule="raids", last_match_at=last, last_alert_at=None, days=days)
    return History(at=AT, watching_since=AT - timedelta(days=watching), rules={"raids": rule})


def day(number: int, *, matches: int, alerts: int = 0) -> RuleDay:
    """Return what a rule did on a day of March."""
    return RuleDay(day=date(2026, 3, number), matches=matches, alerts=alerts)


def test_rates_count_whole_days_and_today_so_far() -> None:
    """Six days and a half are a week, 29 and a half a month."""
    found = known(day(1, matches=1), day(24, matches=5), day(25, matches=13), day(31, matches=0), watching=90)
    rates = found.rates("raids")
    assert rates.matches_week == 13 / 6.5
    assert round(rates.matches_month * 29.5) == 18


def test_a_rule_is_dead_after_a_month_without_match_and_noisy_at_an_alert_an_hour() -> None:
    """Before a month has been watched, nothing is dead."""
    assert known(watching=31).rates("other").note == "dead"
    assert known(watching=29).rates("other").note == "no match yet"
    assert known(day(30, matches=200, alerts=24 * 7), watching=90).rates("raids").note == "noisy"
    assert known(day(30, matches=200, alerts=24), watching=90).rates("raids").note == ""
    assert known(day(30, matches=1), watching=90).rates("raids").note == ""
