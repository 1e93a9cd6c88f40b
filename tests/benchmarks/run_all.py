"""Run all benchmarks one after another and write bench.json, docs/performance.md and pictures.

    python -m tests.benchmarks.run_all [--quick] [--minutes N] [--only NAME ...] [--reader PYTHON]

`--quick` takes small sizes and stops each benchmark after 75 s; whole, some take an hour, and the limit is
three. A benchmark that fails, or whose recorded data (NEWS_MONITOR_DATA) or program is absent, stops no
other. After `--minutes` no further one is begun. Both files are written anew after each benchmark, so that
a run broken off keeps what it has. Exits with 1 if a benchmark failed or was stopped, else with 0.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.catalogue import CATALOGUE, Benchmark
from tests.benchmarks.measured import Machine, Outcome, ended, machine, version_of
from tests.benchmarks.performance_page import page, pictures, verdict

ROOT = Path(__file__).resolve().parents[2]
LIMITS = {"quick": 75.0, "full": 3 * 3600.0}
"""Seconds a single benchmark may take."""


@dataclass(frozen=True, slots=True)
class Run:
    """How to run: `mode` is quick or full; `until` a moment of the monotonic clock."""

    mode: str
    data: Path
    until: float = float("inf")
    reader: str = ""
    root: Path = ROOT


def outcomes(benchmarks: Sequence[Benchmark], run: Run) -> Iterator[Outcome]:
    """Run one after another; those that cannot be run are told of, too."""
    for benchmark in benchmarks:
        arguments = _arguments(benchmark, run)
        why = _hindrance(benchmark, run)
        yield _skipped(benchmark, arguments, why) if why else _outcome(benchmark, arguments, run)


def _arguments(benchmark: Benchmark, run: Run) -> tuple[str, ...]:
    chosen = benchmark.quick if run.mode == "quick" else benchmark.full
    reader = ("--reader", run.reader) if run.reader and benchmark.name in ("peers", "poll") else ()
    return (*chosen, *reader)


def _hindrance(benchmark: Benchmark, run: Run) -> str:
    if benchmark.recorded and not run.data.is_dir():
        return "recorded data absent, NEWS_MONITOR_DATA names its folder"
    missing = [name for name in benchmark.programs if not shutil.which(name)]
    if missing:
        return f"{', '.join(missing)} not installed"
    return "no time was left in this run" if time.monotonic() >= run.until else ""


def _skipped(benchmark: Benchmark, arguments: Sequence[str], why: str) -> Outcome:
    return Outcome(
        name=benchmark.name,
        subject=benchmark.subject,
        question=benchmark.question,
        command=_shown(benchmark, arguments),
        skipped=why,
    )


def _outcome(benchmark: Benchmark, arguments: Sequence[str], run: Run) -> Outcome:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place:
        figures = Path(place, "figures.json")
        offered = ("--json", str(figures)) if benchmark.figures else ()
        filled = [word.replace("{data}", str(run.data)) for word in arguments]
        command = [sys.executable, "-m", benchmark.module, *filled, *offered]
        end = ended(command, folder=run.root, limit=LIMITS[run.mode])
        read = _read_figures(figures)
    return Outcome(
        name=benchmark.name,
        subject=benchmark.subject,
        question=benchmark.question,
        command=_shown(benchmark, arguments),
        missing_peers=_missing(benchmark, run),
        exit_code=end.exit_code,
        out_of_time=end.out_of_time,
        seconds=end.seconds,
        cpu=end.cpu,
        peak_mib=end.peak_mib,
        load=round(load, 2),
        lines=tuple(_without_places(line, run) for line in end.lines),
        figures=read,
    )


def _missing(benchmark: Benchmark, run: Run) -> tuple[str, ...]:
    programs = [name for name in benchmark.peer_programs if not shutil.which(name)]
    packages = [name for name in benchmark.peer_packages if not version_of(name)]
    reader = ["reader"] if benchmark.name in ("peers", "poll") and not run.reader else []
    return (*programs, *packages, *reader)


def _read_figures(path: Path) -> tuple[Mapping[str, object], ...]:
    try:
        return tuple(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return ()


def _shown(benchmark: Benchmark, arguments: Sequence[str]) -> str:
    words = (word.replace("{data}", "DATA") for word in arguments)
    return " ".join(["python -m", benchmark.module, *words])


def _without_places(line: str, run: Run) -> str:
    """Leave out where the checkout, the data and the Python are on this machine."""
    places = ((run.data, "DATA"), (run.root, "."), (sys.prefix, "VENV"), (sys.base_prefix, "PYTHON"))
    for place, name in places:
        if len(str(place)) > 4:
            line = line.replace(str(place), name)
    return line


def as_json(found: Machine, done: Sequence[Outcome], *, mode: str) -> str:
    """Return the whole run for programs to read."""
    whole = {"mode": mode, "machine": asdict(found), "benchmarks": [asdict(one) for one in done]}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--quick", action="store_true", help="small sizes, at most 75 s each")
    options.add_argument("--minutes", type=float, default=float("inf"), help="begin none after so long")
    options.add_argument("--only", nargs="+", choices=[one.name for one in CATALOGUE], metavar="NAME")
    options.add_argument("--reader", default="", help="the Python of an environment that has reader")
    options.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json")
    options.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md")
    return options.parse_args(arguments)


def main(arguments: Sequence[str] | None = None, benchmarks: Sequence[Benchmark] = CATALOGUE) -> int:
    """Run what was asked for; return the exit code."""
    given = _options(arguments)
    mode = "quick" if given.quick else "full"
    data = Path(os.environ.get("NEWS_MONITOR_DATA", ROOT.parent / "shared" / "data"))
    run = Run(mode, data, until=time.monotonic() + 60 * given.minutes, reader=given.reader)
    chosen = [one for one in benchmarks if not given.only or one.name in given.only]
    left = [one for one in benchmarks if one not in chosen]
    rest = [_skipped(one, _arguments(one, run), "not asked for in this run") for one in left]
    found = machine(ROOT)
    done: list[Outcome] = []
    for path in (given.json, given.page):
        path.parent.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes(chosen, run):
        done.append(outcome)
        print(f"{outcome.name}: {verdict(outcome)} ({outcome.seconds:.1f} s)", flush=True)
        given.json.write_text(as_json(found, [*done, *rest], mode=mode), encoding="utf-8")
        given.page.write_text(page(found, [*done, *rest], mode=mode), encoding="utf-8")
    print(pictures(done, given.json.parent))
    return int(any(one.exit_code != 0 for one in done if not one.skipped))


if __name__ == "__main__":
    sys.exit(main())
