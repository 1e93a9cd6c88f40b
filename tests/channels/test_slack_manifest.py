"""The app's manifest in docs/slack.md asks for what the program uses, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from monitor.channels.slack_listener import COMMAND

GUIDE = (Path(__file__).parents[2] / "docs" / "slack.md").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0])


def test_every_scope_is_explained() -> None:
    """A reader is asked for no right without a reason."""
    scopes = MANIFEST["oauth_config"]["scopes"]["bot"]
    table = GUIDE.partition("| Scope |")[2].partition("\n\n")[0]
    assert [scope for scope in scopes if f"`{scope}`" not in table] == []


def test_buttons_and_the_command_reach_the_daemon() -> None:
    """By Socket Mode, under the name that the program heeds."""
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert [one["command"] for one in MANIFEST["features"]["slash_commands"]] == [COMMAND]
