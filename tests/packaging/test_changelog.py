"""The version of the package is the newest one that CHANGELOG.md tells of, with its date."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_version_is_the_newest_that_is_told_of() -> None:
    """Above it there is only what is not released yet."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)(?: - (\S+))?$", text, re.MULTILINE)
    version, day = released[0]
    assert version == project["version"]
    assert date.fromisoformat(day).year >= 2026
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] in {"Unreleased", f"{version} - {day}"}
