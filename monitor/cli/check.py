"""`news-monitor check`: every mistake in configuration and rules, and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import config_option, counted, json_option, print_json, say_mistakes
from monitor.cli.database import run_async
from monitor.cli.guard import Exit
from monitor.config.naming import held_against
from monitor.config.pushed import PushedRules
from monitor.config.reload import RuleFiles
from monitor.config.rules import LoadedRules
from monitor.config.settings import Loaded, load_settings
from monitor.core.errors import Mistake
from monitor.files import is_there
from monitor.sources.pushed import with_bundle


@click.command(name="check")
@json_option
@config_option
def command(*, as_json: bool, config: Path) -> None:
    r"""Read config.yaml and every rule file; say every mistake at once, each with line and column.

    The tests that stand beside the rules are run, as the daemon does at its start: one that fails is a
    mistake. Nothing is fetched or sent, and no database opened but for rules that were pushed to it. Exit
    code 0 if the daemon would accept all of it (warnings may be), 2 if not.

    \b
    Example, before a reload:
      news-monitor check && systemctl reload news-monitor
    """
    loaded = run_async(with_bundle(load_settings(config)))
    rules = started(loaded)
    loaded = held_against(loaded, rules)
    mistakes = sorted({*loaded.mistakes, *rules.mistakes})
    if as_json:
        print_json([_fields(mistake) for mistake in mistakes])
    else:
        say_mistakes(mistakes)
        if loaded.settings is not None:
            click.echo(_summary(loaded, rules))
    if loaded.settings is None or not rules.is_usable:
        raise SystemExit(Exit.MISTAKES)


def started(loaded: Loaded) -> LoadedRules:
    """Read the rules as the daemon does at its start; a folder that is not there is a mistake elsewhere."""
    if loaded.pushed:
        return PushedRules(loaded).start()
    there = tuple(path for path in loaded.rules if is_there(path))
    return RuleFiles(there, channels=loaded.channels, templates=loaded.templates.names).start()


def _summary(loaded: Loaded, rules: LoadedRules) -> str:
    channels = ", ".join(loaded.accepted().channels) or "none"
    return (
        f"{loaded.path}: {counted(len(loaded.feeds), 'feed')}; channels: {channels}; {rules_in_words(rules)}"
    )


def rules_in_words(rules: LoadedRules) -> str:
    """Count rules, entities and files."""
    kinds = (
        counted(len(rules.ruleset.rules), "rule"),
        counted(len(rules.ruleset.entities), "entity", "entities"),
        counted(len(rules.files), "file"),
    )
    return "{} and {} in {}".format(*kinds)


def _fields(mistake: Mistake) -> dict[str, object]:
    return {
        "path": mistake.path,
        "line": mistake.line,
        "column": mistake.column,
        "weight": mistake.weight,
        "message": mistake.message,
    }
