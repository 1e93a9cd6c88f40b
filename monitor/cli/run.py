"""`news-monitor run`: the daemon."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import looping
from monitor.cli.common import config_option


@click.command(name="run")
@config_option
@click.option("--once", is_flag=True, help="Poll every due feed once, deliver what is due, and end.")
def command(config: Path, *, once: bool) -> None:
    r"""Poll feeds, match rules, build stories, send alerts; run until SIGTERM or Ctrl-C.

    SIGHUP reads configuration and rules again; changed rule files are noticed by themselves. Logs go to
    standard error, alerts of a console channel to standard output.

    \b
      news-monitor run
      news-monitor run --config /etc/news-monitor/config.yaml
      news-monitor run --once        # from cron, or to try a configuration

    Exit codes: 0 stopped as asked, 1 broke, 2 mistakes in files, 3 another daemon holds the database,
    4 the database cannot be used.
    """
    from monitor import app  # noqa: PLC0415 - heavy: only this command pays for it

    prepared = app.prepare(config)
    app.set_up_logs(prepared.loaded, prepared.settings)
    looping.run(app.run(prepared, once=once))
