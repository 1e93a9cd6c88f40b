"""New and edited rules look back over the archive, as a preview: nothing is alerted."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.pipeline.lookback import LookBack
from monitor.store import open_store
from tests.rules_history.conftest import NOW, Desk, in_force, told

BEFORE = "rules:\n  raids: {any: [raid]}\n"
RULES = """
entities:
  perm: {name: Perm}
rules:
  raids: {any: [raid, sortie], rematch: 24h}
  floods: {entity: perm, rematch: 7d}
  rain: {any: [rain]}
"""
STORY = "A night raid on a border village near Belgorod ended before dawn, the governor said on Monday."
NEWS = (
    told("Old raid on a village in the far south of the country", days=2),
    told("Night raid on a border village near Belgorod", STORY, hours=20),
    told("Night raid on a border village near Belgorod", STORY, outlet="two.example", hours=19),
    told("A sortie of four planes over the northern sea", hours=5),
    told("A dam broke in the hills above the town of Perm", days=3),
    told("Rain is expected in the north of Scotland", hours=2),
)


def lines_of_a_look(
    desk: Desk, caplog: pytest.LogCaptureFixture, *rules: str, entities: str = ""
) -> list[str]:
    """Let the daemon's own stage look back for these rules, and return what it logs."""

    async def look() -> None:
        store = await open_store(desk.database, owner="test", exclusive=True)
        stage = LookBack(store, in_force(desk.folder / "rules"), clock=lambda: NOW)
        stage.want(rules, entities.split())
        task = asyncio.create_task(stage.run())
        async with asyncio.timeout(60):
            while not caplog.records:  # noqa: ASYNC110 - logging knows no events
                await asyncio.sleep(0.01)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await store.close()

    with caplog.at_level(logging.INFO, "monitor.pipeline.lookback"):
        asyncio.run(look())
    return [record.__dict__["fields"]["said"] for record in caplog.records]


def test_an_edited_rule_says_what_it_would_have_matched(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Entries and stories of the last 24 hours, and the command that shows them."""
    desk.rules(BEFORE)
    desk.bring(NEWS)
    desk.rules(RULES)
    said = "rule raids would have matched 3 entries of the last 24h in 2 stories: news-monitor rules preview"
    assert lines_of_a_look(desk, caplog, "raids", "rain") == [f"{said} raids"]


def test_a_rule_looks_back_when_its_entity_was_edited(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """The rule itself is as it was, and yet finds other things."""
    desk.rules(BEFORE)
    desk.bring(NEWS)
    desk.rules(RULES)
    assert lines_of_a_look(desk, caplog, entities="perm") == [
        "rule floods would have matched 1 entry of the last 7d in 1 story: news-monitor rules preview floods"
    ]


def test_a_rule_that_finds_nothing_says_so(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """An analyst waits for the line, whatever it says."""
    desk.rules(BEFORE)
    desk.bring(NEWS)
    desk.rules("rules:\n  ufos: {any: [zeppelin], rematch: 12h}\n")
    assert lines_of_a_look(desk, caplog, "ufos") == ["rule ufos would have matched no entry of the last 12h"]


def test_the_command_lists_the_matches_with_their_words(desk: Desk) -> None:
    """What the rule did not match when it came is marked; by default each rule looks back as it says."""
    desk.rules(BEFORE)
    desk.bring(NEWS)
    desk.rules(RULES)
    output = desk("rules", "preview").output
    assert "+ " in output
    lines = [line.strip() for line in output.splitlines()]
    assert any(
        line.endswith("floods: A dam broke in the hills above the town of Perm (one.example): 'Perm'")
        for line in lines
    )
    assert any(line.startswith("+") and "four planes" in line and line.endswith("'sortie'") for line in lines)
    assert sum(line.startswith("+") for line in lines) == 2
    assert "Old raid" not in output
    assert "Rain" not in output
    assert "raids   3        1    2        24h" in output


def test_the_command_takes_rules_and_lengths(desk: Desk) -> None:
    """For programs as well; a draft that is not in force can be tried."""
    desk.rules(BEFORE)
    desk.bring(NEWS)
    draft = desk.rules(RULES, "draft.yaml")
    words = ("rules", "preview", "rain", "raids", "--since", "7d", "--rules", str(draft), "--json")
    told_of = {one["rule"]: one for one in json.loads(desk(*words).output)["rules"]}
    assert told_of.keys() == {"raids", "rain"}
    assert (told_of["raids"]["entries"], told_of["raids"]["new"], told_of["raids"]["stories"]) == (4, 1, 3)
    assert told_of["raids"]["since"] == timedelta(days=7).total_seconds()
    assert told_of["rain"]["matches"][0]["hits"] == ["Rain"]
    assert desk("rules", "preview", "raidz").exit_code == 2


def test_the_preview_changes_nothing(desk: Desk) -> None:
    """No decision, no alert, no match is stored."""
    desk.rules(BEFORE)
    desk.bring(NEWS)
    before = desk("alerts", "list", "--json").output
    desk.rules(RULES)
    assert desk("rules", "preview").exit_code == 0
    assert desk("alerts", "list", "--json").output == before


def test_without_a_database_the_preview_says_one_sentence(desk: Desk, tmp_path: Path) -> None:
    """Nothing has been monitored yet."""
    desk.rules(RULES)
    result = desk("rules", "preview")
    assert result.exit_code == 4
    assert "there is no database" in result.output
