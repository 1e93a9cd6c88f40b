"""The measures of the house: sizes of files and functions, and words that must not be in them."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 400
FUNCTION_LINES = 45

LONG_FILES: dict[str, str] = {}
"""Files that may be longer, each with the reason."""
LONG_FUNCTIONS: dict[str, str] = {}
"""Functions that may be longer, as `file:name`, each with the reason."""
VAGUE = re.compile(r"(Manager|Helper|Util|Utils|Base|Handler)$")


def _sources() -> list[Path]:
    return sorted((ROOT / "monitor").rglob("*.py"))


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.split("\n")


def test_no_file_is_too_long() -> None:
    """A file holds one thing: at most 400 lines, or it is listed with a reason."""
    long = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in _sources()
    }
    assert {
        name: lines for name, lines in long.items() if lines > FILE_LINES and name not in LONG_FILES
    } == {}


def test_no_function_is_too_long() -> None:
    """A function fits on a screen: at most 45 lines, or it is listed with a reason."""
    found: dict[str, int] = {}
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                name = f"{path.relative_to(ROOT)}:{node.name}"
                if lines > FUNCTION_LINES and name not in LONG_FUNCTIONS:
                    found[name] = lines
    assert found == {}


def test_no_class_has_a_vague_name() -> None:
    """A name says what a thing is: no Manager, Helper, Util, Base or Handler."""
    found = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in _sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and VAGUE.search(node.name)
    ]
    assert found == []


def test_tracked_files_name_no_registry_and_no_private_path() -> None:
    """Lock file, docs and code hold no package index and no path of one machine."""
    forbidden = re.compile("|".join(("pypi" + r"\.org", "/" + "root/", "files" + r"\.pythonhosted")))
    found = [
        f"{name}:{number}"
        for name in _tracked()
        if name and (ROOT / name).suffix in {".py", ".md", ".txt", ".toml", ".yaml", ".cfg", ""}
        for number, line in enumerate(
            (ROOT / name).read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if forbidden.search(line)
    ]
    assert found == []
