"""Three daemons on one PostgreSQL: killed, frozen, cut off, the server restarted, at random.

    python -m tests.benchmarks.run_faults [--feeds 10000] [--seconds 300] [--interval 120] [--seed 1]
        [--rate 4] [--quiet 6] [--folder DIR]

Articles are published all the time, each of an event of its own; every one is to be stored, and to be told
once in one Slack channel. At the end the faults stop, what is still under way may end, and it is counted:
entries and alerts lost, alerts told twice, feeds polled later than twice their interval, requests to a host
that another daemon was just then asking. Exits with 1 if one of these is not 0.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from monitor.core.models import Feed
from monitor.store import open_store
from tests.acceptance.daemon import Daemon, Desk
from tests.benchmarks.fault_world import CODE, World, serve
from tests.channels.slack_double import SlackDouble
from tests.feeds.zoo import open_zoo
from tests.many.clusters import Cluster, a_cluster

WORKERS = 3
_UNUSABLE = 4
"""How a daemon ends that finds no database at its start: to be started again, as systemd does."""
RULE = 'rules:\n  floods: {title: Floods, any: ["=flood"]}\n'


@dataclass(slots=True, kw_only=True)
class Terms:
    """What a run is like."""

    feeds: int
    seconds: float
    interval: float
    seed: int
    rate: float
    quiet: float


@dataclass(slots=True)
class Run:
    """One run: the world, the machines, the server, what is done to them."""

    terms: Terms
    dice: random.Random
    world: World
    cluster: Cluster
    slack: SlackDouble
    desks: list[Desk]
    links: list[Process]
    """The way of each daemon to the database: a process of its own, so that the feeds do not slow it down."""
    daemons: dict[int, Daemon] = field(default_factory=dict)
    frozen: set[int] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    ended: list[str] = field(default_factory=list)
    """How daemons ended that nobody killed."""
    loads: list[float] = field(default_factory=list)
    """Of the whole machine, as its load averages of a minute."""

    def say(self, what: str) -> None:
        """Write what happens, and when."""
        print(f"{time.monotonic() - self.world.began:7.1f} s  {what}", flush=True)

    async def start(self, number: int) -> None:
        """Start a daemon."""
        self.daemons[number] = await self.desks[number].launch()

    async def disturb(self) -> None:
        """Do one thing after another until the time is over."""
        end = time.monotonic() + self.terms.seconds
        acts: tuple[Callable[[], Awaitable[None]], ...]
        acts = self.kill, self.freeze, self.part, self.restart, self.cut
        while time.monotonic() < end:
            await asyncio.sleep(self.dice.uniform(0.5, 1.5) * self.terms.quiet)
            self.loads.append(os.getloadavg()[0])
            await self.dice.choice(acts)()
            for number, daemon in list(self.daemons.items()):
                if daemon.process.returncode is not None:
                    if daemon.process.returncode != _UNUSABLE or daemon.event("started"):
                        self.ended.append(f"{daemon.process.returncode}: {daemon.logged[-600:]}")
                    await self.start(number)

    async def kill(self) -> None:
        """Kill a daemon as a power cut would, and start it again."""
        number = self.dice.randrange(WORKERS)
        self.say(f"kill -9 of worker {number}")
        self.faults["kill -9"] += 1
        await self.daemons[number].kill()
        await asyncio.sleep(self.dice.uniform(0, 6))
        await self.start(number)

    async def freeze(self) -> None:
        """Stop a daemon for longer than its lease, or not, and wake it."""
        number, span = self.dice.randrange(WORKERS), self.dice.uniform(3, 14)
        self.say(f"SIGSTOP of worker {number} for {span:.0f} s")
        self.faults["SIGSTOP"] += 1
        os.kill(self.daemons[number].process.pid, signal.SIGSTOP)
        await asyncio.sleep(span)
        os.kill(self.daemons[number].process.pid, signal.SIGCONT)

    async def part(self) -> None:
        """Part a daemon from the server for longer than a lease, silently; what was sent comes late."""
        number, span = self.dice.randrange(WORKERS), self.dice.uniform(8, 20)
        self.say(f"worker {number} parted from PostgreSQL for {span:.0f} s")
        self.faults["partition"] += 1
        self.links[number].send_signal(signal.SIGSTOP)
        await asyncio.sleep(span)
        self.links[number].send_signal(signal.SIGCONT)

    async def restart(self) -> None:
        """Restart the server, in good order or by a crash."""
        how, span = self.dice.choice([signal.SIGINT, signal.SIGQUIT]), self.dice.uniform(0, 8)
        self.say(f"PostgreSQL stopped by {how.name} for {span:.0f} s")
        self.faults["restart"] += 1
        await asyncio.to_thread(self.cluster.stop, how)
        await asyncio.sleep(span)
        await asyncio.to_thread(self.cluster.start)

    async def cut(self) -> None:
        """End every connection to the server."""
        self.say("all connections terminated")
        self.faults["connections cut"] += 1
        connection = await asyncpg.connect(self.cluster.url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        await connection.close()

    async def publish(self) -> None:
        """Publish for ever."""
        while True:
            await asyncio.sleep(self.dice.expovariate(self.terms.rate))
            self.world.publish()

    async def stored(self) -> set[str]:
        """Ask which of the articles are stored."""
        return {row["guid"] for row in await self._ask("SELECT guid FROM entries")}

    async def left(self) -> str:
        """Say what is still under way, and what became of matches."""
        questions = (
            "SELECT 'pending' AS what, count(*) FROM pending",
            "SELECT 'message ' || state, count(*) FROM deliveries GROUP BY state",
            "SELECT verdict || ' ' || reason, count(*) FROM decisions GROUP BY verdict, reason",
        )
        rows = await self._ask(" UNION ALL ".join(questions))
        return ", ".join(f"{row['count']} {row['what']}" for row in rows)

    async def _ask(self, question: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.cluster.url)
        try:
            return list(await connection.fetch(question))
        finally:
            await connection.close()

    def told(self) -> Counter[str]:
        """Count the messages of each article."""
        found = (CODE.search(json.dumps(one.blocks) + one.text) for one in self.slack.messages)
        return Counter(one[1] for one in found if one)

    async def settled(self) -> None:
        """Wait until all is stored and told; not for ever."""
        deadline = time.monotonic() + 2 * self.terms.interval + 60
        wanted = set(self.world.published)
        while time.monotonic() < deadline and not wanted <= self.told().keys():  # noqa: ASYNC110
            await asyncio.sleep(1)
        await asyncio.sleep(5)  # what comes twice comes now


async def link_to(url: str) -> Process:
    """Start a link to the server."""
    command = (sys.executable, "-m", "tests.many.link", url)
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


async def unlink(link: Process) -> None:
    """End a link."""
    link.kill()
    await link.wait()


async def address_of(link: Process) -> str:
    """Return the address of the server by way of a link."""
    assert link.stdout is not None
    return (await link.stdout.readline()).decode().strip()


def configure(desk: Desk, number: int, run_url: str, slack: SlackDouble, terms: Terms) -> None:
    """Write what a machine needs, but for its feeds."""
    desk.rules(RULE)
    desk.environment["SLACK_BOT_TOKEN"] = slack.token
    desk.settings |= {
        "database": run_url,
        "channels": {
            "osint": {
                "type": "slack",
                "token": "${SLACK_BOT_TOKEN}",
                "channel": slack.channel,
                "api_url": slack.api_url,
                "settle": 1,
                "timeout": 10,
                "pace": 0,
                "fold_after": "1h",
            }
        },
        "polling": {
            "schedule": "fixed",
            "interval": terms.interval,
            "min_interval": 1,
            "max_backoff": terms.interval,
            "user_agent": f"worker-{number}",
        },
    }


async def prepare(url: str, addresses: list[str], terms: Terms) -> None:
    """Make the tables; let the first polls be spread over one interval."""
    store = await open_store(url, owner="run", exclusive=True)
    now = datetime.now(UTC)
    feeds = [
        Feed(url=address, name=f"f{number}", outlet=f"f{number}.example")
        for number, address in enumerate(addresses)
    ]
    starts = {
        feed.url: now + timedelta(seconds=10 + terms.interval * (number * 7919 % len(feeds)) / len(feeds))
        for number, feed in enumerate(feeds)
    }
    await store.sync_feeds(feeds, now, first_poll_at=starts)
    await store.close()


async def run(terms: Terms, folder: Path, cluster: Cluster) -> Run:
    """Run it from beginning to end."""
    dice = random.Random(terms.seed)
    world = World(terms.feeds, dice)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackDouble())
        zoo = await stack.enter_async_context(open_zoo())
        server, port = await serve(world)
        stack.callback(server.close)
        addresses = list(world.addresses(port))
        await prepare(cluster.url, addresses, terms)
        desks: list[Desk] = []
        links: list[Process] = []
        for number in range(WORKERS):
            (folder / str(number)).mkdir()
            desks.append(desk := Desk(folder / str(number), zoo))
            links.append(link := await link_to(cluster.url))
            stack.push_async_callback(unlink, link)
            configure(desk, number, await address_of(link), slack, terms)
            desk.settings["feeds"] = [
                {"url": address, "outlet": f"f{feed}.example", "allow_private": True}
                for feed, address in enumerate(addresses)
            ]
            desk.write()
        made = Run(terms, dice, world, cluster, slack, desks, links)
        try:
            await _played(made)
        finally:
            for daemon in made.daemons.values():
                await daemon.kill()
    return made


async def _played(made: Run) -> None:
    for number in range(WORKERS):
        await made.start(number)
    for daemon in made.daemons.values():
        await daemon.started()
    made.world.began = time.monotonic()
    made.say("all started")
    publishing = asyncio.create_task(made.publish())
    await made.disturb()
    publishing.cancel()
    made.say("no more faults")
    await made.settled()
    made.world.finish()
    made.say("settled")
    table(made, await made.stored(), await made.left())


def table(made: Run, stored: set[str], left: str) -> None:
    """Print what is counted, and remember whether it is well."""
    world, told = made.world, made.told()
    wanted = set(world.published)
    late = [end for gap, end in world.gaps.values() if gap > 2 * made.terms.interval]
    lost = [guid for guid in world.published.values() if guid not in stored]
    rows = (
        ("faults", ", ".join(f"{count} {name}" for name, count in sorted(made.faults.items()))),
        ("polls", f"{sum(world.requests.values()):,} {dict(sorted(world.requests.items()))}"),
        ("entries published", f"{len(wanted):,}"),
        ("entries lost", f"{len(lost)}"),
        ("alerts lost", f"{len(wanted - told.keys())}"),
        ("alerts told twice", f"{sum(count > 1 for count in told.values())}"),
        ("in the database", left),
        (
            "longest time between two polls",
            f"{max(world.gaps.values())[0]:.0f} s of {made.terms.interval:g} s",
        ),
        (
            "feeds polled later than twice their interval",
            f"{len(late)} of {world.feeds:,} {sorted(late)[:5]}",
        ),
        ("requests to a host that another daemon was asking", f"{len(world.overlaps)} {world.overlaps[:3]}"),
        ("overlaps by second", f"{dict(Counter(round(one[0]) for one in world.overlaps))}"),
        ("daemons that ended by themselves", f"{len(made.ended)}"),
        (
            "load of the machine, a minute's mean",
            f"{sum(made.loads) / len(made.loads):.0f} on {os.cpu_count()} processors",
        ),
    )
    for name, value in rows:
        print(f"| {name} | {value} |")
    for ended in made.ended:
        print(ended, file=sys.stderr)
    bad = (lost, wanted - told.keys(), late, world.overlaps, made.ended)
    if any(bad) or any(count > 1 for count in told.values()):
        made.faults["bad"] += 1


def main() -> None:
    """Read the options and run."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--feeds", type=int, default=10_000)
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--interval", type=float, default=120)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--rate", type=float, default=4, help="articles a second")
    options.add_argument("--quiet", type=float, default=6, help="seconds between two faults")
    options.add_argument("--folder", type=Path, help="where the machines are kept; by default nowhere")
    chosen = vars(options.parse_args())
    kept: Path | None = chosen.pop("folder")
    with tempfile.TemporaryDirectory() as temporary, a_cluster() as cluster:
        folder = kept or Path(temporary)
        folder.mkdir(exist_ok=True)
        made = asyncio.run(run(Terms(**chosen), folder, cluster))
    raise SystemExit(made.faults["bad"])


if __name__ == "__main__":
    main()
