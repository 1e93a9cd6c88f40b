"""`news-monitor rules why-not`: the first condition that failed, and what became of an article beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.common import print_json
from monitor.cli.guard import Exit, clean
from monitor.cli.rulebook.entries import is_reference
from monitor.cli.rulebook.places import loaded, rule_named
from monitor.cli.rulebook.weighing import (
    Weighed,
    lines_of,
    step_fields,
    suppressed_fields,
    suppressed_lines,
    weighed,
    weighing_options,
)
from monitor.core.matcher import WhyNot

if TYPE_CHECKING:
    from monitor.cli.rulebook.archive import Absent, Fate


@click.command(name="why-not")
@weighing_options
def command(  # noqa: PLR0913
    *,
    rule: str,
    text: str,
    field: str | None,
    lang: str | None,
    as_json: bool,
    paths: tuple[Path, ...],
    config: Path,
) -> None:
    r"""Say why RULE stays silent on a text: the first condition that failed, and what did not count.

    Text, address, id and file are given as to `rules explain`. Of an article in the archive the rest of its
    way is told as well: whether it ever came, which article it copies or revises, what was decided and why,
    until when it is held, where its alert went.

    Exit codes: 0 the rule stays silent and here is why, 1 it matches, 2 the rules cannot be used.

    \b
    Examples:
      news-monitor rules why-not cross-border-raids "A video game about raids into Belgorod"
      news-monitor rules why-not official-denials article.txt
      news-monitor rules why-not cross-border-raids https://news.example/2024/05/raid
    """
    way: Sequence[Fate] = ()
    if is_reference(text):
        # Opening a database takes half a second of imports that weighing a plain text can do without.
        from monitor.cli.rulebook import archive  # noqa: PLC0415

        rule_named(rule, loaded(paths, config).ruleset)
        found = archive.fates(rule, text, config)
        if isinstance(found, archive.Absent):
            _say_absent(found, rule, as_json=as_json)
            raise SystemExit(Exit.FINE)
        way = found
    asked = weighed(rule, text, field=field, lang=lang, paths=paths, config=config)
    why = asked.matcher.why_not(rule, asked.entry)
    if as_json:
        print_json(_fields(asked, why, way))
    else:
        for line in (*_lines(asked, why), *_way(way, asked.rule.id, matches=why is None)):
            click.echo(line)
    raise SystemExit(Exit.FOUND if why is None else Exit.FINE)


def _say_absent(absent: Absent, rule: str, *, as_json: bool) -> None:
    from monitor.cli.rulebook.archive import lines_of_absent  # noqa: PLC0415 - as above

    lines = list(lines_of_absent(absent))
    if as_json:
        print_json({"rule": rule, "matches": None, "absent": lines, "way": []})
    else:
        for line in lines:
            click.echo(line)


def _lines(asked: Weighed, why: WhyNot | None) -> Iterator[str]:
    rule = asked.rule.id
    if why is None:
        yield f"{rule} matches; `news-monitor rules explain` shows how"
        return
    place = f"{clean(why.failed.at.path)}:{why.failed.at.line}: " if why.failed.at.line else ""
    yield f"{place}{rule} stays silent, because this {_verdict(holds=why.failed.holds)}:"
    yield from lines_of(why.failed, asked.entry, depth=1)
    yield from suppressed_lines(why.suppressed, asked.entry)


def _way(way: Sequence[Fate], rule: str, *, matches: bool) -> Iterator[str]:
    if way:
        from monitor.cli.rulebook.archive import lines_of_fate  # noqa: PLC0415 - as above

        for fate in way:
            yield from lines_of_fate(fate, rule, matches=matches)


def _fields(asked: Weighed, why: WhyNot | None, way: Sequence[Fate]) -> dict[str, object]:
    return {
        "rule": asked.rule.id,
        "matches": why is None,
        "failed": step_fields(why.failed) if why else None,
        "suppressed": suppressed_fields(why.suppressed) if why else [],
        "way": way,
    }


def _verdict(*, holds: bool) -> str:
    return "must not hold and does" if holds else "must hold and does not"
