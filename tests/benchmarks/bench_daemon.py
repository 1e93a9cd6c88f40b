"""The whole daemon on 200 real feeds from a loopback server, and what ten kills leave of it.

    NEWS_MONITOR_DATA=... python -m tests.benchmarks.bench_daemon [--feeds 200] [--kills 10] [--seed 1]

First pass, second pass (304s), entries, peak memory of the daemon with its parser processes, seconds. Then
the same first pass, killed ten times at random moments and started again: entries, matches, alerts and
messages must equal those of the undisturbed run. One feed is polled at a time there, so that arrival has one
order.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import hashlib
import json
import multiprocessing
import os
import random
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("NEWS_MONITOR_DATA", ROOT.parent / "shared" / "data"))
RULES = """
rules:
  power: {title: Power, any: [government, minister, parliament, president]}
  machines: {title: Machines, any: [vulnerability, outage, kernel]}
"""
QUERIES = {
    "entries": "select id, text_hash from entries order by id",
    "decisions": "select entry, rule, story, verdict, reason from decisions order by 1, 2, 3, 4, 5",
    "alerts": "select id, state from alerts order by id",
    "messages": "select id, state from deliveries order by id",
}


def real_feeds(number: int) -> dict[str, bytes]:
    """Read so many of the recorded feeds."""
    found: dict[str, bytes] = {}
    with tarfile.open(DATA / "feeds" / "feeds.tar.xz") as archive:
        for member in archive:
            if member.isfile() and "real/" in member.name and (stream := archive.extractfile(member)):
                found[f"/{len(found)}/{Path(member.name).name}"] = stream.read()
                if len(found) == number:
                    break
    return found


def serve(bodies: dict[str, bytes], told: Connection) -> None:
    """Serve feeds with ETags until killed; tell the port, then the statuses whenever asked."""
    asyncio.run(_serve(bodies, told))


async def _serve(bodies: dict[str, bytes], told: Connection) -> None:
    statuses: collections.Counter[int] = collections.Counter()
    tags = {path: f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"' for path, body in bodies.items()}

    async def answer(request: web.Request) -> web.Response:
        tag = tags[request.path]
        status = 304 if request.headers.get("If-None-Match") == tag else 200
        statuses[status] += 1
        body = bodies[request.path] if status == 200 else None
        return web.Response(status=status, body=body, headers={"ETag": tag, "Content-Type": "text/xml"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.send(runner.addresses[0][1])
    while True:
        await asyncio.to_thread(told.recv)
        told.send(dict(statuses))
        statuses.clear()


def write_desk(folder: Path, port: int, paths: list[str], *, concurrency: int, interval: int) -> None:
    settings = {
        "database": "sqlite:///news.db",
        "rules": [str(ROOT / "rules"), "rules.yaml"],
        "feeds": [
            {
                "url": f"http://127.0.0.1:{port}{path}",
                "outlet": f"outlet-{number}.example",
                "allow_private": True,
            }
            for number, path in enumerate(paths)
        ],
        "channels": {"console": {"type": "console"}},
        "polling": {"interval": interval, "min_interval": 1, "concurrency": concurrency, "per_host": 16},
        "alerts": {"max_age": "36500d", "first_read_max_age": "36500d"},
        "log_format": "json",
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "config.yaml").write_text(json.dumps(settings), encoding="utf-8")


def launch(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with (folder / "out").open("ab") as out, (folder / "err").open("ab") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", "run", *arguments],
            cwd=folder,
            stdout=out,
            stderr=err,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = collections.defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children[int(fields[1])].append(int(stat.parent.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children[found[-1]]
    return found


def memory_of(pid: int) -> tuple[float, float]:
    """Resident and proportional (shared pages divided) MB of the process tree."""
    resident = shared = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        values = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
        resident, shared = resident + values.get("Rss", 0), shared + values.get("Pss", 0)
    return resident / 1024, shared / 1024


def cpu_of(pid: int) -> float:
    ticks = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    try:
        with closing(sqlite3.connect(f"file:{folder}/news.db?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []


def two_passes(folder: Path, feeds: int) -> None:
    """Run the daemon until every feed was polled twice; print both passes."""
    started = time.perf_counter()
    daemon = launch(folder)
    peak = (0.0, 0.0)
    seconds: dict[str, float] = {}
    cpu: dict[str, float] = {}
    polled = "select 1 where (select count(*) from feeds where last_polled_at > {}) = {}"
    since = 0
    try:
        for name in ("first pass", "second pass"):
            # By the time of the poll, not by claims: a claim may be handed back unpolled.
            goal = polled.format(since, feeds)
            while not rows(folder, goal):
                assert daemon.poll() is None, (folder / "err").read_text()
                now = memory_of(daemon.pid)
                peak = max(peak[0], now[0]), max(peak[1], now[1])
                time.sleep(0.1)
            seconds[name], cpu[name] = time.perf_counter() - started, cpu_of(daemon.pid)
            since = time.time_ns() // 1000
    finally:
        daemon.terminate()
        daemon.wait()
    print(f"first pass                {seconds['first pass']:8.1f} s  ({cpu['first pass']:.1f} s CPU)")
    between = seconds["second pass"] - seconds["first pass"]
    print(
        f"second pass after another {between:8.1f} s  ({cpu['second pass'] - cpu['first pass']:.1f} s of CPU)"
    )
    print(f"peak memory               {peak[0]:8.0f} MB resident, {peak[1]:.0f} MB proportional, whole tree")
    for what, query in QUERIES.items():
        print(f"{what:24}  {len(rows(folder, query)):8}")
    print(f"exit code                 {daemon.returncode:8}")


def undisturbed(folder: Path) -> float:
    started = time.perf_counter()
    daemon = launch(folder, "--once")
    assert daemon.wait() == 0, (folder / "err").read_text()
    return time.perf_counter() - started


def killed(folder: Path, *, whole: float, kills: int, dice: random.Random) -> list[str]:
    """Kill a first pass so many times; returns what was in doubt, then let one run end."""
    moments = []
    for _ in range(kills):
        daemon = launch(folder, "--once")
        moment = dice.uniform(0.1, 0.3) * whole
        try:
            daemon.wait(moment)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
        number = len(rows(folder, "select 1 from entries"))
        moments.append(f"{moment:.1f}s:{number}")
    undisturbed(folder)
    return moments


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the databases there")
    parser.add_argument("--no-passes", action="store_true", help="only the kills")
    options = parser.parse_args()
    bodies = real_feeds(options.feeds)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(bodies, theirs), daemon=True)
    server.start()
    port = ours.recv()
    print(f"{len(bodies)} feeds, {sum(map(len, bodies.values())) / 2**20:.1f} MiB, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as root:
        folder = options.folder or Path(root)
        if not options.no_passes:
            write_desk(folder / "two", port, list(bodies), concurrency=50, interval=30)
            two_passes(folder / "two", len(bodies))
            ours.send("statuses")
            print(f"answers                   {ours.recv()}")
        for name in ("calm", "killed"):
            write_desk(folder / name, port, list(bodies), concurrency=1, interval=3600)
        whole = undisturbed(folder / "calm")
        print(f"one feed at a time        {whole:8.1f} s")
        moments = killed(
            folder / "killed", whole=whole, kills=options.kills, dice=random.Random(options.seed)
        )
        print(f"killed at (s:entries)     {' '.join(moments)}")
        for what, query in QUERIES.items():
            calm, after = rows(folder / "calm", query), rows(folder / "killed", query)
            verdict = "equal" if calm == after else f"{len(set(calm) ^ set(after))} DIFFER"
            print(f"{what:24}  {len(calm):8} undisturbed {len(after):8} after kills: {verdict}")
    server.kill()


if __name__ == "__main__":
    main()
