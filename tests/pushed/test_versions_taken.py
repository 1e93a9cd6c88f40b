"""A daemon takes a version whole, if it and its tests are good; else what is in force stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config.drafts import drafted
from monitor.config.pushed import PushedRules, rules_of
from monitor.config.settings import Loaded
from monitor.core.inflect import Inflector
from monitor.core.matcher import Matcher
from monitor.core.models import RuleBundle, RuleSource, RuleVersion
from monitor.core.rules.tree import RuleSet
from monitor.web.rule_pages import text_of
from tests.pushed.conftest import FLOODS, STORMS

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def bundle(number: int, *texts: str) -> RuleBundle:
    """Return a version with these files."""
    sources = tuple(RuleSource(name=f"{place}.yaml", text=text) for place, text in enumerate(texts))
    version = RuleVersion(
        number=number, at=AT, author="", note="", fingerprint="", rules=len(texts), files=len(texts)
    )
    return RuleBundle(version=version, sources=sources)


def ids(rules: PushedRules) -> list[str]:
    """Ids of the rules in force."""
    return [rule.id for rule in rules.in_force.rules.ruleset.rules]


@pytest.fixture
def rules() -> PushedRules:
    """The first version, in force."""
    inflector = Inflector()

    def compile_rules(ruleset: RuleSet) -> Matcher:
        return Matcher(ruleset, inflector=inflector)

    loaded = Loaded(path=Path("config.yaml"), pushed=True, bundle=bundle(1, STORMS))
    made = PushedRules(replace(loaded, channels=frozenset({"out"})), compile_rules=compile_rules)
    assert made.start().is_usable
    return made


def test_a_good_version_is_in_force_whole(rules: PushedRules) -> None:
    """What came, changed and went is said."""
    look = rules.take(bundle(2, STORMS.replace("[storm]", "[storm, gale]"), FLOODS))
    assert (look.added, look.changed, look.removed) == (("floods",), ("storms",), ())
    assert (ids(rules), rules.seen) == (["storms", "floods"], 2)
    look = rules.take(bundle(3, FLOODS))
    assert str(look) == "rules removed: storms"


def test_of_a_version_with_a_mistake_nothing_is_taken(rules: PushedRules) -> None:
    """Not even its good files: they belong together. The mistake is known until a good version comes."""
    look = rules.take(bundle(2, FLOODS, "rules:\n  b: {any: [b], titel: B}\n"))
    assert (ids(rules), rules.seen, look.is_news) == (["storms"], 2, True)
    assert "last good version kept of database/2 (1 mistake, the first: database/2/1.yaml:2:17" in str(look)
    look = rules.take(bundle(3, STORMS))
    assert (look.rules.mistakes, look.is_news) == ((), False)


def test_a_version_whose_own_tests_fail_is_refused(rules: PushedRules) -> None:
    """As a file would be."""
    look = rules.take(bundle(2, STORMS.replace("A storm]", "A calm]")))
    assert look.kept == ("database/2",)
    assert ids(rules) == ["storms"]
    [mistake] = look.rules.mistakes
    assert "test failed" in mistake.message
    kept = rules.bundle
    assert kept is not None
    assert kept.version.number == 1


def test_what_was_refused_for_a_channel_is_tried_again_when_the_channel_is_there(rules: PushedRules) -> None:
    """Which is when config.yaml was read again."""
    wanting = bundle(2, "rules:\n  b: {any: [b], alert: {channels: [desk]}}\n")
    assert rules.take(wanting).kept
    rules.know(channels={"out", "desk"}, templates=())
    assert rules.seen == 1
    assert rules.take(wanting).added == ("b",)


def test_the_desk_shows_and_tries_rules_as_they_were_pushed() -> None:
    """Their lines come from the version, and a draft may name its entities."""
    entities = "entities:\n  kharkiv: {name: Kharkiv}\n"
    pushed = bundle(4, STORMS, entities)
    loaded = Loaded(path=Path("config.yaml"), pushed=True, bundle=pushed)
    [rule] = rules_of(loaded).ruleset.rules
    assert text_of(rule, pushed) == [(2, STORMS.splitlines()[1])]
    assert text_of(rule, bundle(5, FLOODS)) == ()
    assert drafted("near:\n  entity: kharkiv\n", loaded).rule is not None
