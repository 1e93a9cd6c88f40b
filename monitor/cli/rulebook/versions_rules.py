"""`news-monitor rules versions`: what was pushed, when, by whom and why."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import config_option, configured, counted, json_option, minute, print_json
from monitor.cli.database import opened, run_async
from monitor.cli.guard import clean
from monitor.cli.rulebook.shipping import bundle_of, difference
from monitor.cli.tables import print_table
from monitor.config.settings import Loaded
from monitor.core.models import RuleBundle, RuleVersion

_HEADINGS = ("version", "pushed", "by", "rules", "files", "fingerprint", "note")


@click.command(name="versions")
@click.argument("number", metavar="[VERSION]", type=click.IntRange(min=1), required=False)
@click.option("--against", type=click.IntRange(min=1), help="Compare with this version, not the one before.")
@json_option
@config_option
def command(*, number: int | None, against: int | None, as_json: bool, config: Path) -> None:
    r"""List the versions of the rules in the database, the newest first; or show what VERSION changed.

    The newest is in force. `news-monitor workers list` shows which daemon has which.

    \b
    Examples:
      news-monitor rules versions
      news-monitor rules versions 13
      news-monitor rules versions 13 --against 9
    """
    loaded = configured(config)
    if number is not None:
        _show(*run_async(_pair(loaded, number, against)), as_json=as_json)
        return
    versions = run_async(_listed(loaded))
    if as_json:
        print_json(versions)
        return
    empty = "No rules were pushed yet: `news-monitor rules push FOLDER` does it."
    print_table(_HEADINGS, [_row(one) for one in versions], empty=empty)


async def _listed(loaded: Loaded) -> list[RuleVersion]:
    async with opened(loaded) as store:
        return await store.rule_versions()


async def _pair(loaded: Loaded, number: int, against: int | None) -> tuple[RuleBundle | None, RuleBundle]:
    async with opened(loaded) as store:
        shown = await bundle_of(store, number)
        if against is not None:
            return await bundle_of(store, against), shown
        return await store.rule_bundle(number - 1), shown


def _show(before: RuleBundle | None, shown: RuleBundle, *, as_json: bool) -> None:
    lines = list(difference(before, shown))
    if as_json:
        print_json({"version": shown.version, "against": before and before.version.number, "diff": lines})
        return
    one = shown.version
    note = f": {clean(one.note)}" if one.note else ""
    click.echo(f"version {one.number}, pushed {minute(one.at)} by {clean(one.author)}{note}")
    against = f"version {before.version.number}" if before else "nothing"
    click.echo(f"{counted(one.rules, 'rule')} in {counted(one.files, 'file')}; against {against}:")
    for line in lines or ["no difference"]:
        click.echo(_indented(line))


def _indented(line: str) -> str:
    """Clean a line of a difference; the indentation behind its sign stays."""
    sign, text = line[:1], line[1:]
    return sign + " " * (len(text) - len(text.lstrip(" "))) + clean(text)


def _row(one: RuleVersion) -> tuple[str, ...]:
    return (
        str(one.number),
        minute(one.at),
        one.author,
        str(one.rules),
        str(one.files),
        one.fingerprint,
        one.note,
    )
