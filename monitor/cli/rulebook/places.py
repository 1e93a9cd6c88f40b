"""Which rule files a command is about, and the options that say so.

Only `rules:` and the names of `channels:` are read of config.yaml: rules are checked on machines that have
none of its secrets. Where it says `rules: database` and no files are named, all of it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from monitor.cli.common import config_option, configured, say_mistakes
from monitor.cli.database import run_async
from monitor.config.pushed import rules_of
from monitor.config.rules import LoadedRules, load_rules
from monitor.core.document import Node, suggestion
from monitor.core.errors import ConfigurationError, Mistake
from monitor.core.rules.tree import Rule, RuleSet
from monitor.files import is_there
from monitor.sources.pushed import with_bundle
from monitor.yamlfile import read_yaml

FOLDER = Path("rules")

_Command = TypeVar("_Command", bound=Callable[..., object])


def rules_option(command: _Command) -> _Command:
    """Add `--rules/-r PATH`, as often as wanted, handed to the command as `paths`."""
    option = click.option(
        "-r",
        "--rules",
        "paths",
        type=click.Path(path_type=Path),
        multiple=True,
        help="A rule file or folder; more than once for several.",
    )
    return option(config_option(command))


def paths_argument(command: _Command) -> _Command:
    """Add `[PATHS]...`, handed to the command as `paths`."""
    argument = click.argument("paths", type=click.Path(path_type=Path), nargs=-1)
    return argument(config_option(command))


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Rule files and folders, and the channels that rules may name; None if nobody knows."""

    paths: tuple[Path, ...]
    channels: frozenset[str] | None = None
    pushed: bool = False
    """Whether the rules are those that were pushed to the database of the configuration."""


def places(paths: Iterable[Path], config: Path) -> Places:
    """Return the files named, else those of the configuration, else the folder `rules`."""
    root = read_yaml(config)[0] if is_there(config) else None
    channels = _channels(root) if root else None
    named = tuple(paths)
    pushed = not named and root is not None and _is_pushed(root.at(["rules"]))
    if not named and root is not None and not pushed:
        named = tuple(config.parent / name for name in _texts(root.at(["rules"])))
    return Places(paths=named or (config.parent / FOLDER,), channels=channels, pushed=pushed)


def _is_pushed(node: Node | None) -> bool:
    return node is not None and not isinstance(node.value, tuple) and node.text == "database"


def rules_at(where: Places, config: Path, *, channels: frozenset[str] | None = None) -> LoadedRules:
    """Read rule files, or what was pushed; with `channels`, a rule that names another is a mistake.

    Raises:
        ConfigurationError: the rules stand in the database, and the configuration has mistakes.
        DatabaseUnusableError: they do, and it cannot be read.
    """
    if where.pushed:
        return rules_of(run_async(with_bundle(configured(config))), channels=channels)
    return load_rules(where.paths, channels=channels)


def _channels(root: Node) -> frozenset[str] | None:
    channels = root.at(["channels"])
    return frozenset(channels.value) if channels and isinstance(channels.value, Mapping) else None


def _texts(node: Node | None) -> list[str]:
    items = node.value if node and isinstance(node.value, tuple) else (node,) if node else ()
    return [item.text for item in items if item.text]


def loaded(paths: Iterable[Path], config: Path) -> LoadedRules:
    """Load rules for a command that needs them to be right; warnings go to standard error.

    Channels are not checked here: whoever tests a rule on a text need not have them.

    Raises:
        ConfigurationError: they have mistakes.
    """
    rules = rules_at(places(paths, config), config)
    rules.accepted()
    say_mistakes(rules.mistakes)
    return rules


def rule_named(name: str, ruleset: RuleSet) -> Rule:
    """Find a rule by its id.

    Raises:
        ConfigurationError: there is none; the nearest name is suggested.
    """
    by_id = {rule.id: rule for rule in ruleset.rules}
    if name in by_id:
        return by_id[name]
    end = suggestion(name, sorted(by_id), otherwise="`news-monitor rules list` names them all")
    raise ConfigurationError([Mistake(path="rules", message=f"no rule named '{name}'{end}")])
