"""`news-monitor feeds export|import`: lists of feeds from and for other readers."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.common import config_option, configured, counted, say_mistakes
from monitor.config.feed_list import import_opml
from monitor.core.errors import ConfigurationError
from monitor.feeds.opml import save_opml, write_opml


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
    configured(config)
    imported = import_opml(config, source)
    if imported.refusal:
        raise ConfigurationError((imported.refusal,))
    say_mistakes(imported.remarks)
    added = counted(len(imported.added), "feed")
    click.echo(f"{added} added to {config}, {imported.known} known already.")
