"""docs/faults.md names tests that are there, and every fault is named with one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = [
    line.strip("|").split("|")
    for line in (ROOT / "docs/faults.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| fault ")
]


def test_every_fault_has_a_test_that_is_there() -> None:
    """A file named in the last column, which holds tests or is a program."""
    assert len(ROWS) >= 25
    for fault, _, tried in ROWS:
        named = re.findall(r"`([^`]+)`", tried)
        assert named, fault
        assert [name for name in named if not (ROOT / name).is_file()] == []
