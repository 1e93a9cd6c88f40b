"""A rule edited at the desk and tried over the archive, beside the one in force."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.store import Store
from monitor.web.drafts import Drafts
from monitor.web.ports import World
from tests.web.conftest import Around, Desk, open_desk, read
from tests.web.gallery import RULES, hang
from tests.web.keeping import kept
from tests.web.test_pages import EVIL, OWN

ALL = "raids:\n  title: Raids\n  any: [рейд, raid, обстрел, غارة, earthquake]\n"
LESS = "  raids:\n    all: [{any: [обстрел]}, {entity: belgorod}]\n"


@pytest.fixture
def rules() -> str:
    """Rules with an entity."""
    return RULES


@pytest.fixture
def world(world: World, tmp_path: Path) -> World:
    """With a configuration that names the rules."""
    said = "rules: [rules.yaml]\nfeeds: [https://bbc.example/feed]\nchannels: {console: {type: console}}\n"
    (tmp_path / "config.yaml").write_text(said, encoding="utf-8")
    return world


async def tried(desk: Desk, rule: str, **said: str) -> Any:
    """Send the form."""
    answer = await desk.post("/try/rule", data={"rule": rule, "days": "3", **said})
    assert answer.status == 200
    return read(await answer.text())


def words(tree: Any) -> str:
    """What is to be read."""
    return " ".join(tree.xpath("//main")[0].text_content().split())


async def test_the_form_holds_the_rule_as_its_file_has_it(desk: Desk) -> None:
    """And a sample where none is named."""
    [area] = read(await (await desk.get("/try/rule?rule=raids")).text()).xpath("//textarea")
    assert area.text.lstrip("\n").startswith("  raids:\n    title: Raids over the border\n")
    [area] = read(await (await desk.get("/try/rule")).text()).xpath("//textarea")
    assert "my-rule:" in area.text
    assert "must match: " in words(await tried(desk, area.text))


async def test_what_an_edit_gains_and_loses_is_shown_with_its_evidence(
    desk: Desk, world: World, store: Store
) -> None:
    """By story, not by article; the rule in force is asked by the matcher in force."""
    await hang(world, store, filler=2)
    tree = await tried(desk, ALL)
    assert "alerted on 5 stories; the rule in force alerts on 4: 1 gained, 0 lost" in words(tree)
    assert "because of Earthquake" in words(tree)
    gained = tree.xpath("//section")[0]
    assert "Earthquake of magnitude" in gained.text_content()
    assert gained.xpath(".//mark/text()") == ["Earthquake"]
    lost = words(await tried(desk, LESS))
    assert "0 gained, 3 lost" in lost
    assert "because of Raid" in lost


async def test_a_rule_of_a_new_name_only_gains(desk: Desk, world: World, store: Store) -> None:
    """Its tests are run, and a failing one is said but hinders nothing."""
    await hang(world, store, filler=2)
    rule = 'dams:\n  any: [dam]\n  tests:\n    match: ["No such thing"]\n    ignore: ["A bridge"]\n'
    said = words(await tried(desk, rule))
    assert "alerted on 1 story; there is no rule of its name in force" in said
    assert "✗fails must match: No such thing" in said
    assert "✓passes must not: A bridge" in said


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("raids:\n  any: [raid\n", "line"),
        ("raids:\n  anyy: [raid]\n", "line 2: "),
        ("raids:\n  any: [raid]\n  all: [{entity: nobody}]\n", "line 3: "),
        ("a:\n  any: [x]\nb:\n  any: [y]\n", "has 2 rules"),
        ("raids:\n  any: [raid]\n  enabled: false\n", "switched off"),
        ("rules:\n  raids: {any: [raid], alert: {channels: [nowhere]}}\n", "no channel named 'nowhere'"),
        ("", "has 0 rules"),
        ("\x00", ""),
        ("- 1", ""),
    ],
)
async def test_mistakes_are_said_with_the_line_of_the_form(desk: Desk, rule: str, sentence: str) -> None:
    """As `check` says them."""
    tree = await tried(desk, rule)
    [alert] = tree.xpath("//ul[@role='alert']")
    assert sentence in alert.text_content()
    assert not tree.xpath("//section")


async def test_a_trial_looks_no_further_back_than_asked(desk: Desk, store: Store, around: Around) -> None:
    """A day that nobody could have chosen is the usual one."""
    await kept(store, "a" * 32, title="A raid")
    around.now += timedelta(days=2)
    assert "alerted on 0 stories" in words(await tried(desk, ALL, days="1"))
    assert "alerted on 1 story" in words(await tried(desk, ALL, days="7"))
    assert "alerted on 1 story" in words(await tried(desk, ALL, days="-1"))


@pytest.fixture
async def hurried(world: World) -> AsyncIterator[Desk]:
    """A desk whose trials have no time."""
    async with TestClient(TestServer(open_desk(Drafts(world, seconds=0.0).routes()))) as client:
        yield client


async def test_a_trial_whose_time_is_up_says_how_far_it_came(
    hurried: Desk, world: World, store: Store
) -> None:
    """The newest are looked at first."""
    await hang(world, store, filler=150)
    said = words(await tried(hurried, ALL, days="30"))
    assert "100 articles looked at: time was up" in said


@pytest.mark.parametrize("evil", EVIL)
async def test_nothing_of_a_feed_or_a_rule_becomes_markup(desk: Desk, store: Store, evil: str) -> None:
    """In titles, in evidence, in mistakes and in the form."""
    await kept(store, "a" * 32, title=f"{evil} raid")
    for rule in (ALL, f"raids:\n  title: {evil!r}\n  any: [raid]\n", evil):
        tree = await tried(desk, rule)
        assert {one.get("src") for one in tree.iter("script")} <= OWN
        assert not list(tree.iter("img", "style", "b", "svg"))
