"""A rule as somebody writes it, put in the place of the one of its name: compiled, tested, never in force.

text -> a rule file of one rule -> combined with all other files -> compiled alone -> its inline tests
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import indent
from typing import Final

from monitor.config.compiling import compiled
from monitor.config.pushed import files_of
from monitor.config.settings import Loaded
from monitor.core.errors import Mistake, Weight
from monitor.core.matcher import Matcher
from monitor.core.proving import Trial, run_tests
from monitor.core.rules.combining import combine, unknown_channels, unknown_templates
from monitor.core.rules.reading import RuleFile, read_rules
from monitor.core.rules.tree import Rule
from monitor.yamlfile import compose

DRAFT: Final = "draft"
"""What mistakes call the text."""
_HEADS: Final = ("rules:", "entities:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What came of a text: a rule with its matcher, or mistakes."""

    rule: Rule | None = None
    matcher: Matcher | None = None
    """Of that rule alone; None where there is none."""
    mistakes: tuple[Mistake, ...] = ()
    """Of the text; warnings may stand beside a rule."""
    trials: tuple[Trial, ...] = ()
    """Its inline tests."""


def drafted(text: str, loaded: Loaded) -> Drafted:
    """Read a rule: a whole file with one, or what stands under `rules:`; other files give entities.

    Compiling takes as long as it takes: call it in a thread. Never raises for what people can write.
    """
    whole = any(line.startswith(_HEADS) for line in text.splitlines())
    # What is copied out of a file keeps its indentation, whatever that is.
    source = text if whole else f"rules:\n{indent(text, '  ')}"
    file = _read(source)
    moved = 0 if whole else 1
    if (problem := _problem(file)) is not None:
        return Drafted(mistakes=_placed(problem, moved))
    [rule] = file.rules
    others = [_without(one.rules, file) for one in files_of(loaded)]
    together = combine([*others, file])
    said = {
        *file.mistakes,
        *(one for one in together.mistakes if one.path == DRAFT),
        *unknown_channels([file], loaded.channels),
        *unknown_templates([file], loaded.templates.names),
    }
    mistakes = _placed(said, moved)
    if any(one.weight is Weight.ERROR for one in mistakes):
        return Drafted(mistakes=mistakes)
    alone = replace(together.ruleset, rules=tuple(one for one in together.ruleset.rules if one.id == rule.id))
    matcher = compiled(alone)
    return Drafted(rule=rule, matcher=matcher, mistakes=mistakes, trials=tuple(run_tests(alone, matcher)))


def _read(source: str) -> RuleFile:
    composed = compose(source.encode("utf-8", "replace"), path=DRAFT)
    if composed.root is None:
        return RuleFile(path=DRAFT, mistakes=composed.mistakes, unreadable=True)
    return read_rules(composed.root, mistakes=composed.mistakes)


def _problem(file: RuleFile) -> Sequence[Mistake] | None:
    if file.unreadable or not file.is_usable:
        return file.mistakes
    if len(file.rules) != 1:
        message = f"has {len(file.rules)} rules; write the one that is to be tried"
        return [Mistake(path=DRAFT, message=message)]
    if not file.rules[0].enabled:
        return [Mistake(path=DRAFT, message="the rule is switched off: take `enabled: false` out to try it")]
    return None


def _placed(mistakes: Iterable[Mistake], moved: int) -> tuple[Mistake, ...]:
    """Count lines as the writer does, who did not write the line `rules:`."""
    return tuple(sorted(replace(one, line=max(one.line - moved, 0)) for one in mistakes))


def _without(file: RuleFile, draft: RuleFile) -> RuleFile:
    rules = {one.id for one in draft.rules}
    entities = {one.id for one in draft.entities}
    return replace(
        file,
        rules=tuple(one for one in file.rules if one.id not in rules),
        entities=tuple(one for one in file.entities if one.id not in entities),
    )
