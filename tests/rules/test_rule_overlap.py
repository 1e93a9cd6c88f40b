"""What is said of two conditions without an entry is true of every entry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.inflect import Inflector
from monitor.core.matcher import Matcher
from monitor.core.models import Entry
from monitor.core.query import parse_query
from monitor.core.rules.overlap import contained, implies, shadowed
from monitor.core.rules.shape import most, needs_a_hit
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Place,
    Rule,
    RuleSet,
    Term,
)

WHENEVER = datetime(2024, 5, 1, tzinfo=UTC)
INFLECTOR = Inflector()
ENTITIES = {name: Entity(id=name, name=name, aliases=(Term(text=name),)) for name in ("Kursk", "Kyiv")}


def tree(query: str) -> Condition:
    """Return the tree of a query."""
    found = parse_query(query, place=lambda offset: Place(path="q", line=1, column=offset + 1))
    assert found.condition is not None
    return found.condition


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("raid", "raid"),
        ("raid", "raid OR tank"),
        ('"night raid"', "raid"),
        ("raid AND tank", "tank"),
        ("raid AND tank AND drone", "tank AND raid"),
        ("raid OR tank", "drone OR tank OR raid"),
        ("entity:a", "entity:b,a"),
        ("raid NEAR/3 tank", "raid"),
        ("raid AND NOT (tank OR drone)", "NOT tank"),
        ("raid AND lang:ru", "lang:ru,uk"),
        ("raid AND source:a", "source:a,b"),
        ("=raid", "raid"),
    ],
)
def test_what_certainly_follows_is_seen(first: str, second: str) -> None:
    """The simple cases, one way only."""
    assert implies(tree(first), tree(second))
    if first != second:
        assert not implies(tree(second), tree(first))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("raid", "=raid"),
        ("raid*", "raid"),
        ("raid", '"night raid"'),
        ('"night raid"', "^raid"),
        ("title:raid", "raid"),
        ("MIN/2 (raid OR tank OR drone)", "MIN/3 (raid OR tank OR drone)"),
        ("most@pl", "most@en"),
        ("FSB", "fsb NEAR/3 raid"),
    ],
)
def test_what_is_not_certain_is_not_said(first: str, second: str) -> None:
    """Silence is never wrong."""
    assert not implies(tree(first), tree(second))


WORDS = st.sampled_from(["raid", "raids", "night", "tank", "Kursk", "Kyiv", "and", "Raid", "TANK"])
TERMS = st.sampled_from(["raid", "raids", "night raid", "tank", "raid tank", "Raid"])


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> Condition:
    """A small condition over few words, so that two of them often overlap."""
    kind = draw(st.integers(0, 5)) if depth else 5
    if kind == 5:
        if draw(st.integers(0, 3)) == 0:
            return Mention(
                entities=tuple(draw(st.lists(st.sampled_from(["Kursk", "Kyiv"]), min_size=1, max_size=2)))
            )
        return Phrase(term=Term(text=draw(TERMS), inflect=draw(st.booleans())))
    if kind == 4:
        sides = tuple(draw(conditions(0)) for _ in range(2))
        return Near(children=sides, within=draw(st.integers(1, 3)))
    children = tuple(draw(conditions(depth - 1)) for _ in range(draw(st.integers(1, 3))))
    if kind == 3:
        return AnyOf(children=children, minimum=draw(st.integers(1, most(children))))
    return (AllOf, AnyOf, NoneOf)[kind](children=children)


@settings(max_examples=300, deadline=None)
@given(conditions(), conditions(), st.lists(st.lists(WORDS, max_size=8), min_size=1, max_size=6))
def test_implication_is_true_in_the_matcher(
    first: Condition, second: Condition, texts: list[list[str]]
) -> None:
    """Where one condition is said to imply another, no text satisfies the first alone."""
    if not implies(first, second):
        return
    rules = (Rule(id="first", title="", condition=first), Rule(id="second", title="", condition=second))
    matcher = Matcher(RuleSet(entities=ENTITIES, rules=rules), inflector=INFLECTOR)
    for words in texts:
        text = " ".join(words)
        entry = Entry(id="0", feed="", outlet="", content=text, fetched=WHENEVER, first_seen=WHENEVER)
        found = {match.rule for match in matcher.match(entry).matches}
        assert found != {"first"}, text


@settings(max_examples=200, deadline=None)
@given(conditions())
def test_a_condition_that_needs_a_hit_is_not_satisfied_by_an_empty_text(condition: Condition) -> None:
    """And one that needs none is satisfied by some text without a hit: the empty one, if by any."""
    rule = Rule(id="x", title="", condition=condition)
    matcher = Matcher(RuleSet(entities=ENTITIES, rules=(rule,)), inflector=INFLECTOR)
    entry = Entry(id="0", feed="", outlet="", fetched=WHENEVER, first_seen=WHENEVER)
    if needs_a_hit(condition):
        assert not matcher.match(entry).matches


def test_branches_that_none_undoes_are_found() -> None:
    """Directly beside, inside an `any`, and nested."""
    found = list(shadowed(tree('("night raid" OR tank) AND NOT (raid OR museum)')))
    assert [(type(branch).__name__, type(bar).__name__) for branch, bar in found] == [("Phrase", "Phrase")]
    assert list(shadowed(tree("drone OR (tank AND NOT tank)")))
    assert not list(shadowed(tree("(raid OR tank) AND NOT museum")))


def test_rules_with_other_scope_severity_or_alerts_are_not_compared() -> None:
    """A narrower rule with a purpose of its own is no mistake."""
    wide = Rule(id="wide", title="", condition=tree("tank OR drone"))
    narrow = Rule(id="narrow", title="", condition=tree("drone"))
    assert [(inner.id, outer.id) for inner, outer in contained([wide, narrow])] == [("narrow", "wide")]
    urgent = Rule(id="urgent", title="", condition=tree("drone"), severity=narrow.severity.CRITICAL)
    assert not list(contained([wide, urgent]))
