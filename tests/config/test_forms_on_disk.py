"""Forms of words kept on disk: a start needs no dictionary, and no file there can do harm."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.config import forms
from monitor.config.compiling import RuleCompiler
from monitor.config.forms import NAME, StoredForms, cache_folder
from monitor.core.inflect import Inflector, WordForms
from monitor.core.rules.tree import Phrase, Rule, RuleSet, Term

RULES = RuleSet(
    rules=(
        Rule(id="r", title="", condition=Phrase(term=Term(text="зернова угода", lang="uk"))),
        Rule(id="s", title="", condition=Phrase(term=Term(text="Орёл"))),
    )
)
MARS = WordForms((("mars", "\t's"),))
LOADED = (
    "loaded = {name.partition('.')[0] for name in sys.modules}\n"
    "print(sorted({'pymorphy3', 'simplemma', 'dawg_python'} & loaded))\n"
)
YAML = "rules:\n  r: {any: [зернова угода, Орёл, orbit], tests: {match: [зерновій угоді, орлом, orbits]}}\n"


def run(code: str, cache: Path, where: Path) -> str:
    """Run Python in a process of its own."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=where, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", ["rules check r.yaml", "rules explain r угодою --rules r.yaml"])
def test_the_second_start_reads_no_dictionary(command: str, tmp_path: Path) -> None:
    """Neither pymorphy3 nor simplemma is even imported, and the rules find what they found before."""
    (tmp_path / "r.yaml").write_text(YAML, encoding="utf-8")
    code = (
        f"import sys; sys.argv = ['news-monitor', *{command.split()!r}]\n"
        "from monitor.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    print(end.code or 0)\n" + LOADED
    )
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n{code}"
    first, second = (run(code, tmp_path / "cache", tmp_path).splitlines() for _ in range(2))
    assert first[-1] != "[]"
    assert second[-1] == "[]"
    assert first[:-1] == second[:-1]


def test_what_is_kept_is_what_was_learned(tmp_path: Path) -> None:
    """Every word comes back as it was worked out; the file is its owner's alone."""
    inflector = Inflector()
    for word in ("Орёл", "угода", "Łódź", "O'Brien", "ﷺ", "the"):
        inflector.forms(word, ("ru", "uk", "pl", "en"))
    learned = dict(inflector.learned)
    assert StoredForms(tmp_path / "new").keep(learned)
    stored = StoredForms(tmp_path / "new")
    assert {key: stored.get(key) for key in learned} == learned
    assert stored.get("en:unheard") is None
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == [NAME]


def test_words_are_added_to_those_of_other_processes(tmp_path: Path) -> None:
    """A writer takes over what is there now, not what was there when it began."""
    early = StoredForms(tmp_path)
    early.get("en:mars")
    StoredForms(tmp_path).keep({"en:mars": MARS})
    early.keep({"en:moon": WordForms((("moon", "\ts"),))})
    assert StoredForms(tmp_path).get("en:mars") == MARS


def test_the_oldest_words_are_forgotten_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is bounded."""
    monkeypatch.setattr(forms, "MAX_WORDS", 3)
    for number in range(5):
        StoredForms(tmp_path).keep({f"en:w{number}": MARS})
    stored = StoredForms(tmp_path)
    assert [number for number in range(5) if stored.get(f"en:w{number}")] == [2, 3, 4]


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-1]), id="cut off"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes().replace(b"mars", b"mors")), id="changed"
        ),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes().replace(b"forms 1 ", b"forms 1 0")),
            id="of another version",
        ),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(os.urandom(5000)), id="something else"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="a folder"),
        pytest.param(_pipe, id="a pipe"),
        pytest.param(lambda path: (path.rename(f"{path}.x"), path.symlink_to(f"{path}.x")), id="a link"),
    ],
)
def test_a_file_that_cannot_be_used_is_none(
    spoil: object, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One line of the log says why, rules are compiled, and the next start has a good file, if it can be."""
    assert callable(spoil)
    StoredForms(tmp_path).keep({"en:mars": MARS})
    spoil(tmp_path / NAME)
    with caplog.at_level(logging.INFO):
        stored = StoredForms(tmp_path)
        assert stored.get("en:mars") is None
        assert stored.get("en:venus") is None
    assert [record.getMessage() for record in caplog.records] == ["forms.unused"]
    RuleCompiler(tmp_path)(RULES)
    if not (tmp_path / NAME).is_dir():
        assert StoredForms(tmp_path).get("uk:угода")


def test_a_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The words are kept in memory instead, so that the next reload pays for new ones alone."""
    (tmp_path / "file").write_text("")
    compile_rules = RuleCompiler(tmp_path / "file" / "below")
    with caplog.at_level(logging.INFO):
        compile_rules(RULES)
    assert {record.getMessage() for record in caplog.records} == {"forms.unused"}
    assert set(compile_rules._unsaved) == {"uk:зернова", "uk:угода", "ru:Орёл"}


def test_where_the_folder_is() -> None:
    """What systemd gives, else the user's cache, else nowhere."""
    assert cache_folder({"CACHE_DIRECTORY": "/c/news:/d", "HOME": "/h"}) == Path("/c/news")
    assert cache_folder({"XDG_CACHE_HOME": "/x", "HOME": "/h"}) == Path("/x/news-monitor")
    assert cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path("/h/.cache/news-monitor")
    assert cache_folder({"HOME": ""}) is None
    assert StoredForms(None).get("en:mars") is None
    assert not StoredForms(None).keep({"en:mars": MARS})
