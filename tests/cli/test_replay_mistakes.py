"""What cannot be replayed is said in a sentence, with exit code 2."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
FEED = b"""<rss version="2.0"><channel><title>One</title>
<item><guid>1</guid><title>Raid into Kursk</title></item></channel></rss>"""
INDEX = "feed_url\ttime\tfile\nhttps://one.example/\t20260115T120000Z\t{}\n"


@pytest.fixture
def recorded(folder: Path) -> Path:
    """A folder of one snapshot, and a rule."""
    (folder / "rules" / "a.yaml").write_text("rules: {raids: {any: [raid]}}\n")
    (folder / "recorded").mkdir()
    (folder / "recorded" / "one.xml").write_bytes(FEED)
    (folder / "recorded" / "index.tsv").write_text(INDEX.format("one.xml"))
    return folder / "recorded"


def refused(run: Run, path: str | Path) -> str:
    """Replay and return the one sentence."""
    result = run("replay", str(path))
    assert result.exit_code == 2, result.exception
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_sound_folder_is_replayed(recorded: Path, run: Run) -> None:
    """So that the refusals below are those of what is wrong."""
    assert "1 matched" in run("replay", str(recorded)).output


def test_a_file_that_the_index_names_must_be_there(recorded: Path, run: Run) -> None:
    """Said at the line of the index, before anything is replayed."""
    with (recorded / "index.tsv").open("a") as index:
        index.write("https://two.example/\t20260115T130000Z\ttwo.xml\n")
    assert refused(run, recorded) == f"{recorded}/index.tsv:3: names two.xml, which is not there\n"
    (recorded / "two.xml").mkdir()
    assert "which is no file" in refused(run, recorded)
    (recorded / "index.tsv").write_text(INDEX.format("x" * 300))
    assert "cannot be read: file name too long" in refused(run, recorded)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"feed_url\ttime\tfile\n\xff\xfe\t\t\n", "not UTF-8"), (b"feed_url\t" + b"x" * 200_000, "no table")],
)
def test_an_index_that_is_none_is_said(recorded: Path, run: Run, content: bytes, sentence: str) -> None:
    """Wrong encoding, or a field without end."""
    (recorded / "index.tsv").write_bytes(content)
    assert sentence in refused(run, recorded)


def test_what_is_not_there_and_what_may_not_be_read_are_told_apart(recorded: Path, run: Run) -> None:
    """The recording and the rules alike."""
    assert "no such file" in refused(run, "nowhere.jsonl")
    assert "file name too long" in refused(run, "x" * 300)
    result = run("replay", str(recorded), "--rules", "nowhere")
    assert (result.exit_code, result.stderr) == (2, "nowhere: there is no such file or folder\n")
    unreadable = "/proc/self/mem" if os.geteuid() == 0 else str(recorded.parent / "closed.jsonl")
    if os.geteuid():
        Path(unreadable).touch(mode=0)
    sentence = refused(run, unreadable)  # root may open everything, but not read its own memory at 0
    assert sentence.startswith(f"{unreadable}: cannot be read: ")
    assert "no such file" not in sentence
