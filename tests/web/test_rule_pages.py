"""What the pages of rules say, and that a text is weighed as the command weighs it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import html

from monitor.cli.main import cli
from monitor.core.models import Feedback, Judgement, Verdict
from monitor.pipeline.in_force import Rulebook
from monitor.store import Store
from tests.web.conftest import Desk
from tests.web.keeping import kept
from tests.web.test_pages import EVIL, OWN

TITLE = "A raid is claimed near the border"


def read(page: str) -> Any:
    """Read a page as a browser would."""
    return html.fromstring(page)


def text(tree: Any) -> str:
    """Return what is to be read, blanks as one."""
    return " ".join(tree.text_content().split())


async def tried(desk: Desk, **said: str) -> Any:
    """Send the form."""
    answer = await desk.post("/try", data=said)
    assert answer.status == 200
    return read(await answer.text())


async def test_rules_say_what_they_did_and_which_never_fired(desk: Desk, store: Store) -> None:
    """Matches and alerts, the last of them, and what never was."""
    await kept(store, "a" * 32)
    tree = read(await (await desk.get("/rules")).text())
    rows = [text(row) for row in tree.xpath("//ol/li")]
    assert len(rows) == 2
    assert "Raids over the border raids · medium · night desk" in rows[0]
    assert "last alert" in rows[0]
    assert "never fired" in rows[1]
    tree = read(await (await desk.get("/rules?only=never+fired")).text())
    assert tree.xpath("//ol/li//a/text()") == ["Floods"]


async def test_the_page_of_a_rule_shows_its_text_as_the_file_has_it(desk: Desk) -> None:
    """From its name to the line before the next rule, comments and all."""
    tree = read(await (await desk.get("/rules/raids")).text())
    lines = tree.xpath("//pre")[0].text_content().split("\n")
    assert lines[0] == "3   raids:"
    assert lines[-2] == '9       match: ["A raid on the border"]'
    assert "1 must match, 0 must not" in text(tree)


async def test_a_file_edited_since_shows_no_wrong_rule(desk: Desk, book: Rulebook) -> None:
    """What stands at that line now is something else."""
    Path(book.rules["raids"].at.path).write_text("rules: {}\n", encoding="utf-8")
    assert "has changed since" in await (await desk.get("/rules/raids")).text()


async def test_a_rule_that_is_not_there_is_said(desk: Desk) -> None:
    """With a page."""
    answer = await desk.get("/rules/nothing")
    assert answer.status == 404
    assert "no such rule" in await answer.text()


async def test_a_text_shows_the_rules_that_match_with_their_evidence(desk: Desk) -> None:
    """Marked where it stands, in title and text."""
    tree = await tried(desk, title=TITLE, text="Local people saw no raid.")
    assert tree.xpath("//ol//a/text()") == ["raids"]
    assert tree.xpath("//ol//mark/text()") == ["raid", "raid"]


async def test_a_rule_that_stays_silent_says_why_as_the_command_does(desk: Desk, book: Rulebook) -> None:
    """The same condition, the same line."""
    title = "The raid of a video game"
    tree = await tried(desk, title=title, rule="raids")
    rules = book.rules["raids"].at.path
    said = CliRunner().invoke(cli, ["rules", "why-not", "raids", title, "--rules", rules])
    assert said.exit_code == 0, said.output
    [why] = tree.xpath("//p[@class='why']")
    assert "must not hold and does" in said.output
    assert "Because this must not hold and does" in text(why)
    assert why.xpath("strong/text()")[0] in said.output
    assert "raids stays silent" in text(tree)
    assert not tree.xpath("//ol//a")


async def test_what_a_rule_wants_of_language_is_granted_unless_it_is_said(desk: Desk) -> None:
    """As to `rules explain`; a language that is said counts."""
    assert (await tried(desk, title="Flood")).xpath("//ol//a/text()") == ["floods"]
    assert (await tried(desk, title="Flood", lang="uk")).xpath("//ol//a/text()") == []


async def test_an_article_of_the_archive_can_be_tried(desk: Desk, store: Store) -> None:
    """The form is filled with its words, and with the rule asked for."""
    await kept(store, "a" * 32)
    tree = read(await (await desk.get(f"/try?entry={'a' * 32}&rule=floods")).text())
    assert "Рейд" in tree.xpath("//input[@id='title']/@value")[0]
    assert tree.xpath("//option[@selected]/text()") == ["floods"]


@pytest.mark.parametrize("evil", EVIL)
async def test_nothing_that_is_tried_becomes_markup(desk: Desk, evil: str) -> None:
    """In title, text, language and name of a rule."""
    tree = await tried(desk, title=f"raid {evil}", text=f"raid {evil}", lang=evil, rule=evil)
    assert not list(tree.iter("img", "style", "b", "svg"))
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert {one.get("src") for one in tree.iter("script")} <= OWN


async def test_a_text_from_another_site_is_not_tried(desk: Desk) -> None:
    """The guard stands before this form as before any."""
    answer = await desk.post("/try", data={"title": "raid"}, headers={"Origin": "https://evil.example"})
    assert answer.status == 403


async def test_precision_is_what_people_said_of_alerts(desk: Desk, store: Store) -> None:
    """Of how many, too."""
    await kept(store, "a" * 32)
    [alert] = await store.list_alerts(limit=5)
    assert alert.record.state is Verdict.ALERT
    await store.judge(
        Feedback(
            alert=alert.record.id,
            rule="raids",
            story="a" * 32,
            author="Ann",
            judgement=Judgement.RELEVANT,
            at=datetime.now(UTC),
        )
    )
    assert "100 % of 1 relevant" in text(read(await (await desk.get("/rules")).text()))


async def test_phrases_that_are_not_there_are_one_line(desk: Desk) -> None:
    """Which of twenty is no news."""
    tree = await tried(desk, title="Nothing of it", rule="raids")
    assert "not found: 'рейд', 'raid'" in text(tree)
