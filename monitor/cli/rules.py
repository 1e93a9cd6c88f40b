"""`news-monitor rules`: everything about rule files; each command is imported only when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from monitor.cli.lazy import LazyGroup


class _RuleCommands(LazyGroup):
    place = "monitor.cli.rulebook.{}_rules"
    about: ClassVar[Mapping[str, str]] = {
        "check": "Say every mistake in rule files, and what is doubtful in them.",
        "test": "Run the tests that stand beside the rules.",
        "list": "List rules, with what each looks for.",
        "explain": "Show how a rule sees a text, condition by condition.",
        "why-not": "Say which condition of a rule failed on a text.",
        "preview": "Say what rules match among the articles of the last hours.",
        "backtest": "Say what rules would have alerted, from the archive.",
        "diff": "Say which alerts an edit adds and loses, from the archive.",
        "tune": "Propose what a rule should leave out, from alerts marked as noise.",
        "push": "Put rules into the database, for all daemons that say `rules: database`.",
        "versions": "List the versions that were pushed, or show what one changed.",
        "pull": "Write the files of a version into a folder.",
        "rollback": "Put the rules of an earlier version in force again.",
        "match": "Run the rules over a file of entries.",
        "schema": "Print the JSON Schema of rule files, for editors.",
    }


@click.group(name="rules", cls=_RuleCommands)
def command() -> None:
    r"""Check, test, list and explain rules.

    Rules live in rules/**/*.yaml; docs/rules.md is their language. Where no files are named, those of
    config.yaml are taken, or the folder `rules` where there is no config.yaml.

    \b
    A rule from the first line to the last:
      news-monitor rules check rules/border.yaml
      news-monitor rules test rules/border.yaml
      news-monitor rules explain cross-border-raids "Бойцы РДК вошли в Белгородскую область"
      news-monitor rules backtest --since 7d
    """
