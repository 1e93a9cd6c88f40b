"""Running daemons take what is pushed: on one database all of them, and whoever cannot is reported."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.many.test_workers_listed import daemon, wait_until, workers_of
from tests.pushed.conftest import FLOODS, STORMS, Machine, made


def log_of(machine: Machine) -> str:
    """Return what its daemon said so far."""
    return (machine.folder / "log").read_text(encoding="utf-8", errors="replace")


def until(holds: Callable[[], bool]) -> None:
    """Look again and again until it holds."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.1)


def test_a_daemon_takes_a_push_while_it_runs(machine: Machine) -> None:
    """On SQLite by looking, on PostgreSQL when it hears of it; a restart begins with the newest."""
    machine.push()
    with daemon(machine.config):
        until(lambda: "started" in log_of(machine))
        machine.write("floods.yaml", FLOODS)
        assert machine.push().exit_code == 0
        until(lambda: "rules added: floods" in log_of(machine))
        assert machine.run("rules", "rollback", "1").exit_code == 0
        until(lambda: "rules removed: floods" in log_of(machine))
    with daemon(machine.config):
        until(lambda: "started" in log_of(machine))
        assert '"rules": 1' in log_of(machine)


def test_without_rules_a_daemon_does_not_start(machine: Machine) -> None:
    """It would watch for nothing; the sentence says what to type."""
    with daemon(machine.config) as process:
        assert process.wait(60) == 2
    assert "`news-monitor rules push FOLDER`" in log_of(machine)


@pytest.mark.postgres
def test_daemons_agree_on_the_version_and_whoever_cannot_take_it_is_named(
    postgres_url: str, tmp_path: Path
) -> None:
    """The second machine lacks a channel that version 2 names: it keeps version 1, until there is a third."""
    first, second = made(tmp_path / "one", postgres_url), made(tmp_path / "two", postgres_url)
    text = first.config.read_text().replace("channels: {", "channels: {desk: {type: console}, ")
    first.config.write_text(text)
    assert first.push().exit_code == 0
    with daemon(first.config), daemon(second.config):
        wait_until(postgres_url, lambda found: [one.rule_version for one in found] == [1, 1])
        first.write("storms.yaml", STORMS.replace("{any", "{alert: {channels: [desk]}, any"))
        assert first.push().exit_code == 0
        wait_until(postgres_url, lambda found: sorted(one.rule_version or 0 for one in found) == [1, 2])
        until(lambda: "last good version kept of database/2" in log_of(second))
        assert len({one.rules for one in workers_of(postgres_url)}) == 2
        listed = first.run("workers", "list")
        assert (listed.exit_code, listed.output.count("OTHER RULES")) == (1, 1)
        assert "(version 2)" in listed.output
        assert {one["rule_version"] for one in json.loads(first.run("workers", "list", "--json").output)} == {
            1,
            2,
        }
        first.write("storms.yaml", FLOODS)
        assert first.push().exit_code == 0
        wait_until(postgres_url, lambda found: [one.rule_version for one in found] == [3, 3])
        assert first.run("workers", "list").exit_code == 0
