"""A rule and an entry that a person names, and how the weighing of one on the other is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import click

from monitor.cli.common import json_option
from monitor.cli.guard import clean
from monitor.cli.rulebook.entries import entry_for, is_reference
from monitor.cli.rulebook.places import loaded, rule_named, rules_option
from monitor.config.compiling import compiled
from monitor.core.document import shown
from monitor.core.matcher import Matcher, Step, Suppressed
from monitor.core.models import Entry, Hit, TextField
from monitor.core.rules.tree import Place, Rule

_AROUND = 30
"""Characters shown on either side of a hit."""
_NAMED = 3
"""So many phrases that are not there are named; more are counted."""
_PHRASE = "phrase "
_Command = TypeVar("_Command", bound=Callable[..., object])


def weighing_options(command: _Command) -> _Command:
    """Add `RULE TEXT|URL|ID|FILE` and the options that go with them."""
    decorators = (
        click.argument("rule"),
        click.argument("text", metavar="TEXT|URL|ID|FILE"),
        click.option(
            "--field",
            type=click.Choice([field.value for field in TextField]),
            help="Where a TEXT stands; by default in the first field that the rule reads.",
        ),
        click.option("--lang", metavar="CODE", help="The language of the text, such as uk."),
        json_option,
        rules_option,
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a command was asked about."""

    rule: Rule
    entry: Entry
    matcher: Matcher


def weighed(
    rule: str, text: str, *, field: str | None, lang: str | None, paths: tuple[Path, ...], config: Path
) -> Weighed:
    """Load the rules and find the rule and the entry.

    Raises:
        ConfigurationError: rules, rule or text cannot be used.
    """
    ruleset = loaded(paths, config).ruleset
    found = rule_named(rule, ruleset)
    if is_reference(text):
        # Opening a database takes half a second of imports that weighing a plain text can do without.
        from monitor.cli.rulebook.archive import stored_entry  # noqa: PLC0415

        entry = stored_entry(text, config).entry
    else:
        entry = entry_for(found, text, field=TextField(field) if field else None, lang=lang)
    return Weighed(rule=found, entry=entry, matcher=compiled(ruleset))


def lines_of(step: Step, entry: Entry, *, depth: int = 0) -> Iterator[str]:
    """Give a step and all below it as indented lines, with the proof of what holds."""
    mark = click.style("✓", fg="green") if step.holds else click.style("✗", fg="red")
    yield f"{'  ' * depth}{mark} {clean(step.says)}{_where(step.at)}"
    if not step.children:
        for hit in step.hits:
            yield f"{'  ' * depth}    {told(hit, entry)}"
    for absent, children in groupby(step.children, key=_is_absent):
        alike = list(children)
        if absent and len(alike) > _NAMED:
            yield f"{'  ' * (depth + 1)}{_summed(alike)}"
        else:
            for child in alike:
                yield from lines_of(child, entry, depth=depth + 1)


def _is_absent(step: Step) -> bool:
    """Tell whether a step is a plain phrase that does not stand in the entry."""
    return not step.holds and not step.children and not step.hits and step.says.startswith(_PHRASE)


def _summed(absent: Sequence[Step]) -> str:
    """Give phrases that are not there in one line: which of twenty is no news."""
    named = ", ".join(step.says.removeprefix(_PHRASE) for step in absent[:_NAMED])
    mark = click.style("✗", fg="red")
    return f"{mark} {len(absent)} phrases, none found: {clean(named)}, …{_where(absent[0].at)}"


def _where(at: Place) -> str:
    return click.style(f"  (line {at.line})", dim=True) if at.line else ""


def told(hit: Hit, entry: Entry) -> str:
    """Show a hit in its surroundings, with what it stands for."""
    text = str(getattr(entry, hit.field.value))
    start, end = max(0, hit.start - _AROUND), min(len(text), hit.end + _AROUND)
    before = ("…" if start else "") + clean_inner(text[start : hit.start])
    after = clean_inner(text[hit.end : end]) + ("…" if end < len(text) else "")
    stands_for = f"{shown(hit.term)}{f' of {hit.entity}' if hit.entity else ''}"
    marked = click.style(f"[{clean_inner(hit.text)}]", bold=True)
    return f"{hit.field.value}: {before}{marked}{after}  = {clean(stands_for)}"


def clean_inner(text: str) -> str:
    """Clean a piece of text for a terminal, keeping the blanks at its edges."""
    return clean(f"|{text}|")[1:-1]


def suppressed_lines(suppressed: tuple[Suppressed, ...], entry: Entry) -> Iterator[str]:
    """Give what was found and does not count, with the reason."""
    for one in suppressed:
        yield f"does not count: {told(one.hit, entry)}: {clean(one.why)}"


def step_fields(step: Step) -> dict[str, object]:
    """Return a step for JSON."""
    return {
        "says": step.says,
        "holds": step.holds,
        "line": step.at.line,
        "hits": [hit_fields(hit) for hit in step.hits],
        "children": [step_fields(child) for child in step.children],
    }


def hit_fields(hit: Hit) -> dict[str, object]:
    """Return a hit for JSON."""
    return {
        "field": hit.field.value,
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "term": hit.term,
        "entity": hit.entity,
    }


def suppressed_fields(suppressed: tuple[Suppressed, ...]) -> list[dict[str, object]]:
    """Return what does not count, for JSON."""
    return [{"hit": hit_fields(one.hit), "why": one.why} for one in suppressed]
