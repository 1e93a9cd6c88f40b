"""Groups of commands that import only the one that is called, so that `--help` and `check` start fast."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar

import click

from monitor.cli.guard import GuardedGroup


class LazyGroup(GuardedGroup):
    """A group whose commands are named beforehand and live in modules of their own, each as `command`."""

    about: ClassVar[Mapping[str, str]] = {}
    """Each command to the line that the group's help shows of it, in the order a newcomer meets them."""
    place: ClassVar[str] = ""
    """The module of a command, its name (with `_` for `-`) put for `{}`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return list(self.about)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the command and return it."""
        if cmd_name not in self.about:
            return None
        module = import_module(self.place.format(cmd_name.replace("-", "_")))
        if not isinstance(module.command, click.Command):
            message = f"{module.__name__}.command is no click command"
            raise TypeError(message)
        return _readable(module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.about.items()))


def paragraphs(text: str | None) -> str:
    r"""Turn `\b` of a raw docstring into the one sign by which click keeps lines as they are."""
    return (text or "").replace("\\b\n", "\b\n")


def _readable(command: click.Command) -> click.Command:
    command.help = paragraphs(command.help)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _readable(inner)
    return command
