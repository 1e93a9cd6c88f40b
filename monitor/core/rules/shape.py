"""Condition trees as shapes: one form for equal meanings, walks, and what a tree needs to be satisfied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    FromSource,
    Guard,
    InFields,
    InLanguage,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Place,
    Regex,
    Rule,
    RuleTests,
    Term,
)

_NOWHERE = Place(path="")


def children_of(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly inside one."""
    match condition:
        case AllOf() | AnyOf() | NoneOf() | Near():
            return condition.children
        case InFields():
            return (condition.child,)
        case Phrase() | Mention() | Regex() | FromSource() | InLanguage():
            return ()


def walk(condition: Condition) -> Iterator[Condition]:
    """Give the condition and everything inside it, outermost first."""
    yield condition
    for child in children_of(condition):
        yield from walk(child)


def rebuilt(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """Return the condition with `change` applied to each of its direct children."""
    match condition:
        case AllOf() | AnyOf() | NoneOf() | Near():
            return replace(condition, children=tuple(change(child) for child in condition.children))
        case InFields():
            return replace(condition, child=change(condition.child))
        case Phrase() | Mention() | Regex() | FromSource() | InLanguage():
            return condition


def normal(condition: Condition) -> Condition:
    """Return the one form for all ways to write the same: nothing nested that need not be.

    `any` in `any` and `all` in `all` are flattened, a list of one is its item, `none` of an `any`
    is `none` of its items. Order and repetition stay as written, since people read the tree again.
    """
    condition = rebuilt(condition, normal)
    match condition:
        case AllOf():
            return _alone(replace(condition, children=_flat(condition.children, AllOf)))
        case AnyOf(minimum=1):
            return _alone(replace(condition, children=_flat(condition.children, AnyOf)))
        case NoneOf():
            return replace(condition, children=_flat(condition.children, AnyOf))
        case _:
            return condition


def _alone(condition: AllOf | AnyOf) -> Condition:
    return condition.children[0] if len(condition.children) == 1 else condition


def _flat(children: tuple[Condition, ...], kind: type[AllOf | AnyOf]) -> tuple[Condition, ...]:
    flat: list[Condition] = []
    for child in children:
        match child:
            case AllOf(children=inner) | AnyOf(children=inner, minimum=1) if isinstance(child, kind):
                flat.extend(inner)
            case _:
                flat.append(child)
    return tuple(flat)


def needs_a_hit(condition: Condition) -> bool:
    """Tell whether only an entry with some occurrence can satisfy the condition.

    A rule must: matching begins with what stands in the text.
    """
    match condition:
        case Phrase() | Mention() | Regex() | Near():
            return True
        case AllOf():
            return any(map(needs_a_hit, condition.children))
        case AnyOf():
            return sum(not needs_a_hit(child) for child in condition.children) < condition.minimum
        case InFields():
            return needs_a_hit(condition.child)
        case NoneOf() | FromSource() | InLanguage():
            return False


def entities_of(condition: Condition) -> Iterator[Mention]:
    """Give every mention of entities in the condition."""
    return (found for found in walk(condition) if isinstance(found, Mention))


def terms_of(condition: Condition) -> Iterator[Term]:
    """Give every term of a phrase in the condition."""
    return (found.term for found in walk(condition) if isinstance(found, Phrase))


def placeless(condition: Condition) -> Condition:
    """Return the condition as if it stood nowhere, so that equal meanings are equal values."""
    condition = replace(rebuilt(condition, placeless), at=_NOWHERE)
    if isinstance(condition, Phrase):
        return replace(condition, term=placeless_term(condition.term))
    return condition


def placeless_term(term: Term) -> Term:
    """Return the term as if it stood nowhere."""
    needs, unless = _placeless_guard(term.needs), _placeless_guard(term.unless)
    return replace(term, at=_NOWHERE, needs=needs, unless=unless)


def _placeless_guard(guard: Guard | None) -> Guard | None:
    if guard is None:
        return None
    return replace(guard, any=tuple(map(placeless_term, guard.any)), also=_placeless_guard(guard.also))


def near_problem(condition: Near) -> str | None:
    """Say what is wrong with a Near condition: its sides must be things with a position in the text."""
    for child in condition.children:
        inner = child.children if isinstance(child, AnyOf) and child.minimum == 1 else (child,)
        if not all(isinstance(part, Phrase | Mention) for part in inner):
            return "only phrases, entities and lists of either can be near each other"
    if len(condition.children) < 2:  # noqa: PLR2004
        return "two things at least can be near each other"
    return None


def most(children: Iterable[Condition]) -> int:
    """Return how many different things can satisfy the children, as `min` counts: each entity for itself."""
    return sum(_most_of(child) for child in children)


def _most_of(condition: Condition) -> int:
    match condition:
        case Mention(entities=entities):
            return len(set(entities))
        case InFields(child=child):
            return _most_of(child)
        case _:
            return 1


def meaning_of(rule: Rule) -> Rule:
    """Return the rule without places and tests: two rules that do the same are equal."""
    return replace(rule, at=_NOWHERE, condition=placeless(rule.condition), tests=RuleTests())


def meaning_of_entity(entity: Entity) -> Entity:
    """Return the entity without places."""
    return replace(entity, at=_NOWHERE, aliases=tuple(map(placeless_term, entity.aliases)))
