"""docs/rules.md holds what it says: every example is loaded, linted and tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.config.rules import load_rules
from monitor.core.matcher import Matcher
from monitor.core.models import Entry
from monitor.core.proving import entries_of, run_tests
from monitor.core.query import parse_query
from monitor.core.rules.conditions import CONDITIONS
from monitor.core.rules.linting import lint
from monitor.core.rules.tree import Phrase, Place, Rule, RuleSet, Sample, Term

GUIDE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = [text for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) if "rules:\n" in text]
TABLE = re.search(r"\| written \|.*?\n\n", GUIDE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_right(tmp_path: Path, example: str) -> None:
    """No mistake, no warning, and its tests pass."""
    path = tmp_path / "example.yaml"
    path.write_text(example, encoding="utf-8")
    loaded = load_rules([path])
    assert not [str(mistake) for mistake in (*loaded.mistakes, *lint(loaded.ruleset))]
    trials = list(run_tests(loaded.ruleset, Matcher(loaded.ruleset)))
    assert not [str(trial.mistake()) for trial in trials if not trial.passed]


def _rows() -> list[tuple[str, list[str], list[str]]]:
    assert TABLE is not None
    rows = []
    for line in TABLE[0].strip().splitlines()[2:]:
        written, found, missed = (cell.strip() for cell in line.strip("|").split("|"))
        rows.append((written.strip("`"), _texts(found), _texts(missed)))
    return rows


def _texts(cell: str) -> list[str]:
    return [text.strip() for text in cell.split(",")]


def _sees(written: str, text: str) -> bool:
    query = parse_query(f'"{written}"' if " " in written else written, place=lambda _: Place(path="doc"))
    assert query.condition is not None
    rule = Rule(id="x", title="x", condition=query.condition)
    entry: Entry = entries_of(rule, Sample(title=f"They saw {text} there"))[0]
    return bool(Matcher(RuleSet(rules=(rule,))).match(entry).matches)


@pytest.mark.parametrize(("written", "found", "missed"), _rows(), ids=lambda value: str(value)[:20])
def test_the_table_of_words_is_true(written: str, found: list[str], missed: list[str]) -> None:
    """What is said to be found is found, what is said not to be is not."""
    assert [text for text in found if not _sees(written, text)] == []
    assert [text for text in missed if _sees(written, text)] == []


def test_every_condition_is_in_the_guide() -> None:
    """Nobody has to read the source."""
    for key in (*CONDITIONS, "min", "source", "language", "fields"):
        assert f"`{key}" in GUIDE


def test_queries_of_the_guide_are_read() -> None:
    """Every cell of the table of queries."""
    table = re.search(r"\| query \| means \|\n\|---\|---\|\n(.*?)\n\n", GUIDE, re.DOTALL)
    assert table is not None
    for line in table[1].splitlines():
        for query in re.findall(r"`([^`]+)`", re.split(r"(?<!\\)\|", line)[1]):
            read = parse_query(query.replace("\\|", "|"), place=lambda _: Place(path="doc"))
            assert not read.mistakes, query
            assert read.condition != Phrase(term=Term(text=""))
