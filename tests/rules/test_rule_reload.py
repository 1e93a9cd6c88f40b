"""Rules follow their files: good changes at once, bad ones never, half-written ones later."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config.reload import PATIENCE, SETTLE, RuleFiles
from monitor.config.reloaded import Reload
from monitor.config.rules import MAX_BYTES
from monitor.core.errors import Weight
from monitor.core.inflect import Inflector
from monitor.core.matcher import Matcher
from monitor.core.models import Entry
from monitor.core.rules.tree import RuleSet

START = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
RAIDS = "rules:\n  raids: {any: [raid], tests: {match: [A raid]}}\n"
TANKS = "rules:\n  tanks: {any: [tank]}\n"


class Folder:
    """A folder of rule files with a clock of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = START
        inflector = Inflector()
        self.compiled = 0

        def compile_rules(ruleset: RuleSet) -> Matcher:
            self.compiled += 1
            return Matcher(ruleset, inflector=inflector)

        self.files = RuleFiles([path], compile_rules=compile_rules)

    def write(self, name: str, text: str) -> None:
        """Write a file now."""
        path = self.path / name
        path.write_text(text, encoding="utf-8")
        os.utime(path, (self.now.timestamp(), self.now.timestamp()))

    def look(self, *, after: timedelta = 2 * SETTLE) -> Reload:
        """Look at the files a while later."""
        self.now += after
        return self.files.look(self.now)

    def ids(self) -> list[str]:
        """Ids of the rules in force."""
        return [rule.id for rule in self.files.in_force.rules.ruleset.rules]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Two good files, in force."""
    made = Folder(tmp_path)
    made.write("a.yaml", RAIDS)
    made.write("b.yaml", TANKS)
    assert made.files.start().is_usable
    assert made.files.in_force.added == ("raids", "tanks")
    return made


def entry(title: str) -> Entry:
    """Return an entry with a title."""
    return Entry(id="0", feed="f", outlet="o", title=title, fetched=START, first_seen=START)


def test_an_edited_file_takes_effect(folder: Folder) -> None:
    """The rule is known by its id, and the new matcher finds what the old one did not."""
    folder.write("a.yaml", RAIDS.replace("[raid]", "[raid, sortie]"))
    reload = folder.look()
    assert (reload.added, reload.changed, reload.removed) == ((), ("raids",), ())
    assert [match.rule for match in reload.matcher.match(entry("A sortie")).matches] == ["raids"]
    assert str(reload) == "rules changed: raids"


def test_nothing_changed_costs_nothing(folder: Folder) -> None:
    """The same matcher, no reading, no news."""
    before = folder.files.in_force.matcher
    reload = folder.look()
    assert reload.matcher is before
    assert not reload.is_news
    assert folder.compiled == 1


def test_moving_a_rule_changes_no_rule(folder: Folder) -> None:
    """Comments and blank lines are no news; places in explanations follow all the same."""
    folder.write("a.yaml", "# moved\n\n" + RAIDS)
    reload = folder.look()
    assert not reload.is_news
    assert next(rule.at.line for rule in reload.rules.ruleset.rules if rule.id == "raids") == 4


def test_a_bad_file_keeps_its_last_good_rules_while_others_reload(folder: Folder) -> None:
    """And the sentence about it names file, number and first mistake."""
    folder.write("a.yaml", "rules:\n  raids: {any: [ra*]}\n")
    folder.write("b.yaml", TANKS.replace("[tank]", "[tank, drone]"))
    reload = folder.look()
    assert reload.changed == ("tanks",)
    assert [Path(name).name for name in reload.kept] == ["a.yaml"]
    assert "1 mistake, the first: " in str(reload)
    assert reload.matcher.match(entry("A raid")).matches
    assert [mistake.weight for mistake in reload.rules.mistakes] == [Weight.ERROR]


def test_a_bad_file_is_told_once_and_mended_at_once(folder: Folder) -> None:
    """No news while it stays as it is; back in force when it is good again."""
    folder.write("a.yaml", "rules: {raids: {any: [ra*]}}\n")
    assert folder.look().is_news
    assert not folder.look().is_news
    folder.write("a.yaml", RAIDS.replace("[raid]", "[sortie, raid]"))
    reload = folder.look()
    assert (reload.changed, reload.kept) == (("raids",), ())
    assert not reload.rules.mistakes


def test_a_failing_test_keeps_the_last_good_rules(folder: Folder) -> None:
    """A rule that does not do what its author says does not go live."""
    folder.write("a.yaml", RAIDS.replace("any: [raid]", "any: [sortie]"))
    reload = folder.look()
    assert reload.kept
    assert "test failed" in str(reload)
    assert reload.matcher.match(entry("A raid")).matches


def test_a_file_just_written_is_waited_for(folder: Folder) -> None:
    """Within a second of its change a file is left alone."""
    folder.write("a.yaml", "rules: {}\n")
    reload = folder.look(after=SETTLE / 2)
    assert reload.waiting
    assert folder.ids() == ["raids", "tanks"]
    assert folder.look(after=SETTLE).removed == ("raids",)


def test_a_file_that_breaks_off_is_waited_for_longer(folder: Folder) -> None:
    """Half a file is no mistake yet; after ten seconds it is."""
    folder.write("a.yaml", RAIDS[:-20])
    reload = folder.look()
    assert (reload.waiting, reload.kept) == (True, ())
    folder.look(after=PATIENCE - 4 * SETTLE)
    assert folder.files.in_force.waiting
    assert folder.look().kept


def test_a_deleted_rule_and_a_deleted_file_stop(folder: Folder) -> None:
    """A file is deleted when it stays away: editors put it back within the second."""
    (folder.path / "b.yaml").unlink()
    assert folder.look().waiting
    assert folder.ids() == ["raids", "tanks"]
    assert folder.look().removed == ("tanks",)
    assert folder.ids() == ["raids"]


def test_a_file_put_back_was_never_gone(folder: Folder) -> None:
    """Saving by rename leaves no trace."""
    (folder.path / "b.yaml").unlink()
    folder.look(after=SETTLE / 4)
    folder.write("b.yaml", TANKS)
    assert not folder.look().removed


def test_a_new_file_is_found(folder: Folder) -> None:
    """In any folder below."""
    (folder.path / "more").mkdir()
    folder.write("more/c.yaml", "rules: {drones: {any: [drone]}}\n")
    assert folder.look().added == ("drones",)


def test_files_that_need_each_other_change_together(folder: Folder) -> None:
    """An entity renamed in one file and in the rules of another is one change."""
    folder.write("a.yaml", "entities: {kursk: Kursk}\n")
    folder.write("b.yaml", "rules: {incursion: {entity: kursk}}\n")
    assert folder.look().added == ("incursion",)
    folder.write("a.yaml", "entities: {kursk-oblast: Kursk}\n")
    folder.write("b.yaml", "rules: {incursion: {entity: kursk-oblast}}\n")
    reload = folder.look()
    assert (reload.changed, reload.kept) == (("incursion",), ())
    assert reload.entities == ("kursk", "kursk-oblast")


@pytest.mark.parametrize("change", ["rename", "delete"])
def test_a_change_that_breaks_another_file_is_refused(folder: Folder, change: str) -> None:
    """What rules still use stays in force, and the sentence says where."""
    folder.write("a.yaml", "entities: {kursk: Kursk}\n")
    folder.write("b.yaml", "rules: {incursion: {entity: kursk}}\n")
    folder.look()
    if change == "rename":
        folder.write("a.yaml", "entities: {kursk-oblast: Kursk}\n")
    else:
        (folder.path / "a.yaml").unlink()
        folder.look()
    reload = folder.look()
    assert [Path(name).name for name in reload.kept] == ["a.yaml"]
    assert "no entity named 'kursk'" in str(reload)
    assert reload.matcher.match(entry("Fighting in Kursk")).matches


def test_a_vanished_folder_stops_no_rule(folder: Folder) -> None:
    """A disk not mounted is no wish to watch nothing."""
    folder.path.rename(folder.path.with_name("elsewhere"))
    first, second, third = folder.look(), folder.look(), folder.look()
    assert folder.ids() == ["raids", "tanks"]
    assert "no such file or folder" in str(first.rules.mistakes[0])
    assert not second.is_news
    assert not third.removed


def test_at_start_any_mistake_is_fatal(tmp_path: Path) -> None:
    """And all of them are said; a failing test is one."""
    folder = Folder(tmp_path)
    folder.write("a.yaml", RAIDS.replace("any: [raid]", "any: [sortie]"))
    loaded = folder.files.start()
    assert not loaded.is_usable
    assert "test failed" in loaded.mistakes[0].message


def test_channels_may_change_between_looks(folder: Folder) -> None:
    """A rule that names a channel which config.yaml has just gained is good."""
    folder.files.channels = {"desk"}
    folder.write("a.yaml", "rules: {raids: {any: [raid], alert: {channels: [osint]}}}\n")
    assert folder.look().kept
    folder.files.channels = {"desk", "osint"}
    folder.write("a.yaml", "rules: {raids: {any: [raid], alert: {channels: [osint]}}} #\n")
    assert folder.look().changed == ("raids",)


def test_looking_comes_after_starting(tmp_path: Path) -> None:
    """There is nothing in force before."""
    with pytest.raises(RuntimeError):
        Folder(tmp_path).look()


BAD: dict[str, Callable[[Path], object]] = {
    "no YAML": lambda path: path.write_text("rules: ]["),
    "not UTF-8": lambda path: path.write_bytes(b"rules: \xff"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "huge": lambda path: path.write_bytes(b"#" * (MAX_BYTES + 1)),
    "no rules file": lambda path: path.write_text("hello"),
}


@pytest.mark.parametrize("kind", BAD)
def test_no_bad_file_ever_takes_effect(folder: Folder, kind: str) -> None:
    """Whatever is put in its place, the last good rules stay in force."""
    BAD[kind](folder.path / "a.yaml")
    path = folder.path / "a.yaml"
    os.utime(path, (folder.now.timestamp(), folder.now.timestamp()))
    folder.look(after=2 * PATIENCE)
    assert folder.ids() == ["raids", "tanks"]
    assert folder.files.in_force.kept
