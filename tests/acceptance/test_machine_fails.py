"""What a machine may do to a process: stop and wake it, send signals without end, leave it no descriptors."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
from contextlib import closing

from tests.acceptance.daemon import Desk
from tests.acceptance.test_channels_end_to_end import to_slack
from tests.channels.slack_double import Fault, SlackDouble

ONE = [("a", "Bridge reopens")]
TWO = [*ONE, ("b", "Dam holds")]


async def test_a_process_that_was_stopped_and_woken_tells_each_alert_once(
    desk: Desk, slack: SlackDouble
) -> None:
    """SIGSTOP while Slack is taking a message: no other daemon gets in; awake, it asks before it repeats."""
    to_slack(desk, slack)
    slack.faults.append(Fault.ACCEPT_THEN_HANG)
    desk.feed("/one", ONE)
    async with desk.running() as daemon:
        await daemon.until(lambda: slack.messages)
        daemon.process.send_signal(signal.SIGSTOP)
        second = await desk.launch()
        assert await second.ended() == 3
        desk.publish("/one", TWO, etag='"2"')
        daemon.process.send_signal(signal.SIGCONT)
        await daemon.until(lambda: len(slack.messages) >= len(TWO))
        await daemon.until(lambda: _count(desk, "deliveries where state not in ('sent', 'parked')") == 0)
        assert await daemon.stop() == 0
    assert len(slack.messages) == len({one.delivery for one in slack.messages}) == len(TWO)


async def test_a_storm_of_signals_changes_nothing_of_what_is_told(desk: Desk) -> None:
    """A hundred SIGHUPs while articles arrive, and SIGTERM among them: exit code 0, each alert once."""
    desk.feed("/one", ONE)
    async with desk.running() as daemon:
        for _ in range(50):
            daemon.process.send_signal(signal.SIGHUP)
            await asyncio.sleep(0.01)
        desk.publish("/one", TWO, etag='"2"')
        await daemon.until(lambda: "Dam holds" in daemon.said)
        for number in range(50):
            daemon.process.send_signal(signal.SIGTERM if number == 10 else signal.SIGHUP)
        assert await daemon.ended() in {0, -signal.SIGHUP}
        first = daemon.said
        assert "Traceback" not in daemon.logged
    async with desk.running() as daemon:
        desk.publish("/one", [*TWO, ("c", "Viaduct stands")], etag='"3"')
        await daemon.until(lambda: "Viaduct stands" in daemon.said)
        told = first + daemon.said
    assert [told.count(title) for _, title in TWO] == [1, 1]


async def test_without_a_free_descriptor_it_waits_and_then_goes_on(desk: Desk) -> None:
    """Polls and messages fail for want of sockets and files; nothing ends, nothing is lost."""
    paths = [f"/f{number}" for number in range(5)]
    for path in paths:
        desk.feed(path, [(f"{path[1:]}a", "Market opens")])
    async with desk.running() as daemon:
        await daemon.until(lambda: _count(desk, "entries") == len(paths))
        before = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (3, before[1]))
        for connection in tuple(desk.zoo._tasks):  # else what is open would serve on
            connection.cancel()
        for path in paths:
            desk.publish(path, [(f"{path[1:]}b", "Dam holds")], etag='"2"')
        await daemon.until(lambda: _count(desk, "feeds where failures > 0") == len(paths))
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, before)
        await daemon.until(lambda: _count(desk, "entries") == 2 * len(paths))
        await daemon.until(lambda: "Dam holds" in daemon.said)
        assert await daemon.stop() == 0
        assert "Traceback" not in daemon.logged


async def test_a_database_held_by_another_program_delays_and_loses_nothing(desk: Desk) -> None:
    """A backup program or a shell that holds the write lock: said with its remedy, over when it lets go."""
    desk.feed("/one", ONE)
    async with desk.running() as daemon:
        await daemon.until(lambda: "Bridge reopens" in daemon.said)
        with closing(sqlite3.connect(desk.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            desk.publish("/one", TWO, etag='"2"')
            await daemon.until(lambda: "is locked by another program" in daemon.logged)
            assert "Dam holds" not in daemon.said
            other.execute("ROLLBACK")
        await daemon.until(lambda: "Dam holds" in daemon.said)
        assert await daemon.stop() == 0


def _count(desk: Desk, what: str) -> int:
    return len(desk.rows(f"select 1 from {what}"))  # noqa: S608 - of this file alone
