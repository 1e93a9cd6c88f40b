"""Which rules and entities no mistake touches, so that more can be said of them while others are mended."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from monitor.core.errors import Mistake, Weight
from monitor.core.rules.shape import entities_of
from monitor.core.rules.tree import Entity, Guard, Rule, RuleSet


def untouched(ruleset: RuleSet, mistakes: Iterable[Mistake]) -> RuleSet:
    """Return the rules and entities in whose lines no error stands, without rules that name any other."""
    touched = set(_touched(ruleset, mistakes))
    entities = {name: entity for name, entity in ruleset.entities.items() if entity not in touched}
    return replace(
        ruleset,
        entities=entities,
        rules=tuple(
            rule
            for rule in ruleset.rules
            if rule not in touched and all(name in entities for name in _named(rule, ruleset))
        ),
    )


def _touched(ruleset: RuleSet, mistakes: Iterable[Mistake]) -> Iterator[Rule | Entity]:
    """Give what each error stands in: the last rule or entity of the file that begins before it."""
    by_path: dict[str, list[Rule | Entity]] = defaultdict(list)
    parts_of_all: tuple[Rule | Entity, ...] = (*ruleset.entities.values(), *ruleset.rules)
    for part in parts_of_all:
        by_path[part.at.path].append(part)
    for parts in by_path.values():
        parts.sort(key=lambda part: part.at)
    for mistake in mistakes:
        parts = by_path[mistake.path] if mistake.weight is Weight.ERROR else []
        before = bisect_right(
            parts, (mistake.line, mistake.column), key=lambda part: (part.at.line, part.at.column)
        )
        if before:
            yield parts[before - 1]


def _named(rule: Rule, ruleset: RuleSet) -> Iterator[str]:
    """Give every entity that a rule asks for, and those that stand in their company."""
    for mention in entities_of(rule.condition):
        for name in mention.entities:
            yield name
            entity = ruleset.entities.get(name)
            for alias in entity.aliases if entity else ():
                yield from _guarding(alias.needs)
                yield from _guarding(alias.unless)


def _guarding(guard: Guard | None) -> Iterator[str]:
    while guard is not None:
        yield from guard.entities
        guard = guard.also
