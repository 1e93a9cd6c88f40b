"""`check` says everything at once and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
RULE = "rules: {raids: {any: [raid], alert: {channels: [%s]}}}\n"


def test_good_files_are_summed_up_in_one_line(folder: Path, run: Run) -> None:
    """On standard output, with exit code 0."""
    (folder / "rules" / "a.yaml").write_text(RULE % "console")
    result = run("check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "config.yaml: 2 feeds; channels: console, hook; 1 rule and 0 entities in 1 file\n"


def test_mistakes_of_configuration_and_rules_come_together(folder: Path, run: Run) -> None:
    """Both files in one run, on standard error, with exit code 2; or as JSON on standard output."""
    (folder / "config.yaml").write_text(
        "feeds: [{url: 'ftp://a.example'}]\nchannels: {console: {type: console}}\n"
    )
    (folder / "rules" / "a.yaml").write_text(RULE % "pager")
    result = run("check")
    assert (result.exit_code, result.stdout) == (2, "")
    assert [line.split(": ", 1)[0] for line in result.stderr.splitlines()] == [
        "config.yaml:1:15",
        "rules/a.yaml:1:49",
    ]
    mistakes = json.loads(run("check", "--json").stdout)
    assert [(mistake["path"], mistake["line"], mistake["weight"]) for mistake in mistakes] == [
        ("config.yaml", 1, "error"),
        ("rules/a.yaml", 1, "error"),
    ]


def test_warnings_alone_are_said_and_accepted(folder: Path, run: Run) -> None:
    """Exit code 0."""
    (folder / "config.yaml").write_text("feeds: [https://a.example/]\n")
    result = run("check")
    assert result.exit_code == 0
    assert "warning: there is no channel" in result.stderr


@pytest.mark.usefixtures("folder")
def test_a_missing_configuration_names_the_option(run: Run) -> None:
    """The rules are not looked for anywhere else."""
    result = run("check", "--config", "nowhere.yaml")
    assert result.exit_code == 2
    assert "--config PATH" in result.stderr
