"""Files and folders that cannot be looked at are a sentence, never a traceback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config.reload import RuleFiles
from monitor.config.rules import load_rules
from monitor.config.settings import load_settings
from monitor.core.errors import Mistake
from monitor.files import Kind, is_there, look_at, read_source

LONG = "x" * 300
RULE = "rules: {raids: {any: [raid]}}\n"
NOBODY = 65534


@contextmanager
def closed(folder: Path) -> Iterator[None]:
    """Make a folder one that we may not enter: by its mode or, for root, as a user without rights."""
    me = os.geteuid()
    folder.chmod(0o700 if me == 0 else 0)
    if me == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(me)
        folder.chmod(0o700)


def test_what_is_there_is_said_and_what_is_not_is_nothing(tmp_path: Path) -> None:
    """Files, folders, pipes, nothing; a file is no folder."""
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    seen = [look_at(tmp_path / name) for name in ("file", ".", "pipe", "none", "file/below")]
    assert seen == [Kind.FILE, Kind.FOLDER, Kind.OTHER, Kind.NOTHING, Kind.NOTHING]


@pytest.mark.parametrize("name", [LONG, "a\0b", "\ud800"])
def test_a_name_that_no_file_can_have_is_a_mistake(tmp_path: Path, name: str) -> None:
    """Too long, with a zero, half a character: looked at or read; a long one is not repeated in full."""
    seen, read = look_at(tmp_path / name), read_source(tmp_path / name, max_bytes=10)
    for mistake in (seen, read):
        assert isinstance(mistake, Mistake)
        assert "cannot be read" in str(mistake)
        assert LONG not in str(mistake)
        str(mistake).encode()
    assert not is_there(tmp_path / name)


def test_a_link_that_leads_to_itself_is_a_mistake(tmp_path: Path) -> None:
    """Not "no such file": it is there."""
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    assert "too many levels" in str(look_at(tmp_path / "ring"))


@pytest.mark.parametrize("entry", [LONG, '"a\\0b"'])
@pytest.mark.parametrize("key", ["rules", "opml"])
def test_a_path_in_the_configuration_that_cannot_be_looked_at_is_a_mistake_at_its_line(
    tmp_path: Path, key: str, entry: str
) -> None:
    """Like every other mistake."""
    (tmp_path / "rules").mkdir()
    config = tmp_path / "config.yaml"
    config.write_text(f"feeds: []\n{key}: [{entry}]\n")
    (mistake,) = [one for one in load_settings(config).mistakes if one.weight.value == "error"]
    assert (mistake.line, mistake.column) == (2, 9 if key == "rules" else 8)
    assert "cannot be read" in mistake.message


def test_a_folder_one_may_not_enter_is_a_mistake(tmp_path: Path) -> None:
    """Configuration, rules folder, rule file: each one sentence."""
    folder = tmp_path / "folder"
    (folder / "rules").mkdir(parents=True)
    (folder / "config.yaml").write_text("feeds: []\n")
    (folder / "rules" / "a.yaml").write_text(RULE)
    with closed(folder):
        configuration = load_settings(folder / "config.yaml")
        rules = [load_rules([path]) for path in (folder, folder / "rules", folder / "rules" / "a.yaml")]
    assert [one.message for one in configuration.mistakes] == ["cannot be read: permission denied"]
    for loaded in rules:
        assert [one.message for one in loaded.mistakes] == ["cannot be read: permission denied"]
        assert not loaded.is_usable


def test_a_daemon_outlives_the_loss_of_its_rules_folder(tmp_path: Path) -> None:
    """The rules stay in force, the loss is said once; that the folder is open again is said, too."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yaml").write_text(RULE)
    rules = RuleFiles([folder, folder / "a.yaml"])
    assert rules.start().is_usable
    later = datetime.now(UTC) + timedelta(minutes=1)
    with closed(folder):
        lost = [rules.look(later + timedelta(seconds=10 * step)) for step in range(3)]
    for reload in lost:
        assert [rule.id for rule in reload.rules.ruleset.rules] == ["raids"]
    assert [reload.is_news for reload in lost] == [True, False, False]
    assert str(lost[0]).endswith("cannot be read: permission denied; its rules stay in force")
    again = rules.look(later + timedelta(minutes=1))
    assert [rule.id for rule in again.rules.ruleset.rules] == ["raids"]
    assert again.rules.is_usable
    assert (again.is_news, str(again)) == (True, "every file and folder can be read again")
    assert not rules.look(later + timedelta(minutes=2)).is_news
