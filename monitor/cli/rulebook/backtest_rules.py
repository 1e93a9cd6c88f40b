"""`news-monitor rules backtest`: what would have been alerted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.common import counted, json_option, minute, print_json
from monitor.cli.guard import clean
from monitor.cli.rulebook.places import loaded, rule_named, rules_option
from monitor.cli.rulebook.retrial import Outcome, Trial, only, since_option, tried
from monitor.cli.tables import print_table
from monitor.core.models import Verdict

_SHOWN = (Verdict.ALERT, Verdict.UPDATE, Verdict.HELD, Verdict.SUPPRESSED)


@click.command(name="backtest")
@click.option(
    "--rule", "names", metavar="NAME", multiple=True, help="Only this rule; more than once for more."
)
@since_option
@rules_option
@json_option
def command(
    *, names: tuple[str, ...], since: timedelta, paths: tuple[Path, ...], as_json: bool, config: Path
) -> None:
    r"""Say what the rules would have alerted, had they been in force: from the archive, and nothing is sent.

    Every article the daemon has kept goes through the very same decisions in virtual time, in the order in
    which it came: stories, copies, cooldowns, corroboration, spikes. Silences are not heeded.

    Exit codes: 0 done, 2 the rules cannot be used, 4 there is no database.

    \b
    Examples:
      news-monitor rules backtest --since 7d
      news-monitor rules backtest --rules draft.yaml --rule raids
      news-monitor rules backtest --json | jq '.rules[] | select(.alert > 100)'
    """
    ruleset = loaded(paths, config).ruleset
    for name in names:
        rule_named(name, ruleset)
    [trial] = tried([only(ruleset, names)], config, since=since)
    if as_json:
        print_json(_fields(trial))
        return
    for outcome in trial.of(Verdict.ALERT):
        click.echo(line_of(outcome))
    rows = [
        (tally.rule, str(tally.matches), *(str(tally.verdicts[verdict]) for verdict in _SHOWN))
        for tally in trial.tallies.values()
    ]
    print_table(
        ("rule", "matches", "alerts", "updates", "held", "suppressed"), rows, empty="there is no rule"
    )
    click.echo(reach(trial))


def line_of(outcome: Outcome) -> str:
    """Write an alert that would have been on one line."""
    return clean(f"{minute(outcome.at)}  {outcome.rule}: {outcome.title} ({outcome.outlet})")


def reach(trial: Trial) -> str:
    """Say over what the rules were tried."""
    if trial.oldest is None:
        return f"the archive holds no article since {minute(trial.since)}"
    return f"{counted(trial.entries, 'text')} of the archive, from {minute(trial.oldest)} on"


def _fields(trial: Trial) -> dict[str, object]:
    return {
        "since": trial.since,
        "until": trial.until,
        "entries": trial.entries,
        "rules": [
            {"rule": tally.rule, "matches": tally.matches}
            | {verdict.value: tally.verdicts[verdict] for verdict in _SHOWN}
            for tally in trial.tallies.values()
        ],
        "alerts": trial.of(Verdict.ALERT),
    }
