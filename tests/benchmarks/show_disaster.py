"""One disaster as its operator sees it, minute by minute; run as a program (about fifteen minutes).

    python -m tests.benchmarks.show_disaster [--minutes 4]

The real daemon watches ten outlets and tells a Slack on loopback; operators hear by mail. Then the token of
Slack is revoked, half of the servers drop every connection and a neighbour nearly fills the disk; after some
minutes all is mended. Printed is what changes, when: mails of the `ops` channel, the page *System*, the feeds
that are unwell, probes and metrics, and messages in Slack. At the end alerts are counted: told once, or not.
The disk, 1 GB in a file, is mounted by root; others see the disaster without it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from lxml import html

from tests.acceptance.daemon import Daemon, Desk
from tests.acceptance.kill_rig import marked, marks
from tests.channels.slack_double import Fault, SlackDouble
from tests.channels.smtp_server import MailServer
from tests.feeds.zoo import open_zoo, raw
from tests.postgres_server import free_port

OUTLETS = 10
FIGURES = "feeds|deliveries_total|stuck_stages|database_up|pending_entries"
WATCHED = re.compile(rf"^(news_monitor_(?:{FIGURES})[^ ]*) ([^ ]+)$", re.MULTILINE)
_LOOK = 3.0
"""Seconds between two looks."""


@dataclass(slots=True)
class Seen:
    """What the operator has in view, and when it changed."""

    began: float = field(default_factory=time.monotonic)
    shown: dict[str, str] = field(default_factory=dict)
    mails: int = 0
    messages: int = 0

    def say(self, where: str, what: str) -> None:
        """Print one line of the timeline, further ones below it."""
        passed = int(time.monotonic() - self.began)
        first, *rest = what.splitlines() or [""]
        print(f"{passed // 60:3}:{passed % 60:02}  {where:<8}  {first}", flush=True)
        for line in rest:
            print(f"{'':18}{line}", flush=True)

    def note(self, where: str, name: str, value: str) -> None:
        """Print what has changed since the last look."""
        before = self.shown.setdefault(name, value if where == "metric" else "")
        if before != value:
            self.shown[name] = value
            self.say(where, f"{name}: {before} -> {value}" if where == "metric" else value)


@dataclass(slots=True)
class Newsroom:
    """The daemon and all around it."""

    desk: Desk
    slack: SlackDouble
    mail: MailServer
    port: int
    disk: Path | None
    published: list[str] = field(default_factory=list)
    dead: frozenset[int] = frozenset()
    """Outlets whose servers answer nothing."""
    seen: Seen = field(default_factory=Seen)

    def publish(self) -> None:
        """Let the next outlet publish something that a rule wants."""
        number = len(self.published)
        self.published.append(marked(number))
        self.serve(number % OUTLETS)

    def serve(self, outlet: int) -> None:
        """Let an outlet's server show what it has published, or nothing if it is dead."""
        items = [(str(at), self.published[at]) for at in range(outlet, len(self.published), OUTLETS)]
        self.desk.publish(f"/o{outlet}", items, etag=f'"{len(self.published)}"')
        if outlet in self.dead:
            self.desk.zoo.answers[f"/o{outlet}"] = raw()

    async def pass_time(self, daemon: Daemon, minutes: float) -> None:
        """Let time pass, with an article every twenty seconds, and look."""
        until, article = time.monotonic() + 60 * minutes, 0.0
        while time.monotonic() < until:
            assert daemon.process.returncode is None, daemon.logged
            if time.monotonic() - article > 20:
                article = time.monotonic()
                self.publish()
            await self.look()
            await asyncio.sleep(_LOOK)

    async def look(self) -> None:
        """Look at everything that an operator may look at."""
        for mail in self.mail.mails[self.seen.mails :]:
            body = mail.parsed.get_body(("plain",))
            self.seen.say(
                "ops mail", f"{mail.parsed['Subject']}\n{body.get_content() if body else ''}".strip()
            )
        self.seen.mails = len(self.mail.mails)
        if len(self.slack.messages) > self.seen.messages:
            self.seen.say("Slack", f"{len(self.slack.messages) - self.seen.messages} more messages")
        self.seen.messages = len(self.slack.messages)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{self.port}") as desk:
            await self._look_at_pages(desk)

    async def _look_at_pages(self, desk: aiohttp.ClientSession) -> None:
        for probe in ("/healthz", "/readyz"):
            async with desk.get(probe) as answer:
                self.seen.note("probe", probe, f"{probe}: {answer.status} {(await answer.text()).strip()}")
        async with desk.get("/metrics") as answer:
            for name, value in WATCHED.findall(await answer.text()):
                self.seen.note("metric", name, value)
        async with desk.get("/system") as answer:
            for name, said in _wrong(await answer.text()):
                self.seen.note("System", name, said)
        async with desk.get("/feed-health?only=unwell") as answer:
            page: Any = html.fromstring(await answer.text())
            rows = [" ".join(row.xpath("string(td[1])").split()) for row in page.xpath("//tbody/tr")]
            self.seen.note("Feeds", "unwell", f"unwell: {', '.join(rows)}" if rows else "all are well")


def _wrong(text: str) -> Iterator[tuple[str, str]]:
    """Read off the page *System* what is wrong, and what waits."""
    page: Any = html.fromstring(text)
    wrong = page.xpath("//h2[.='What is wrong']/following-sibling::ul[1]/li/strong/text()")
    yield "wrong", "\n".join(f"wrong: {one}" for one in wrong) or "nothing is wrong"
    for fact in page.xpath("//dl[@class='facts']/div"):
        said = " ".join(fact.text_content().split())
        if said.startswith("messages that wait"):
            yield "waiting", re.sub(r", the oldest was made .*?;", ";", said)


def _shock(room: Newsroom) -> None:
    room.seen.say("disaster", "the Slack token is revoked; five of ten servers drop every connection")
    room.slack.outage = Fault.REVOKED
    room.dead = frozenset(range(0, OUTLETS, 2))
    for outlet in room.dead:
        room.serve(outlet)
    if room.disk is not None:
        room.seen.say("disaster", "a neighbour leaves 60 MB of the disk free")
        free = os.statvfs(room.disk)
        size = free.f_bavail * free.f_frsize - 60 * 2**20
        subprocess.run(["fallocate", "-l", str(size), room.disk / "neighbour"], check=True)


def _mend(room: Newsroom, daemon: Daemon) -> None:
    room.seen.say("mended", "a new token in its file and SIGHUP, servers that answer, room on the disk")
    room.slack.outage, room.dead = Fault.NONE, frozenset()
    room.slack.token = "xoxb-3333-4444-planted-token"
    _write_token(room.desk, room.slack)
    daemon.process.send_signal(signal.SIGHUP)
    for outlet in range(OUTLETS):
        room.serve(outlet)
    if room.disk is not None:
        (room.disk / "neighbour").unlink()


def _write_token(desk: Desk, slack: SlackDouble) -> None:
    file = desk.folder / "token"
    file.write_text(slack.token, encoding="utf-8")
    file.chmod(0o600)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of a gigabyte in a file; nothing where it cannot be mounted."""
    image, at = folder / "disk.img", folder / "disk"
    at.mkdir()
    made = os.geteuid() == 0 and all(
        subprocess.run([str(word) for word in words], capture_output=True, check=False).returncode == 0
        for words in (
            ("truncate", "-s", "1G", image),
            ("mkfs.ext4", "-q", image),
            ("mount", "-o", "loop", image, at),
        )
    )
    try:
        yield at if made else None
    finally:
        if made:
            subprocess.run(["umount", at], check=True)


@asynccontextmanager
async def _newsroom(folder: Path, disk: Path | None) -> AsyncIterator[Newsroom]:
    async with open_zoo() as zoo, SlackDouble() as slack:
        with MailServer() as mail:
            desk = Desk(folder, zoo)
            port = free_port()
            _write_token(desk, slack)
            desk.settings |= {
                "database": f"sqlite:///{disk or folder}/news.db",
                "polling": {"interval": 10, "min_interval": 5, "max_backoff": 20, "per_host": 16},
                "web": {"listen": f"127.0.0.1:{port}"},
                "channels": {
                    "osint": {
                        "type": "slack", "token": "file:token", "channel": slack.channel,
                        "api_url": slack.api_url,
                    },
                    "operators": {
                        "type": "email", "host": "127.0.0.1", "port": mail.port, "tls": "none",
                        "from": "news@desk.example", "to": ["operator@desk.example"],
                    },
                },
                "routes": [{"match": {}, "channels": ["osint"]}],
                "ops": ["operators"],
            }  # fmt: skip
            for outlet in range(OUTLETS):
                desk.feed(f"/o{outlet}", [], name=f"Outlet {outlet}")
            yield Newsroom(desk, slack, mail, port, disk)


async def _shown(minutes: float) -> None:
    with TemporaryDirectory() as name, small_disk(Path(name)) as disk:
        async with _newsroom(Path(name), disk) as room, room.desk.running() as daemon:
            await room.pass_time(daemon, 1)
            _shock(room)
            await room.pass_time(daemon, minutes)
            _mend(room, daemon)
            await room.pass_time(daemon, 7)
            await daemon.until(lambda: len(room.slack.messages) >= len(room.published))
            told = [mark for one in room.slack.messages for mark in marks(one.text)]
            room.seen.say(
                "counted",
                f"{len(room.published)} articles published that a rule wants: {len(set(told))} told, "
                f"{len(told) - len(set(told))} told twice",
            )
            await daemon.stop()


def main() -> None:
    """Show it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=4, help="that the disaster lasts")
    asyncio.run(_shown(parser.parse_args().minutes))


if __name__ == "__main__":
    main()
