"""RuleSet -> Program: every term filed, every rule a test, and which finds make which rules worth a look.

A rule's triggers are terms and entities one of which must be present for the rule to hold. Only rules
touched by a find are weighed, so the cost of an entry follows what is found in it, not how many rules
there are. Rules without a trigger (a regex alone, a source alone) are weighed on every entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from monitor.core.inflect import Inflector
from monitor.core.matcher import conditions
from monitor.core.matcher.conditions import EVERYWHERE, Fields, Test, numbers_of
from monitor.core.matcher.occurrences import CompiledTerm
from monitor.core.matcher.scan import Scanner
from monitor.core.matcher.terms import TermTable
from monitor.core.models import Entry
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Condition,
    FromSource,
    InFields,
    InLanguage,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Place,
    Regex,
    Rule,
    RuleSet,
    Where,
)

Trigger = int | str
"""A term number or an entity id."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be weighed."""

    source: Rule
    id: str
    entry_tests: tuple[Test, ...]
    """What `where` asks of the entry's language and source."""
    test: Test
    fields: Fields
    enabled: bool
    at: Place
    own: frozenset[Trigger]
    """The terms and entities it asks for."""
    needed: frozenset[Trigger] | None
    """Those one of which must be present for it to hold; None if none need be."""


@dataclass(frozen=True, slots=True)
class Program:
    """All rules, compiled."""

    rules: tuple[CompiledRule, ...]
    terms: Sequence[CompiledTerm]
    """By number; those that no rule asks for any more are found nowhere."""
    scanner: Scanner
    triggers: dict[Trigger, tuple[int, ...]]
    untriggered: tuple[int, ...]
    """Rules to be weighed on every entry."""
    own_terms: dict[str, frozenset[Trigger]]
    """Rule -> the terms and entities it asks for."""
    table: TermTable
    """Where the terms are kept, for the next version."""


def compiled(ruleset: RuleSet, inflector: Inflector, *, guard_starts: bool) -> Program:
    """Compile all rules at once."""
    return _program(ruleset, TermTable(inflector, guard_starts=guard_starts), {})


def revised(program: Program, ruleset: RuleSet, inflector: Inflector) -> Program:
    """Compile rules of which most are those of a program; it stays as it is, what is the same is shared.

    What is found is what `compiled` would find. Changes leave a rest behind in the tables; when it has become
    large, everything is compiled anew.
    """
    known = {rule.id: rule for rule in program.rules}
    found = _program(ruleset, program.table.copied(inflector), known)
    asked = frozenset[Trigger]().union(*found.own_terms.values())
    if found.table.is_wasteful(len(asked)):
        return compiled(ruleset, inflector, guard_starts=found.table.guard_starts)
    return found


def _program(ruleset: RuleSet, table: TermTable, known: Mapping[str, CompiledRule]) -> Program:
    table.take(ruleset.entities)
    builder = _Builder(table)
    rules = tuple([_rule(rule, builder, known.get(rule.id)) for rule in ruleset.rules])
    table.settle()
    table.close()
    triggers: dict[Trigger, list[int]] = {}
    untriggered: list[int] = []
    for number, rule in enumerate(rules):
        if rule.enabled and rule.needed is None:
            untriggered.append(number)
        for trigger in (rule.enabled and rule.needed) or ():
            triggers.setdefault(trigger, []).append(number)
    return Program(
        rules=rules,
        terms=table.compiled,
        scanner=Scanner(table.lexicon, table.trie),
        triggers={trigger: tuple(numbers) for trigger, numbers in triggers.items()},
        untriggered=tuple(untriggered),
        own_terms={rule.id: rule.own for rule in rules},
        table=table,
    )


def _rule(rule: Rule, builder: _Builder, known: CompiledRule | None) -> CompiledRule:
    if known is not None and known.source == rule:
        return known
    builder.mentioned = set()
    test = builder.test(rule.condition)
    own = frozenset(builder.mentioned)
    needed = builder.triggers(rule.condition)
    return CompiledRule(
        source=rule,
        id=rule.id,
        entry_tests=tuple(_where(rule.where, rule.at)),
        test=test,
        fields=numbers_of(rule.where.fields),
        enabled=rule.enabled,
        at=rule.at,
        own=own,
        needed=own if needed == own else needed,
    )


def _where(where: Where, at: Place) -> list[Test]:
    tests: list[Test] = []
    if where.languages:
        tests.append(conditions.OfEntry(_says("language", where.languages), at, _speaks(where.languages)))
    if where.include:
        tests.append(conditions.OfEntry(_says("source", where.include), at, _comes_from(where.include)))
    if where.exclude:
        banned = _comes_from(where.exclude)
        tests.append(
            conditions.OfEntry(_says("source is not", where.exclude), at, lambda entry: not banned(entry))
        )
    return tests


def _speaks(languages: tuple[str, ...]) -> Callable[[Entry], bool]:
    wanted = {language.lower() for language in languages}

    def true_of(entry: Entry) -> bool:
        language = (entry.lang or "").lower()
        return language in wanted or language.partition("-")[0] in wanted

    return true_of


def _comes_from(sources: tuple[str, ...]) -> Callable[[Entry], bool]:
    tags = {source[4:].strip().casefold() for source in sources if source.startswith("tag:")}
    names = {source.casefold() for source in sources if not source.startswith("tag:")}

    def true_of(entry: Entry) -> bool:
        return (
            entry.outlet.casefold() in names
            or entry.feed.casefold() in names
            or any(tag.casefold() in tags for tag in entry.tags)
        )

    return true_of


def _says(what: str, values: tuple[str, ...]) -> str:
    return f"{what} {' or '.join(values)}"


class _Builder:
    """Turns conditions into tests, and notes the terms and entities they ask for."""

    def __init__(self, table: TermTable) -> None:
        self._table = table
        self.mentioned: set[Trigger] = set()

    def test(self, condition: Condition) -> Test:
        """Compile one condition with all below it."""
        match condition:
            case Phrase() | Mention() | Regex() | FromSource() | InLanguage():
                return self._leaf(condition)
            case InFields(fields=fields, child=child, at=at):
                names = ", ".join(fields)
                return conditions.Inside(f"in {names}", at, self.test(child), numbers_of(fields))
            case AllOf() | AnyOf() | NoneOf() | Near():
                return self._branch(condition)

    def triggers(self, condition: Condition) -> frozenset[Trigger] | None:
        """Return finds one of which must be present for the condition to hold; None if none need be."""
        return _triggers(condition, self._table)

    def _leaf(self, condition: Phrase | Mention | Regex | FromSource | InLanguage) -> Test:
        at = condition.at
        match condition:
            case Phrase(term=term):
                number = self._table.phrase(term)
                self.mentioned.add(number)
                return conditions.HasTerm(f"phrase '{term.text}'", at, number)
            case Mention(entities=entities):
                self.mentioned.update(entities)
                return conditions.HasEntity(_says("entity", entities), at, tuple(dict.fromkeys(entities)))
            case Regex(pattern=pattern):
                return conditions.HasPattern(f"regex '{pattern}'", at, pattern)
            case FromSource(sources=sources):
                return conditions.OfEntry(_says("source", sources), at, _comes_from(sources))
            case InLanguage(languages=languages):
                return conditions.OfEntry(_says("language", languages), at, _speaks(languages))

    def _branch(self, condition: AllOf | AnyOf | NoneOf | Near) -> Test:
        children = tuple(map(self.test, condition.children))
        at = condition.at
        match condition:
            case AllOf():
                return conditions.Every("all of", at, children)
            case AnyOf(minimum=minimum):
                says = "any of" if minimum == 1 else f"at least {minimum} of"
                return conditions.Some(says, at, children, minimum)
            case NoneOf():
                return conditions.NoneHolds("none of", at, children)
            case Near(within=within, ordered=ordered):
                says = f"within {within} words" + (" in this order" if ordered else "")
                return conditions.Close(says, at, children, within=within, ordered=ordered)


def _triggers(condition: Condition, table: TermTable) -> frozenset[Trigger] | None:
    """Return finds one of which must be present for the condition to hold; None if none need be."""
    match condition:
        case Phrase(term=term):
            return frozenset({table.phrase(term)})
        case Mention(entities=entities):
            return frozenset(entities)
        case InFields(child=child):
            return _triggers(child, table)
        case AllOf(children=children) | Near(children=children):
            needed = [one for child in children if (one := _triggers(child, table)) is not None]
            return min(needed, key=lambda one: _cost(one, table)) if needed else None
        case AnyOf(children=children):
            each = [_triggers(child, table) for child in children]
            return None if None in each else frozenset().union(*[one for one in each if one is not None])
        case NoneOf() | Regex() | FromSource() | InLanguage():
            return None


def _cost(triggers: frozenset[Trigger], table: TermTable) -> float:
    """Guess how often one of the triggers is found: names are rare, long phrases too, plain words are not."""
    cost = 0.0
    for trigger in triggers:
        numbers = (trigger,) if isinstance(trigger, int) else table.aliases(trigger)
        for number in numbers:
            term = table.compiled[number]
            name = term.entity is not None or term.text[:1].isupper()
            cost += (0.02 if name else 1.0) / 10 ** max(0, len(term.classes) - 1)
    return cost


__all__ = ["EVERYWHERE", "CompiledRule", "Program", "compiled", "revised"]
