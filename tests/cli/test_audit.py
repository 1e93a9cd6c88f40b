"""Who did what by hand, from the command line; and the lines that users of the desk log in with."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from monitor.cli.main import cli
from monitor.core.settings import WebSettings
from monitor.web.passwords import Passwords
from tests.cli.conftest import ALERT, LETTER

Run = Callable[..., Result]


def test_what_is_done_at_a_terminal_is_listed_with_who_did_it(stored: Path, run: Run) -> None:
    """The latest first; what changed nothing is not there."""
    (stored / "rules" / "a.yaml").write_text("rules: {raids: {any: [raid]}}\n")
    assert run("silences", "add", "rule=raids", "--for", "4h", "--comment", "drill").exit_code == 0
    assert run("alerts", "ack", ALERT[:8], "--by", "Olena").exit_code == 0
    assert run("alerts", "ack", ALERT[:8]).exit_code == 0
    assert run("alerts", "retry", LETTER[:8]).exit_code == 0
    listed = run("audit", "list")
    assert listed.exit_code == 0, listed.stderr
    found = json.loads(run("audit", "list", "--json").stdout)
    assert [one["act"] for one in found] == ["retry delivery", "acknowledge alert", "silence"]
    assert {(one["by"], one["via"], one["address"]) for one in found} == {(getpass.getuser(), "terminal", "")}
    assert found[1]["detail"] == "as Olena"
    assert found[2]["detail"].startswith("rule=raids until ")
    assert found[2]["detail"].endswith("UTC: drill")
    assert "acknowledge alert" in listed.stdout
    assert run("audit", "list", "--by", "nobody").stdout == "Nothing was done by hand.\n"
    assert run("audit", "list", "--act", "silence", "--since", "1h").stdout.count("\n") == 2


def test_an_export_holds_the_audit_log(stored: Path, run: Run) -> None:
    """With who did what."""
    assert run("alerts", "ack", ALERT[:8]).exit_code == 0
    target = stored / "all.jsonl"
    assert run("db", "export", str(target)).exit_code == 0
    assert '{"table":"audit"' in target.read_text()


async def test_a_password_becomes_a_line_that_lets_its_user_in() -> None:
    """As it is printed, it goes into config.yaml."""
    done = CliRunner().invoke(
        cli, ["users", "password", "olena", "--viewer"], input="correct horse battery\n"
    )
    assert done.exit_code == 0
    [user] = yaml.safe_load(done.stdout)
    assert (user["name"], user["role"]) == ("olena", "viewer")
    passwords = Passwords(WebSettings.model_validate({"users": [user]}).users)
    assert await passwords.user_of("olena", "correct horse battery") is not None
    assert await passwords.user_of("olena", "correct horse batterz") is None
    assert "web: users:" in done.stderr


def test_a_token_is_printed_alone_and_its_line_says_where_it_is_kept() -> None:
    """Each its own; a token in config.yaml itself is refused."""
    done = [CliRunner().invoke(cli, ["users", "token", "prometheus", "--viewer"]) for _ in range(2)]
    assert len({one.stdout for one in done}) == 2
    assert len(done[0].stdout.strip()) == 48
    assert '{name: "prometheus", token: "credential:desk-prometheus", role: viewer}' in done[0].stderr


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (["password", "olena"], "short\n", "the password has 5 characters; take 12 to 1024"),
        (["password", "olena"], "", "the password has 0 characters"),
        (["password", "a|b"], "", "'a|b' is no name of a user"),
        (["token", ""], "", "'' is no name of a user"),
    ],
)
def test_what_would_let_nobody_in_is_refused(arguments: list[str], typed: str, said: str) -> None:
    """With the remedy."""
    done = CliRunner().invoke(cli, ["users", *arguments], input=typed)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
