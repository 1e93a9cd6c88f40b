"""`news-monitor feeds add|export|import`: feeds into the configuration, and lists of feeds out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from monitor.cli.common import (
    config_option,
    configured,
    counted,
    json_option,
    now,
    print_json,
    say_mistakes,
)
from monitor.cli.database import noted, run_async
from monitor.cli.guard import Exit
from monitor.cli.probing import lines_of_addition
from monitor.config.feed_list import import_opml
from monitor.core.errors import ConfigurationError
from monitor.core.models import Act
from monitor.feeds.opml import save_opml, write_opml
from monitor.sources.adding import Outcome, Wanted, add_feed
from monitor.telemetry import Redactor


@click.command(name="add")
@click.argument("url")
@click.option("--name", default="", help="How people are shown it; by default as it calls itself.")
@click.option("--tag", "tags", multiple=True, help="A word for rules and routes; may be given repeatedly.")
@click.option("--allow-private", is_flag=True, help="Permit a private or loopback address.")
@click.option("--full-text", is_flag=True, help="Have the pages of its articles fetched; three are tried.")
@json_option
@config_option
def add_one(*, url: str, as_json: bool, config: Path, **said: Any) -> None:
    r"""Find the feed of a site, or take URL as a feed, and write it at the end of `feeds:`.

    A page's feeds are listed and the best of them that can be read is taken; a site without any is asked for
    the news sitemaps in its robots.txt. Says what is in the feed and which rules match it today. Exit code 1
    if there is no feed to add. A running daemon takes the feed up on SIGHUP.

    \b
    Examples:
      news-monitor feeds add https://www.example.org
      news-monitor feeds add https://www.example.org/rss --name Example --tag world
    """
    loaded = configured(config)
    at = now()
    wanted = Wanted(url=url, **said)
    addition = run_async(add_feed(config, wanted, at))
    redactor = Redactor(loaded.secrets)
    if as_json:
        print_json(addition, redactor)
    else:
        for line in lines_of_addition(addition, at):
            click.echo(redactor.for_people(line))
    if addition.outcome is Outcome.ADDED:
        run_async(noted(loaded, Act.ADD_FEED, redactor.for_people(url)))
    if addition.mistake is not None:
        raise ConfigurationError((addition.mistake,))
    if addition.outcome in {Outcome.NO_FEED, Outcome.REFUSED}:
        raise SystemExit(Exit.FOUND)


@click.command(name="export")
@click.option("--opml", "target", type=click.Path(path_type=Path), help="Write to this file.")
@config_option
def export_feeds(*, target: Path | None, config: Path) -> None:
    r"""Write every enabled feed as OPML 2.0, to standard output or to a file, for other readers.

    Tags become categories. Headers, logins and proxies are left out, and a secret in an address stays
    the ${NAME} it is in the configuration.

    \b
    Examples:
      news-monitor feeds export > feeds.opml
      news-monitor feeds export --opml feeds.opml
    """
    feeds = configured(config).feeds
    document = write_opml(feeds)
    if target is None:
        click.echo(document, nl=False)
        return
    if mistake := save_opml(target, document):
        raise ConfigurationError((mistake,))
    click.echo(f"{counted(len(feeds), 'feed')} written to {target}.", err=True)


@click.command(name="import")
@click.argument("source", metavar="FILE.opml", type=click.Path(path_type=Path))
@config_option
def import_feeds(*, source: Path, config: Path) -> None:
    """Write the feeds of an OPML file that the configuration lacks at the end of its `feeds:` list.

    Folders become tags. Comments and order of the file stay. A running daemon takes the feeds up on SIGHUP.
    """
    loaded = configured(config)
    imported = import_opml(config, source)
    if imported.refusal:
        raise ConfigurationError((imported.refusal,))
    say_mistakes(imported.remarks)
    added = counted(len(imported.added), "feed")
    if imported.added:
        run_async(noted(loaded, Act.IMPORT_FEEDS, "", f"{len(imported.added)} added"))
    click.echo(f"{added} added to {config}, {imported.known} known already.")
