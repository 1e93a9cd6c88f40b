"""What people are told of a file that another program holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.engine import sentence_on


def test_a_locked_file_is_told_with_its_remedy(tmp_path: Path) -> None:
    """The driver's words alone say nothing of what to do."""
    file = tmp_path / "news.db"
    with closing(sqlite3.connect(file)) as other, closing(sqlite3.connect(file, timeout=0)) as ours:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as met:
            ours.execute("CREATE TABLE t (a)")
        other.rollback()
    assert sentence_on("news.db", met.value) == (
        "news.db is locked by another program: close what else has it open, and try again"
    )
