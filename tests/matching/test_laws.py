"""Laws that hold whatever the rules and whatever the text."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.inflect import Inflector
from monitor.core.matcher import Matcher
from monitor.core.models import Entry, Findings
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Case,
    Condition,
    Entity,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Rule,
    RuleSet,
    Term,
)
from monitor.core.text import fold, plain_text, words
from tests.matching.conftest import MakeEntry

_INFLECTOR = Inflector()
_WORDS = ("ab", "Ab", "cd", "ef", "Gh", "gh")
_TEXTS = st.lists(st.sampled_from((*_WORDS, "ab-cd", "—", "ef,", "(Gh)", "\n")), max_size=25).map(" ".join)
_PHRASES = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join)


def _term(text: str) -> Term:
    return Term(text=text, inflect=False, case=Case.FOLD)


_CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(
        _PHRASES.map(lambda text: Phrase(term=_term(text))),
        st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2).map(
            lambda ids: Mention(entities=tuple(ids))
        ),
        st.builds(
            lambda first, second, within, ordered: Near(
                children=(Phrase(term=_term(first)), Phrase(term=_term(second))),
                within=within,
                ordered=ordered,
            ),
            _PHRASES,
            _PHRASES,
            st.integers(0, 4),
            st.booleans(),
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda kids: AllOf(children=tuple(kids))),
        st.lists(inner, min_size=1, max_size=3).map(lambda kids: AnyOf(children=tuple(kids))),
        st.lists(inner, min_size=1, max_size=2).map(lambda kids: NoneOf(children=tuple(kids))),
    ),
    max_leaves=6,
)


@st.composite
def _rule_sets(draw: st.DrawFn) -> RuleSet:
    entities = {
        name: Entity(
            id=name,
            name=name,
            aliases=tuple(_term(text) for text in draw(st.lists(_PHRASES, min_size=1, max_size=3))),
            nested=draw(st.booleans()),
        )
        for name in ("a", "b", "c")
    }
    conditions = draw(st.lists(_CONDITIONS, min_size=1, max_size=4))
    rules = tuple(Rule(id=f"r{i}", title="", condition=condition) for i, condition in enumerate(conditions))
    return RuleSet(entities=entities, rules=rules)


Span = tuple[int, int]


class _Reference:
    """The same meaning, written down slowly: every rule on every text, no trie, no triggers."""

    def __init__(self, ruleset: RuleSet, text: str) -> None:
        self._words = [word.lower() for word in re.findall(r"\w+", text)]
        self._entities = self._mentions(ruleset)

    def spans(self, text: str) -> list[Span]:
        """Return where a phrase stands, in words."""
        wanted = text.lower().split()
        size = len(wanted)
        return [
            (at, at + size - 1)
            for at in range(len(self._words) - size + 1)
            if self._words[at : at + size] == wanted
        ]

    def _mentions(self, ruleset: RuleSet) -> dict[str, list[Span]]:
        names = {
            name: [
                span for text in {alias.text.lower() for alias in entity.aliases} for span in self.spans(text)
            ]
            for name, entity in ruleset.entities.items()
        }
        every = [span for spans in names.values() for span in spans]
        return {
            name: [
                span
                for span in spans
                if ruleset.entities[name].nested
                or not any(one != span and one[0] <= span[0] and span[1] <= one[1] for one in every)
            ]
            for name, spans in names.items()
        }

    def holds(self, condition: Condition) -> bool:
        """Whether a condition is satisfied."""
        match condition:
            case Phrase(term=term):
                return bool(self.spans(term.text))
            case Mention(entities=entities):
                return any(self._entities[name] for name in entities)
            case AllOf(children=children):
                return all(map(self.holds, children))
            case AnyOf(children=children):
                return any(map(self.holds, children))
            case NoneOf(children=children):
                return not any(map(self.holds, children))
            case Near(children=(Phrase(term=first), Phrase(term=second)), within=within, ordered=ordered):
                return any(
                    0 <= later[0] - earlier[1] - 1 <= within
                    for one in self.spans(first.text)
                    for other in self.spans(second.text)
                    for earlier, later in ([(one, other)] if ordered else [(one, other), (other, one)])
                )
            case _:
                raise NotImplementedError(condition)

    @property
    def entities(self) -> list[str]:
        """Return the entities mentioned."""
        return sorted(name for name, spans in self._entities.items() if spans)


def _found(ruleset: RuleSet, entry: Entry) -> Findings:
    return Matcher(ruleset, inflector=_INFLECTOR).match(entry)


@settings(deadline=None, max_examples=300)
@given(_rule_sets(), _TEXTS)
def test_equal_to_the_slow_reference(entry: MakeEntry, ruleset: RuleSet, text: str) -> None:
    """Trie, triggers and shared reading change nothing of what rules mean."""
    reference = _Reference(ruleset, text)
    findings = _found(ruleset, entry(text))
    assert list(findings.entities) == reference.entities
    assert [match.rule for match in findings.matches] == [
        rule.id for rule in ruleset.rules if reference.holds(rule.condition)
    ]


@settings(deadline=None, max_examples=100)
@given(_rule_sets(), _TEXTS, st.randoms(use_true_random=False))
def test_order_of_rules_changes_nothing(entry: MakeEntry, ruleset: RuleSet, text: str, dice: object) -> None:
    """Each rule has the same hits wherever it stands."""
    turned = replace(ruleset, rules=tuple(reversed(ruleset.rules)))
    assert set(_found(ruleset, entry(text)).matches) == set(_found(turned, entry(text)).matches)


@settings(deadline=None, max_examples=100)
@given(_rule_sets(), _TEXTS)
def test_unrelated_rules_change_nothing(entry: MakeEntry, ruleset: RuleSet, text: str) -> None:
    """Rules about other things leave matches and hits as they are."""
    other = Rule(id="other", title="", condition=Phrase(term=_term("zz ab")))
    more = replace(ruleset, rules=(other, *ruleset.rules))
    assert _found(ruleset, entry(text)).matches == _found(more, entry(text)).matches


@settings(deadline=None, max_examples=200)
@given(
    _rule_sets(), st.text(alphabet=st.sampled_from("abcdefGh \u00ad\u200b\u0301-'’_.,\n\ud800"), max_size=80)
)
def test_hits_are_cut_from_the_text(entry: MakeEntry, ruleset: RuleSet, text: str) -> None:
    """field[start:end] is the hit, for every hit."""
    subject = entry(text, text[::-1])
    for match in _found(ruleset, subject).matches:
        for hit in match.hits:
            assert getattr(subject, hit.field)[hit.start : hit.end] == hit.text != ""


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_read(text: str) -> None:
    """No text raises; words do not overlap and lie inside it; folding twice is folding once."""
    plain_text(text)
    at = 0
    for word in words(text):
        assert at <= word.start < word.end <= len(text)
        at = word.end
        assert fold(word.folded) == word.folded
