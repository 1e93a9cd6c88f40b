"""`news-monitor demo`: the daemon on the sample outlets alone, in a temporary folder."""

from __future__ import annotations

import json
import sysconfig
import tempfile
from datetime import timedelta
from pathlib import Path

import click

import monitor
from monitor import looping
from monitor.cli.common import Age

_CONFIG = """\
database: sqlite:///demo.db
rules: [{rules}]
samples: true
channels:
  console: {{type: console}}
log_level: warning
log_format: text
"""


@click.command(name="demo")
@click.option("--for", "seconds", type=Age(), default=None, help="End by itself after so long, e.g. 60s.")
@click.option("--rules", type=click.Path(exists=True, path_type=Path), help="Rules other than those shipped.")
def command(seconds: timedelta | None, rules: Path | None) -> None:
    r"""Watch alerts arrive from a dozen invented outlets in English, Russian and Ukrainian.

    The outlets are served on loopback and polled like any feed; they publish for about three minutes. No
    network is needed, and nothing is left behind. Ctrl-C ends it.

    \b
      news-monitor demo
      news-monitor demo --for 60s
      news-monitor demo --rules rules/mine.yaml
    """
    from monitor import app  # noqa: PLC0415 - heavy: only this command pays for it

    with tempfile.TemporaryDirectory(prefix="news-monitor-demo-") as folder:
        config = Path(folder) / "config.yaml"
        chosen = str((rules or shipped_rules()).absolute())
        config.write_text(_CONFIG.format(rules=json.dumps(chosen)), encoding="utf-8")
        prepared = app.prepare(config, only_samples=True)
        app.set_up_logs(prepared.loaded, prepared.settings)
        click.echo("Sample outlets are on the air for three minutes; Ctrl-C ends the demo.\n")
        looping.run(app.run(prepared, at_most=seconds))


def shipped_rules() -> Path:
    """Return the folder of the rules that ship with news-monitor: beside the package, or as installed."""
    beside = Path(monitor.__file__).parent.parent / "rules"
    return (
        beside if beside.is_dir() else Path(sysconfig.get_path("data")) / "share" / "news-monitor" / "rules"
    )
