"""`news-monitor rules push`: rules into the database, for all daemons at once."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import configured
from monitor.cli.database import opened, run_async
from monitor.cli.rulebook.places import FOLDER, paths_argument
from monitor.cli.rulebook.shipping import in_numbers, proved, pushing, stale, told, unlike_mine
from monitor.config.pushed import packed
from monitor.config.rules import load_rules
from monitor.config.settings import Loaded
from monitor.core.errors import ConfigurationError, Mistake
from monitor.core.models import Pushing, RuleBundle, RuleVersion


@click.command(name="push")
@paths_argument
@click.option("--note", default="", metavar="TEXT", help="Why; shown by `rules versions`.")
@click.option("--after", type=click.IntRange(min=0), help="Only if this is still the newest version.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and store nothing.")
def command(*, paths: tuple[Path, ...], note: str, after: int | None, dry_run: bool, config: Path) -> None:
    r"""Put rules into the database; daemons whose config.yaml says `rules: database` take them at once.

    Without PATHS the files that config.yaml names are taken, or the folder `rules`. They are checked against
    channels, templates and routes of config.yaml, and their own tests are run: what a daemon would refuse is
    not stored. Each push is a new version; the last hundred are kept.

    Exit codes: 0 done, or nothing to do, 2 the rules cannot be used or `--after` is not the newest, 4 the
    database cannot be used.

    \b
    Examples:
      news-monitor rules push rules/ --note "spellings of Zaporizhzhia"
      news-monitor rules push rules/ --dry-run
      news-monitor rules push rules/ --after 12      # from CI: not over a colleague's version
    """
    loaded = configured(config)
    places = paths or loaded.rules or (config.parent / FOLDER,)
    rules = load_rules(places, channels=loaded.channels, templates=loaded.templates.names)
    matcher = proved(rules, loaded)
    sources = packed(places)
    if isinstance(sources, Mistake):
        raise ConfigurationError([sources])
    wanted = pushing(rules, sources, note=note, after=after)
    before, version = run_async(_push(loaded, wanted, dry_run=dry_run))
    if before is not None and before.sources == wanted.sources:
        click.echo(f"nothing to push: version {before.version.number} is the same")
        return
    changed = told(before, rules, matcher)
    if version is None:
        click.echo(f"would be pushed: {changed} ({in_numbers(rules)})")
    else:
        said = f"version {version.number} is pushed: {changed} ({in_numbers(rules)})"
        click.echo(said + unlike_mine(loaded))


async def _push(
    loaded: Loaded, wanted: Pushing, *, dry_run: bool
) -> tuple[RuleBundle | None, RuleVersion | None]:
    """Return the version before, and the new one; None where nothing was stored."""
    async with opened(loaded, create=True) as store:
        before = await store.rule_bundle()
        newest = before.version.number if before else 0
        if wanted.after not in {None, newest}:
            raise stale(wanted.after, newest)
        if dry_run or (before is not None and before.sources == wanted.sources):
            return before, None
        if (version := await store.push_rules(wanted)) is None:
            raise stale(wanted.after, await store.newest_rules())
        return before, version
