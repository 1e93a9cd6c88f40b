"""A feed switched off and on again: one word in its entry, comments and order as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.settings import load_settings
from monitor.config.switching import paused_feeds, switch_feed

LINES = """\
# what we read
polling: {contact: desk@example.org}
feeds:
  - https://plain.example/feed   # the wire
  - {url: "https://flow.example/feed", name: Flow}
  - url: https://block.example/feed  # in lines
    name: Block
    tags: [war]
  # the last one
  - url: https://off.example/feed?key=${NO_SUCH_KEY}
    enabled: false
rules: []
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A file with every form of entry."""
    path = tmp_path / "config.yaml"
    path.write_text(LINES, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("plain", '  - {url: "https://plain.example/feed", enabled: false}   # the wire'),
        ("flow", '  - {enabled: false, url: "https://flow.example/feed", name: Flow}'),
        ("block", "    enabled: false"),
    ],
)
def test_a_feed_is_switched_off_in_the_form_it_has(config: Path, host: str, line: str) -> None:
    """Nothing else of the file changes, and it is switched on again."""
    url = f"https://{host}.example/feed"
    assert switch_feed(config, url, enabled=False) is None
    after = config.read_text(encoding="utf-8")
    assert line in after.splitlines()
    others = [one for one in LINES.splitlines() if host not in one]
    assert [one for one in others if one not in after.splitlines()] == []
    loaded = load_settings(config)
    assert url not in {one.url for one in loaded.feeds}
    assert url in {one.url for one in paused_feeds(loaded.accepted())}
    assert switch_feed(config, url, enabled=True) is None
    assert url in {one.url for one in load_settings(config).feeds}
    assert "# the last one" in config.read_text(encoding="utf-8")


def test_what_is_so_already_is_left_alone(config: Path) -> None:
    """Not a byte is written."""
    assert switch_feed(config, "https://plain.example/feed", enabled=True) is None
    assert config.read_text(encoding="utf-8") == LINES


def test_a_feed_whose_secret_is_missing_stays_off(config: Path) -> None:
    """Switched on it would be a mistake, so nothing is written and the reason said."""
    mistake = switch_feed(config, "https://off.example/feed?key=${NO_SUCH_KEY}", enabled=True)
    assert mistake is not None
    assert "cannot be changed safely" in mistake.message
    assert config.read_text(encoding="utf-8") == LINES


def test_a_feed_that_is_not_in_the_list_is_said(config: Path) -> None:
    """It may stand in an OPML file, which is not ours to write."""
    mistake = switch_feed(config, "https://other.example/feed", enabled=False)
    assert mistake is not None
    assert "no such feed" in mistake.message


def test_the_form_of_line_endings_is_kept(config: Path) -> None:
    """A file from another system stays one."""
    config.write_bytes(LINES.replace("\n", "\r\n").encode())
    assert switch_feed(config, "https://block.example/feed", enabled=False) is None
    assert config.read_bytes().count(b"\n") == config.read_bytes().count(b"\r\n") == LINES.count("\n") + 1
