"""Rules tried on a real archive: backtest and diff decide as the daemon does."""

from __future__ import annotations

import json
from datetime import timedelta

from monitor.core.models import Verdict
from tests.rules_history.conftest import NOW, Desk, told

RULES = """
rules:
  raids: {any: [raid]}
  dams: {any: [dam]}
  idle: {any: [zeppelin]}
"""
STORY = "A night raid on a border village near Belgorod ended before dawn, the governor said on Monday."
NEWS = (
    told("Night raid on a border village near Belgorod", STORY, days=5),
    told("Night raid on a border village near Belgorod", STORY, outlet="two.example", days=5, minutes=-20),
    told("A dam broke in the hills above the town of Perm", days=3),
    told("Police raid a betting shop in Leeds and arrest four", days=1),
    told("Rain is expected in the north of Scotland", days=1, minutes=-5),
)


def test_a_backtest_of_the_rules_in_force_finds_what_the_daemon_alerted(desk: Desk) -> None:
    """The same alerts at the same moments, and the same decisions on copies."""
    desk.rules(RULES)
    came = desk.bring(NEWS)
    decided = [decision for one in came for decision in one.decisions]
    result = json.loads(desk("rules", "backtest", "--since", "7d", "--json").output)
    alerts = [decision for decision in decided if decision.verdict is Verdict.ALERT]
    assert [(one["rule"], one["entry"]) for one in result["alerts"]] == [
        (one.rule, one.entry) for one in alerts
    ]
    assert [one["at"] for one in result["alerts"]] == [one.at.isoformat() for one in alerts]
    by_rule = {one["rule"]: one for one in result["rules"]}
    assert by_rule["raids"] == {
        "rule": "raids",
        "matches": 3,
        "alert": 2,
        "update": 1,
        "held": 0,
        "suppressed": 0,
    }
    assert (by_rule["dams"]["alert"], by_rule["idle"]["matches"]) == (1, 0)
    assert result["entries"] == len(NEWS)


def test_people_read_alerts_and_a_summary_by_rule(desk: Desk) -> None:
    """One line for each alert, a table of the rules, and how far the archive reaches."""
    desk.rules(RULES)
    desk.bring(NEWS)
    output = desk("rules", "backtest", "--since", "4d").output
    assert "dams: A dam broke in the hills above the town of Perm (one.example)" in output
    assert "RULE   MATCHES  ALERTS  UPDATES  HELD  SUPPRESSED" in output
    assert "3 texts of the archive" in output
    alone = desk("rules", "backtest", "--since", "4d", "--rule", "dams").output
    assert "Police raid" not in alone
    assert desk("rules", "backtest", "--rule", "damz").exit_code == 2


def test_stories_that_were_under_way_are_known(desk: Desk) -> None:
    """An article just after `since` joins the story of one before it: no alert of its own."""
    desk.rules(RULES)
    desk.bring(NEWS[:2])
    since = f"{round(timedelta(days=5, minutes=-5).total_seconds() / 60)}m"
    result = json.loads(desk("rules", "backtest", "--since", since, "--json").output)
    assert result["entries"] == 1
    assert result["alerts"] == []


def test_a_changed_text_is_tried_when_it_changed(desk: Desk) -> None:
    """The first text did not match, the second one did: the alert is of the second one's moment."""
    desk.rules(RULES)
    desk.bring(
        [
            told("Shots heard near the border", guid="a", hours=6),
            told("Rain in Scotland", hours=5),
            told("Raid near the border", guid="a", hours=4),
        ]
    )
    [alert] = json.loads(desk("rules", "backtest", "--json").output)["alerts"]
    assert alert["at"] == (NOW - timedelta(hours=4)).isoformat()
    assert alert["title"] == "Raid near the border"


def test_without_a_database_one_sentence_is_said(desk: Desk) -> None:
    """Nothing has been monitored yet."""
    desk.rules(RULES)
    result = desk("rules", "backtest")
    assert result.exit_code == 4
    assert "there is no database" in result.output


def test_diff_tells_which_alerts_an_edit_adds_and_loses(desk: Desk) -> None:
    """By rule and story; files and folders alike, and 1 as exit code where there is a difference."""
    desk.rules(RULES)
    desk.bring(NEWS)
    edited = desk.rules(RULES.replace("[dam]", "[rain]").replace("[raid]", "[raid, sortie]"), "new.yaml")
    result = desk("rules", "diff", "rules", str(edited), "--since", "7d")
    assert result.exit_code == 1
    assert "+ " + (NOW - timedelta(days=1, minutes=-5)).strftime("%Y-%m-%d %H:%M") in result.output
    assert "dams: Rain is expected in the north of Scotland" in result.output
    assert "1 alert added, 1 lost, 2 kept" in result.output
    found = json.loads(desk("rules", "diff", "rules", str(edited), "--since", "7d", "--json").output)
    assert [one["title"] for one in found["lost"]] == ["A dam broke in the hills above the town of Perm"]
    assert desk("rules", "diff", "rules", "rules").exit_code == 0
    assert desk("rules", "diff", "rules", "nowhere.yaml").exit_code == 2
