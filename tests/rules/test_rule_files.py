"""Rule files as people write them: good ones are understood, every mistake in a bad one is said at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.rules import LoadedRules, load_rules
from monitor.core.errors import ConfigurationError, Mistake, Weight
from monitor.core.models import FollowUp, Severity, TextField
from monitor.core.rules.linting import lint
from monitor.core.rules.tree import AllOf, Case, Guard, Mention, Near, NoneOf, Phrase, Rule, Term

HERE = Path(__file__).parent / "testdata"
BAD = sorted((HERE / "bad").glob("*.yaml"))
DOUBTFUL = sorted((HERE / "doubtful").glob("*.yaml"))
GOOD = sorted((HERE / "good").glob("*.yaml"))


def said(path: Path) -> str:
    """Return all that is said of a file, under the name it has in the golden files."""
    loaded = load_rules([path])
    doubts = lint(loaded.ruleset, loaded.mistakes)
    name = f"{path.parent.name}/{path.name}"
    mistakes = {replace(mistake, path=name) for mistake in (*loaded.mistakes, *doubts)}
    return "".join(f"{mistake}\n" for mistake in sorted(mistakes))


@pytest.mark.parametrize("path", [*BAD, *DOUBTFUL], ids=lambda path: path.stem)
def test_everything_wrong_with_a_file_is_said_at_once_in_these_words(path: Path) -> None:
    """The golden file beside each broken one holds every line, with line and column."""
    assert said(path) == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_not_accepted(path: Path) -> None:
    """Not one of the broken files takes effect."""
    with pytest.raises(ConfigurationError):
        load_rules([path]).accepted()


@pytest.mark.parametrize("path", [*GOOD, *DOUBTFUL], ids=lambda path: path.stem)
def test_a_good_or_doubtful_file_is_accepted(path: Path) -> None:
    """Warnings stop nothing."""
    load_rules([path]).accepted()


@pytest.fixture(scope="module")
def everything() -> LoadedRules:
    """The file that uses every construct."""
    return load_rules([HERE / "good" / "every-construct.yaml"])


def rule(loaded: LoadedRules, name: str) -> Rule:
    """Return a rule by its id."""
    return next(rule for rule in loaded.ruleset.rules if rule.id == name)


def test_every_key_of_a_rule_arrives(everything: LoadedRules) -> None:
    """Title, severity, policy, scope, tests: nothing that was written is lost."""
    found = rule(everything, "everything")
    assert (found.title, found.severity, found.owner) == (
        "Everything at once",
        Severity.CRITICAL,
        "border desk",
    )
    assert found.tags == ("border", "test")
    assert found.rematch == timedelta(hours=24)
    assert found.where.fields == (TextField.TITLE, TextField.SUMMARY)
    assert found.where.languages == ("en",)
    assert found.where.include == ("bbc.co.uk", "tag:osint")
    assert found.where.exclude == ("tag:satire",)
    assert found.alert.channels == ("desk",)
    assert found.alert.follow_up is FollowUp.THREAD
    assert found.alert.corroboration is not None
    assert found.alert.corroboration.otherwise == "send"
    assert found.alert.max_age == timedelta(hours=1.5)
    assert found.spike is not None
    assert (found.spike.factor, found.spike.at_least) == (5.0, 4)
    assert found.first_seen is not None
    assert [sample.lang for sample in found.tests.ignore] == ["en", None]


def test_conditions_of_a_rule_are_joined_by_all(everything: LoadedRules) -> None:
    """`any`, `all` and `none` must hold together; what `all` lists is not nested once more."""
    condition = rule(everything, "everything").condition
    assert isinstance(condition, AllOf)
    kinds = [type(child).__name__ for child in condition.children]
    assert kinds == ["AnyOf", "Near", "Regex", "NoneOf"]
    near = condition.children[1]
    assert isinstance(near, Near)
    assert (near.within, near.ordered) == (12, True)


def test_switched_off_rules_are_read_but_not_in_force(everything: LoadedRules) -> None:
    """`enabled: false` takes a rule out of the rule set; the file still has it."""
    assert "switched-off" not in {rule.id for rule in everything.ruleset.rules}
    assert "switched-off" in {rule.id for file in everything.files for rule in file.rules.rules}


def test_the_name_of_an_entity_is_its_first_alias(everything: LoadedRules) -> None:
    """Short forms of an entity are a name, or a list of names."""
    entities = everything.ruleset.entities
    assert [alias.text for alias in entities["kyiv"].aliases] == ["Kyiv"]
    assert [alias.text for alias in entities["minsk"].aliases] == ["Minsk", "Мінск", "Минск"]
    assert entities["minsk"].name == "Minsk"


def test_guards_of_an_entity_stand_beside_those_of_an_alias(everything: LoadedRules) -> None:
    """What an entity needs, all its aliases need, beside what they need themselves."""
    wagner = everything.ruleset.entities["wagner"]
    aliases = {alias.text: alias for alias in wagner.aliases}
    name, short = aliases["Wagner Group"], aliases["Wagner"]
    assert name.needs is not None
    assert short.needs is not None
    assert name.needs.within == 30
    assert name.needs.entities == ("minsk",)
    assert [term.text for term in name.needs.any] == ["Prigozhin", "mercenary"]
    assert [term.text for term in short.needs.any] == ["Africa*"]
    assert short.needs.also == name.needs
    assert short.unless is not None
    assert short.unless.within == 5


def test_options_of_aliases_arrive(everything: LoadedRules) -> None:
    """Case, inflection, language and transliteration are kept; `=` switches inflection off."""
    aliases = {alias.text: alias for alias in everything.ruleset.entities["wagner"].aliases}
    assert (aliases["Wagner"].case, aliases["Wagner"].lang) == (Case.EXACT, "en")
    assert (aliases["PMC"].case, aliases["PMC"].inflect) == (Case.FOLD, True)
    assert not aliases["Вагнер"].inflect
    assert not aliases["Musicians"].inflect
    assert all(alias.transliterate for alias in aliases.values())


def write(folder: Path, name: str, text: str) -> Path:
    """Write a rule file below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_an_alias_with_the_text_of_the_name_takes_its_place(tmp_path: Path) -> None:
    """So that a name, too, can have guards of its own."""
    text = (
        "entities:\n  rdk: {name: RDK, aliases: [{text: RDK, needs: [Kursk]}]}\nrules: {a: {entity: rdk}}\n"
    )
    loaded = load_rules([write(tmp_path, "a.yaml", text)])
    (alias,) = loaded.accepted().entities["rdk"].aliases
    assert isinstance(alias.needs, Guard)


def test_entities_of_one_file_serve_the_rules_of_another(tmp_path: Path) -> None:
    """Folders are read to any depth, hidden ones and other suffixes are not."""
    write(tmp_path, "who/places.yaml", "entities: {kursk: Kursk}\n")
    write(tmp_path, "border.yml", "rules: {raids: {entity: kursk}}\n")
    write(tmp_path, ".git/broken.yaml", "rules: [")
    write(tmp_path, "notes.txt", "rules: [")
    ruleset = load_rules([tmp_path]).accepted()
    assert ruleset.rules[0].condition == Mention(entities=("kursk",), at=ruleset.rules[0].condition.at)


def test_a_bad_file_does_not_hide_the_mistakes_of_others(tmp_path: Path) -> None:
    """A file that is no YAML at all, one with a mistake, and a missing one: all are said."""
    write(tmp_path, "a.yaml", "rules: [")
    write(tmp_path, "b.yaml", "rules: {x: {any: [ab*]}}\n")
    write(tmp_path, "c.yaml", "rules: {x: {any: [raid]}, y: {entity: unknown}}\n")
    loaded = load_rules([tmp_path, tmp_path / "absent"])
    assert {Path(mistake.path).name for mistake in loaded.mistakes} == {
        "a.yaml",
        "b.yaml",
        "c.yaml",
        "absent",
    }


def test_a_name_found_nowhere_may_stand_in_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """One missing bracket does not make every use of the file's entities a mistake."""
    write(tmp_path, "a.yaml", "entities: {kursk: Kursk")
    write(tmp_path, "b.yaml", "rules: {x: {entity: kursk}}\n")
    assert len(load_rules([tmp_path]).mistakes) == 1


def test_an_id_may_be_used_once_in_all_files(tmp_path: Path) -> None:
    """The second file's rule is refused, and the first one's place is named."""
    write(tmp_path, "a.yaml", "entities: {e: Kursk}\nrules: {x: {entity: e}}\n")
    write(tmp_path, "b.yaml", "entities: {e: Kyiv}\nrules: {x: {any: [raid]}}\n")
    messages = [m.message for m in load_rules([tmp_path]).mistakes if m.weight is Weight.ERROR]
    assert len(messages) == 2
    assert all("a.yaml:" in message for message in messages)


def test_channels_that_are_not_configured_are_mistakes(tmp_path: Path) -> None:
    """Only when the names are known."""
    text = "rules: {x: {any: [raid], alert: {channels: [slack-osnt, desk]}}}\n"
    path = write(tmp_path, "a.yaml", text)
    assert not load_rules([path]).mistakes
    (mistake,) = load_rules([path], channels={"slack-osint", "desk"}).mistakes
    assert mistake.message == "no channel named 'slack-osnt'; did you mean 'slack-osint'?"
    assert mistake.column == text.index("slack") + 1


def test_many_unused_entities_are_one_warning(tmp_path: Path) -> None:
    """A shared list of a thousand names does not bury what matters."""
    names = "".join(f"  e{number}: Name{number}\n" for number in range(1000))
    (mistake,) = load_rules([write(tmp_path, "a.yaml", f"entities:\n{names}")]).mistakes
    assert mistake.weight is Weight.WARNING
    assert "1000 entities" in mistake.message


def test_a_folder_without_rules_is_a_warning(tmp_path: Path) -> None:
    """Nothing to watch for is allowed, and said."""
    loaded = load_rules([tmp_path])
    assert loaded.is_usable
    assert [mistake.weight for mistake in loaded.mistakes] == [Weight.WARNING]


def test_ten_thousand_rules_are_read(tmp_path: Path) -> None:
    """No check compares everything with everything."""
    for part in range(10):
        rules = "".join(f"  r{part}-{n}: {{any: [word{n}, raid]}}\n" for n in range(1000))
        write(tmp_path, f"{part}.yaml", f"rules:\n{rules}")
    loaded = load_rules([tmp_path])
    assert len(loaded.accepted().rules) == 10_000
    assert all(isinstance(mistake, Mistake) for mistake in lint(loaded.ruleset))


def test_a_phrase_is_its_words_whatever_the_spaces(tmp_path: Path) -> None:
    """Line breaks and double spaces of the file are one space; the file's place is kept."""
    text = 'rules:\n  x:\n    any:\n      - "Kursk\n        incursion"\n    none:\n      - =museum\n'
    condition = load_rules([write(tmp_path, "a.yaml", text)]).accepted().rules[0].condition
    assert isinstance(condition, AllOf)
    first, second = condition.children
    assert isinstance(first, Phrase)
    assert first.term == Term(text="Kursk incursion", at=first.at)
    assert (first.at.line, first.at.column) == (4, 9)
    assert isinstance(second, NoneOf)
