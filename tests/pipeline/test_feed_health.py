"""A zoo of misbehaving servers, polled for a day of virtual time: what is said of each, and to whom."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.main import cli
from monitor.core.models import Feed, Health
from tests.pipeline.health_zoo import EXHIBITS, HOURS
from tests.pipeline.zoo_watched import watching, write_config


async def test_every_exhibit_of_the_zoo_is_named_with_reason_and_remedy(tmp_path: Path) -> None:
    """Forty and more ways to misbehave; one notice at a time however many feeds it concerns."""
    async with watching(tmp_path / "zoo.db") as watch:
        await watch.visit_all_day()
        states, notices = await watch.states(), await watch.notices()
    wanted = {name: health for name, health, _ in EXHIBITS}
    assert {name: state.health.state for name, state in states.items()} == wanted
    assert len(EXHIBITS) >= 40
    for name, state in states.items():
        assert state.health.since is not None
        assert state.health.reason or wanted[name] is Health.OK, name
    assert len(notices) <= len(HOURS)
    told = "\n".join(one.message.text for one in notices)
    assert "Cloudflare" in states["Cloudflare, by header"].health.reason
    assert "page that names its feed: web page" in told
    assert "/new.xml" in told
    assert "fails once" not in told


def test_the_list_and_why_show_what_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`feeds list --health` has a line for each, the unwell first; `feeds why` explains one."""
    names = ("404", "falls silent", "well, with validators")

    async def fill() -> list[Feed]:
        async with watching(tmp_path / "data.db", set(names)) as watch:
            await watch.visit_all_day()
            return [feed for feed in watch.zoo.feeds if feed.name in names]

    write_config(tmp_path, asyncio.run(fill()), tmp_path / "data.db")
    monkeypatch.chdir(tmp_path)
    listed = CliRunner().invoke(cli, ["feeds", "list", "--health"])
    assert listed.exit_code == 0, listed.output
    lines = listed.output.splitlines()
    assert lines[0].split() == ["FEED", "HEALTH", "SINCE", "REASON", "REMEDY"]
    assert [line.split("  ")[0] for line in lines[1:4]] == ["404", "falls silent", "well, with validators"]
    assert "status 404 (8 times in a row)" in lines[1]
    assert lines[-1] == "3 feeds, 2 of them in need of a look"
    why = CliRunner().invoke(cli, ["feeds", "why", "falls silent"]).output
    assert "health     silent since" in why
    assert "the same document as before" in why
    assert "learned    about" in why
    unknown = CliRunner().invoke(cli, ["feeds", "why", "https://unknown.example/"])
    assert unknown.exit_code == 1
