"""docs/performance.md and pictures, written from what a run of all benchmarks measured."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks.catalogue import SUBJECTS
from tests.benchmarks.measured import Machine, Outcome

MOST_LINES = 45
INTRODUCTION = """\
# Performance

Written by `make bench`, from one run on one machine; `make bench BENCH=--quick` is the short one. Nothing
here is copied from elsewhere or rounded in our favour: below each table stands what each benchmark printed.
"""
REMARKS = """\
How to read it: times depend on the machine and on what else ran on it, ratios taken within one run much less.
*CPU* is of the benchmark and all processes it waited for, servers and peers included; *peak memory* is of the
largest single one of them, not of their sum. *Load* is the load average of one minute when the benchmark
began: above the number of cores, others were working too, and its times are too long.
"""
QUICK = """\
**This was a quick run**: small sizes and short rounds, to see that everything works and in which order of
magnitude. It proves no promise: fifteen kills are not three hundred. [scaling.md](scaling.md) and
[stories.md](stories.md) tell what longer runs gave.
"""


def page(machine: Machine, outcomes: Sequence[Outcome], *, mode: str) -> str:
    """Return the page as Markdown; `mode` is quick or full."""
    parts = [
        INTRODUCTION,
        REMARKS,
        *([QUICK] if mode == "quick" else []),
        "\n".join(_machine(machine)) + "\n",
    ]
    for subject, title in SUBJECTS.items():
        chapter = [outcome for outcome in outcomes if outcome.subject == subject]
        if chapter:
            parts.append(f"## {title}\n\n" + "\n".join(_table(chapter)) + "\n")
            parts.extend(_lines(outcome) for outcome in chapter if outcome.lines)
    return "\n".join(parts)


def _machine(machine: Machine) -> Iterator[str]:
    yield "| The run | |"
    yield "|---|---|"
    yield f"| date | {machine.started} |"
    yield f"| commit | {machine.commit} |"
    yield f"| machine | {machine.cpu}, {machine.cores} cores, {machine.memory_mib:,} MiB of memory |"
    yield f"| system | {machine.system} |"
    yield f"| Python | {machine.python} |"
    yield f"| load at the start | {machine.load} |"
    versions = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    yield f"| packages | {versions or 'none'} |"
    yield f"| programs found | {', '.join(machine.programs) or 'none'} |"


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield "| Benchmark | Question | Ended | Seconds | CPU s | Peak MiB | Load |"
    yield "|---|---|---|--:|--:|--:|--:|"
    for one in outcomes:
        cells = ("", "", "", "")
        if not one.skipped:
            cells = (f"{one.seconds:.1f}", f"{one.cpu:.1f}", f"{one.peak_mib:,.0f}", f"{one.load:.1f}")
        yield f"| {one.name} | {one.question} | {verdict(one)} | {' | '.join(cells)} |"


def verdict(outcome: Outcome) -> str:
    """Say how a benchmark ended, in words."""
    if outcome.skipped:
        return f"not run: {outcome.skipped}"
    if outcome.out_of_time:
        words = "stopped at the time limit: figures incomplete"
    else:
        words = "well" if outcome.exit_code == 0 else f"failed with exit code {outcome.exit_code}"
    missing = ", ".join(outcome.missing_peers)
    return f"{words}; without {missing}, not installed" if missing else words


def _lines(outcome: Outcome) -> str:
    """What it printed; of much the end, where a traceback tells what failed and a table its totals."""
    left_out = len(outcome.lines) - MOST_LINES
    head = [f"... {left_out} lines before ..."] if left_out > 0 else []
    said = "\n".join(line.rstrip() for line in [*head, *outcome.lines[-MOST_LINES:]]).replace("```", "'''")
    return f"### {outcome.name}\n\n`{outcome.command}`\n\n```text\n{said.strip()}\n```\n"


def pictures(outcomes: Sequence[Outcome], folder: Path) -> str:
    """Draw what has figures into the folder; return a sentence about what was done."""
    try:
        plt = importlib.import_module("matplotlib.pyplot")
    except ImportError:
        return "No pictures: matplotlib is not installed (pip install 'news-monitor[plots]')."
    plt.switch_backend("Agg")
    drawn = []
    for outcome in outcomes:
        if outcome.figures:
            figure, axes = plt.subplots(figsize=(8, 5))
            for series in sorted({str(row["series"]) for row in outcome.figures}):
                rows = [row for row in outcome.figures if row["series"] == series]
                axes.plot([row["x"] for row in rows], [row["y"] for row in rows], marker="o", label=series)
            axes.set(xscale="log", yscale="log", title=outcome.question)
            axes.set(xlabel=str(outcome.figures[0]["x_title"]), ylabel=str(outcome.figures[0]["y_title"]))
            axes.legend()
            figure.savefig(folder / f"bench-{outcome.name}.png", dpi=120)
            plt.close(figure)
            drawn.append(f"bench-{outcome.name}.png")
    return f"Pictures in {folder.name}: {', '.join(drawn) or 'none, since no benchmark gave figures'}."
