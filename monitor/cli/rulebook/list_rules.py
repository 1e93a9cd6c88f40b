"""`news-monitor rules list`: what is watched for."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import counted, json_option, print_json
from monitor.cli.guard import clean
from monitor.cli.rulebook.places import loaded, rules_option
from monitor.cli.tables import print_table
from monitor.config.rules import LoadedRules
from monitor.core.query import render
from monitor.core.rules.tree import Rule


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

    \b
    Examples:
      news-monitor rules list --tag border
      news-monitor rules list --query
      news-monitor rules list --json | jq -r '.[] | select(.tests == 0) | .id'
    """
    rules = [
        rule
        for rule in _all(loaded(paths, config))
        if (tag is None or tag in rule.tags) and (owner is None or owner == rule.owner)
    ]
    if as_json:
        print_json([_fields(rule) for rule in rules])
    elif as_query:
        for rule in rules:
            click.echo(clean(f"{rule.id}: {render(rule.condition)}"))
    else:
        print_table(
            ("rule", "severity", "title", "owner", "tests", "where"),
            [_row(rule) for rule in rules],
            empty="there is no rule (of that kind)",
        )


def _all(rules: LoadedRules) -> list[Rule]:
    """Return the rules of all files, those included that are switched off."""
    return [rule for file in rules.files for rule in file.rules.rules]


def _tests(rule: Rule) -> int:
    return len(rule.tests.match) + len(rule.tests.ignore)


def _row(rule: Rule) -> tuple[str, ...]:
    title = rule.title if rule.enabled else f"{rule.title} (off)"
    return (
        rule.id,
        rule.severity.value,
        title,
        rule.owner,
        counted(_tests(rule), "test"),
        f"{rule.at.path}:{rule.at.line}",
    )


def _fields(rule: Rule) -> dict[str, object]:
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
    }
