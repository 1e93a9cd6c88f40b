"""The JSON Schema says of the form of a file what the loader says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from monitor.core.rules import conditions, entities, reading
from monitor.core.rules.schema import schema
from monitor.yamlfile import read_yaml

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "testdata"
COMMITTED = ROOT / "docs" / "rules.schema.json"
BEYOND_FORM = {
    "02-dangling-names": "names are looked up in other files",
    "03-duplicates": "a YAML parser drops the first of two equal keys",
    "06-wildcards": "the inside of phrases",
    "07-patterns": "the inside of patterns",
}
"""Bad files whose form is good, and what is bad in them."""


def accepts(path: Path) -> bool:
    """Tell whether the schema accepts a file."""
    node, _ = read_yaml(path)
    return node is not None and Draft7Validator(schema()).is_valid(node.plain())


def test_the_committed_schema_is_the_one_that_the_command_prints() -> None:
    """`news-monitor rules schema > docs/rules.schema.json` makes it so."""
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == schema()


def test_the_schema_is_a_schema() -> None:
    """Draft 7, which editors know best."""
    Draft7Validator.check_schema(schema())


@pytest.mark.parametrize(
    "path",
    [*sorted((HERE / "good").glob("*.yaml")), *sorted((HERE / "doubtful").glob("*.yaml"))],
    ids=lambda path: path.stem,
)
def test_what_the_loader_accepts_the_schema_accepts(path: Path) -> None:
    """Every construct."""
    node, _ = read_yaml(path)
    assert node is not None
    Draft7Validator(schema()).validate(node.plain())


def test_shipped_rules_are_valid() -> None:
    """The examples people start from."""
    for path in sorted((ROOT / "rules").rglob("*.yaml")):
        assert accepts(path)


@pytest.mark.parametrize("path", sorted((HERE / "bad").glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_bad_in_form_the_schema_refuses(path: Path) -> None:
    """And nothing more than that."""
    assert accepts(path) == (path.stem in BEYOND_FORM)


PIECES = [
    "{any: []}",
    "{any: [{}]}",
    "{any: [raid], min: 0}",
    "{any: [raid], min: 1.5}",
    "{any: [[raid]]}",
    "{any: [null]}",
    "{any: [true]}",
    "{any: ['']}",
    "{none: raid, min: 1}",
    "{entity: []}",
    "{query: [a]}",
    "{near: {within: 12, all: []}}",
    "{near: {within: 12 m, all: [a, b]}}",
    "{near: {within: 101, all: [a, b]}}",
    "{near: {within: 12}}",
    "{any: [{phrase: a, source: b, exact: maybe}]}",
    "{any: [{exact: true}]}",
    "{any: [{phrase: a, case: upper}]}",
    "{any: [{fields: [body], phrase: a}]}",
    "{any: [a], severity: urgent}",
    "{any: [a], enabled: 1}",
    "{any: [a], tags: {}}",
    "{any: [a], title: ''}",
    "{any: [a], title: [x]}",
    "{any: [a], where: {languages: [english]}}",
    "{any: [a], where: {sources: {only: [x]}}}",
    "{any: [a], alert: {cooldown: 5 minutes}}",
    "{any: [a], alert: {cooldown: -5}}",
    "{any: [a], alert: {corroboration: {outlets: 1, within: 2h}}}",
    "{any: [a], alert: {corroboration: {outlets: 3}}}",
    "{any: [a], spike: {window: 1h}}",
    "{any: [a], spike: {factor: 1}}",
    "{any: [a], quiet: 3d}",
    "{any: [a], first_seen: 'yes'}",
    "{any: [a], tests: {match: [{}]}}",
    "{any: [a], tests: {match: [{lang: en}]}}",
    "{any: [a], rematch: long}",
    "{}",
    "{any: [a], where: {}}",
    "{any: [a], alert: {}}",
    "{any: [a], spike: {}}",
    "{near: {}}",
]
FINE = [
    "{any: raid}",
    "{any: [raid, 1917], min: 2}",
    "{near: {within: 3 words, all: [a, b]}}",
    "{any: [{phrase: a, exact: false, lang: en}]}",
    "{any: [a], where: {sources: x}}",
    "{any: [a], alert: {cooldown: 90, max_age: 1.5h}}",
    "{any: [a], spike: {factor: 1.5}}",
    "{any: [{all: [a], source: x, language: en}], tests: {match: []}, tags: []}",
]


@pytest.mark.parametrize("rule", [*PIECES, *FINE])
def test_loader_and_schema_agree_on_small_rules(tmp_path: Path, rule: str) -> None:
    """One key at a time."""
    path = tmp_path / "a.yaml"
    path.write_text(f"rules:\n  x: {rule}\n", encoding="utf-8")
    node, mistakes = read_yaml(path)
    assert node is not None
    usable = reading.read_rules(node, mistakes=mistakes).is_usable
    assert (accepts(path), usable) == (rule in FINE, rule in FINE)


def test_loader_and_schema_know_the_same_keys() -> None:
    """A key added to one of them is missed in the other."""
    definitions = schema()["definitions"]
    assert isinstance(definitions, dict)

    def keys_of(name: str) -> set[str]:
        shape = definitions[name]
        return set((shape.get("properties") or shape["anyOf"][1]["properties"]).keys())

    assert keys_of("rule") == set(reading.RULE_KEYS)
    assert keys_of("condition") == set(conditions._INNER)
    assert keys_of("entity") == set(entities._KEYS)
    assert keys_of("alias") == set(entities._ALIAS_KEYS)
