"""`feeds list --health` and `feeds why` on the zoo of misbehaving servers; run as a program.

    python -m tests.benchmarks.show_health [NAME OF A FEED]

The servers of tests/pipeline/health_zoo.py are polled for a day of virtual time by the daemon's own parts
into a database, of which the commands then tell, at the end of that day. Also printed: what the `ops` channel
was told.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from monitor.cli.main import cli
from tests.pipeline.health_zoo import HOURS, at
from tests.pipeline.zoo_watched import watching, write_config


async def _polled(folder: Path) -> list[str]:
    """Poll the zoo; return what the operators were told."""
    async with watching(folder / "zoo.db") as watch:
        await watch.visit_all_day()
        write_config(folder, watch.zoo.feeds, folder / "zoo.db")
        return [notice.message.text for notice in await watch.notices()]


def main() -> None:
    """Poll and print."""
    with tempfile.TemporaryDirectory() as place:
        notices = asyncio.run(_polled(Path(place)))
        os.chdir(place)
        _printed(notices)
        os.chdir("/")


def _printed(notices: list[str]) -> None:
    """Print what the commands say at the end of the day, and what the operators were told."""
    with patch("monitor.cli.feeds.now", lambda: at(HOURS[-1] + 0.1)):
        print(CliRunner().invoke(cli, ["feeds", "list", "--health"]).output)
        for name in sys.argv[1:] or ["304 for ever", "well, with validators"]:
            print(CliRunner().invoke(cli, ["feeds", "why", name]).output)
    print("\n\n".join(notices))


if __name__ == "__main__":
    main()
