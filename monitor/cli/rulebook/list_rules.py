"""`news-monitor rules list`: what is watched for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from monitor.cli.common import ago, counted, json_option, print_json
from monitor.cli.guard import clean
from monitor.cli.rulebook.places import loaded, rules_option
from monitor.cli.rulebook.statistics import history
from monitor.cli.tables import print_table
from monitor.config.rules import LoadedRules
from monitor.core.firing import DEAD, NOISY, History
from monitor.core.models import RuleFeedback
from monitor.core.query import render
from monitor.core.rules.tree import Rule
from monitor.files import is_there

_HISTORY = ("state", "last match", "matches a day, 7 d / 30 d", "alerts a day", "relevant")
_SELDOM = 0.1
_STATES = {
    DEAD: f"{DEAD}, found nothing in 30 days",
    NOISY: f"{NOISY}, alert once an hour or more",
}


@click.command(name="list")
@rules_option
@click.option("--tag", metavar="NAME", help="Only rules with this tag.")
@click.option("--owner", metavar="NAME", help="Only rules of this owner.")
@click.option("--query", "as_query", is_flag=True, help="Show what each rule looks for, as a query.")
@json_option
def command(
    *,
    paths: tuple[Path, ...],
    tag: str | None,
    owner: str | None,
    as_query: bool,
    as_json: bool,
    config: Path,
) -> None:
    r"""List rules with severity, owner, number of tests, and where they stand.

    Beside a database also with the last match, and with matches and alerts a day over the last 7 and 30
    days. A rule that found nothing in 30 days is `dead`, one with an alert an hour `noisy`: they are named
    once more below the table, with their owners. Where alerts were marked (buttons in
    Slack, `alerts mark`), `relevant` says which part was, of how many.

    \b
    Examples:
      news-monitor rules list --tag border
      news-monitor rules list --query
      news-monitor rules list --json | jq -r '.[] | select(.note == "noisy") | .owner'
    """
    rules = [
        rule
        for rule in _all(loaded(paths, config))
        if (tag is None or tag in rule.tags) and (owner is None or owner == rule.owner)
    ]
    if as_query:
        for rule in rules:
            click.echo(clean(f"{rule.id}: {render(rule.condition)}"))
        return
    known = history(config) if is_there(config) else None
    if as_json:
        print_json([_fields(rule, known) for rule in rules])
        return
    print_table(
        ("rule", *(_HISTORY if known else ()), "severity", "title", "owner", "tests", "where"),
        [_row(rule, known) for rule in rules],
        empty="there is no rule (of that kind)",
    )
    if known:
        for line in _at_a_glance([rule for rule in rules if rule.enabled], known):
            click.echo(line)


def _at_a_glance(rules: list[Rule], known: History) -> Iterator[str]:
    """Name the rules that want attention, and whose they are."""
    for state, says in _STATES.items():
        found = [
            f"{rule.id} ({rule.owner})" if rule.owner else rule.id
            for rule in rules
            if known.rates(rule.id).note == state
        ]
        if found:
            yield clean(f"{counted(len(found), 'rule')} {says}: {', '.join(found)}")


def _all(rules: LoadedRules) -> list[Rule]:
    """Return the rules of all files, those included that are switched off."""
    return [rule for file in rules.files for rule in file.rules.rules]


def _tests(rule: Rule) -> int:
    return len(rule.tests.match) + len(rule.tests.ignore)


def _row(rule: Rule, known: History | None) -> tuple[str, ...]:
    title = rule.title if rule.enabled else f"{rule.title} (off)"
    return (
        rule.id,
        *(_lately(rule, known) if known else ()),
        rule.severity.value,
        title,
        rule.owner,
        counted(_tests(rule), "test"),
        f"{rule.at.path}:{rule.at.line}",
    )


def _lately(rule: Rule, known: History) -> tuple[str, ...]:
    rates = known.rates(rule.id)
    return (
        (rates.note or "fine") if rule.enabled else "off",
        ago(rates.last_match_at, known.at),
        f"{_a_day(rates.matches_week)} / {_a_day(rates.matches_month)}",
        f"{_a_day(rates.alerts_week)} / {_a_day(rates.alerts_month)}",
        _precision(known.feedback.get(rule.id)),
    )


def _precision(feedback: RuleFeedback | None) -> str:
    """Write which part of the marked alerts was relevant, and of how many: `83 % of 12`."""
    if feedback is None or feedback.precision is None:
        return ""
    return f"{feedback.precision * 100:.0f} % of {feedback.judged}"


def _a_day(rate: float) -> str:
    """Write a rate so that what is seldom does not look like never."""
    return f"{rate:.2f}" if 0 < rate < _SELDOM else f"{rate:.1f}"


def _fields(rule: Rule, known: History | None) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "owner": rule.owner,
        "tags": list(rule.tags),
        "enabled": rule.enabled,
        "query": render(rule.condition),
        "channels": list(rule.alert.channels),
        "tests": _tests(rule),
        "path": rule.at.path,
        "line": rule.at.line,
        **(_rates(rule, known) if known else {}),
    }


def _rates(rule: Rule, known: History) -> dict[str, object]:
    rates = known.rates(rule.id)
    return {
        "last_match_at": rates.last_match_at,
        "matches_per_day": {"7d": round(rates.matches_week, 2), "30d": round(rates.matches_month, 2)},
        "alerts_per_day": {"7d": round(rates.alerts_week, 2), "30d": round(rates.alerts_month, 2)},
        "note": rates.note if rule.enabled else "",
        "feedback": _counts(known.feedback.get(rule.id)),
    }


def _counts(feedback: RuleFeedback | None) -> dict[str, object]:
    found = feedback or RuleFeedback(rule="")
    return {"relevant": found.relevant, "noise": found.noise, "precision": found.precision}
