"""The list of feeds as other readers take it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from monitor.opml import read_opml

Run = Callable[..., Result]
FEEDS = ["https://one.example/rss?token=${TOKEN}", "https://two.example/rss"]


@pytest.mark.usefixtures("folder")
def test_export_prints_every_feed_and_no_secret(run: Run) -> None:
    """What is printed is a whole OPML document; the token stays a name (the fixture checks its value)."""
    result = run("feeds", "export")
    assert result.exit_code == 0
    read = read_opml(result.stdout.encode())
    assert read.problem is None
    assert [(one.url, one.title) for one in read.outlines] == list(zip(FEEDS, ["One", "Two"], strict=True))


def test_export_writes_a_file_and_replaces_an_older_one(folder: Path, run: Run) -> None:
    """A list exported last week is replaced; nothing else is left in the folder."""
    target = folder / "feeds.opml"
    target.write_text('<opml version="2.0"><body/></opml>')
    before = sorted(folder.iterdir())
    result = run("feeds", "export", "--opml", "feeds.opml")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "2 feeds written to feeds.opml." in result.stderr
    assert [one.url for one in read_opml(target.read_bytes()).outlines] == FEEDS
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("config.yaml", "config.yaml: is there and is no OPML; give another name"),
        ("rules", "rules: is no regular file; give the name of a file"),
        ("absent/feeds.opml", "absent/feeds.opml: cannot be written: no such file or directory"),
    ],
)
def test_export_leaves_alone_what_is_no_opml(folder: Path, run: Run, target: str, said: str) -> None:
    """A mistyped name costs no configuration: one sentence, exit code 2, the file as it was."""
    before = (folder / "config.yaml").read_bytes()
    result = run("feeds", "export", "--opml", target)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert said in result.stderr
    assert (folder / "config.yaml").read_bytes() == before
