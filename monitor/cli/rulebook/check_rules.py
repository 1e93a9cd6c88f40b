"""`news-monitor rules check`: every mistake of every file, and what is doubtful."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import counted, json_option, print_json
from monitor.cli.guard import Exit, one_paragraph
from monitor.cli.rulebook.places import paths_argument, places, rules_at
from monitor.config.compiling import compiled
from monitor.config.rules import LoadedRules
from monitor.core.errors import Mistake, Weight
from monitor.core.proving import failing_tests
from monitor.core.rules.linting import lint
from monitor.core.rules.soundness import untouched


@click.command(name="check")
@paths_argument
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@json_option
def command(*, paths: tuple[Path, ...], strict: bool, as_json: bool, config: Path) -> None:
    r"""Say every mistake in rule files, failing tests, and what is doubtful in the rest.

    Each line is `file:line:column: sentence`. Warnings are things that work and are probably not meant:
    letters of two scripts in one word, short names in lower case, rules that find nothing of their own.

    Exit codes: 0 fine, 1 a test fails (or, with --strict, a warning stands), 2 the rules cannot be used.

    \b
    Examples:
      news-monitor rules check
      news-monitor rules check rules/border.yaml
      news-monitor rules check --strict --json rules/ > report.json
    """
    where = places(paths, config)
    rules = rules_at(where, config, channels=where.channels)
    sound = untouched(rules.ruleset, rules.mistakes)
    more = (*failing_tests(sound, compiled(sound)), *lint(rules.ruleset, rules.mistakes))
    mistakes = sorted({*rules.mistakes, *more})
    if as_json:
        print_json([_fields(mistake) for mistake in mistakes])
    else:
        for mistake in mistakes:
            click.echo(one_paragraph(str(mistake)))
        click.echo(_summary(rules, mistakes))
    raise SystemExit(_exit_code(rules, mistakes, strict=strict))


def _fields(mistake: Mistake) -> dict[str, object]:
    return {
        "path": mistake.path,
        "line": mistake.line,
        "column": mistake.column,
        "weight": mistake.weight.value,
        "message": mistake.message,
    }


def _summary(rules: LoadedRules, mistakes: list[Mistake]) -> str:
    errors = sum(mistake.weight is Weight.ERROR for mistake in mistakes)
    ruleset = rules.ruleset
    tests = sum(len(rule.tests.match) + len(rule.tests.ignore) for rule in ruleset.rules)
    parts = (
        counted(len(rules.files), "file"),
        counted(len(ruleset.rules), "rule"),
        counted(len(ruleset.entities), "entity", "entities"),
        counted(tests, "test"),
    )
    verdict = (counted(errors, "mistake"), counted(len(mistakes) - errors, "warning"))
    return f"{', '.join(parts)}: {' and '.join(verdict) if mistakes else 'fine'}"


def _exit_code(rules: LoadedRules, mistakes: list[Mistake], *, strict: bool) -> Exit:
    if not rules.is_usable:
        return Exit.MISTAKES
    if any(strict or mistake.weight is Weight.ERROR for mistake in mistakes):
        return Exit.FOUND
    return Exit.FINE
