"""Matcher: all rules of a RuleSet, compiled once, on one entry at a time.

entry -> Reading (one pass over its words) -> rules touched by a find -> Findings
"""

from __future__ import annotations

from itertools import chain

from monitor.core.claims import claims_of
from monitor.core.inflect import Inflector
from monitor.core.matcher.capitals import wanting_capitals
from monitor.core.matcher.compiler import CompiledRule, Program, compiled, revised
from monitor.core.matcher.conditions import Fields, Test
from monitor.core.matcher.occurrences import Reading, Refusal, Refused
from monitor.core.matcher.report import Explanation, Step, Suppressed, WhyNot
from monitor.core.matcher.scan import Occurrence
from monitor.core.models import Entry, Findings, Hit, Match
from monitor.core.rules.tree import RuleSet

_NOTHING = Findings()


class Matcher:
    """Finds in an entry every rule that it satisfies, with the proof.

    Nothing changes after construction but a memory of words, so threads may share a Matcher and a reload
    replaces it between two entries.
    """

    def __init__(
        self, ruleset: RuleSet, *, inflector: Inflector | None = None, guard_starts: bool = True
    ) -> None:
        """Compile the rules.

        Args:
            ruleset: every rule and entity in force; names that dangle match nothing.
            inflector: knows the forms of words; hand in the same one again and a reload costs little.
            guard_starts: whether a one-word name that is also an ordinary word is refused at the start of
                a sentence.
        """
        self._take(compiled(ruleset, inflector or Inflector(), guard_starts=guard_starts))

    def _take(self, program: Program) -> None:
        self._program = program
        self._by_id = {rule.id: rule for rule in program.rules}

    def revised(self, ruleset: RuleSet, *, inflector: Inflector) -> Matcher:
        """Return a Matcher of other rules that finds what a new one would, for the cost of the difference."""
        matcher = Matcher.__new__(Matcher)
        matcher._take(revised(self._program, ruleset, inflector))  # noqa: SLF001 - of its own class
        return matcher

    def match(self, entry: Entry) -> Findings:
        """Return the rules that the entry satisfies, in the order of the RuleSet, and the entities in it."""
        program = self._program
        reading = Reading(entry, program.scanner, program.terms)
        numbers = self._touched(reading)
        if not numbers and not reading.by_entity:
            return _NOTHING
        rules = program.rules
        matches = [match for number in numbers if (match := self._weighed(rules[number], reading))]
        return Findings(
            matches=tuple(matches),
            entities=tuple(sorted(reading.by_entity)),
            claims=claims_of(entry, lambda: _named(reading)),
        )

    def _touched(self, reading: Reading) -> list[int]:
        """Return the numbers of the rules worth weighing: a find that each of them needs is there."""
        program = self._program
        triggers = program.triggers
        numbers = set(program.untriggered)
        for key in chain(reading.by_term, reading.by_entity):
            if key in triggers:
                numbers.update(triggers[key])
        return sorted(numbers)

    def _weighed(self, rule: CompiledRule, reading: Reading) -> Match | None:
        for test in rule.entry_tests:
            if not test.holds(reading, rule.fields):
                return None
        if not rule.test.holds(reading, rule.fields):
            return None
        return Match(rule=rule.id, hits=_proof(rule.test, reading, rule.fields))

    def explain(self, rule_id: str, entry: Entry) -> Explanation:
        """Weigh every condition of one rule on an entry, whether it matches or not.

        Raises:
            KeyError: there is no such rule.
        """
        rule = self._by_id[rule_id]
        reading = Reading(entry, self._program.scanner, self._program.terms)
        steps = [_step(test, reading, rule.fields) for test in (*rule.entry_tests, rule.test)]
        if not rule.enabled:
            steps.insert(0, Step(says="enabled", holds=False, at=rule.at))
        matches = all(step.holds for step in steps)
        return Explanation(
            rule=rule_id,
            matches=matches,
            hits=_proof(rule.test, reading, rule.fields) if matches else (),
            steps=tuple(steps),
            suppressed=self._suppressed(rule_id, reading),
        )

    def why_not(self, rule_id: str, entry: Entry) -> WhyNot | None:
        """Return the first condition of a rule that failed on an entry; None if the rule matches.

        Raises:
            KeyError: there is no such rule.
        """
        explanation = self.explain(rule_id, entry)
        if explanation.matches:
            return None
        failed = next(step for step in explanation.steps if not step.holds)
        return WhyNot(rule=rule_id, failed=_deepest(failed), suppressed=explanation.suppressed)

    def _suppressed(self, rule_id: str, reading: Reading) -> tuple[Suppressed, ...]:
        own = self._program.own_terms[rule_id]
        terms = self._program.terms
        refused = [
            (one.occurrence, Suppressed(hit=reading.hit(one.occurrence), why=self._reason(one)))
            for one in reading.refused
        ]
        refused += wanting_capitals(reading, self._program.scanner, terms)
        return tuple(said for one, said in refused if one.term in own or terms[one.term].entity in own)

    def _reason(self, refused: Refused) -> str:
        if refused.why is Refusal.NEEDS and refused.company is not None:
            within = refused.company.within
            reach = "" if within is None else f" within {within} words"
            return f"{refused.why} {' or '.join(refused.company.names)}{reach}"
        if refused.other is None:
            return str(refused.why)
        other = self._program.terms[refused.other.term].text
        return f"{refused.why} '{other}'"


def _named(reading: Reading) -> tuple[Hit, ...]:
    return reading.hits([found for occurrences in reading.by_entity.values() for found in occurrences])


def _proof(test: Test, reading: Reading, fields: Fields) -> tuple[Hit, ...]:
    found: list[Occurrence | Hit] = []
    test.gather(reading, fields, found)
    return reading.hits(found)


def _step(test: Test, reading: Reading, fields: Fields) -> Step:
    holds = test.holds(reading, fields)
    inner = test.fields_of_children(fields)
    return Step(
        says=test.says,
        holds=holds,
        at=test.at,
        hits=_proof(test, reading, fields) if holds else (),
        children=tuple(_step(child, reading, inner) for child in test.children),
    )


def _deepest(step: Step) -> Step:
    """Go down to the condition to blame: the first failing child, or for `none` the first that holds."""
    if step.says == "none of":
        return next((child for child in step.children if child.holds), step)
    failing = [child for child in step.children if not child.holds]
    if not failing or step.says.startswith(("any of", "at least", "within")):
        return step
    return _deepest(failing[0])
