"""The whole job beside the programs that do it today: fetch, parse and store the same feeds in four passes.

    python -m tests.benchmarks.bench_peers FOLDER [--hosts 200] [--reader PYTHON]

newsboat, sfeed and rss2email are run where they are installed, lemon24/reader by the Python of an environment
that has it; of each the programs are started anew for every pass, as they are used, while news-monitor and
reader stay. One server (see poll_server), connections where the program keeps any. CPU is that of all
processes of the one measured. sfeed asks unconditionally unless told otherwise, so that a 304 is none to it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.bench_poll import Spent, apart, documents_of, ours_and_bare, with_reader
from tests.benchmarks.poll_server import Site, served

PASSES = (
    ("first pass, all new", "tags/0"),
    ("304, not modified", "tags/0"),
    ("the same bodies, no ETag", "plain/0"),
    ("one new entry each", "plain/1"),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """A program: how its files are written, and the command of one pass."""

    name: str
    program: str
    prepare: Callable[[Path, Sequence[str]], list[str]]


def _newsboat(folder: Path, urls: Sequence[str]) -> list[str]:
    (folder / "urls").write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
    (folder / "config").write_text("reload-threads 8\n", encoding="utf-8")
    files = ["-u", str(folder / "urls"), "-C", str(folder / "config"), "-c", str(folder / "cache.db")]
    return ["newsboat", *files, "-x", "reload"]


def _sfeed(folder: Path, urls: Sequence[str]) -> list[str]:
    listed = "".join(f'\tfeed "{number}" "{url}"\n' for number, url in enumerate(urls))
    (folder / "sfeedrc").write_text(
        f'sfeedpath="{folder}/feeds"\nmaxjobs=8\nfeeds() {{\n{listed}}}\n', encoding="utf-8"
    )
    return ["sfeed_update", str(folder / "sfeedrc")]


def _rss2email(folder: Path, urls: Sequence[str]) -> list[str]:
    head = "[DEFAULT]\nfrom = a@valley.example\nto = b@valley.example\n"
    feeds = "".join(f"[feed.f{number}]\nurl = {url}\n" for number, url in enumerate(urls))
    (folder / "r2e.cfg").write_text(head + feeds, encoding="utf-8")
    return ["r2e", "-c", str(folder / "r2e.cfg"), "-d", str(folder / "r2e.json"), "run", "--no-send"]


PEERS = (
    Peer("newsboat", "newsboat", _newsboat),
    Peer("sfeed", "sfeed_update", _sfeed),
    Peer("rss2email", "r2e", _rss2email),
)


def passes_of(peer: Peer, site: Site, folder: Path) -> Iterator[Spent]:
    """Let a program do the four passes; yields what each cost."""
    folder.mkdir()
    command = peer.prepare(folder, [site.url(number) for number in range(site.hosts)])
    for name, what in PASSES:
        site.turn_to(what)
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            command, check=False, capture_output=True, env={**os.environ, "HOME": str(folder)}
        )
        wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        failed = "" if not done.returncode else f" (exit {done.returncode})"
        yield Spent(name=f"{peer.name}: {name}{failed}", feeds=site.hosts, wall=wall, cpu=cpu)


def compared(ours: Sequence[Spent], theirs: Sequence[Spent]) -> None:
    """Print what was measured of a peer, and how many times as fast we are."""
    for mine, other in zip(ours, theirs, strict=True):
        wall, cpu = other.wall / mine.wall, other.cpu / mine.cpu
        print(f"{other}   x{wall:.1f} by the clock, x{cpu:.1f} by CPU", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("place", type=Path)
    options.add_argument("--hosts", type=int, default=200)
    options.add_argument("--reader", help="the Python of an environment that has reader")
    chosen = options.parse_args()
    bodies, others = documents_of(chosen.place, chosen.hosts)
    with tempfile.TemporaryDirectory() as made, served(bodies, chosen.hosts, others=others) as site:
        folder = Path(made)
        ours = apart(partial(ours_and_bare, site, folder, 1))[::2]
        print(*ours, sep="\n", flush=True)
        if chosen.reader:
            compared(ours, with_reader(chosen.reader, site, chosen.hosts, folder))
        for peer in PEERS:
            if shutil.which(peer.program):
                compared(ours, list(passes_of(peer, site, folder / peer.name)))
            else:
                print(f"{peer.name} is left out: it is not installed")


if __name__ == "__main__":
    main()
