"""`news-monitor users`: who may use the desk."""

from __future__ import annotations

import json
import secrets
import sys

import click

from monitor.cli.author import author
from monitor.core.settings.web import can_sign
from monitor.web.passwords import LONGEST, SHORTEST, hashed

_WHERE = "Add this under `web: users:` of config.yaml, and restart the daemon:"


@click.group(name="users")
def command() -> None:
    r"""Make what users of the desk log in with: lines for `web: users:` of config.yaml.

    \b
    Examples:
      news-monitor users password olena
      news-monitor users token prometheus --viewer
    """


def _named(_ctx: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not can_sign(name):
        message = f"'{name}' is no name of a user; write up to 64 letters, digits and . @ _ + -, e.g. olena"
        raise click.BadParameter(message)
    return name


@command.command(name="password")
@click.argument("name", default=author, callback=_named)
@click.option("--viewer", is_flag=True, help="May look, not change.")
def password(*, name: str, viewer: bool) -> None:
    r"""Ask for a password and print the line of config.yaml for NAME.

    The line holds an argon2 hash, of which nobody can read the password. Somebody who has it can try guesses,
    so where others read config.yaml, keep it elsewhere: `password_hash: credential:desk-olena`. Without a
    terminal the password is the first line of standard input.
    """
    given = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(given) <= LONGEST:
        message = (
            f"the password has {len(given)} characters; take {SHORTEST} to {LONGEST}: a few words will do"
        )
        raise click.UsageError(message)
    click.echo(_WHERE, err=True)
    click.echo(_line(name, "password_hash", hashed(given), viewer=viewer))


@command.command(name="token")
@click.argument("name", callback=_named)
@click.option("--viewer", is_flag=True, help="May look, not change.")
def token(*, name: str, viewer: bool) -> None:
    r"""Make a token for a program, print it, and say the line of config.yaml for NAME.

    A token is a secret and does not stand in config.yaml itself, which would be refused.

    \b
    Example:
      news-monitor users token prometheus > /etc/news-monitor/credentials/desk-prometheus
    """
    reference = f"credential:desk-{name}"
    click.echo(
        f"Keep the token where `{reference}` (or `file:PATH`, `${{NAME}}`) finds it. {_WHERE}", err=True
    )
    click.echo(_line(name, "token", reference, viewer=viewer), err=True)
    click.echo(secrets.token_hex(24))


def _asked() -> str:
    found: str = click.prompt(
        "Password", hide_input=True, confirmation_prompt="The same again", err=True, type=str
    )
    return found


def _line(name: str, key: str, value: str, *, viewer: bool) -> str:
    role = ", role: viewer" if viewer else ""
    return f"    - {{name: {json.dumps(name, ensure_ascii=False)}, {key}: {json.dumps(value)}{role}}}"
