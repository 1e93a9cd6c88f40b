"""`news-monitor rules why-not`: the first condition that failed."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import print_json
from monitor.cli.guard import Exit, clean
from monitor.cli.rulebook.weighing import (
    lines_of,
    step_fields,
    suppressed_fields,
    suppressed_lines,
    weighed,
    weighing_options,
)


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

    Text, address, id and file are given as to `rules explain`.

    Exit codes: 0 the rule stays silent and here is why, 1 it matches, 2 the rules cannot be used.

    \b
    Examples:
      news-monitor rules why-not cross-border-raids "A video game about raids into Belgorod"
      news-monitor rules why-not official-denials article.txt
    """
    asked = weighed(rule, text, field=field, lang=lang, paths=paths, config=config)
    why = asked.matcher.why_not(rule, asked.entry)
    if as_json:
        failed = step_fields(why.failed) if why else None
        suppressed = suppressed_fields(why.suppressed) if why else []
        print_json({"rule": rule, "matches": why is None, "failed": failed, "suppressed": suppressed})
    elif why is None:
        click.echo(f"{rule} matches; `news-monitor rules explain` shows how")
    else:
        place = f"{clean(why.failed.at.path)}:{why.failed.at.line}: " if why.failed.at.line else ""
        click.echo(f"{place}{rule} stays silent, because this {_verdict(holds=why.failed.holds)}:")
        for line in lines_of(why.failed, asked.entry, depth=1):
            click.echo(line)
        for line in suppressed_lines(why.suppressed, asked.entry):
            click.echo(line)
    raise SystemExit(Exit.FOUND if why is None else Exit.FINE)


def _verdict(*, holds: bool) -> str:
    return "must not hold and does" if holds else "must hold and does not"
