"""Feeds of other readers are written into the configuration as a person would write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from monitor.config.settings import load_settings

Run = Callable[..., Result]
OPML = """<opml version="2.0"><body><outline text="World News">
<outline text='Three: "III" # x' xmlUrl="https://three.example/rss" language="en-us"/>
<outline text="Two" xmlUrl="https://two.example/rss"/>
<outline text="Trap" xmlUrl="https://evil.example/${TOKEN}"/>
<outline text="File" xmlUrl="file:///etc/passwd"/>
</outline></body></opml>"""
WRITTEN = (
    '- {url: "https://three.example/rss", name: "Three: \\"III\\" # x", '
    'tags: ["world-news"], language: "en"}\n'
)


def test_import_adds_what_is_new_and_leaves_the_rest_of_the_text(folder: Path, run: Run) -> None:
    """One line at the end of the list; known feeds, secrets by name and other schemes are not taken."""
    before = (folder / "config.yaml").read_text()
    (folder / "in.opml").write_text(OPML)
    result = run("feeds", "import", "in.opml")
    assert (result.exit_code, result.stdout) == (0, "1 feed added to config.yaml, 1 known already.\n")
    assert result.stderr.count("left out") == 2
    after = (folder / "config.yaml").read_text()
    assert after == before.replace("channels:", f"  {WRITTEN}channels:")
    assert load_settings(folder / "config.yaml").feeds[-1].name == 'Three: "III" # x'
    assert run("feeds", "import", "in.opml").stdout == "0 feeds added to config.yaml, 2 known already.\n"
    assert (folder / "config.yaml").read_text() == after


def test_comments_and_entries_of_several_lines_stay(folder: Path, run: Run) -> None:
    """The new line follows the last feed, before the comment that belongs to what comes next."""
    head = "# ours\nfeeds:\n- url: https://two.example/rss # good\n  name: Two\n"
    tail = "\n# where alerts go\nchannels:\n  console: {type: console}"
    (folder / "config.yaml").write_text(head + tail)
    (folder / "in.opml").write_text(OPML)
    assert run("feeds", "import", "in.opml").exit_code == 0
    assert (folder / "config.yaml").read_text() == head + WRITTEN + tail + "\n"


def test_empty_list_and_line_endings_of_windows_are_kept(folder: Path, run: Run) -> None:
    """A configuration that begins with `feeds: []` is filled; no line ends otherwise than its neighbours."""
    text = "feeds: [] # none yet\r\nsamples: true\r\nchannels:\r\n  console: {type: console}\r\n"
    (folder / "config.yaml").write_bytes(text.encode())
    (folder / "in.opml").write_text(OPML.replace("two.example", "three.example"))
    assert run("feeds", "import", "in.opml").exit_code == 0
    entry = f"  {WRITTEN}".replace("\n", "\r\n")
    expected = text.replace(" [] # none yet\r\n", " # none yet\r\n" + entry)
    assert (folder / "config.yaml").read_bytes().decode() == expected


@pytest.mark.parametrize(
    ("feeds", "opml", "said"),
    [
        ("feeds: [{url: https://two.example/rss}]\n", OPML, "write it as lines that begin with `- `"),
        ("feeds:\n- url: https://two.example/rss\n", "<html/>", "in.opml: this is no OPML"),
    ],
)
def test_import_that_cannot_be_done_changes_nothing(
    folder: Path, run: Run, feeds: str, opml: str, said: str
) -> None:
    """One sentence, exit code 2."""
    (folder / "config.yaml").write_text(feeds)
    (folder / "in.opml").write_text(opml)
    before = sorted(folder.iterdir())
    result = run("feeds", "import", "in.opml")
    assert result.exit_code == 2
    assert said in result.stderr
    assert (folder / "config.yaml").read_text() == feeds
    assert sorted(folder.iterdir()) == before
