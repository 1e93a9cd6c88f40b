"""Warnings about rules that are well-formed and yet not what their author means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from monitor.core.document import shown
from monitor.core.errors import Mistake, Weight
from monitor.core.query import render
from monitor.core.rules.overlap import contained, shadowed
from monitor.core.rules.patterns import doubts_about_pattern
from monitor.core.rules.shape import terms_of, walk
from monitor.core.rules.soundness import untouched
from monitor.core.rules.tree import Case, Entity, Guard, Place, Regex, Rule, RuleSet, Term
from monitor.core.text import words
from monitor.core.text.folding import one_script

SHORT = 4
"""Letters up to which a name in lower case is probably an acronym."""
_LETTERS = re.compile(r"[^\W\d_]+")
_SCRIPTS = {
    "Latin": re.compile(r"[A-Za-z\u00c0-\u024f]"),
    "Cyrillic": re.compile(r"[\u0400-\u052f]"),
    "Greek": re.compile(r"[\u0370-\u03ff]"),
}
_OPERATOR = re.compile(r"\S +(AND|OR|NOT|O?NEAR/\d+) +\S")
_NO_TEXT = re.compile(r"\\[pP]\{\w+\}|\\.|\[[^\]]*\]|\(\?[^:)]*[:)]")


def lint(ruleset: RuleSet, mistakes: Iterable[Mistake] = ()) -> tuple[Mistake, ...]:
    """Return a warning for everything doubtful.

    `mistakes` are those already found: rules that they touch are compared with no others, and a term that is
    wrong is not called doubtful as well.
    """
    mistakes = tuple(mistakes)
    found = {
        *(warning for entity in ruleset.entities.values() for warning in _of_entity(entity)),
        *(warning for rule in ruleset.rules for warning in _of_rule(rule)),
        *_contained(untouched(ruleset, mistakes).rules),
    }
    said = {(one.path, one.line, one.column) for one in mistakes if one.weight is Weight.ERROR}
    # A text in quotes begins a column before what is wrong in it.
    return tuple(
        sorted(
            one for one in found if not said & {(one.path, one.line, one.column + more) for more in (0, 1)}
        )
    )


def _warning(place: Place, message: str) -> Mistake:
    return Mistake(
        path=place.path, line=place.line, column=place.column, message=message, weight=Weight.WARNING
    )


def _of_entity(entity: Entity) -> Iterator[Mistake]:
    for term in entity.aliases:
        yield from _of_term(term)
        yield from _of_name(term)
        for guarding in (*_guarding(term.needs), *_guarding(term.unless)):
            yield from _of_term(guarding)


def _guarding(guard: Guard | None) -> Iterator[Term]:
    while guard is not None:
        yield from guard.any
        guard = guard.also


def _of_name(term: Term) -> Iterator[Mistake]:
    """Warn of a short name that is also a common word, or part of many texts, and has no company."""
    found = words(term.text)
    if len(found) != 1 or term.needs is not None:
        return
    name = found[0].spelling
    if len(name) > SHORT or not name.isalpha():
        return
    if name.islower() and term.case is not Case.EXACT:
        message = f"'{name}' is short and in lower case, so it is found in any case; write {name.upper()}"
        yield _warning(term.at, f"{message}, or give it `needs`")
    elif name.isupper() and term.case is Case.FOLD:
        message = f"'{name}' is found in lower case as well; give it `needs`, or leave `exact: false` out"
        yield _warning(term.at, message)


def _of_term(term: Term) -> Iterator[Mistake]:
    yield from (_warning(term.at, message) for message in _mixed(term.text))
    found = words(term.text)
    if not found:
        yield _warning(term.at, f"{shown(term.text)} has no word in it, so it can never be found")
    elif len(found) == 1 and len(found[0].folded) == 1 and len(term.text) > 1:
        message = f"{shown(term.text)} is read as '{found[0].spelling}', since signs make no difference"
        yield _warning(term.at, f"{message}; use a `regex` if they must")


def _mixed(text: str) -> Iterator[str]:
    """Say which words mix letters of scripts that look alike."""
    for word in dict.fromkeys(_LETTERS.findall(text)):
        scripts = {name: found for name, known in _SCRIPTS.items() if (found := known.findall(word))}
        if len(scripts) > 1:
            rare = min(scripts, key=lambda name: len(scripts[name]))
            repaired = one_script(word)
            end = f"; write {repaired} in one script" if repaired != word else ""
            others = " and ".join(name for name in scripts if name != rare)
            yield f"'{word}' mixes {rare} '{''.join(scripts[rare])}' with {others} letters{end}"


def _of_rule(rule: Rule) -> Iterator[Mistake]:
    for term in terms_of(rule.condition):
        yield from _of_term(term)
        yield from _of_operators(term)
    for part in walk(rule.condition):
        if isinstance(part, Regex):
            yield from (_warning(part.at, message) for message in doubts_about_pattern(part.pattern))
            yield from (_warning(part.at, message) for message in _mixed(_NO_TEXT.sub(" ", part.pattern)))
    for branch, bar in shadowed(rule.condition):
        message = f"{shown(render(branch))} can never count, because `none` has {shown(render(bar))}"
        yield _warning(branch.at, f"{message} (line {bar.at.line})")


def _of_operators(term: Term) -> Iterator[Mistake]:
    """Warn of operators in a phrase, which are words like others there."""
    found = _OPERATOR.search(term.text)
    if found and not term.text.isupper():
        message = f"{shown(term.text)} is a phrase, in which {found[1]} is a word like any other"
        yield _warning(term.at, f"{message}; write it after `query:` if {found[1]} is to be an operator")


def _contained(rules: Iterable[Rule]) -> Iterator[Mistake]:
    for inner, outer in contained(list(rules)):
        where = (
            f"{outer.at.path}:{outer.at.line}" if outer.at.path != inner.at.path else f"line {outer.at.line}"
        )
        message = f"rule '{inner.id}' finds nothing that rule '{outer.id}' ({where}) does not find"
        yield _warning(inner.at, message)
