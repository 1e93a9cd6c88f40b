"""docs/troubleshooting.md quotes what the commands really print."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from monitor.core.models import Reason, Verdict
from monitor.store.engine import sentence_on

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
ABOUT_RULES = re.compile(r"^\| `raids: (\w+), ([^`]*?) ?…` \|", re.MULTILINE)
Run = Callable[..., Result]


def _quoted(words: str) -> str:
    assert words in GUIDE
    return words


def test_mistakes_of_a_configuration_read_as_quoted(folder: Path, run: Run) -> None:
    """With file, line and column; exit code 2."""
    (folder / "config.yaml").write_text(
        "feeds: [https://www.theguardian.com/world/rss]\nchanels:\n  console: {type: console}\n"
    )
    result = run("check")
    assert result.exit_code == 2
    assert _quoted("config.yaml:2:1: the configuration has no key 'chanels'; did you mean 'channels'?") in (
        result.output
    )


def test_a_missing_secret_reads_as_quoted(folder: Path, run: Run) -> None:
    """The variable is named."""
    (folder / "config.yaml").write_text(
        "feeds: [https://www.theguardian.com/world/rss]\nchannels:\n"
        "  desk: {type: slack, channel: C0123456789, token: '${SLACK_BOT_TOKEN}'}\n"
    )
    result = run("check")
    assert result.exit_code == 2
    assert _quoted("the environment variable SLACK_BOT_TOKEN is not set: set it before the start") in (
        result.output
    )


def test_a_rule_that_stays_silent_reads_as_quoted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole block, on the rules that come with the program."""
    monkeypatch.chdir(ROOT)
    [text] = re.findall(r'rules why-not kursk-incursion "([^"]+)"', GUIDE)
    result = run("rules", "why-not", "kursk-incursion", text, "--rules", "rules")
    for line in result.output.splitlines():
        assert _quoted(line)


def test_a_probe_of_a_private_address_reads_as_quoted(run: Run) -> None:
    """And ends with exit code 1."""
    result = run("feeds", "probe", "http://127.0.0.1:9/feed")
    assert result.exit_code == 1
    assert _quoted(result.output.strip())


@pytest.mark.usefixtures("stored")
def test_an_article_and_a_feed_that_never_came_read_as_quoted(run: Run) -> None:
    """One is asked for among alerts, the other among feeds."""
    why = run("alerts", "why", "https://nobody.example/x")
    assert why.output.startswith("no article of ")
    assert _quoted("is kept: no feed has brought it") in why.output
    assert _quoted("the configuration has no such feed") in run("feeds", "why", "https://no.example/").output


def test_decisions_are_named_as_they_are_stored() -> None:
    """Each verdict and reason of the table."""
    rows = ABOUT_RULES.findall(GUIDE)
    assert len(rows) >= 3
    assert {verdict for verdict, _ in rows} <= set(Verdict)
    assert [reason for _, reason in rows if not any(one.startswith(reason) for one in Reason)] == []


@pytest.mark.parametrize(
    ("driver", "told"),
    [
        ("database is locked", "is locked by another program"),
        ("database or disk is full", "cannot be written because the disk is full: free some space"),
        ("unable to open database file", "cannot be opened"),
        ("attempt to write a readonly database", "cannot be written: check the owner"),
        ("database disk image is malformed", "is damaged"),
    ],
)
def test_troubles_of_a_database_read_as_quoted(driver: str, told: str) -> None:
    """SQLite's words, put into ours."""
    assert f" {_quoted(told)}" in sentence_on("news.db", OSError(driver))
