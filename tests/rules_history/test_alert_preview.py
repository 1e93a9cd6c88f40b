"""How a rule's messages look, before they are sent to anybody."""

from __future__ import annotations

import json
from pathlib import Path

from tests.channels.slack_double import wrong
from tests.rules_history.conftest import Desk, told

RULE = "rules: {raids: {title: Raids, any: [raid]}}"
TEMPLATE = "*{{ title }}* by {{ outlets|join(' and ') }}"


def test_a_preview_shows_the_latest_alert(desk: Desk, tmp_path: Path) -> None:
    """As text on the terminal, as Block Kit that Slack would take, as a page with nothing remote in it."""
    desk.rules(RULE)
    desk.bring([told("Militias raid a village near Belgorod")])
    page, blocks = tmp_path / "page.html", tmp_path / "blocks.json"
    result = desk("alerts", "preview", "raids", "--html", str(page), "--blocks", str(blocks))
    assert result.exit_code == 0, result.output
    assert "Militias [raid] a village near Belgorod" in result.output
    assert "told by 1 outlet; built-in form" in result.output
    assert not any(wrong(block) for block in json.loads(blocks.read_text(encoding="utf-8"))["blocks"])
    shown = page.read_text(encoding="utf-8")
    assert "In Slack" in shown
    assert "default-src 'none'" in shown


def test_a_rule_without_alerts_is_shown_on_an_invented_story(desk: Desk) -> None:
    """And says so, also where there is no database yet."""
    desk.rules(RULE)
    result = desk("alerts", "preview", "raids", "--blocks", "-")
    assert result.exit_code == 0, result.output
    assert "an invented story of seven outlets" in result.output
    assert "[sample]" in result.output


def test_a_preview_uses_the_template_of_the_channel(desk: Desk) -> None:
    """An edit of the file shows at the next preview."""
    desk.rules(RULE)
    folder = desk.folder / "templates"
    folder.mkdir()
    (folder / "short.txt.j2").write_text(TEMPLATE, encoding="utf-8")
    config = desk.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("{type: console}", "{type: console, template: short}"), encoding="utf-8")
    result = desk("alerts", "preview", "raids", "--channel", "desk")
    assert "valley-courier.example and orla-heute.example" in result.output, result.output
    assert "template short" in result.output


def test_a_channel_that_is_none_is_a_mistake(desk: Desk) -> None:
    """With the names there are."""
    desk.rules(RULE)
    result = desk("alerts", "preview", "raids", "--channel", "dsek")
    assert result.exit_code == 2
    assert "there is no channel 'dsek'; did you mean 'desk'?" in result.output
