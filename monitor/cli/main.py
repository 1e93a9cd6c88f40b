"""The root command: finds its subcommands by name and imports only the one that is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from monitor.cli.lazy import LazyGroup


class _Commands(LazyGroup):
    place = "monitor.cli.{}"
    about: ClassVar[Mapping[str, str]] = {
        "run": "Run the daemon: poll, match, build stories, alert.",
        "demo": "Run the daemon on the sample outlets alone and watch alerts arrive.",
        "check": "Check config.yaml and every rule file; say every mistake.",
        "rules": "Check, test, list and explain rules.",
        "feeds": "List feeds and their health; probe a URL.",
        "entries": "List and show what the feeds brought; have an entry forgotten.",
        "stories": "List and show stories with their sources.",
        "alerts": "List alerts and deliveries, sent and held; ask why; acknowledge, retry or drop.",
        "routes": "Show where alerts go; test where one would.",
        "silences": "Keep alerts from being sent for a while; see what that held.",
        "audit": "See who did what by hand.",
        "users": "Make passwords and tokens for users of the desk.",
        "db": "Look after the database: status, check, backup, restore, move, export.",
        "replay": "Run recorded entries through the very same path and send nothing.",
        "workers": "See which daemons share a PostgreSQL database, what each polls, and empty one.",
        "doctor": "Examine configuration, database, channels and machine.",
    }


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="news-monitor", prog_name="news-monitor")
def cli() -> None:
    """Watch news feeds; alert once per story, with the proof of why.

    Start with `news-monitor demo`. Configuration lives in config.yaml, rules in rules/*.yaml.

    Exit codes: 0 fine; 1 something was found; 2 mistakes in configuration, rules or usage; 3 another
    daemon holds the database; 4 the database cannot be used.
    """
