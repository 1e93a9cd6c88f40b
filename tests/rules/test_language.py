"""The language, construct by construct: a file of rules whose own tests say what each finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.rules import load_rules
from monitor.core.matcher import Matcher
from monitor.core.proving import Trial, run_tests

FILE = Path(__file__).parent / "testdata" / "language" / "every-construct.yaml"
LOADED = load_rules([FILE])


@pytest.fixture(scope="module")
def trials() -> dict[str, list[Trial]]:
    """Every test of every rule, run as `rules test` does."""
    ruleset = LOADED.accepted()
    by_rule: dict[str, list[Trial]] = {}
    for trial in run_tests(ruleset, Matcher(ruleset)):
        by_rule.setdefault(trial.rule, []).append(trial)
    return by_rule


@pytest.mark.parametrize("rule", [rule.id for rule in LOADED.ruleset.rules])
def test_construct_finds_what_it_says(trials: dict[str, list[Trial]], rule: str) -> None:
    """Each rule of the file has tests, and all of them hold."""
    assert trials[rule]
    assert [str(trial.mistake()) for trial in trials[rule] if not trial.passed] == []
