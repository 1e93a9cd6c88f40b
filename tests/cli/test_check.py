"""`check` says everything at once and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from monitor.app import prepare
from monitor.core.errors import ConfigurationError

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


def test_a_failing_test_of_a_rule_is_a_mistake_as_at_the_start(folder: Path, run: Run) -> None:
    """What `check` accepts, the daemon starts with: the same tests are run, and the help says so."""
    (folder / "rules" / "a.yaml").write_text("rules: {raids: {any: [raid], tests: {match: [weather]}}}\n")
    result = run("check")
    assert result.exit_code == 2
    assert result.stderr.startswith("rules/a.yaml:1:46: ")
    with pytest.raises(ConfigurationError) as refused:
        prepare(folder / "config.yaml")
    assert result.stderr.strip() == str(refused.value).replace(f"{folder}/", "")
    assert "tests that stand beside the rules are run" in " ".join(run("check", "--help").output.split())


@pytest.mark.parametrize("words", [("check",), ("doctor",), ("alerts", "list"), ("run",), ("feeds", "list")])
def test_a_name_far_too_long_is_one_sentence(folder: Path, run: Run, words: tuple[str, ...]) -> None:
    """As the configuration, as an entry of `rules:`; exit code 2."""
    (folder / "long.yaml").write_text(f"feeds: []\nrules: [{'x' * 300}]\n")
    for config in ("x" * 300, "long.yaml"):
        result = run(*words, "--config", config)
        assert result.exit_code == 2, result.exception
        assert "cannot be read: file name too long" in result.output


def test_a_database_with_a_name_far_too_long_is_one_sentence(folder: Path, run: Run) -> None:
    """Exit code 4."""
    (folder / "config.yaml").write_text(f"feeds: []\ndatabase: sqlite:///{'x' * 300}\n")
    result = run("alerts", "list")
    assert result.exit_code == 4
    assert "file name too long" in result.output
