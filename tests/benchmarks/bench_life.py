"""How soon a daemon with ten thousand feeds polls after its start, and how soon it is gone after SIGTERM.

    python -m tests.benchmarks.bench_life [--feeds 10000] [--runs 3]

A process with config.yaml of so many feeds of a loopback server, which answers half of them after long,
and a Slack that never answers. The start: from the process to the first request, by the clock on the wall and
by the CPU time that the process spent; the first start makes the database, the others find it. The stop: from
SIGTERM, with as many polls under way as may be and a message on its way to Slack, until the process is gone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).resolve().parent.parent.parent
_SLOW = 15.0
_TICKS = os.sysconf("SC_CLK_TCK")
RULES = 'rules:\n  floods: {title: Floods, any: ["=flood"]}\n'


@dataclass(slots=True)
class Outside:
    """The servers that the daemon talks to."""

    asked: int = 0
    first: asyncio.Event = field(default_factory=asyncio.Event)
    posted: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0

    async def feed(self, request: web.Request) -> web.Response:
        """Answer: every second one after a long time, one with news."""
        self.asked += 1
        self.first.set()
        number = int(request.match_info["number"])
        if number % 2:
            self.under_way += 1
            try:
                await asyncio.sleep(_SLOW)
            finally:
                self.under_way -= 1
        dated = format_datetime(datetime.now(UTC))
        item = f"<title>Flood {number}</title><guid>{number}</guid><pubDate>{dated}</pubDate>"
        return web.Response(
            text=f'<rss version="2.0"><channel><title>{number}</title><item>{item}</item></channel></rss>',
            content_type="application/rss+xml",
        )

    async def slack(self, request: web.Request) -> web.Response:
        """Never answer a message."""
        if request.path.endswith("chat.postMessage"):
            self.posted.set()
            await asyncio.sleep(600)
        return web.json_response({"ok": True, "url": "x", "team": "t", "user_id": "U", "messages": []})


def configure(folder: Path, port: int, feeds: int) -> None:
    """Write config.yaml, as people do: a line a feed, with a name and tags."""
    lines = [
        f'  - {{url: "http://127.0.0.1:{port}/feed/{n}", name: Feed {n}, outlet: o{n}.example, tags: [a, b],'
        " allow_private: true}"
        for n in range(feeds)
    ]
    head = {
        "database": "sqlite:///news.db",
        "channels": {
            "slack": {
                "type": "slack",
                "token": "${SLACK_BOT_TOKEN}",
                "channel": "C1",
                "api_url": f"http://127.0.0.1:{port}/api/",
                "timeout": "60s",
            }
        },
        "polling": {"concurrency": 200, "per_host": 16},
        "web": {"listen": "127.0.0.1:0"},
        "log_format": "json",
    }
    said = "\n".join(f"{key}: {json.dumps(value)}" for key, value in head.items())
    (folder / "config.yaml").write_text(f"{said}\nfeeds:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "rules.yaml").write_text(RULES, encoding="utf-8")


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has spent, without its children."""
    parts = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / _TICKS


async def run(outside: Outside, folder: Path) -> dict[str, float]:
    """Start a daemon, let it work, stop it."""
    outside.first.clear()
    outside.posted.clear()
    began = time.monotonic()
    with (folder / "err").open("wb") as err:
        daemon = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "monitor",
            "run",
            cwd=folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=err,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SLACK_BOT_TOKEN": "xoxb-none"},
        )
    await asyncio.wait_for(outside.first.wait(), 120)
    start, cpu = time.monotonic() - began, cpu_of(daemon.pid)
    await asyncio.wait_for(outside.posted.wait(), 120)
    await asyncio.sleep(10)
    under_way = outside.under_way
    began = time.monotonic()
    daemon.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(daemon.wait(), 120)
    stop = time.monotonic() - began
    assert code == 0, (folder / "err").read_text(encoding="utf-8")
    return {"start": start, "cpu": cpu, "stop": stop, "under way": under_way}


async def main(feeds: int, runs: int) -> None:
    """Run it several times on one database."""
    outside = Outside()
    app = web.Application()
    app.router.add_get("/feed/{number}", outside.feed)
    app.router.add_route("*", "/api/{method}", outside.slack)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        configure(folder, runner.addresses[0][1], feeds)
        print(f"{feeds:,} feeds; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for number in range(runs):
            found = await run(outside, folder)
            print(
                f"{'first start' if not number else 'later start'}: first poll after {found['start']:.2f} s "
                f"({found['cpu']:.2f} s of CPU); SIGTERM with {found['under way']:.0f} polls under way and "
                f"Slack hanging: gone after {found['stop']:.2f} s"
            )
    await runner.cleanup()


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--feeds", type=int, default=10_000)
    words.add_argument("--runs", type=int, default=3)
    asked = words.parse_args()
    asyncio.run(main(asked.feeds, asked.runs))
