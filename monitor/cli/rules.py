"""`news-monitor rules`: everything about rule files; each command is imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

_COMMANDS = {
    "check": "Say every mistake in rule files, and what is doubtful in them.",
    "test": "Run the tests that stand beside the rules.",
    "list": "List rules, with what each looks for.",
    "explain": "Show how a rule sees a text, condition by condition.",
    "why-not": "Say which condition of a rule failed on a text.",
    "match": "Run the rules over a file of entries.",
    "schema": "Print the JSON Schema of rule files, for editors.",
}


class _LazyGroup(click.Group):
    """A group whose commands live in `monitor.cli.rulebook`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which a rule is made."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return its `command`."""
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"monitor.cli.rulebook.{cmd_name.replace('-', '_')}_rules")
        found = module.command
        if not isinstance(found, click.Command):
            message = f"{module.__name__}.command is no click command"
            raise TypeError(message)
        found.help = _paragraphs(found.help)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _paragraphs(text: str | None) -> str:
    r"""Turn `\b` of a raw docstring into the one sign by which click keeps lines as they are."""
    return (text or "").replace("\\b\n", "\b\n")


@click.group(name="rules", cls=_LazyGroup)
def command() -> None:
    r"""Check, test, list and explain rules.

    Rules live in rules/**/*.yaml; docs/rules.md is their language. Where no files are named, those of
    config.yaml are taken, or the folder `rules` where there is no config.yaml.

    \b
    A rule from the first line to the last:
      news-monitor rules check rules/border.yaml
      news-monitor rules test rules/border.yaml
      news-monitor rules explain cross-border-raids "Бойцы РДК вошли в Белгородскую область"
      news-monitor rules match --input yesterday.jsonl
    """


command.help = _paragraphs(command.help)
