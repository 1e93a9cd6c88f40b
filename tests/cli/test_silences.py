"""Silences from the command line: added, in force, listed with what they held, ended."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from monitor.core.models import (
    Assembled,
    Assignment,
    Decision,
    NewEntry,
    Placement,
    PollRecord,
    Reason,
    Silence,
    Verdict,
)
from monitor.store import open_store
from tests.cli.conftest import FOUND, ONE, STORY, entry

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _rule(stored: Path) -> None:
    (stored / "rules" / "a.yaml").write_text("rules: {raids: {any: [raid]}}\n")


async def _in_force(database: Path) -> list[Silence]:
    store = await open_store(f"sqlite:///{database}", owner="test", exclusive=False)
    try:
        return await store.silences(datetime.now(UTC))
    finally:
        await store.close()


def in_force(folder: Path) -> list[Silence]:
    """What the daemon would be given."""
    return asyncio.run(_in_force(folder / "data" / "news-monitor.db"))


def test_a_silence_is_in_force_at_once_and_until_it_ends(stored: Path, run: Run) -> None:
    """As the daemon reads it: matchers, author, comment, length; the story by its whole id."""
    before = datetime.now(UTC)
    added = run("silences", "add", "rule=raids", "story=aaaa", "--for", "4h", "--comment", "exercise")
    assert (added.exit_code, added.stderr) == (0, "")
    (silence,) = in_force(stored)
    assert dict(silence.matchers) == {"rule": "raids", "story": STORY}
    assert (silence.author, silence.comment) == (getpass.getuser(), "exercise")
    assert silence.ends_at - silence.starts_at == timedelta(hours=4)
    assert before <= silence.starts_at <= datetime.now(UTC)
    assert f"{silence.id[:12]}: rule=raids story={STORY} is silenced until" in added.output
    ended = run("silences", "end", silence.id[:8])
    assert ended.output == f"{silence.id[:12]}: rule=raids story={STORY} is ended\n"
    assert in_force(stored) == []
    assert "had ended" in run("silences", "end", silence.id[:8]).output
    assert run("silences", "list").output == "No silence.\n"
    assert silence.id[:12] in run("silences", "list", "--all").output


def test_the_list_says_what_each_silence_held(stored: Path, run: Run) -> None:
    """Of the decisions that name it; another silence has its own."""
    first = json.loads(run("silences", "add", "rule=raids", "--for", "1h", "--json").output)
    run("silences", "add", "outlet=two.example", "--for", "2h")
    silence = next(one for one in in_force(stored) if one.id == first["id"])
    asyncio.run(_hold(stored / "data" / "news-monitor.db", silence))
    heading, outlet, rule = run("silences", "list").output.splitlines()
    assert heading.split() == ["SILENCE", "ENDS", "MATCHES", "HELD", "AUTHOR", "COMMENT"]
    assert "outlet=two.example  nothing" in outlet
    assert "rule=raids" in rule
    assert "2 matches in 1 story, last" in rule
    by_program = json.loads(run("silences", "list", "--json").output)
    assert [one["decisions"] for one in by_program] == [0, 2]


async def _hold(database: Path, silence: Silence) -> None:
    """Let a feed bring an entry and commit two decisions on it, as the daemon does under this silence."""
    store = await open_store(f"sqlite:///{database}", owner="test", exclusive=True)
    try:
        await store.make_due(ONE, silence.starts_at)
        (state,) = await store.claim_due_feeds(silence.starts_at, lease=timedelta(minutes=1), limit=1)
        new = NewEntry(entry=entry(4, ONE, "one.example", "Raid again"), findings=FOUND)
        await store.commit_polls([PollRecord(state=state, entries=(new,))])
        (pending,) = await store.pending_entries(limit=5)
        story = await store.story(STORY)
        assert story is not None
        decision = Decision(
            entry=pending.entry.id,
            rule="raids",
            story=STORY,
            verdict=Verdict.SUPPRESSED,
            reason=Reason.SILENCED,
            at=silence.starts_at,
            detail=silence.label,
        )
        later = replace(decision, at=silence.starts_at + timedelta(seconds=1))
        placed = Assignment(
            entry=pending.entry.id, story=STORY, placement=Placement.JOINS, reason="shares raid"
        )
        await store.commit_assembled(
            [
                Assembled(
                    seq=pending.seq,
                    entry=pending.entry,
                    assignment=placed,
                    story=story,
                    decisions=(decision, later),
                )
            ]
        )
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rul=raids",), "an alert has no 'rul'; did you mean 'rule'?"),
        (("colour=red",), "an alert has no 'colour'; it has rule, severity"),
        (("rule",), "has no value"),
        (("rule=",), "has no value"),
        (("severity=urgent",), "there is no severity 'urgent'; it is one of low, medium"),
        (("rule=a", "rule=b"), "is given twice"),
    ],
)
def test_what_no_alert_can_match_is_refused(
    stored: Path, run: Run, words: tuple[str, ...], sentence: str
) -> None:
    """Exit code 2, the near name suggested, nothing stored."""
    result = run("silences", "add", *words, "--for", "1h")
    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert in_force(stored) == []


def test_a_silence_needs_a_length(stored: Path, run: Run) -> None:
    """None, nought, nonsense."""
    for words in ((), ("--for", "0s"), ("--for", "soon")):
        assert run("silences", "add", "rule=raids", *words).exit_code == 2
    assert run("silences", "add", "--for", "1h").exit_code == 2
    assert in_force(stored) == []


def test_a_rule_that_is_not_there_is_a_warning(stored: Path, run: Run) -> None:
    """It may be added to the rules later; the silence holds all the same."""
    result = run("silences", "add", "rule=raid", "--for", "1h")
    assert result.exit_code == 0
    assert "warning: no rule is named 'raid' now; did you mean 'raids'?" in result.stderr
    assert len(in_force(stored)) == 1


def test_a_story_or_silence_that_is_not_there_is_said(stored: Path, run: Run) -> None:
    """Exit code 1."""
    for words in (("add", "story=ffff", "--for", "1h"), ("end", "ffff"), ("end", "")):
        result = run("silences", *words)
        assert (result.exit_code, result.stdout) == (1, "")
    assert in_force(stored) == []
