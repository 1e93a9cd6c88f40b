"""The machine: environment, limits, clock, disk, and whose its files are."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from monitor.cli.checkups.findings import Finding, note, ok, problem, warning
from monitor.core.settings import Settings

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
FILES_BESIDES_REQUESTS = 100
TOLERATED_OFFSET = timedelta(seconds=60)
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


def proxies(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Say that proxy variables are not heeded, where somebody may count on them."""
    named = [name for name in PROXY_VARIABLES if environment.get(name) or environment.get(name.lower())]
    if settings.polling.proxy:
        yield ok("proxy", "all feeds are fetched through `polling.proxy`")
    elif named:
        yield warning(
            "proxy",
            f"{', '.join(named)} is set, but feeds are fetched directly",
            "if feeds must go through the proxy, set `polling.proxy` in the configuration",
        )


def limits(settings: Settings) -> Iterator[Finding]:
    """Compare the limit of open files with the number of requests at a time."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.polling.concurrency * 5 + FILES_BESIDES_REQUESTS  # four polls, one of them redirected
    if soft != resource.RLIM_INFINITY and soft < needed:
        yield warning(
            "limits",
            f"{soft} open files are allowed, {needed} may be needed for `polling.concurrency`",
            f"raise LimitNOFILE= of the unit (or `ulimit -n`) to {needed}, or lower `polling.concurrency`",
        )
    else:
        yield ok("limits", f"{soft} open files are allowed")


def clock(here: datetime, there: datetime | None) -> Iterator[Finding]:
    """Compare this machine's clock with the Date of a server's answer, if one came."""
    if there is None:
        state = "systemd keeps it in step" if _SYNCHRONISED.exists() else "nothing to compare it with"
        yield note("clock", f"{here:%Y-%m-%d %H:%M:%S} UTC; {state}")
        return
    offset = here - there
    if abs(offset) > TOLERATED_OFFSET:
        direction = "ahead of" if offset > timedelta(0) else "behind"
        yield problem(
            "clock",
            f"this machine is {abs(offset.total_seconds()):.0f} s {direction} the servers it polls",
            "turn time synchronisation on: timedatectl set-ntp true",
        )
    else:
        yield ok("clock", f"within {TOLERATED_OFFSET.seconds} s of the servers polled")


def disk(folder: Path, needed: int) -> Iterator[Finding]:
    """Compare the free space beside the database with what it may need, in bytes."""
    usage = shutil.disk_usage(folder)
    free = f"{usage.free / 2**20:,.0f} MiB free at {folder}"
    if usage.free < needed:
        yield problem(
            "disk", f"only {free}", "make room or shorten `retention`; the daemon needs space for its log"
        )
    else:
        yield ok("disk", free)


def permissions(file: Path) -> Iterator[Finding]:
    """Check that database files are for their owner alone, and their folder writable."""
    if not os.access(file.parent, os.W_OK):
        yield problem(
            "permissions", f"{file.parent} cannot be written", f"chown it to the daemon's user: {file.parent}"
        )
    for found in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
        try:
            mode = found.stat().st_mode & 0o777
        except FileNotFoundError:
            continue
        if mode & 0o077:
            yield warning(
                "permissions", f"{found} has mode {mode:04o}: others can read it", f"chmod 600 {found}"
            )
        if not os.access(found, os.R_OK | os.W_OK):
            yield problem(
                "permissions", f"{found} cannot be read and written", f"run as its owner, or chown {found}"
            )
