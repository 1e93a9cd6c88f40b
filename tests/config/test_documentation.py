"""docs/configuration.md says what the schema says, and its examples work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.config.schema import key_paths
from monitor.config.settings import load_settings

DOCS = Path(__file__).parents[2] / "docs"
KEY = re.compile(r"^\| `([a-z_.*\[\]]+)` \|", re.MULTILINE)
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_key_is_documented_and_no_other() -> None:
    """A key without a row, or a row without a key, fails here."""
    documented = KEY.findall((DOCS / "configuration.md").read_text())
    assert sorted(documented) == sorted(set(key_paths()))


@pytest.mark.parametrize("name", ["configuration.md", "operations.md"])
def test_every_example_is_accepted(name: str, tmp_path: Path) -> None:
    """Each YAML block is loaded as a whole file, with the secrets it names at hand."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "more-feeds.opml").write_text(
        '<opml><body><outline xmlUrl="https://o.example/"/></body></opml>'
    )
    for secret in ("wire-key", "smtp-password", "heartbeat"):
        (tmp_path / secret).write_text("at hand")
    environment = {
        "CREDENTIALS_DIRECTORY": str(tmp_path),
        "SLACK_BOT_TOKEN": "at hand",
        "WIRE_PASSWORD": "at hand",
        "NTFY_URL": "at hand",
    }
    blocks = BLOCK.findall((DOCS / name).read_text())
    assert blocks
    for block in blocks:
        file = tmp_path / "config.yaml"
        file.write_text(block)
        assert load_settings(file, environment=environment).mistakes == ()
