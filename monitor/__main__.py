"""`python -m monitor` and the `news-monitor` command."""

from __future__ import annotations

import sys

from monitor.cli.main import cli


def main() -> None:
    """Run the command line; exit codes are documented in docs/operations.md."""
    sys.exit(cli(prog_name="news-monitor"))


if __name__ == "__main__":
    main()
