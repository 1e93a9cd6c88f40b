"""How failure is said: one sentence on standard error and an exit code, never a traceback.

Exit codes: 0 fine, 1 something was found, 2 mistakes in configuration, rules or usage, 3 another daemon holds
the database, 4 the database cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import TypeVar

import click

from monitor.core.errors import (
    ConfigurationError,
    DatabaseHeldError,
    DatabaseUnusableError,
    NewsMonitorError,
    StoreUnavailableError,
)
from monitor.telemetry import Redactor

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

_T = TypeVar("_T")


class NothingFoundError(NewsMonitorError):
    """There is nothing by the name a person gave (exit code 1)."""


def the_one(found: Sequence[_T], prefix: str, *, noun: str, id_of: Callable[[_T], str], listed_by: str) -> _T:
    """Return what is named by the start of its id; an id in full wins over longer ones.

    Raises:
        NothingFoundError: none or several are.
    """
    exact = [one for one in found if id_of(one) == prefix] or found
    if len(exact) == 1 and prefix:
        return exact[0]
    if not prefix:
        message = f"give the start of an id; `{listed_by}` shows them"
    elif found:
        message = f"more than one {noun} begins with {prefix}; give more digits"
    else:
        message = f"no {noun} begins with {prefix}; `{listed_by}` shows them"
    raise NothingFoundError(message)


class Exit(IntEnum):
    """What a command ends with."""

    FINE = 0
    FOUND = 1
    MISTAKES = 2
    HELD = 3
    UNUSABLE = 4


def exit_code_of(error: NewsMonitorError) -> Exit:
    """Return the exit code that stands for an error."""
    match error:
        case ConfigurationError():
            return Exit.MISTAKES
        case DatabaseHeldError():
            return Exit.HELD
        case DatabaseUnusableError() | StoreUnavailableError():
            return Exit.UNUSABLE
        case _:
            return Exit.FOUND


class GuardedGroup(click.Group):
    """A group in whose commands an expected error is one sentence on standard error and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; nothing a person can cause ends in a traceback."""
        try:
            return super().invoke(ctx)
        except NewsMonitorError as error:
            click.echo(one_paragraph(str(error)), err=True)
            ctx.exit(exit_code_of(error))


def one_paragraph(text: str) -> str:
    """Clean each line for a terminal and hide what must not be shown."""
    return Redactor().for_people("\n".join(map(clean, text.splitlines())))


def clean(text: str) -> str:
    """Make text from outside safe on a terminal: one line, no escape sequences, no turned direction."""
    return _CONTROL.sub(" ", text).strip()
