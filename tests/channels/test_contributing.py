"""CONTRIBUTING.md keeps its word: its channel is put into a copy of the program and passes its test there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DIFF = re.compile(r"^```diff\n--- (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(
    r"`((?:monitor|tests)/\S+\.py)`[^\n]*(?:\n[^\n]+)*\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL
)
LONGEST = 60


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with the channel of the guide, and the tests it needs."""
    place = tmp_path_factory.mktemp("copy")
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "monitor", place / "monitor", ignore=leave)
    shutil.copytree(ROOT / "tests" / "channels", place / "tests" / "channels", ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", place)
    for name, lines in DIFF.findall(GUIDE):
        _change(place / name, lines.splitlines(keepends=True))
    for name, code in CODE.findall(GUIDE):
        assert not (place / name).exists()
        (place / name).write_text(code, encoding="utf-8")
    return place


def _change(file: Path, lines: list[str]) -> None:
    """Apply one diff, which says by its context alone where it belongs."""
    before = "".join(line[1:] for line in lines if line[0] in " -").removesuffix("\n")
    after = "".join(line[1:] for line in lines if line[0] in " +").removesuffix("\n")
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file.name} has not once: {before}"
    file.write_text(text.replace(before, after), encoding="utf-8")


def _run(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=place, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_channel_of_the_guide_passes_its_test(copy: Path) -> None:
    """Its own three tests, against a server on loopback."""
    went = _run(copy, "pytest", "-q", "-p", "no:cacheprovider", "tests/channels/test_ntfy.py")
    assert went.returncode == 0, went.stdout
    assert "3 passed" in went.stdout


def test_the_code_of_the_guide_is_in_the_style_of_the_house(copy: Path) -> None:
    """As `make lint` would have it."""
    written = [name for name, _ in CODE.findall(GUIDE)]
    assert written == ["monitor/channels/ntfy.py", "tests/channels/test_ntfy.py"]
    for command in (("check", "--no-cache"), ("format", "--check", "--no-cache")):
        went = _run(copy, "ruff", *command, *written)
        assert went.returncode == 0, went.stdout


def test_a_channel_takes_sixty_lines(copy: Path) -> None:
    """As the heading says."""
    assert len((copy / "monitor/channels/ntfy.py").read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_file_the_guide_names_exists() -> None:
    """A tour through rooms that are there."""
    made = {name for name, _ in CODE.findall(GUIDE)}
    named = {
        name.rstrip("/") for name in re.findall(r"`((?:monitor|tests|core|pipeline|docs)/[\w/.]+)`", GUIDE)
    } - made
    missing = {name for name in named if not any((ROOT / place / name).exists() for place in ("", "monitor"))}
    assert missing == set()
