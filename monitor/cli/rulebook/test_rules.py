"""`news-monitor rules test`: the tests that stand beside the rules."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import counted, json_option, print_json
from monitor.cli.guard import Exit, clean, one_paragraph
from monitor.cli.rulebook.places import loaded, paths_argument, rule_named
from monitor.config.compiling import compiled
from monitor.core.document import shown
from monitor.core.proving import Trial, run_tests


@click.command(name="test")
@paths_argument
@click.option("--rule", metavar="NAME", help="Only the tests of this rule.")
@click.option("-v", "--verbose", is_flag=True, help="Name the tests that pass, too.")
@json_option
def command(*, paths: tuple[Path, ...], rule: str | None, verbose: bool, as_json: bool, config: Path) -> None:
    r"""Run the tests that stand beside the rules, through the daemon's own matcher.

    Exit codes: 0 all pass, 1 one fails, 2 the rules cannot be used.

    \b
    Examples:
      news-monitor rules test
      news-monitor rules test --rule cross-border-raids -v
    """
    ruleset = loaded(paths, config).ruleset
    if rule is not None:
        rule_named(rule, ruleset)
    trials = [trial for trial in run_tests(ruleset, compiled(ruleset)) if rule in {None, trial.rule}]
    failed = [trial for trial in trials if not trial.passed]
    if as_json:
        print_json([_fields(trial) for trial in trials])
    else:
        for trial in trials:
            if verbose or not trial.passed:
                click.echo(_line(trial))
        click.echo(_summary(trials, failed))
    raise SystemExit(Exit.FOUND if failed else Exit.FINE)


def _line(trial: Trial) -> str:
    if not trial.passed:
        return one_paragraph(str(trial.mistake()))
    at = trial.sample.at
    verb = "matches" if trial.should_match else "ignores"
    return f"{clean(at.path)}:{at.line}:{at.column}: {trial.rule} {verb} {clean(shown(_text(trial)))}"


def _text(trial: Trial) -> str:
    sample = trial.sample
    return sample.text or sample.title or sample.summary or sample.content


def _summary(trials: list[Trial], failed: list[Trial]) -> str:
    rules = len({trial.rule for trial in trials})
    verdict = f"{len(failed)} failed" if failed else "all passed"
    return f"{counted(len(trials), 'test')} of {counted(rules, 'rule')}: {verdict}"


def _fields(trial: Trial) -> dict[str, object]:
    at = trial.sample.at
    return {
        "rule": trial.rule,
        "path": at.path,
        "line": at.line,
        "text": _text(trial),
        "expected": "match" if trial.should_match else "ignore",
        "passed": trial.passed,
        "message": "" if trial.passed else trial.mistake().message,
    }
