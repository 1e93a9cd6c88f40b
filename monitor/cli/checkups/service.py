"""What systemd says of the service: whether it runs, comes back, and is as shipped."""

from __future__ import annotations

import shutil
import subprocess  # one fixed command, no shell
from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.cli.checkups.findings import Finding, note, ok, problem, warning

_SYSTEMD = Path("/run/systemd/system")
_UNITS = ("news-monitor.service", "news-monitor@*.service")
_SHIPPED = {"Type": ("notify", "notify-reload"), "Restart": ("on-failure", "always")}
"""What of the unit the daemon counts on, as systemd/news-monitor.service has it; besides a watchdog."""
_MANY_RESTARTS = 3
_ASKED = (
    *("Id", "LoadState", "ActiveState", "Result", "NRestarts", "UnitFileState"),
    *("NeedDaemonReload", "WatchdogUSec", *_SHIPPED),
)
Unit = Mapping[str, str]


def systemd(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Say what systemd knows of the service, or that it is not there."""
    if not _SYSTEMD.is_dir():
        yield note("systemd", "systemd does not run here; something else must restart the daemon")
        return
    program = shutil.which("systemctl")
    if program is None:
        yield note("systemd", "systemctl is not to be found here, so nothing can be said of the service")
        return
    if environment.get("NOTIFY_SOCKET"):
        yield ok("systemd", "this process can report to systemd")
    said = _asked(program)
    if said is None:
        yield note("systemd", "systemctl gives no answer, so nothing can be said of the service")
        return
    yield from judged(units_in(said))


def judged(units: list[Unit]) -> Iterator[Finding]:
    """Judge each unit that is installed."""
    installed = [unit for unit in units if unit.get("LoadState") != "not-found"]
    for unit in installed:
        yield from _judged(unit)
    if not installed:
        yield note("systemd", f"{_UNITS[0]} is not installed", "docs/operations.md shows how")


def units_in(said: str) -> list[Unit]:
    """Read what `systemctl show` prints: `Name=value` lines, an empty line between units."""
    blocks = [block.splitlines() for block in said.split("\n\n")]
    units = [dict(line.split("=", 1) for line in lines if "=" in line) for lines in blocks]
    return [unit for unit in units if unit]


def _judged(unit: Unit) -> Iterator[Finding]:
    name, state = unit.get("Id", _UNITS[0]), unit.get("ActiveState")
    logged = f"journalctl -u {name} -n 50"
    if unit.get("LoadState") in {"error", "bad-setting", "masked"}:
        yield problem(
            "systemd",
            f"{name} cannot be loaded: {unit['LoadState']}",
            f"systemctl status {name} says why; a masked one: systemctl unmask {name}",
        )
        return
    if state == "failed":
        yield problem(
            "systemd",
            f"{name} has failed ({unit.get('Result')})",
            f"{logged} says why; systemctl start {name}",
        )
    elif state != "active":
        yield warning(
            "systemd", f"{name} is {state}: no daemon of it is at work", f"systemctl start {name}; {logged}"
        )
    else:
        yield from _running(name, unit)
    yield from _as_shipped(name, unit)


def _running(name: str, unit: Unit) -> Iterator[Finding]:
    restarts = unit.get("NRestarts", "0")
    if restarts.isdigit() and int(restarts) >= _MANY_RESTARTS:
        yield warning(
            "systemd",
            f"{name} is active, and had to be restarted {restarts} times",
            f"journalctl -u {name} -p warning says why",
        )
    else:
        yield ok("systemd", f"{name} is active, restarted {restarts} times")


def _as_shipped(name: str, unit: Unit) -> Iterator[Finding]:
    if unit.get("NeedDaemonReload") == "yes":
        yield warning(
            "systemd",
            f"the file of {name} was changed, and systemd goes by the old one",
            f"systemctl daemon-reload && systemctl restart {name}",
        )
    if unit.get("UnitFileState") == "disabled":
        yield warning(
            "systemd", f"{name} is not enabled: it stays down after a reboot", f"systemctl enable {name}"
        )
    other = [f"{key}={unit[key]}" for key, good in _SHIPPED.items() if unit.get(key, good[0]) not in good]
    if unit.get("WatchdogUSec") in {"0", "infinity"}:
        other.append("no WatchdogSec")
    if other:
        yield warning(
            "systemd",
            f"{name} is not as shipped: {', '.join(other)}; a daemon that hangs or dies may stay so",
            f"take these lines from systemd/news-monitor.service, or: systemctl revert {name}",
        )


def _asked(program: str) -> str | None:
    try:
        shown = subprocess.run(  # noqa: S603
            [program, "show", *_UNITS, f"--property={','.join(_ASKED)}"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return shown.stdout if shown.returncode == 0 else None
