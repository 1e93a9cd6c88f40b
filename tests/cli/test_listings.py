"""What the commands say of a real database."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import Result

from monitor.cli.common import ago
from monitor.cli.main import cli
from monitor.core.models import Keep, Unsure
from monitor.store import open_store

Run = Callable[..., Result]
STORY, ALERT, LETTER = "a" * 32, "c" * 32, "d" * 32


@pytest.mark.usefixtures("stored")
def test_feeds_are_listed_with_health_and_error_the_failing_first(run: Run) -> None:
    """By name; the address of a feed never shows its token."""
    result = run("feeds", "list")
    assert result.exit_code == 0
    heading, first, second = result.output.splitlines()
    assert heading.split()[:2] == ["FEED", "HEALTH"]
    assert first.startswith("Two")
    assert "failing (3x)" in first
    assert "no answer within 20 s" in first
    assert re.search(r"\b\d\d min ago  ", first)
    assert second.startswith("One")
    (failing,) = json.loads(run("feeds", "list", "--failing", "--json").output)
    assert (failing["name"], failing["entries"], failing["failures"]) == ("Two", 2, 3)


@pytest.mark.usefixtures("stored")
def test_stories_are_listed_and_shown_with_their_reasons(run: Run) -> None:
    """A story's page is a timeline: who told it when, why it is here, what matched, what was decided."""
    listed = run("stories", "list", "--rule", "raids").output
    assert listed.count("\n") == 2
    assert STORY[:12] in listed
    shown = run("stories", "show", "aaaa")
    assert shown.exit_code == 0
    for expected in (
        "told by   2 outlets in 2 independent texts: one.example, two.example",
        "joins: shares raid and Kursk",
        "matched raids: Raid",
        "raids: alert, first match in this story",
        "raids: update, another source of a story already alerted",
        "https://two.example/2",
    ):
        assert expected in shown.output
    assert "\x1b" not in shown.output
    story = json.loads(run("stories", "show", "aaaa", "--json").output)
    assert [item["entry"]["outlet"] for item in story["entries"]] == ["one.example", "two.example"]


@pytest.mark.usefixtures("stored")
def test_why_answers_for_a_story_an_article_a_miss_and_a_stranger(run: Run) -> None:
    """Every article has a reason; one that never came is said to be unknown, with exit code 1."""
    assert "raids: alert, first match in this story" in run("alerts", "why", STORY).output
    assert "raids: update" in run("alerts", "why", "https://two.example/2?utm_source=x").output
    assert "no rule matched" in run("alerts", "why", "https://two.example/3").output
    stranger = run("alerts", "why", "https://two.example/9")
    assert stranger.exit_code == 1
    assert "no feed has brought it, or it is older than `retention.entries` (90d)" in stranger.output


def test_why_does_not_deny_what_retention_took(stored: Path, run: Run) -> None:
    """An article once alerted and no longer kept may have come: both are said, with the time it is kept."""
    asyncio.run(_forget(stored / "data" / "news-monitor.db"))
    gone = run("alerts", "why", "https://one.example/1")
    assert gone.exit_code == 1
    assert "is kept: no feed has brought it, or it is older than `retention.entries` (90d)" in gone.output


async def _forget(database: Path) -> None:
    store = await open_store(f"sqlite:///{database}", owner="test", exclusive=True)
    try:
        await store.purge(datetime.now(UTC), Keep(entries=timedelta(0), deliveries=timedelta(days=90)))
    finally:
        await store.close()


@pytest.mark.usefixtures("stored")
def test_an_alert_shows_its_deliveries_and_a_dead_letter_can_be_retried_or_dropped(run: Run) -> None:
    """Parked, queued again, gone from the list; a wrong name is one sentence."""
    assert "1 parked" in run("alerts", "list").output
    assert "post to hook, parked: channel_not_found" in run("alerts", "show", ALERT[:6]).output
    dead = run("alerts", "dead")
    assert dead.exit_code == 1
    assert LETTER[:12] in dead.output
    assert run("alerts", "retry").exit_code == 2
    assert run("alerts", "retry", "zz").exit_code == 1
    assert run("alerts", "retry", LETTER[:5]).output == "1 queued\n"
    assert run("alerts", "dead").output == "No dead letter.\n"
    assert "1 ready" in run("alerts", "list").output


@pytest.mark.usefixtures("stored")
def test_a_person_can_stop_and_hurry_what_only_waits(run: Run) -> None:
    """Not dead letters alone: what waits can be dropped, what was dropped can be sent after all."""
    run("alerts", "retry", LETTER)
    assert run("alerts", "drop", LETTER[:5]).output == "1 dropped\n"
    again = run("alerts", "drop", LETTER[:5])
    assert (again.exit_code, again.stdout) == (1, "")
    assert "no waiting, doubtful or dead delivery begins with ddddd" in again.stderr
    assert run("alerts", "retry", LETTER[:5]).output == "1 queued\n"
    assert run("alerts", "retry", LETTER[:5]).output == "1 queued\n"
    assert "1 ready" in run("alerts", "list").output


def test_a_delivery_in_doubt_can_be_dropped(stored: Path, run: Run) -> None:
    """Nobody need wait for an answer that a channel never gives."""
    asyncio.run(_doubt(stored / "data" / "news-monitor.db"))
    assert "1 unsure" in run("alerts", "list").output
    assert run("alerts", "drop", LETTER[:5]).output == "1 dropped\n"


async def _doubt(database: Path) -> None:
    now = datetime.now(UTC)
    store = await open_store(f"sqlite:///{database}", owner="test", exclusive=True)
    try:
        assert await store.retry_delivery(LETTER, now)
        (delivery,) = await store.claim_deliveries(now, lease=timedelta(seconds=30), limit=5)
        await store.settle(delivery, Unsure(why="no answer"), now=now, retry_at=now)
    finally:
        await store.close()


@pytest.mark.usefixtures("stored")
def test_ids_are_looked_up_by_their_start_and_an_empty_one_is_none(run: Run) -> None:
    """Exit code 1 and a sentence that can be read."""
    for words in (("alerts", "show"), ("alerts", "drop"), ("alerts", "retry"), ("stories", "show")):
        for name, sentence in (("", "give the start of an id"), ("zz", "begins with zz")):
            result = run(*words, name)
            assert (result.exit_code, result.stdout) == (1, "")
            assert sentence in result.stderr
    assert f"alert    {ALERT}" in run("alerts", "show", ALERT).output


@pytest.mark.usefixtures("stored")
def test_numbers_agree_with_their_nouns_and_times_have_a_zone(run: Run) -> None:
    """`1 outlet in 1 text`; every moment says UTC."""
    alone = run("stories", "show", "eeee").output
    assert "told by   1 outlet in 1 independent text: two.example" in alone
    times = re.findall(r"\d\d:\d\d(?::\d\d)?(?: UTC)?", alone + run("alerts", "show", ALERT).output)
    assert len(times) > 3
    assert all(one.endswith(" UTC") for one in times)


@pytest.mark.usefixtures("stored")
def test_dropping_all_dead_letters(run: Run) -> None:
    """They stay on record as dropped."""
    assert run("alerts", "drop", "--all").output == "1 dropped\n"
    assert "1 dropped" in run("alerts", "list").output


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("name", ["", "b"])
def test_a_story_that_is_not_there_or_not_one_is_said(run: Run, name: str) -> None:
    """Exit code 1 and one sentence."""
    result = run("stories", "show", name)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [("alerts", "list"), ("stories", "list"), ("feeds", "list")])
def test_without_a_database_the_sentence_says_how_to_get_one(run: Run, words: tuple[str, ...]) -> None:
    """Exit code 4, and none is made by looking."""
    result = run(*words)
    assert result.exit_code == 4
    assert "`news-monitor run` makes it" in result.output
    assert not Path("data").exists()


def test_a_damaged_database_is_one_sentence_and_exit_code_4(stored: Path, run: Run) -> None:
    """Whatever the first page holds."""
    database = stored / "data" / "news-monitor.db"
    database.write_bytes(b"not a database at all" * 1000)
    result = run("alerts", "list")
    assert result.exit_code == 4
    assert "is not an SQLite database" in result.output
    assert result.output.count("\n") == 1


def test_mistakes_in_the_configuration_are_exit_code_2(folder: Path, run: Run) -> None:
    """The same words in every command, on standard error."""
    (folder / "config.yaml").write_text("feeds: 3\nchanels: {}\n")
    for words in (("alerts", "list"), ("stories", "show", "a"), ("feeds", "list")):
        result = run(*words)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.splitlines()[0].startswith("config.yaml:1:8: `feeds` must be a list")
        assert len(result.stderr.splitlines()) == 2


def test_every_command_teaches_with_an_example_or_a_sentence() -> None:
    """Each command there is has help of at least a sentence, and so has each option."""
    missing = []
    context = click.Context(cli)
    for name in ("feeds", "stories", "alerts", "silences", "doctor", "check"):
        command = cli.get_command(context, name)
        assert command is not None
        for inner in [command, *getattr(command, "commands", {}).values()]:
            missing += [inner.name] if not (inner.help or "").strip() else []
            options = [option for option in inner.params if isinstance(option, click.Option)]
            missing += [f"{inner.name} {option.name}" for option in options if not option.help]
    assert not missing


def test_the_real_executable_behaves_like_the_function(stored: Path) -> None:
    """Exit code, streams and redaction over a process border."""
    told = subprocess.run(
        [sys.executable, "-m", "monitor", "stories", "show", "zz"],
        cwd=stored,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.count("\n") == 1
    usage = subprocess.run(
        [sys.executable, "-m", "monitor", "alerts", "nonsense"],
        cwd=stored,
        capture_output=True,
        text=True,
        check=False,
    )
    assert usage.returncode == 2


def test_ages_are_short() -> None:
    """Seconds to days, past and future."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert [ago(at - timedelta(seconds=s), at) for s in (5, 300, 7200, 200000, -60)] == [
        "5 s ago",
        "5 min ago",
        "2 h ago",
        "2 d ago",
        "in 1 min",
    ]
    assert ago(None, at) == "never"
