"""How the daemon starts, reloads, refuses and stops, as a person at a shell sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

from tests.acceptance.daemon import Desk
from tests.acceptance.test_channels_end_to_end import to_slack
from tests.channels.slack_double import Fault, SlackDouble
from tests.feeds.zoo import Answer, Request, respond, silent

SHIPPED = Path(__file__).resolve().parent.parent.parent / "rules"


async def test_a_first_start_without_a_network_alerts_on_the_samples(desk: Desk) -> None:
    """Twenty-two feeds that cannot be reached are one line; alerts of the samples come all the same."""
    desk.settings |= {
        "samples": True,
        "rules": [str(SHIPPED)],
        "feeds": [{"url": f"http://127.0.0.1:1/{number}", "allow_private": True} for number in range(22)],
    }
    async with desk.running() as daemon:
        await daemon.until(lambda: "Belgorod" in daemon.said)
        await daemon.until(lambda: daemon.event("feeds.failing"))
        assert await daemon.stop() == 0
        failing = [one for one in daemon.events if one["event"] == "feeds.failing"]
        assert [one["feeds"] for one in failing] == [22]
        assert "unreachable" in failing[0]["why"]
        assert "Traceback" not in daemon.logged
        assert "sample" in daemon.said


async def test_a_second_daemon_on_one_database_is_refused(desk: Desk) -> None:
    """Exit code 3, and one sentence with the process id of the first; the first goes on."""
    async with desk.running() as first:
        second = await desk.launch("run")
        assert await second.ended() == 3
        assert str(first.process.pid) in second.logged
        assert second.logged.count("\n") == 1
        assert first.process.returncode is None
        assert await first.stop() == 0
    async with desk.running() as third:
        assert await third.stop() == 0


async def test_changed_rules_take_effect_and_bad_ones_never(desk: Desk) -> None:
    """A changed file is noticed by itself; one with a mistake is named and the last good one stays."""
    desk.feed("/one", [("a", "Flood closes road")])
    async with desk.running() as daemon:
        await daemon.until(lambda: "Flood closes road" in daemon.said)
        desk.rules("rules:\n  bridges:\n    any: [bridge\n")
        _age(desk)
        await daemon.until(lambda: daemon.event("rules.reloaded"))
        mistake = daemon.event("rules.mistake")
        assert mistake is not None
        assert "rules.yaml:" in mistake["mistake"]
        desk.publish("/one", [("a", "Flood closes road"), ("b", "Dam holds, engineers say")], etag='"2"')
        await daemon.until(lambda: "Dam holds" in daemon.said)
        desk.rules("rules:\n  trains:\n    title: Trains\n    any: ['=train']\n")
        _age(desk)
        await daemon.until(lambda: "trains" in str(daemon.event("rules.reloaded")))
        desk.publish("/one", [("c", "Train derails"), ("d", "Bridge closed")], etag='"3"')
        await daemon.until(lambda: "Train derails" in daemon.said)
        assert "Bridge closed" not in daemon.said
        assert await daemon.stop() == 0


async def test_a_new_rule_previews_what_it_would_have_matched(desk: Desk) -> None:
    """One line of the log tells it, and the command that shows it; no alert rings for the past."""
    desk.feed("/one", [("a", "Flood closes road"), ("b", "Train derails"), ("c", "Train late again")])
    async with desk.running() as daemon:
        await daemon.until(lambda: "Flood closes road" in daemon.said)
        await daemon.until(lambda: desk.rows("select count(*) from assignments") == [(3,)])
        desk.rules("rules:\n  trains: {any: ['=train'], rematch: 24h}\n")
        _age(desk)
        await daemon.until(lambda: daemon.event("rules.preview"))
        said = (daemon.event("rules.preview") or {})["said"]
        assert said.startswith("rule trains would have matched 2 entries of the last 24h in 2 stories: ")
        assert said.endswith("news-monitor rules preview trains")
        shown = await desk.launch("rules", "preview", "trains")
        assert await shown.ended() == 0, shown.logged
        assert "+ " in shown.said
        assert "Train derails" in shown.said
        assert await daemon.stop() == 0
        assert "Train" not in daemon.said


async def test_sighup_reads_the_configuration_again(desk: Desk) -> None:
    """A new feed is polled and a new channel used; a broken file changes nothing and says so."""
    desk.feed("/one", [("a", "Bridge reopens")])
    async with desk.running() as daemon:
        await daemon.until(lambda: "Bridge reopens" in daemon.said)
        (desk.folder / "config.yaml").write_text("feeds: {", encoding="utf-8")
        daemon.process.send_signal(signal.SIGHUP)
        await daemon.until(lambda: daemon.event("config.kept"))
        hooked: list[str] = []
        desk.zoo.answers["/hook"] = _remembering(hooked)
        desk.feed("/two", [("b", "Viaduct planned")])
        desk.settings["channels"]["hook"] = {
            "type": "webhook",
            "url": f"{desk.zoo.url}/hook",
            "allow_private": True,
        }
        desk.write()
        daemon.process.send_signal(signal.SIGHUP)
        await daemon.until(lambda: daemon.event("config.reloaded"))
        await daemon.until(lambda: "Viaduct planned" in daemon.said)
        await daemon.until(lambda: hooked)
        del desk.settings["channels"]["hook"]
        desk.write()
        for _ in range(20):
            daemon.process.send_signal(signal.SIGHUP)
        await daemon.until(lambda: (daemon.event("config.reloaded") or {})["channels"] == "console")
        assert await daemon.stop() == 0
        assert "Traceback" not in daemon.logged


async def test_once_polls_every_feed_delivers_and_ends(desk: Desk) -> None:
    """One round: each feed asked once, each alert shown, exit code 0, and nothing again the next time."""
    for number in range(30):
        desk.feed(f"/f{number}", [("a", f"Bridge number {number} of town {number * 7} opens")], interval=3600)
    desk.write()
    first = await desk.launch("run", "--once")
    assert await first.ended() == 0, first.logged
    assert desk.rows("select count(*) from entries") == [(30,)]
    assert len(desk.zoo.requests) == 30
    assert first.said.count("Bridge number") == desk.rows("select count(*) from deliveries")[0][0]
    second = await desk.launch("run", "--once")
    assert await second.ended() == 0
    assert second.said == ""
    assert len(desk.zoo.requests) == 30


async def test_the_first_read_of_a_feed_never_floods(desk: Desk) -> None:
    """Of a backlog only what is younger than an hour alerts; the rest is recorded with its reason."""
    desk.feed("/one", [])
    backlog = [(f"o{number}", f"Flood in valley {number}") for number in range(50)]
    desk.publish("/one", backlog, etag='"1"', age=timedelta(hours=2))
    async with desk.running() as daemon:
        await daemon.until(lambda: desk.rows("select count(*) from decisions") == [(50,)])
        desk.publish("/one", [("new", "Dam breaks in the hills")], etag='"2"')
        await daemon.until(lambda: "Dam breaks" in daemon.said)
        assert "Flood in valley" not in daemon.said
        reasons = desk.rows("select distinct reason from decisions where verdict = 'suppressed'")
        assert reasons == [("FIRST_READ",)]
        assert await daemon.stop() == 0


async def test_a_stop_waits_for_no_slow_server(desk: Desk) -> None:
    """SIGTERM in the middle of polls that never end: exit code 0 long before they would time out."""
    desk.settings["polling"] |= {"total_timeout": 120, "read_timeout": 120}
    desk.feed("/one", [("a", "Bridge reopens")])
    for number in range(5):
        desk.feed(f"/slow{number}", [])
        desk.zoo.answers[f"/slow{number}"] = silent
    async with desk.running() as daemon:
        await daemon.until(lambda: "Bridge reopens" in daemon.said)
        await daemon.until(lambda: sum(one.path.startswith("/slow") for one in desk.zoo.requests) == 5)
        started = time.monotonic()
        assert await daemon.stop() == 0
        assert time.monotonic() - started < 60
        assert daemon.event("stopped_late") is None


async def test_a_stop_with_every_slot_and_the_channel_hanging_loses_nothing(
    desk: Desk, slack: SlackDouble
) -> None:
    """Fifteen feeds of a host hang at once, Slack took a message and is silent: it exits in order.

    The next start asks Slack, and tells each alert once.
    """
    to_slack(desk, slack, timeout=60)
    desk.settings["polling"] |= {"total_timeout": 120, "read_timeout": 120}
    desk.feed("/one", [("a", "Bridge reopens"), ("b", "Flood at Karst")])
    for number in range(15):  # and /one: as many turns as a host has
        desk.feed(f"/slow{number}", [])
        desk.zoo.answers[f"/slow{number}"] = silent
    slack.faults.append(Fault.ACCEPT_THEN_HANG)
    async with desk.running() as daemon:
        await daemon.until(lambda: slack.called("chat.postMessage") == 1)
        await daemon.until(lambda: sum(one.path.startswith("/slow") for one in desk.zoo.requests) >= 10)
        assert await daemon.stop() == 0
        assert daemon.event("stopped_late") is None
    states = desk.rows("select state from deliveries order by seq")
    assert [state for (state,) in states] == ["unsure", "ready"]
    async with desk.running() as again:
        await again.until(lambda: desk.rows("select 1 from deliveries where state <> 'sent'") == [])
        assert await again.stop() == 0
    assert len(slack.messages) == 2


async def test_whatever_servers_answer_the_daemon_lives_on(desk: Desk) -> None:
    """Pages instead of feeds, errors, broken XML: one sentence each, and the good feed goes on."""
    desk.feed("/good", [("a", "Bridge reopens")])
    answers = {
        "/html": respond(200, b"<!doctype html><html><body>Hello</body></html>", Content_Type="text/html"),
        "/empty": respond(200, b""),
        "/gone": respond(410, b"gone"),
        "/broken": respond(200, b"<rss version='2.0'><channel><item><title>Dam cracks</title><gu"),
        "/error": respond(500, b"oops"),
        "/json": respond(200, b'{"a": 1}', Content_Type="application/json"),
    }
    for path, answer in answers.items():
        desk.feed(path, [])
        desk.zoo.answers[path] = answer
    async with desk.running() as daemon:
        await daemon.until(lambda: "Bridge reopens" in daemon.said)
        polled = "select count(*) from feeds where last_polled_at is not null"
        await daemon.until(lambda: desk.rows(polled) == [(7,)])
        states = dict(desk.rows("select url, status from feeds"))
        assert states[f"{desk.zoo.url}/html"] == "not a feed"
        assert states[f"{desk.zoo.url}/gone"] == "gone"
        assert desk.rows("select title from entries where feed like '%/broken'") == [("Dam cracks",)]
        assert await daemon.stop() == 0
        assert "Traceback" not in daemon.logged


def _age(desk: Desk) -> None:
    """Make the rule file look as if it had been written long ago, so that nobody waits for its writer."""
    path = desk.folder / "rules" / "rules.yaml"
    then = time.time() - 30
    os.utime(path, (then, then))


def _remembering(seen: list[str]) -> Answer:
    answer = respond(200, b"ok")

    async def remember(request: Request, writer: asyncio.StreamWriter) -> None:
        seen.append(request.path)
        await answer(request, writer)

    return remember
