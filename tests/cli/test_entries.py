"""Entries listed, shown and forgotten at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli
from tests.cli.conftest import LETTER, TWO

Run = Callable[..., Result]
FIRST = "1" * 32


@pytest.mark.usefixtures("stored")
def test_entries_are_listed_the_latest_first(run: Run) -> None:
    """With their stories; of one feed; a wrong feed is a sentence."""
    listed = run("entries", "list")
    assert listed.exit_code == 0, listed.stderr
    assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == ["3" * 12, "2" * 12, "1" * 12]
    assert "\x1b" not in listed.stdout
    found = json.loads(run("entries", "list", "--feed", TWO, "--json").stdout)
    assert {one["entry"]["feed"] for one in found} == {TWO}
    assert run("entries", "list", "--since", "1m").stdout == "No entry.\n"
    wrong = run("entries", "list", "--feed", "https://none.example")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (1, 1)
    assert wrong.stderr.startswith("there is no feed https://none.example; `news-monitor feeds list")


@pytest.mark.usefixtures("stored")
def test_an_entry_is_shown_by_id_and_by_address(run: Run) -> None:
    """With what matched and what was decided."""
    shown = run("entries", "show", "1111")
    assert shown.exit_code == 0, shown.stderr
    for expected in ("address    https://one.example/1", "matched    raids: Raid", "decided    raids: alert"):
        assert expected in shown.stdout
    assert run("entries", "show", "https://one.example/1?utm_source=x").stdout == shown.stdout
    [page] = json.loads(run("entries", "show", "1111", "--json").stdout)
    assert page["entry"]["entry"]["id"] == FIRST


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("9999", "no entry begins with 9999; `news-monitor entries list` shows them"),
        ("", "give the start of an id; `news-monitor entries list` shows them"),
        (
            "https://one.example/9",
            "no entry stands at https://one.example/9; `news-monitor entries list` shows",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["show", "forget"])
@pytest.mark.usefixtures("stored")
def test_a_wrong_name_is_one_clear_sentence(run: Run, verb: str, name: str, said: str) -> None:
    """And nothing is asked or done."""
    result = run("entries", verb, name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1


def test_an_entry_is_forgotten_with_a_sentence_of_what_stays(stored: Path, run: Run) -> None:
    """Asked before; the title is in no table afterwards; forgotten twice does no harm."""
    asked = CliRunner().invoke(cli, ["entries", "forget", "https://one.example/1"], input="n\n")
    assert asked.exit_code == 1
    assert "Forget 1 entry (111111111111) for good?" in asked.stdout
    assert run("entries", "show", FIRST).exit_code == 0
    done = run("entries", "forget", "https://one.example/1", "--yes")
    assert done.exit_code == 0, done.stderr
    forgotten, elsewhere = done.stdout.splitlines()
    assert forgotten.startswith("Forgotten 111111111111: 1 text, its place in 1 story, ")
    assert forgotten.endswith("the copies of 1 message; a tombstone keeps it from coming back.")
    assert "messages already sent to Slack" in elsewhere
    assert "backups" in elsewhere
    assert run("db", "export", str(stored / "all.jsonl")).exit_code == 0
    export = (stored / "all.jsonl").read_text()
    assert "[2J into Kursk" not in export
    assert run("entries", "forget", FIRST, "--yes").stdout.startswith("Forgotten 111111111111: 0 texts, ")
    assert run("entries", "show", FIRST).exit_code == 1
    assert "1 article forgotten by " in run("stories", "show", "aaaa").stdout
    assert "forget entry" in run("audit", "list").stdout
    assert "dropped" in run("alerts", "show", LETTER[:1].replace("d", "c")).stdout
    assert run("db", "check").exit_code == 0
