"""The root command: finds its subcommands by name and imports only the one that is used."""

from __future__ import annotations

from importlib import import_module

import click

from monitor.cli.guard import GuardedGroup

_COMMANDS = {
    "run": "Run the daemon: poll, match, build stories, alert.",
    "demo": "Run the daemon on the sample outlets alone and watch alerts arrive.",
    "check": "Check config.yaml and every rule file; say every mistake.",
    "rules": "Check, test, list and explain rules.",
    "feeds": "List feeds and their health; probe a URL.",
    "stories": "List and show stories with their sources.",
    "alerts": "List alerts and deliveries; retry dead letters.",
    "replay": "Run recorded entries through the very same path and send nothing.",
    "doctor": "Examine configuration, database, channels and machine.",
}


class LazyGroup(GuardedGroup):
    """A group whose commands live in `monitor.cli.<name>` and are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order a newcomer meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module that bears the command's name and return its `command`."""
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"monitor.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            message = f"monitor.cli.{cmd_name}.command is no click command"
            raise TypeError(message)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="news-monitor", prog_name="news-monitor")
def cli() -> None:
    """Watch news feeds; alert once per story, with the proof of why.

    Start with `news-monitor demo`. Configuration lives in config.yaml, rules in rules/*.yaml.

    Exit codes: 0 fine; 1 something was found; 2 mistakes in configuration, rules or usage; 3 another
    daemon holds the database; 4 the database cannot be used.
    """
