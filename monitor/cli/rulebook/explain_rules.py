"""`news-monitor rules explain`: how a rule sees a text, condition by condition."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import print_json
from monitor.cli.guard import Exit
from monitor.cli.rulebook.weighing import (
    hit_fields,
    lines_of,
    step_fields,
    suppressed_fields,
    suppressed_lines,
    weighed,
    weighing_options,
)


@click.command(name="explain")
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
    r"""Show how RULE sees a text: every condition, what it found, and what does not count.

    The text is given as it is, as the id or address of an entry in the archive, as a file (its first line
    is the title; a .json file holds one entry), or as - for standard input. What the rule's `where` wants
    of source and language is granted to a text that says neither.

    Exit codes: 0 it matches, 1 it does not, 2 the rules cannot be used.

    \b
    Examples:
      news-monitor rules explain cross-border-raids "Legion fighters enter Kursk region"
      news-monitor rules explain cross-border-raids "Бійці зайшли в Курську область" --lang uk
      news-monitor rules explain cross-border-raids https://news.example/2024/05/raid
      news-monitor rules explain cross-border-raids article.txt --json
    """
    asked = weighed(rule, text, field=field, lang=lang, paths=paths, config=config)
    explanation = asked.matcher.explain(rule, asked.entry)
    if as_json:
        print_json(
            {
                "rule": rule,
                "matches": explanation.matches,
                "hits": [hit_fields(hit) for hit in explanation.hits],
                "steps": [step_fields(step) for step in explanation.steps],
                "suppressed": suppressed_fields(explanation.suppressed),
            }
        )
    else:
        click.echo(f"{rule} {'matches' if explanation.matches else 'does not match'}")
        for step in explanation.steps:
            for line in lines_of(step, asked.entry, depth=1):
                click.echo(line)
        for line in suppressed_lines(explanation.suppressed, asked.entry):
            click.echo(line)
    raise SystemExit(Exit.FINE if explanation.matches else Exit.FOUND)
