"""A Matcher made of another by what changed finds what one made anew finds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.inflect import Inflector
from monitor.core.matcher import Explanation, Matcher
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    Guard,
    Mention,
    NoneOf,
    Phrase,
    Place,
    Rule,
    RuleSet,
    Term,
)
from tests.matching.conftest import MakeEntry

_INFLECTOR = Inflector()
_WORDS = ("Mars", "mars", "Venus", "NATO", "orbit", "Орёл", "орла", "ve*")
_NAMES = ("a", "b", "c")
_TEXTS = st.lists(
    st.sampled_from((*_WORDS, "orbits", "Venus's", "Орлом", "Orel", "vega", ".")), max_size=20
).map(" ".join)
_PHRASES = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join)
_GUARDS = st.none() | st.builds(
    Guard,
    any=st.lists(_PHRASES.map(lambda text: Term(text=text)), max_size=1).map(tuple),
    entities=st.lists(st.sampled_from(_NAMES), max_size=1).map(tuple),
    within=st.none() | st.integers(0, 5),
    also=st.none() | st.builds(Guard, entities=st.sampled_from(_NAMES).map(lambda name: (name,))),
)
_TERMS = st.builds(
    Term,
    text=_PHRASES,
    inflect=st.booleans(),
    transliterate=st.booleans(),
    needs=_GUARDS,
    unless=_GUARDS,
    at=st.builds(Place, path=st.just("r.yaml"), line=st.integers(1, 3)),
)
_LEAVES: st.SearchStrategy[Condition] = st.one_of(
    _PHRASES.map(lambda text: Phrase(term=Term(text=text))),
    st.sampled_from(_NAMES).map(lambda name: Mention(entities=(name,))),
)
_CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    _LEAVES,
    st.lists(_LEAVES, min_size=1, max_size=2).map(lambda kids: AllOf(children=tuple(kids))),
    st.lists(_LEAVES, min_size=1, max_size=2).map(lambda kids: AnyOf(children=tuple(kids))),
    st.tuples(_LEAVES, _LEAVES).map(lambda two: AllOf(children=(two[0], NoneOf(children=(two[1],))))),
)
_ENTITIES = st.dictionaries(
    st.sampled_from(_NAMES), st.tuples(st.lists(_TERMS, min_size=1, max_size=3), st.booleans()), max_size=3
).map(
    lambda drawn: {
        name: Entity(id=name, name=name, aliases=tuple(terms), nested=nested)
        for name, (terms, nested) in drawn.items()
    }
)
_RULES = st.dictionaries(
    st.sampled_from(("r", "s", "t")), st.tuples(_CONDITIONS, st.booleans()), max_size=3
).map(
    lambda drawn: tuple(
        Rule(id=name, title="", condition=condition, enabled=enabled)
        for name, (condition, enabled) in drawn.items()
    )
)
_RULE_SETS = st.builds(RuleSet, entities=_ENTITIES, rules=_RULES)


@st.composite
def _histories(draw: st.DrawFn) -> list[RuleSet]:
    """Rule sets of which each takes over some of the one before, as it is or only moved."""
    history = [draw(_RULE_SETS)]
    for following in draw(st.lists(_RULE_SETS, min_size=1, max_size=3)):
        before = history[-1]
        kept = draw(st.sets(st.sampled_from(_NAMES)))
        entities = {name: one for name, one in before.entities.items() if name in kept}
        moved = {name: replace(one, at=Place(path="r.yaml", line=9)) for name, one in entities.items()}
        entities = draw(st.sampled_from([entities, moved]))
        rules = draw(st.sampled_from([before.rules, following.rules]))
        history.append(replace(following, entities={**following.entities, **entities}, rules=rules))
    return history


def _comparable(explanation: Explanation) -> Explanation:
    """Leave out in which order things are named that do not count."""
    suppressed = sorted({str(one.hit) for one in explanation.suppressed})
    return replace(explanation, suppressed=tuple(suppressed))  # type: ignore[arg-type]


@settings(deadline=None, max_examples=120)
@given(_histories(), st.lists(_TEXTS, min_size=1, max_size=3))
def test_what_was_revised_finds_what_is_found_anew(
    entry: MakeEntry, history: list[RuleSet], texts: list[str]
) -> None:
    """Findings and explanations are equal after any changes, and what was revised stays as it was."""
    matchers = [Matcher(history[0], inflector=_INFLECTOR)]
    for ruleset in history[1:]:
        matchers.append(matchers[-1].revised(ruleset, inflector=_INFLECTOR))
    for ruleset, revised in zip(history, matchers, strict=True):
        anew = Matcher(ruleset, inflector=_INFLECTOR)
        for text in texts:
            subject = entry(text, text[::-1])
            assert revised.match(subject) == anew.match(subject)
            for rule in ruleset.rules:
                found, expected = revised.explain(rule.id, subject), anew.explain(rule.id, subject)
                assert _comparable(found) == _comparable(expected)


def test_a_thousand_changes_leave_no_heap_of_old_terms() -> None:
    """When most of the tables is left over from earlier rules, they are made anew."""
    matcher = Matcher(RuleSet())
    for number in range(3000):
        rule = Rule(id="r", title="", condition=Phrase(term=Term(text=f"w{number}", inflect=False)))
        name = Term(text=f"N{number}", inflect=False)
        entity = Entity(id="e", name="e", aliases=(name,))
        matcher = matcher.revised(RuleSet(entities={"e": entity}, rules=(rule,)), inflector=_INFLECTOR)
    assert len(matcher._program.terms) < 2000


def test_guards_of_two_entities_may_name_each_other(entry: MakeEntry) -> None:
    """Each counts only beside the other."""
    entities = {
        name: Entity(id=name, name=name, aliases=(Term(text=name, needs=Guard(entities=(other,))),))
        for name, other in (("castor", "pollux"), ("pollux", "castor"))
    }
    matcher = Matcher(RuleSet(entities=entities), inflector=_INFLECTOR)
    assert matcher.match(entry("castor and pollux")).entities == ("castor", "pollux")
    assert matcher.match(entry("castor and another castor")).entities == ()


def test_an_alias_and_its_entity_may_both_want_company(entry: MakeEntry) -> None:
    """`needs` wants what the alias asks for and what the entity asks for."""
    both = Guard(any=(Term(text="space"),), also=Guard(any=(Term(text="planet"),)))
    entity = Entity(id="mars", name="Mars", aliases=(Term(text="Mars", needs=both),))
    matcher = Matcher(RuleSet(entities={"mars": entity}), inflector=_INFLECTOR)
    assert matcher.match(entry("Mars, a planet in space")).entities == ("mars",)
    assert matcher.match(entry("Mars, a bar in space")).entities == ()
