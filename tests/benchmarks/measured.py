"""Run a command to its end or its limit, and tell what it said and used; and tell what the machine is."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = (
    "aiohttp",
    "aiosqlite",
    "asyncpg",
    "feedparser",
    "lxml",
    "pydantic",
    "pymorphy3",
    "sqlalchemy",
    "pyahocorasick",
    "spacy",
    "datasketch",
    "matplotlib",
)
PATIENCE = 10.0
"""Seconds between the interrupt and the kill, and for the last of the output."""
PROGRAMS = ("newsboat", "sfeed_update", "r2e", "chromium", "postgres")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one benchmark; `skipped` says why it was not run.

    `peak_mib` is of the largest process among the benchmark and those it waited for, `cpu` their seconds.
    """

    name: str
    subject: str
    question: str
    command: str
    skipped: str = ""
    missing_peers: tuple[str, ...] = ()
    exit_code: int | None = None
    out_of_time: bool = False
    seconds: float = 0.0
    cpu: float = 0.0
    peak_mib: float = 0.0
    load: float = 0.0
    lines: tuple[str, ...] = ()
    figures: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its lines, standard error included."""

    exit_code: int
    out_of_time: bool
    seconds: float
    cpu: float
    peak_mib: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where, when and with what the run took place. `load` is that of one minute at the start."""

    started: str
    commit: str
    cpu: str
    cores: int
    memory_mib: int
    system: str
    python: str
    load: float
    packages: Mapping[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()


def ended(command: Sequence[str], *, folder: Path, limit: float) -> Ended:
    """Run a command in a group of its own, which is interrupted after `limit` seconds, then killed.

    An interrupt lets a benchmark stop the servers it started in groups of their own. Should one be left and
    hold the output open, it is not waited for.
    """
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    stopped, over = threading.Event(), threading.Event()
    timer = threading.Timer(limit, _stop, (process.pid, stopped, over))
    timer.start()
    said: list[bytes] = []
    reading = threading.Thread(target=_read, args=(process, said), daemon=True)
    reading.start()
    _, status, used = os.wait4(process.pid, 0)
    over.set()
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    _signal_group(process.pid, signal.SIGKILL)
    reading.join(PATIENCE)
    return Ended(
        exit_code=process.returncode,
        out_of_time=stopped.is_set(),
        seconds=round(time.monotonic() - begun, 1),
        cpu=round(used.ru_utime + used.ru_stime, 1),
        peak_mib=round(used.ru_maxrss / 1024, 1),
        lines=tuple(b"".join(said).decode("utf-8", "replace").splitlines()),
    )


def _read(process: subprocess.Popen[bytes], said: list[bytes]) -> None:
    assert process.stdout is not None
    with process.stdout as stream:
        said.extend(stream)


def _stop(group: int, stopped: threading.Event, over: threading.Event) -> None:
    stopped.set()
    _signal_group(group, signal.SIGINT)
    if not over.wait(PATIENCE):
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def machine(root: Path) -> Machine:
    """Look at this machine; whatever cannot be found out is "unknown"."""
    return Machine(
        started=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        commit=_commit(root),
        cpu=_named(Path("/proc/cpuinfo"), "model name") or platform.processor() or "unknown",
        cores=os.cpu_count() or 0,
        memory_mib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        system=f"{_named(Path('/etc/os-release'), 'PRETTY_NAME') or platform.system()}, {platform.release()}",
        python=platform.python_version(),
        load=round(os.getloadavg()[0], 2),
        packages={name: version for name in PACKAGES if (version := version_of(name))},
        programs=tuple(name for name in PROGRAMS if shutil.which(name)),
    )


def version_of(package: str) -> str:
    """Return the installed version, or nothing."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _commit(root: Path) -> str:
    def said(*words: str) -> str:
        ran = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
        return ran.stdout.strip() if ran.returncode == 0 else ""

    changed = " with changes" if said("status", "--porcelain", "--untracked-files=no") else ""
    return (said("rev-parse", "--short=12", "HEAD") or "unknown") + changed


def _named(path: Path, key: str) -> str:
    """Return the value of the first line `key : value` or `key="value"`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    found = (line for line in lines if line.startswith(key))
    return next(found, "").removeprefix(key).strip(' \t:="')
