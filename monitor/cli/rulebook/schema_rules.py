"""`news-monitor rules schema`: for editors."""

from __future__ import annotations

import click

from monitor.cli.common import print_json
from monitor.core.rules.schema import schema


@click.command(name="schema")
def command() -> None:
    r"""Print the JSON Schema of rule files: editors complete and check with it while you type.

    \b
    Once:
      news-monitor rules schema > rules.schema.json
    Then the first line of a rule file names it:
      # yaml-language-server: $schema=../rules.schema.json
    """
    print_json(schema())
