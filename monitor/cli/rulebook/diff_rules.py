"""`news-monitor rules diff`: the alerts that an edit adds and loses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.common import config_option, counted, json_option, print_json
from monitor.cli.guard import Exit
from monitor.cli.rulebook.backtest_rules import line_of, reach
from monitor.cli.rulebook.places import loaded
from monitor.cli.rulebook.retrial import Outcome, Trial, since_option, tried
from monitor.cli.tables import print_table
from monitor.core.models import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The alerts of one set of rules that another has not, by rule and story."""

    added: tuple[Outcome, ...]
    lost: tuple[Outcome, ...]
    kept: tuple[Outcome, ...]


@click.command(name="diff")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@since_option
@json_option
@config_option
def command(*, old: Path, new: Path, since: timedelta, as_json: bool, config: Path) -> None:
    r"""Say which alerts an edit adds and loses: OLD and NEW are rule files, or folders of them.

    Both are tried on the archive as `rules backtest` does. An alert is known again by its rule and the
    article that opened its story, so a rule that was given another id shows as lost and added.

    Exit codes: 0 no difference, 1 alerts are added or lost, 2 the rules cannot be used, 4 no database.

    \b
    Examples:
      git show HEAD:rules/border.yaml > /tmp/border.yaml
      news-monitor rules diff /tmp/border.yaml rules/border.yaml --since 14d
    """
    before, after = tried([loaded([path], config).ruleset for path in (old, new)], config, since=since)
    found = difference(before, after)
    if as_json:
        print_json(
            {"since": after.since, "until": after.until, "entries": after.entries}
            | {"kept": len(found.kept), "added": found.added, "lost": found.lost}
        )
    else:
        _say(found, after)
    raise SystemExit(Exit.FOUND if found.added or found.lost else Exit.FINE)


def difference(before: Trial, after: Trial) -> Difference:
    """Compare the first alerts on each story, rule by rule."""
    old, new = _alerts(before), _alerts(after)
    return Difference(
        added=tuple(outcome for key, outcome in new.items() if key not in old),
        lost=tuple(outcome for key, outcome in old.items() if key not in new),
        kept=tuple(outcome for key, outcome in new.items() if key in old),
    )


def _alerts(trial: Trial) -> dict[tuple[str, str], Outcome]:
    found: dict[tuple[str, str], Outcome] = {}
    for outcome in trial.of(Verdict.ALERT):
        found.setdefault((outcome.rule, outcome.story), outcome)
    return found


def _say(found: Difference, trial: Trial) -> None:
    marked = [*(("+", one) for one in found.added), *(("-", one) for one in found.lost)]
    for mark, outcome in sorted(marked, key=lambda pair: pair[1].at):
        click.echo(click.style(f"{mark} {line_of(outcome)}", fg="green" if mark == "+" else "red"))
    counts = [_counts(part) for part in (found.added, found.lost, found.kept)]
    touched = sorted({rule for count in counts[:2] for rule in count})
    if touched:
        rows = [(rule, *(str(count[rule]) for count in counts)) for rule in touched]
        print_table(("rule", "added", "lost", "kept"), rows, empty="")
    click.echo(
        f"{counted(len(found.added), 'alert')} added, {len(found.lost)} lost, {len(found.kept)} kept; "
        f"{reach(trial)}"
    )


def _counts(outcomes: Sequence[Outcome]) -> Counter[str]:
    return Counter(outcome.rule for outcome in outcomes)
