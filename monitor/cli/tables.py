"""Rows for people: a table at a terminal, aligned columns for everything else."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.cli.guard import clean
from monitor.telemetry import Redactor


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str, redactor: Redactor | None = None
) -> None:
    """Print rows: a table for a person at a terminal, aligned columns without colour for everything else."""
    hide = (redactor or Redactor()).for_people
    rows = [[hide(clean(cell)) for cell in row] for row in rows]
    if not rows:
        click.echo(empty)
    elif sys.stdout.isatty():
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        Console().print(table)
    else:
        lines = [[heading.upper() for heading in headings], *rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
        for line in lines:
            click.echo(
                "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            )
