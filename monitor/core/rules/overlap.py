"""What can be said of two conditions without an entry: that one never holds without the other.

Everything here errs on the side of silence: `implies` is True only where it is certain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from monitor.core.rules.shape import placeless, walk
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Case,
    Condition,
    FromSource,
    InLanguage,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Rule,
    Term,
)
from monitor.core.text import words

_COMMON = 100
"""A word that so many rules share makes no two of them comparable: comparing all pairs takes too long."""


def implies(first: Condition, second: Condition) -> bool:
    """Tell whether `second` certainly holds wherever `first` does. Places play no part."""
    return _implies(placeless(first), placeless(second))


def _implies(first: Condition, second: Condition) -> bool:
    if first == second:
        return True
    match second:
        case AllOf(children=children):
            return all(_implies(first, child) for child in children)
        case AnyOf(children=children, minimum=1) if any(_implies(first, child) for child in children):
            return True
        case _:
            return _splits(first, second) or _leaf_implies(first, second)


def _splits(first: Condition, second: Condition) -> bool:
    match first:
        case AllOf(children=children) | Near(children=children):
            return any(_implies(child, second) for child in children)
        case AnyOf(children=children):
            return all(_implies(child, second) for child in children)
        case _:
            return False


def _leaf_implies(first: Condition, second: Condition) -> bool:
    match first, second:
        case Phrase(), Phrase():
            return holds_in(second.term, first.term)
        case Mention(), Mention():
            return set(first.entities) <= set(second.entities)
        case FromSource(), FromSource():
            return set(first.sources) <= set(second.sources)
        case InLanguage(), InLanguage():
            return set(first.languages) <= set(second.languages)
        case NoneOf(), NoneOf():
            return all(any(_implies(one, other) for other in first.children) for one in second.children)
        case _:
            return False


def holds_in(inner: Term, outer: Term) -> bool:
    """Tell whether every occurrence of `outer` holds one of `inner`, as `"raid"` in `"night raid"`."""
    if inner.needs or inner.unless or "*" in inner.text or "*" in outer.text:
        return False
    if inner.case is not Case.AUTO or outer.case is not Case.AUTO or inner.lang != outer.lang:
        return False
    if outer.inflect and not inner.inflect:
        return False
    return _is_part(
        [word.spelling for word in words(inner.text)], [word.spelling for word in words(outer.text)]
    )


def _is_part(inner: Sequence[str], outer: Sequence[str]) -> bool:
    """Tell whether the words stand in a row, in lower case alike or in the very same case."""
    length = len(inner)
    return length > 0 and any(
        all(one in {other, other.casefold()} for one, other in zip(inner, outer[at:], strict=False))
        for at in range(len(outer) - length + 1)
    )


def shadowed(condition: Condition) -> Iterator[tuple[Condition, Condition]]:
    """Give each branch that `none` beside it makes useless, with the condition of `none` that does."""
    for part in walk(condition):
        if isinstance(part, AllOf):
            barred = [child for none in part.children if isinstance(none, NoneOf) for child in none.children]
            for branch in _branches(part):
                yield from ((branch, bar) for bar in barred if implies(branch, bar))


def _branches(part: AllOf) -> Iterator[Condition]:
    for child in part.children:
        if isinstance(child, AnyOf) and child.minimum == 1:
            yield from child.children
        elif not isinstance(child, NoneOf):
            yield child


def contained(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Give each rule that finds nothing which another, with the same scope and alerts, does not find."""
    bare = {rule.id: placeless(rule.condition) for rule in rules}
    for first, second in _comparable(rules):
        if (first.where, first.alert, first.severity) != (second.where, second.alert, second.severity):
            continue
        if _implies(bare[first.id], bare[second.id]):
            yield first, second
        elif _implies(bare[second.id], bare[first.id]):
            yield second, first


def _comparable(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    by_word: dict[str, list[int]] = defaultdict(list)
    for number, rule in enumerate(rules):
        for word in _vocabulary(rule.condition):
            by_word[word].append(number)
    pairs: set[tuple[int, int]] = set()
    for numbers in by_word.values():
        if len(numbers) <= _COMMON:
            pairs.update(combinations(numbers, 2))
    for first, second in sorted(pairs):
        yield rules[first], rules[second]


def _vocabulary(condition: Condition) -> set[str]:
    found: set[str] = set()
    for part in walk(condition):
        if isinstance(part, Phrase):
            found.update(word.folded for word in words(part.term.text))
        elif isinstance(part, Mention):
            found.update(f"entity:{name}" for name in part.entities)
    return found
