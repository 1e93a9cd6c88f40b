"""The doctor: what it finds, what it says to do, and what it never shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import Result

from monitor.cli.checkups import machine, network, storage, versions
from monitor.cli.checkups.findings import Finding, Standing
from monitor.core.models import Counts, DeliveryState, Feed
from monitor.core.settings import PollingSettings, Settings
from monitor.store.ownership import Ownership

Run = Callable[..., Result]
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def by_subject(result: Result, subject: str) -> list[tuple[str, str]]:
    """Pick the standing and sentence of each finding on a subject."""
    return [
        (finding["standing"], finding["sentence"])
        for finding in json.loads(result.stdout)
        if finding["subject"] == subject
    ]


@pytest.mark.usefixtures("stored")
def test_a_dead_letter_is_a_problem_with_its_remedy_and_exit_code_1(run: Run) -> None:
    """The rest of the report is there all the same, and the token that config.yaml names is nowhere in it."""
    result = run("doctor", "--offline")
    assert result.exit_code == 1
    assert "!! deliveries    1 dead letter" in result.output
    assert "`news-monitor alerts dead`" in result.output
    assert " ! feeds         1 of 2 fail" in result.output
    assert result.output.splitlines()[-1].startswith("1 problem,")
    result = run("doctor", "--offline", "--json")
    assert by_subject(result, "contents") == [("ok", "3 entries, 2 stories, 1 alert")]
    assert all(finding["remedy"] for finding in json.loads(result.stdout) if finding["standing"] == "problem")


@pytest.mark.usefixtures("folder")
def test_a_fresh_installation_has_no_problem(run: Run) -> None:
    """A database that is not there yet is a note."""
    result = run("doctor", "--offline", "--json")
    assert result.exit_code == 0
    assert by_subject(result, "database")[0][0] == "note"
    assert not Path("data").exists()


def test_a_failing_test_of_a_rule_is_a_problem(folder: Path, run: Run) -> None:
    """The daemon would refuse to start with it."""
    (folder / "rules" / "a.yaml").write_text("rules: {raids: {any: [raid], tests: {match: [weather]}}}\n")
    result = run("doctor", "--offline", "--json")
    assert result.exit_code == 1
    ((standing, sentence),) = by_subject(result, "rules")
    assert (standing, sentence.partition(": ")[0]) == ("problem", "rules/a.yaml:1:46")


def test_a_damaged_database_is_a_problem(stored: Path, run: Run) -> None:
    """Exit code 1: the doctor reports, it does not fail."""
    database = stored / "data" / "news-monitor.db"
    content = bytearray(database.read_bytes())
    content[4096 * 3 : 4096 * 12] = b"\xff" * 4096 * 9
    database.write_bytes(content)
    result = run("doctor", "--offline", "--json")
    assert result.exit_code == 1
    assert "problem" in [standing for standing, _ in by_subject(result, "database")]


def test_a_running_daemon_does_not_keep_the_doctor_out(stored: Path, run: Run) -> None:
    """Only a second daemon is refused."""
    daemon = Ownership(stored / "data" / "news-monitor.db")
    try:
        assert by_subject(run("doctor", "--offline", "--json"), "contents")
    finally:
        daemon.release()


def test_files_that_others_can_read_are_warned_of(stored: Path) -> None:
    """With the command that mends it."""
    database = stored / "data" / "news-monitor.db"
    assert not list(machine.permissions(database))
    database.chmod(0o644)
    (finding,) = machine.permissions(database)
    assert finding.remedy == f"chmod 600 {database}"


def test_a_broken_configuration_is_reported_and_the_rest_left_out(folder: Path, run: Run) -> None:
    """Each mistake is a finding; exit code 2 says that the examination is not whole."""
    (folder / "config.yaml").write_text("feeds: [{url: 'ftp://a.example', x: 1}]\n")
    result = run("doctor", "--json")
    assert result.exit_code == 2
    sentences = [sentence for _, sentence in by_subject(result, "configuration")]
    assert sentences[0].startswith("config.yaml:1:")
    assert len(sentences) == 2


def standings(findings: object) -> list[Standing]:
    """Pick the standings."""
    assert isinstance(findings, list)
    return [finding.standing for finding in findings if isinstance(finding, Finding)]


def test_versions_below_a_fix_are_named_with_what_they_let_through() -> None:
    """A grave one is a problem; current versions are silent."""
    good = {"aiohttp": "3.14.5", "expat": "2.8.1", "libxml2": "2.14.6", "python": "3.12.9"}
    assert standings(list(versions.examine(good))) == [Standing.OK]
    old = good | {"aiohttp": "3.14.3", "expat": "2.5.0"}
    assert standings(list(versions.examine(old))) == [Standing.OK, Standing.PROBLEM, Standing.WARNING]
    assert versions.number("3.13.0rc1") == (3, 13, 0)
    assert set(versions.HOLES) <= set(versions.installed())


def test_a_clock_that_is_off_by_minutes_is_a_problem() -> None:
    """Within a minute it is well; without an answer it is a note."""
    assert standings(list(machine.clock(AT, AT - timedelta(seconds=30)))) == [Standing.OK]
    (ahead,) = machine.clock(AT, AT - timedelta(hours=1))
    assert ahead.standing is Standing.PROBLEM
    assert "3600 s ahead of" in ahead.sentence
    assert standings(list(machine.clock(AT, None))) == [Standing.NOTE]


def test_proxy_variables_that_nobody_heeds_are_warned_of() -> None:
    """In either case of letters, unless the configuration has a proxy of its own."""
    assert standings(list(machine.proxies(Settings(), {"https_proxy": "http://p:1"}))) == [Standing.WARNING]
    assert not list(machine.proxies(Settings(), {"PATH": "/bin"}))


def test_too_few_open_files_are_warned_of() -> None:
    """More requests at a time than files may be open."""
    many = Settings(polling=PollingSettings(concurrency=2000))
    assert len(list(machine.limits(many))) == 1


def test_a_delivery_that_waits_too_long_is_warned_of() -> None:
    """The daemon may be down."""
    counts = Counts(
        feeds=1,
        failing=0,
        entries=0,
        pending=0,
        stories=0,
        alerts=0,
        held=0,
        deliveries={DeliveryState.READY: 1},
        oldest_unsent_at=AT - timedelta(minutes=7),
    )
    found = list(storage.contents(counts, AT))
    assert standings(found) == [Standing.OK, Standing.WARNING]
    assert "7 min old" in found[1].sentence


async def test_names_are_judged_together() -> None:
    """One bad name is a warning about its feed, all bad names a problem of the machine."""
    answers = await network.resolved(["localhost", "no-such-host.invalid"])
    assert answers == {"localhost": True, "no-such-host.invalid": False}
    assert standings(list(network.names(answers))) == [Standing.WARNING]
    assert standings(list(network.names({"a.invalid": False}))) == [Standing.PROBLEM]
    assert standings(list(network.names({}))) == [Standing.NOTE]


async def test_the_servers_clock_is_read_from_the_first_host_that_answers() -> None:
    """Through a proxy as through none; hosts that do not answer are passed over."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(headers={"Date": "Tue, 24 Nov 2026 12:00:00 GMT"})

    runner = web.ServerRunner(web.Server(answer))  # type: ignore[arg-type]
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host = "{}:{}".format(*runner.addresses[0][:2])
        assert await network.date_of(["127.0.0.1:1", host], None, scheme="http") == AT
        assert await network.date_of(["127.0.0.1:1"], None, scheme="http") is None
    finally:
        await runner.cleanup()


def test_channels_that_do_not_answer_are_problems_and_keep_their_secrets(folder: Path, run: Run) -> None:
    """Slack, mail and an incoming webhook with secrets, all pointed at a port where nobody listens."""
    (folder / "config.yaml").write_text(
        """
feeds: [{url: "http://127.0.0.1:1/", allow_private: true, auth: {user: u, password: "${TOKEN}"}}]
channels:
  bot: {type: slack, token: "${TOKEN}", channel: C1, api_url: "http://127.0.0.1:1/"}
  mail:
    {type: email, host: 127.0.0.1, port: 1, username: u, password: "${TOKEN}", from: a@b.example,
     to: [c@d.example]}
  console: {type: console}
"""
    )
    result = run("doctor", "--json")
    assert result.exit_code == 1
    found = by_subject(result, "channels")
    assert [standing for standing, _ in found] == ["problem", "problem", "ok"]
    assert found[0][1].startswith("bot: ")
    assert found[1][1].startswith("mail: ")


def test_sample_and_private_feeds_are_not_asked_for_names() -> None:
    """Each host once, at most five."""
    feeds = [Feed(url=f"https://h{n}.example/{m}", name="", outlet="") for n in range(9) for m in range(2)]
    feeds.append(Feed(url="http://127.0.0.1/", name="", outlet="", sample=True))
    assert network.hosts_of(feeds) == [f"h{n}.example" for n in range(5)]
    assert asyncio.run(network.resolved([])) == {}
