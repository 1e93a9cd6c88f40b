"""docs/replay.md is the contract: its example is executed, its tables name every key there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli

DOCUMENT = (Path(__file__).resolve().parent.parent.parent / "docs" / "replay.md").read_text(encoding="utf-8")
SNAPSHOT = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>One</title>'
    "<item><title>{}</title><guid>g1</guid><link>http://one.example/1</link></item></channel></rss>"
)


def fenced(language: str) -> str:
    """Return the only block of that language."""
    [found] = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return str(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the example."""
    (tmp_path / "recorded.jsonl").write_text(fenced("jsonl"), encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(fenced("yaml"), encoding="utf-8")
    return tmp_path


def replay(folder: Path, path: str = "recorded.jsonl", *options: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(
        cli, ["replay", str(folder / path), "--rules", str(folder / "rules.yaml"), *options]
    )


def events(result: Result) -> list[dict[str, Any]]:
    """Read its lines."""
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_example_prints_what_the_document_says(folder: Path) -> None:
    """Line by line, each key that is shown; two entries of one story bear one id."""
    wanted = [json.loads(line) for line in fenced("json").splitlines()]
    found = events(replay(folder, "recorded.jsonl", "--json"))
    shown = [{key: got[key] for key in want} for got, want in zip(found, wanted, strict=True)]
    assert shown == wanted
    first, second, other = (one["story"] for one in found if one["event"] == "entry")
    assert first == second != other


def test_every_key_is_documented(folder: Path) -> None:
    """No event has a key that the document does not name in backquotes."""
    for event in events(replay(folder, "recorded.jsonl", "--json")):
        assert f"**`{event['event']}`**" in DOCUMENT
        for key in event:
            assert f"`{key}`" in DOCUMENT, key


def test_the_same_text_again_is_unchanged_and_decided_once(folder: Path) -> None:
    """A line that repeats another is a revision that changes nothing."""
    line = fenced("jsonl").splitlines()[0]
    (folder / "twice.jsonl").write_text(f"{line}\n{line}\n", encoding="utf-8")
    found = events(replay(folder, "twice.jsonl", "--json"))
    assert [one["event"] for one in found] == ["entry", "alert", "entry", "summary"]
    assert (found[2]["identity"], found[2]["unchanged"], found[2]["story"]) == (
        "revision",
        True,
        found[0]["story"],
    )


def test_a_folder_of_snapshots_brings_what_is_new(folder: Path) -> None:
    """The first state, nothing for the same state again, a revision for a changed text."""
    titles = ["Bridge closed", "Bridge closed", "Bridge closed for a week"]
    rows = ["feed_url\ttime\tfile"]
    for number, title in enumerate(titles):
        (folder / f"{number}.xml").write_text(SNAPSHOT.format(title), encoding="utf-8")
        rows.append(f"http://one.example/feed\t20260301T1{number}0000Z\t{number}.xml")
    (folder / "index.tsv").write_text("\n".join(rows), encoding="utf-8")
    found = events(replay(folder, ".", "--json"))
    assert [one["identity"] for one in found if one["event"] == "entry"] == ["new", "revision"]


def test_people_see_alerts_and_sums(folder: Path) -> None:
    """Without --json."""
    said = replay(folder).stdout
    assert "ALERT" in said
    assert "3 entries, 2 matched, 2 stories: 1 alerts, 1 updates" in said


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (
            "recorded.jsonl",
            '{"title": "fine"}\n[1]\nno json\n',
            r"recorded\.jsonl:2: .*\n.*recorded\.jsonl:3: ",
        ),
        ("rules.yaml", "rules: {bridges: {any: [bridge, (}}", r"rules\.yaml:1"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(
    folder: Path, name: str, text: str, sentence: str
) -> None:
    """Exit code 2, every mistake, no traceback."""
    (folder / name).write_text(text, encoding="utf-8")
    result = replay(folder)
    assert result.exit_code == 2
    assert re.search(sentence, result.output), result.output
    assert "Traceback" not in result.output


def test_an_empty_recording_is_no_mistake(folder: Path) -> None:
    """Nothing in, the sums out."""
    (folder / "recorded.jsonl").write_text("", encoding="utf-8")
    [summary] = events(replay(folder, "recorded.jsonl", "--json"))
    assert (summary["event"], summary["entries"]) == ("summary", 0)
