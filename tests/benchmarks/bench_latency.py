"""How long an alert takes from its entry's commit to the request on the wire, at ten alerts a second.

    python -m tests.benchmarks.bench_latency [--seconds 20]

The daemon as a process, its SQLite file on a disk, feeds from a loopback server, Slack's double on loopback.
Ten feeds with one new article a second each; Slack's limit of one message a second is lifted (`pace: 0s`),
or it would be what is measured. Three spans for each alert:

    answered   the feed's answer left -> the request reached Slack (polling, parsing, story, decision, all)
    committed  the moment at which the poll stamped the entry, just before its commit -> the request
    decided    the decision -> the request
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.daemon import Desk, document
from tests.acceptance.kill_rig import marked, marks
from tests.channels.slack_double import Posted, SlackDouble
from tests.feeds.zoo import Answer, Request, open_zoo, send

FEEDS = 10
KEPT = 30
"""Articles that a feed shows, as feeds do."""


@dataclass(slots=True)
class Timed(SlackDouble):
    """The double, with the moment at which each headline was posted."""

    reached: dict[str, float] = field(default_factory=dict)

    def _keep(self, sent: dict[str, Any]) -> Posted:
        for mark in marks(str(sent.get("blocks"))):
            self.reached.setdefault(mark, time.time())
        return SlackDouble._keep(self, sent)


class Press:
    """Gives each feed one new article whenever it is asked; notes when the answer left."""

    def __init__(self) -> None:
        self.left: dict[str, float] = {}
        self.stopped = False
        self._number = 0

    def feed(self, path: str) -> Answer:
        """Answer for one feed."""
        items: list[tuple[str, str]] = []

        async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
            fresh = set()
            if not self.stopped:
                items.append((str(self._number), marked(self._number)))
                fresh = marks(items[-1][1])
                self._number += 1
            body = document(items[-KEPT:], host=f"{path.strip('/')}.example")
            await send(writer, 200, body, Content_Type="application/rss+xml")
            self.left |= dict.fromkeys(fresh, time.time())

        return answer


async def measure(seconds: int) -> None:
    """Run and print."""
    press = Press()
    with tempfile.TemporaryDirectory() as folder:
        async with open_zoo() as zoo, Timed() as slack:
            desk = Desk(Path(folder), zoo)
            _configure(desk, slack)
            zoo.answers |= {f"/f{feed}": press.feed(f"/f{feed}") for feed in range(FEEDS)}
            async with desk.running() as daemon:
                await asyncio.sleep(seconds)
                press.stopped = True
                with suppress(AssertionError):
                    await daemon.until(lambda: len(slack.reached) >= len(press.left))
                await daemon.stop()
            rows = desk.rows(
                "select e.title, e.first_seen, a.created_at from entries e join alerts a on a.entry = e.id"
            )
    stamped = {mark: (seen / 1e6, made / 1e6) for title, seen, made in rows for mark in marks(title)}
    reached = slack.reached
    print(f"{len(press.left)} articles in {seconds} s, {len(reached)} reached Slack")
    _say("answered ", [reached[mark] - press.left[mark] for mark in press.left if mark in reached])
    _say("committed", [at - stamped[mark][0] for mark, at in reached.items() if mark in stamped])
    _say("decided  ", [at - stamped[mark][1] for mark, at in reached.items() if mark in stamped])


def _say(name: str, found: Sequence[float]) -> None:
    if len(found) > 1:
        cuts = [round(cut * 1e3) for cut in statistics.quantiles(found, n=100)]
        print(f"{name}: median {cuts[49]} ms, p95 {cuts[94]} ms, p99 {cuts[98]} ms")


def _configure(desk: Desk, slack: SlackDouble) -> None:
    desk.environment["SLACK_BOT_TOKEN"] = slack.token
    desk.settings["channels"] = {
        "osint": {
            "type": "slack", "token": "${SLACK_BOT_TOKEN}", "channel": slack.channel,
            "api_url": slack.api_url, "pace": "0s",
        }
    }  # fmt: skip
    for feed in range(FEEDS):
        desk.feed(f"/f{feed}", [], interval=1)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    asyncio.run(measure(parser.parse_args().seconds))


if __name__ == "__main__":
    main()
