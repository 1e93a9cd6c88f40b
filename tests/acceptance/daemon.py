"""The real `news-monitor` as a process, with a folder of its own, and the world around it on loopback.

async with desk.running() as daemon:
    await daemon.until(lambda: "Bridge" in daemon.said)
    await daemon.stop()  # SIGTERM; returns the exit code
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.feeds.zoo import Zoo, conditional

PATIENCE = 90.0
"""Seconds after which a condition that does not come true fails the test: much more than it needs, also on a
machine that is busy with other things. Nobody waits so long unless something is wrong."""
_LOOK = 0.05

RULES = """
# Exact words: no dictionary is loaded, so that a start takes little.
rules:
  bridges:
    title: Bridges
    any: ["=bridge", "=footbridge", "=viaduct"]
  floods:
    title: Floods
    any: ["=flood", "=dam"]
"""

Condition = Callable[[], object]


def document(
    items: Iterable[tuple[str, str]], *, host: str = "valley.example", age: timedelta | None = None
) -> bytes:
    """Write an RSS document of (slug, title) items, dated so long ago (now by default)."""
    date = format_datetime(datetime.now(UTC) - (age or timedelta(minutes=1)))
    body = "".join(
        f"<item><title>{escape(title)}</title><link>http://{host}/{slug}</link>"
        f"<guid isPermaLink='false'>{host}/{slug}</guid><pubDate>{date}</pubDate></item>"
        for slug, title in items
    )
    head = f"<title>{host}</title><link>http://{host}/</link><description>News</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{body}</channel></rss>'.encode()


@dataclass(slots=True)
class Daemon:
    """One running process."""

    process: asyncio.subprocess.Process
    folder: Path
    number: int

    @property
    def said(self) -> str:
        """What it wrote to standard output: the console's alerts, without the marks around matched words."""
        return self._text("out").replace("[", "").replace("]", "")

    @property
    def logged(self) -> str:
        """What it wrote to standard error."""
        return self._text("err")

    @property
    def events(self) -> list[dict[str, Any]]:
        """Its log lines, as values; a line still being written is left out."""
        lines = self.logged.split("\n")[:-1]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def event(self, name: str) -> dict[str, Any] | None:
        """Return the last log line of an event."""
        return next((one for one in reversed(self.events) if one["event"] == name), None)

    def count(self, name: str) -> int:
        """How many log lines of an event there are."""
        return sum(one["event"] == name for one in self.events)

    def _text(self, kind: str) -> str:
        return (self.folder / f"{self.number}.{kind}").read_text(encoding="utf-8", errors="replace")

    async def until(self, condition: Condition | Callable[[], Awaitable[object]]) -> None:
        """Wait until the condition is true.

        Raises:
            AssertionError: it ended, or too much time passed; what it logged is shown.
        """
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            found = condition()
            if await found if isinstance(found, Awaitable) else found:
                return
            ended = self.process.returncode
            assert ended is None, f"ended with {ended}:\n{self.logged}"
            assert asyncio.get_running_loop().time() < deadline, f"in vain:\n{self.said}\n{self.logged}"
            await asyncio.sleep(_LOOK)

    async def started(self) -> Daemon:
        """Wait until it says so."""
        await self.until(lambda: self.event("started"))
        return self

    async def ended(self, *, within: float = PATIENCE) -> int:
        """Wait for its end; returns the exit code."""
        return await asyncio.wait_for(self.process.wait(), within)

    async def stop(self, *, within: float = PATIENCE) -> int:
        """Send SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended(within=within)

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


@dataclass(slots=True)
class Desk:
    """A folder with config.yaml, rules and a database."""

    folder: Path
    zoo: Zoo
    settings: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self) -> None:
        """Begin with two rules, a console, and feeds that are polled every second."""
        (self.folder / "rules").mkdir()
        self.rules(RULES)
        self.settings = {
            "database": "sqlite:///news.db",
            "channels": {"console": {"type": "console"}},
            "polling": {"interval": 1, "min_interval": 1, "max_backoff": 2, "per_host": 16},
            "feeds": [],
            "log_format": "json",
        }

    def rules(self, text: str) -> None:
        """Write the rule file."""
        (self.folder / "rules" / "rules.yaml").write_text(text, encoding="utf-8")

    def write(self) -> None:
        """Write config.yaml; JSON is YAML."""
        (self.folder / "config.yaml").write_text(json.dumps(self.settings, indent=1), encoding="utf-8")

    def feed(self, path: str, items: Sequence[tuple[str, str]], *, etag: str = '"1"', **fields: Any) -> None:
        """Serve a feed and configure it."""
        self.publish(path, items, etag=etag)
        self.settings["feeds"].append(
            {"url": f"{self.zoo.url}{path}", "outlet": f"{path.strip('/')}.example", "allow_private": True}
            | fields
        )

    def publish(
        self, path: str, items: Sequence[tuple[str, str]], *, etag: str, age: timedelta | None = None
    ) -> None:
        """Serve this document from now on."""
        body = document(items, host=f"{path.strip('/')}.example", age=age)
        self.zoo.answers[path] = conditional(body, etag)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "news.db"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the database beside the daemon; nothing while there is none."""
        if not self.database.exists():
            return []
        try:
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []

    async def launch(self, *arguments: str) -> Daemon:
        """Start `news-monitor ARGUMENTS` in the folder."""
        self.runs += 1
        out = (self.folder / f"{self.runs}.out").open("wb")
        err = (self.folder / f"{self.runs}.err").open("wb")
        with out, err:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "monitor",
                *(arguments or ("run",)),
                cwd=self.folder,
                stdout=out,
                stderr=err,
                env=_environment(self.environment),
            )
        return Daemon(process, self.folder, self.runs)

    @asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[Daemon]:
        """Write the configuration and run a daemon on it; whatever happens, it is gone afterwards."""
        self.write()
        daemon = await self.launch(*arguments)
        try:
            yield await daemon.started()
        finally:
            await daemon.kill()


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "TMPDIR") if name in os.environ}
    root = str(Path(__file__).resolve().parent.parent.parent)
    return {**kept, "PYTHONPATH": root, "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "default", **more}
