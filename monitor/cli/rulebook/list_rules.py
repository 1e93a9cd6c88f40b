"""`news-monitor rules list`: what is watched for."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import ago, counted, json_option, print_json
from monitor.cli.guard import clean
from monitor.cli.rulebook.places import loaded, rules_option
from monitor.cli.rulebook.statistics import History, history
from monitor.cli.tables import print_table
from monitor.config.rules import LoadedRules
from monitor.core.models import RuleFeedback
from monitor.core.query import render
from monitor.core.rules.tree import Rule
from monitor.files import is_there

_HISTORY = ("last match", "matches a day, 7 d / 30 d", "alerts a day", "relevant", "")


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
    days. A rule that found nothing in 30 days is marked `dead`, one with an alert an hour `noisy`. Where
    alerts were marked (buttons in Slack, `alerts mark`), `relevant` says which part was, of how many.

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
        ("rule", "severity", "title", "owner", *(_HISTORY if known else ()), "tests", "where"),
        [_row(rule, known) for rule in rules],
        empty="there is no rule (of that kind)",
    )


def _all(rules: LoadedRules) -> list[Rule]:
    """Return the rules of all files, those included that are switched off."""
    return [rule for file in rules.files for rule in file.rules.rules]


def _tests(rule: Rule) -> int:
    return len(rule.tests.match) + len(rule.tests.ignore)


def _row(rule: Rule, known: History | None) -> tuple[str, ...]:
    title = rule.title if rule.enabled else f"{rule.title} (off)"
    return (
        rule.id,
        rule.severity.value,
        title,
        rule.owner,
        *(_lately(rule, known) if known else ()),
        counted(_tests(rule), "test"),
        f"{rule.at.path}:{rule.at.line}",
    )


def _lately(rule: Rule, known: History) -> tuple[str, ...]:
    rates = known.rates(rule.id)
    return (
        ago(rates.last_match_at, known.at),
        f"{rates.matches_week:.1f} / {rates.matches_month:.1f}",
        f"{rates.alerts_week:.1f} / {rates.alerts_month:.1f}",
        _precision(known.feedback.get(rule.id)),
        rates.note if rule.enabled else "",
    )


def _precision(feedback: RuleFeedback | None) -> str:
    """Write which part of the marked alerts was relevant, and of how many: `83 % of 12`."""
    if feedback is None or feedback.precision is None:
        return ""
    return f"{feedback.precision * 100:.0f} % of {feedback.judged}"


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
