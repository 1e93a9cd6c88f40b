"""Inline tests: run through the daemon's matcher, told by line, granted what `where` wants."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.rules import load_rules
from monitor.core.errors import Mistake
from monitor.core.matcher import Matcher
from monitor.core.proving import entries_of, failing_tests, run_tests
from monitor.core.rules.tree import RuleSet, Sample


def ruleset(folder: Path, text: str) -> RuleSet:
    """Load rules from a text."""
    path = folder / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rules([path]).accepted()


def failures(folder: Path, text: str) -> tuple[Mistake, ...]:
    """Return the failing tests of rules."""
    loaded = ruleset(folder, text)
    return failing_tests(loaded, Matcher(loaded))


def test_a_test_that_should_match_names_the_condition_that_failed(tmp_path: Path) -> None:
    """With the line of the test, and the line of the condition."""
    (mistake,) = failures(
        tmp_path,
        "rules:\n  raids:\n    any: [raid, sortie]\n    none: [museum]\n"
        "    tests:\n      match: [A raid, Nothing of note]\n",
    )
    assert (mistake.line, mistake.column) == (6, 23)
    assert "rule 'raids' does not match this" in mistake.message
    assert "phrase 'raid', phrase 'sortie'" in mistake.message
    assert "line 3" in mistake.message


def test_a_test_that_should_be_ignored_names_what_was_found(tmp_path: Path) -> None:
    """The words as they stand in the text, and what they stand for."""
    (mistake,) = failures(
        tmp_path,
        "entities: {k: {name: Kursk}}\n"
        "rules: {x: {entity: k, tests: {ignore: [Fighting near Kursk, Fighting near Sumy]}}}\n",
    )
    assert (
        mistake.message == "test failed: rule 'x' should ignore this, and finds 'Kursk' (for 'Kursk' of 'k')"
    )


def test_an_occurrence_that_does_not_count_is_told(tmp_path: Path) -> None:
    """Guards are the most frequent reason for a surprise."""
    (mistake,) = failures(
        tmp_path,
        "entities: {r: {name: RDK, needs: [Belgorod]}}\n"
        "rules: {x: {entity: r, tests: {match: [RDK says so]}}}\n",
    )
    assert "'RDK' needs company" in mistake.message


@pytest.mark.parametrize(
    "where",
    [
        "{fields: [content]}",
        "{languages: [uk, en]}",
        "{sources: [bbc.co.uk]}",
        "{sources: [tag:osint], languages: [de]}",
        "{sources: {exclude: [tag:satire]}, fields: [summary]}",
    ],
)
def test_a_plain_text_is_granted_what_where_wants(tmp_path: Path, where: str) -> None:
    """A test is about the words; it need not repeat the rule's scope."""
    text = f"rules: {{x: {{any: [raid], where: {where}, tests: {{match: [A raid], ignore: [A sortie]}}}}}}\n"
    assert not failures(tmp_path, text)


def test_a_test_may_say_language_source_and_fields(tmp_path: Path) -> None:
    """For rules that make a difference of them."""
    text = """
rules:
  x:
    query: title:raid AND source:tag:osint AND lang:en
    tests:
      match: [{title: A raid, lang: en, source: tag:osint}]
      ignore:
        - {content: A raid, lang: en, source: tag:osint}
        - {title: A raid, lang: de, source: tag:osint}
        - {title: A raid, lang: en, source: tag:satire}
"""
    assert not failures(tmp_path, text)


def test_every_trial_is_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    """`match` before `ignore`, passed or not."""
    loaded = ruleset(tmp_path, "rules: {x: {any: [raid], tests: {match: [raid, b], ignore: [c]}}}\n")
    trials = list(run_tests(loaded, Matcher(loaded)))
    assert [(trial.sample.text, trial.passed) for trial in trials] == [
        ("raid", True),
        ("b", False),
        ("c", True),
    ]


def test_a_sample_stands_in_every_field_the_rule_reads(tmp_path: Path) -> None:
    """So that it may satisfy conditions on different fields."""
    loaded = ruleset(tmp_path, "rules: {x: {any: [raid], where: {fields: [title, summary]}}}\n")
    (entry,) = entries_of(loaded.rules[0], Sample(text="A raid"))
    assert (entry.title, entry.summary, entry.content) == ("A raid", "A raid", "")
