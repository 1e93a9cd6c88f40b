"""Two real daemons on one PostgreSQL: one is emptied for maintenance, and made to work again."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli
from monitor.core.models import Worker
from tests.many.test_workers_listed import daemon, folder_with, wait_until


def ask(config: Path, *words: str) -> Result:
    """Type a command of `workers`."""
    return CliRunner().invoke(cli, ["workers", *words, "--config", str(config)])


def keepers(workers: list[Worker]) -> list[str]:
    """Name those who keep."""
    return [one.name for one in workers if one.is_keeper]


@pytest.mark.postgres
def test_a_daemon_is_emptied_and_works_again(postgres_url: str, tmp_path: Path) -> None:
    """Its hosts and the keeper's role move to the other; after `resume` it gets hosts again.

    Emptied one by one, the last is told that nothing is done any more.
    """
    first = folder_with(tmp_path, "first", url=postgres_url, term="storm")
    second = folder_with(tmp_path, "second", url=postgres_url, term="storm")
    with daemon(first):
        [alone] = wait_until(postgres_url, lambda found: len(keepers(found)) == 1)
        wrong = ask(first, "drain", alone.name[:-1])
        assert wrong.exit_code == 1
        assert f"no daemon is named '{alone.name[:-1]}'; did you mean '{alone.name}'?" in wrong.output
        with daemon(second):
            wait_until(postgres_url, lambda found: len(found) == 2 and all(one.shards for one in found))
            assert ask(first, "list").exit_code == 0
            assert ask(first, "drain", alone.name).exit_code == 0
            emptied = wait_until(
                postgres_url, lambda found: any(one.is_drained for one in found) and len(keepers(found)) == 1
            )
            [other] = [one.name for one in emptied if not one.draining]
            assert keepers(emptied) == [other]
            listed = ask(first, "list")
            assert (listed.exit_code, listed.output.count("drained")) == (0, 1)
            last = ask(first, "drain", other)
            assert "nothing is polled or sent" in last.output
            wait_until(postgres_url, lambda found: all(one.is_drained for one in found))
            assert "are nobody's just now" in ask(first, "list").output
            assert ask(first, "resume", alone.name).exit_code == 0
            again = wait_until(
                postgres_url,
                lambda found: any(one.shards for one in found) and keepers(found) == [alone.name],
            )
            assert [one.name for one in again if one.shards] == [alone.name]


def test_on_sqlite_there_is_nobody_to_empty(tmp_path: Path) -> None:
    """Said in a sentence."""
    config = folder_with(tmp_path, "one", url=f"sqlite:///{tmp_path / 'news.db'}", term="storm")
    assert CliRunner().invoke(cli, ["run", "--once", "--config", str(config)]).exit_code == 0
    refused = ask(config, "drain", "me")
    assert refused.exit_code == 1
    assert "no daemon is listed: they are where several share a PostgreSQL database" in refused.output
