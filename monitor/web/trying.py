"""A text tried on the rules in force.

text -> the entries it stands for, by rule (`entries_of`, as for `rules explain`) -> Matcher -> evidence
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from monitor.core.languages import language_code
from monitor.core.matcher import Explanation, Step, WhyNot
from monitor.core.models import Entry, Match, TextField
from monitor.core.proving import entries_of
from monitor.core.rules.tree import Sample
from monitor.web.ports import RulesInForce
from monitor.web.rendering import Piece, pieces

LONGEST: Final = 100_000
"""Characters of a text that are tried."""
_PHRASE: Final = "phrase "


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A rule that matches, with its evidence marked."""

    rule: str
    title: Sequence[Piece]
    text: Sequence[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One condition, with those below it; or phrases none of which is there."""

    step: Step
    below: Sequence[Line] = ()
    absent: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What was asked, and what came of it."""

    title: str = ""
    text: str = ""
    lang: str = ""
    """Code of the language; empty: guessed."""
    rule: str = ""
    """The rule to be weighed condition by condition; empty: none."""
    found: Sequence[Found] | None = None
    """None before anything was tried."""
    explanation: Explanation | None = None
    why: WhyNot | None = None

    @property
    def lines(self) -> Sequence[Line]:
        """The conditions of the rule that was weighed, to be read."""
        return lines_of(self.explanation.steps) if self.explanation else ()

    @property
    def sample(self) -> Sample:
        """The text as rules are tested on it."""
        return Sample(title=self.title, content=self.text, lang=language_code(self.lang))


def lines_of(steps: Sequence[Step]) -> list[Line]:
    """Give conditions as lines; phrases that are not there and stand side by side are one."""
    found: list[Line] = []
    for absent, some in groupby(steps, key=_is_absent):
        alike = list(some)
        if absent:
            found.append(Line(step=alike[0], absent=[one.says.removeprefix(_PHRASE) for one in alike]))
        else:
            found += [Line(step=one, below=lines_of(one.children)) for one in alike]
    return found


def _is_absent(step: Step) -> bool:
    return not step.holds and not step.children and not step.hits and step.says.startswith(_PHRASE)


def tried(asked: Tried, book: RulesInForce) -> Tried:
    """Say which rules match, in the order of the files.

    What a rule's `where` wants of source and language is granted; rules that are granted the same are asked
    together.
    """
    seen: dict[Entry, dict[str, Match]] = {}
    found: list[Found] = []
    for rule in book.rules.values():
        for entry in entries_of(rule, asked.sample):
            if entry not in seen:
                seen[entry] = {match.rule: match for match in book.matcher.match(entry).matches}
            match = seen[entry].get(rule.id)
            if match is not None:
                found.append(_found(match, entry))
                break
    return replace(asked, found=found)


def weighed(asked: Tried, book: RulesInForce) -> Tried:
    """Weigh the rule that was asked for, condition by condition; without one, all stays as it is."""
    rule = book.rules.get(asked.rule)
    if rule is None:
        return replace(asked, rule="")
    entries = entries_of(rule, asked.sample)
    why = [book.matcher.why_not(rule.id, entry) for entry in entries]
    best = why.index(None) if None in why else 0
    return replace(asked, explanation=book.matcher.explain(rule.id, entries[best]), why=why[best])


def _found(match: Match, entry: Entry) -> Found:
    return Found(
        rule=match.rule,
        title=list(pieces(entry.title, match.hits, TextField.TITLE)),
        text=list(pieces(entry.content, match.hits, TextField.CONTENT)),
    )
