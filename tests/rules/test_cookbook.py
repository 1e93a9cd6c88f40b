"""docs/cookbook.md: every recipe is a whole rule file, and proves itself as `rules test` would have it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.config.rules import load_rules
from monitor.core.matcher import Matcher
from monitor.core.proving import run_tests
from monitor.core.query import parse_query
from monitor.core.rules.linting import lint
from monitor.core.rules.tree import Place

COOKBOOK = (Path(__file__).parents[2] / "docs" / "cookbook.md").read_text(encoding="utf-8")
RECIPE = re.compile(r"^### (\d+)\. ([^\n]+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
RECIPES = [(int(number), name, text) for number, name, text in RECIPE.findall(COOKBOOK)]
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
MOVED = re.compile(r"^\| (?:Meltwater|Factiva) \| here \|\n\|---\|---\|\n((?:\|.*\n)+)", re.MULTILINE)


def _blocks() -> list[str]:
    return BLOCK.findall(COOKBOOK)


def test_there_are_twenty_recipes_and_each_has_one_file() -> None:
    """Numbered without a gap; no block of YAML stands outside a recipe."""
    assert [number for number, _, _ in RECIPES] == list(range(1, 21))
    assert [len(BLOCK.findall(text)) for _, _, text in RECIPES] == [1] * 20
    assert len(_blocks()) == 20


@pytest.mark.parametrize(
    "recipe", [BLOCK.findall(text)[0] for _, _, text in RECIPES], ids=[name for _, name, _ in RECIPES]
)
def test_every_recipe_is_right(tmp_path: Path, recipe: str) -> None:
    """No mistake, no warning; at least two texts to find and two to leave alone, and all come out so."""
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe, encoding="utf-8")
    loaded = load_rules([path])
    assert [str(mistake) for mistake in (*loaded.mistakes, *lint(loaded.ruleset))] == []
    trials = list(run_tests(loaded.ruleset, Matcher(loaded.ruleset)))
    assert [str(trial.mistake()) for trial in trials if not trial.passed] == []
    for rule in loaded.ruleset.rules:
        assert len(rule.tests.match) >= 2
        assert len(rule.tests.ignore) >= 2


def test_all_recipes_can_lie_in_one_folder(tmp_path: Path) -> None:
    """Nobody who copies several of them meets two rules, or two entities, of one name."""
    for number, block in enumerate(_blocks()):
        (tmp_path / f"{number}.yaml").write_text(block, encoding="utf-8")
    loaded = load_rules([tmp_path])
    assert [str(mistake) for mistake in loaded.mistakes] == []
    trials = list(run_tests(loaded.ruleset, Matcher(loaded.ruleset)))
    assert [str(trial.mistake()) for trial in trials if not trial.passed] == []


def test_what_operators_of_others_become_is_read() -> None:
    """Each query in the right-hand column of the two tables."""
    tables = MOVED.findall(COOKBOOK)
    assert len(tables) == 2
    for line in "".join(tables).splitlines():
        for query in re.findall(r"`([^`]+)`", line.strip("|").split("|")[1]):
            read = parse_query(query, place=lambda _: Place(path="cookbook"))
            assert not read.mistakes, query
