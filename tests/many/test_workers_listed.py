"""Daemons on one PostgreSQL database: listed, missed when killed, told apart by their rules."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.main import cli
from monitor.core.models import Sign, Worker
from monitor.pipeline.membership import SILENT, Membership, is_silent, with_other_rules
from monitor.store import open_store

SIGN = Sign(host="a", version="1", rules="aaa", feeds=3)
RULE = 'rules:\n  storms: {title: Storms, any: ["=%s"]}\n'


def folder_with(tmp_path: Path, name: str, *, url: str, term: str) -> Path:
    """Make the folder of one machine; return its config.yaml."""
    folder = tmp_path / name
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "one.yaml").write_text(RULE % term)
    config = folder / "config.yaml"
    settings = "channels:\n  out: {type: console}\nrules: [rules]\nsamples: true\n"
    config.write_text(f"database: {url}\n{settings}")
    return config


@contextmanager
def daemon(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a real daemon; end it at the end."""
    with (config.parent / "log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run", "--config", config], stdout=out, stderr=out
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def workers_of(url: str) -> list[Worker]:
    """Ask the database itself."""

    async def ask() -> list[Worker]:
        store = await open_store(url, owner="test", exclusive=False)
        try:
            return await store.workers()
        finally:
            await store.close()

    return asyncio.run(ask())


def wait_until(url: str, holds: Callable[[list[Worker]], bool]) -> list[Worker]:
    """Look again and again until it holds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = workers_of(url)
        if holds(found):
            return found
        time.sleep(0.2)
    pytest.fail(f"still {workers_of(url)}")


@pytest.mark.postgres
def test_a_killed_daemon_is_listed_as_silent_and_a_stopped_one_is_gone(
    postgres_url: str, tmp_path: Path
) -> None:
    """Two real daemons with different rules: both are listed and told apart; then kill -9, then SIGTERM."""
    first = folder_with(tmp_path, "first", url=postgres_url, term="storm")
    second = folder_with(tmp_path, "second", url=postgres_url, term="flood")
    with daemon(first) as one:
        wait_until(postgres_url, lambda found: len(found) == 1)
        with daemon(second) as two:
            wait_until(postgres_url, lambda found: len({worker.rules for worker in found}) == 2)
            listed = CliRunner().invoke(cli, ["workers", "list", "--config", str(first)])
            assert (listed.exit_code, listed.output.count("OTHER RULES")) == (1, 1)
            two.kill()
            silent = wait_until(postgres_url, lambda found: any(map(is_silent, found)))
            assert [is_silent(worker) for worker in silent] == [False, True]
        one.terminate()
        one.wait()
        assert [worker.name for worker in workers_of(postgres_url)] == [silent[1].name]


@pytest.mark.postgres
async def test_others_with_other_rules_are_told_once(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names them when it is news; not at every heartbeat."""
    other = await open_store(postgres_url, owner="other", exclusive=True)
    store = await open_store(postgres_url, owner="me", exclusive=True)
    await other.attend(replace(SIGN, rules="bbb"))
    membership = Membership(store, lambda: SIGN)
    for _ in range(3):
        await membership.beat()
    assert [record.getMessage() for record in caplog.records].count("worker.other_rules") == 1
    since = {worker.name: worker.since for worker in await store.workers()}
    await membership.beat()
    assert {worker.name: worker.since for worker in await store.workers()} == since
    await membership.leave()
    assert [worker.name for worker in await other.workers()] == ["other"]
    await other.close()
    await store.close()


async def test_on_sqlite_nobody_signs_in(tmp_path: Path) -> None:
    """One daemon for one file: there is nothing to share and nothing to write."""
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="me", exclusive=True)
    await store.attend(SIGN)
    assert (store.is_shared, await store.workers()) == (False, [])
    await store.close()


@pytest.mark.postgres
async def test_the_dead_do_not_count_as_having_other_rules(postgres_url: str) -> None:
    """Whoever was silent for too long is left out of the comparison."""
    store = await open_store(postgres_url, owner="me", exclusive=True)
    await store.attend(SIGN)
    [worker] = await store.workers()
    await store.close()
    dead = replace(worker, silent_for=SILENT + timedelta(seconds=1))
    assert with_other_rules([worker], "zzz") == ["me"]
    assert with_other_rules([dead], "zzz") == []
    assert with_other_rules([worker], "aaa") == []
