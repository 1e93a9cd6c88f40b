"""How often feeds are asked, as config.yaml says it: by feed, by tag, by budget."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.settings import load_settings

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def rules(tmp_path: Path) -> None:
    """Have a folder of rules."""
    (tmp_path / "rules").mkdir()


CONFIG = """
polling:
  interval: 10m
  budget: {budget}
  tags:
    wire: {{interval: 2m, priority: 4}}
    slow: {{interval: 1h, priority: 0.5}}
feeds:
  - https://plain.example/rss
  - {{url: "https://wire.example/rss", tags: [wire, slow]}}
  - {{url: "https://slow.example/rss", tags: [slow]}}
  - {{url: "https://own.example/rss", tags: [wire], interval: 30m, priority: 2}}
channels:
  console: {{type: console}}
"""


def test_a_feed_wins_over_its_tags_and_tags_over_the_rest(tmp_path: Path) -> None:
    """Of several tags the shortest interval and the highest priority count."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(budget="600/h"))
    loaded = load_settings(tmp_path / "config.yaml")
    assert loaded.accepted().polling.budget == 600
    assert [(feed.interval / MINUTE, feed.priority) for feed in loaded.feeds] == [
        (10, 1),
        (2, 4),
        (60, 0.5),
        (30, 2),
    ]


@pytest.mark.parametrize(
    ("written", "per_hour"), [("10/m", 600), ("2/s", 7200), ("1.5 / h", 1.5), ("240/d", 10)]
)
def test_a_budget_is_a_number_in_a_time(tmp_path: Path, written: str, per_hour: float) -> None:
    """Read as so many an hour."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(budget=written))
    assert load_settings(tmp_path / "config.yaml").accepted().polling.budget == per_hour


@pytest.mark.parametrize("written", ["600", "0/h", "many", "-5/h", "[1]"])
def test_a_budget_that_is_none_is_a_mistake_with_its_remedy(tmp_path: Path, written: str) -> None:
    """At its line."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(budget=written))
    [mistake] = load_settings(tmp_path / "config.yaml").mistakes
    assert "config.yaml:4:" in str(mistake)
    assert "600/h, 10/m or 2/s" in str(mistake)


def test_a_tag_may_not_ask_more_often_than_the_least_and_fixed_heeds_no_budget(tmp_path: Path) -> None:
    """Both are said at their lines."""
    text = CONFIG.format(budget="600/h").replace("interval: 2m", "interval: 2s")
    (tmp_path / "config.yaml").write_text(text.replace("interval: 10m", "interval: 10m\n  schedule: fixed"))
    too_often, unheeded = sorted(map(str, load_settings(tmp_path / "config.yaml").mistakes), reverse=True)
    assert "`interval` must be at least `polling.min_interval`" in too_often
    assert "`budget` is not heeded with `schedule: fixed`" in unheeded
