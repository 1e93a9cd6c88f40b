"""What people type to see and to change what is held: routes, held alerts, acknowledgements, silences."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from monitor.core.models import (
    AlertRecord,
    Decision,
    DeliveryKind,
    Hold,
    Reason,
    Released,
    Silence,
    Verdict,
)
from monitor.store import Store, open_store
from tests.cli.conftest import ALERT, CONFIG, NOW, STORY

Run = Callable[..., Result]
NIGHT = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _rules(stored: Path) -> None:
    (stored / "rules" / "a.yaml").write_text(
        "entities: {kursk: {name: Kursk}}\n"
        "rules: {raids: {any: [raid], entity: kursk, severity: high}, weather: {any: [rain]}}\n"
    )
    (stored / "config.yaml").write_text(
        CONFIG
        + "alerts: {zone: Europe/Kyiv}\n"
        + "routes:\n"
        + "  - {match: {rule: [weather]}, channels: [hook], digest: '0 8 * * mon-fri'}\n"
        + "  - {match: {outlet: [one.example]}, channels: [console], continue: true,"
        + " quiet_hours: {from: '22:00', to: '07:00', except: [critical]}}\n"
        + "  - {channels: [hook], escalate: {after: 10m, to: [console]}}\n"
    )


def change(folder: Path, work: Callable[[Store], Awaitable[object]]) -> None:
    """Change the database behind the commands."""

    async def opened() -> None:
        store = await open_store(
            f"sqlite:///{folder / 'data' / 'news-monitor.db'}", owner="test", exclusive=False
        )
        try:
            await work(store)
        finally:
            await store.close()

    asyncio.run(opened())


def a_hold(**fields: object) -> Hold:
    """The alert of the folder, held for the console until tomorrow."""
    given: dict[str, object] = {
        "alert": ALERT,
        "rule": "raids",
        "story": STORY,
        "channel": "console",
        "kind": DeliveryKind.POST,
        "ordinal": 0,
        "entry": "1" * 32,
        "why": Reason.NEW_STORY,
        "reason": Reason.QUIET_HOURS,
        "terms": "22:00 to 07:00 Europe/Kyiv",
        "since": NOW,
        "until": datetime.now(UTC) + timedelta(hours=5, minutes=1),
        "matches": 2,
    }
    return Hold(**(given | fields))  # type: ignore[arg-type]


def test_the_tree_is_shown_with_its_terms(run: Run) -> None:
    """In the order in which routes are asked."""
    shown = run("routes", "show")
    assert shown.output == (
        "route 1  rule weather -> hook\n"
        "  digest at 0 8 * * mon-fri\n"
        "route 2  outlet one.example -> console, and on (continue: true)\n"
        "  quiet hours 22:00 to 07:00, except critical\n"
        "route 3  everything -> hook\n"
        "  escalates high and above to console if nobody acknowledges within 10m\n"
        "otherwise -> console, hook (every channel)\n"
        "unless a rule or route says otherwise (Europe/Kyiv):\n"
        "  a message later than 1h says so\n"
    )
    assert (
        json.loads(run("routes", "show", "--json").output)["routes"][0]["digest"]["at"] == "0 8 * * mon-fri"
    )


def test_where_an_alert_would_go_route_by_route(run: Run) -> None:
    """By what it is like, at night."""
    tried = run("routes", "test", "--rule", "raids", "--source", "One", "--at", "2026-11-25 23:30")
    assert tried.output.replace("https://one.example/rss?token=…", "URL") == (
        "rule raids; severity high; from one.example\n"
        "  route 1  no   rule is raids, not weather\n"
        "  route 2  yes  outlet is one.example, and the next is looked at (continue: true)\n"
        "  route 3  yes  it takes everything, and ends here\n"
        "goes to\n"
        "  console  held until 2026-11-26 07:00 EET: quiet hours 22:00 to 07:00 Europe/Kyiv (route 2)\n"
        "  hook     at once (route 3)\n"
        "           and to console if nobody acknowledges within 10m\n"
    )
    critical = run("routes", "test", "--rule", "raids", "--source", "one.example", "--severity", "critical")
    assert "console  at once (route 2)" in critical.output


def test_where_a_text_or_an_article_would_go(run: Run) -> None:
    """Every rule that it matches; an article as it was stored."""
    text = run("routes", "test", "Raid near Kursk stopped by rain", "--at", "2026-11-25 12:00")
    assert "rule raids; severity high; entities kursk\n" in text.output
    assert "rule weather;" in text.output
    assert (
        "hook  held until 2026-11-26 08:00 EET: digest at 0 8 * * mon-fri Europe/Kyiv (route 1)"
        in text.output
    )
    stored = run("routes", "test", "https://one.example/1")
    assert "rule raids; severity high; from one.example" in stored.output
    nothing = run("routes", "test", "Nothing of note")
    assert (nothing.exit_code, "no rule matches it" in nothing.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a --rule, or give a TEXT or URL"),
        (("--rule", "raid"), "no rule is named 'raid'; did you mean 'raids'?"),
        (("--rule", "raids", "--entity", "kurks"), "no entity has the id 'kurks'; did you mean 'kursk'?"),
        (("--rule", "raids", "--at", "noon"), 'write it as "23:30" or "2026-03-29 02:30"'),
    ],
)
def test_a_wrong_question_gets_one_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    """With a suggestion, and exit code 2."""
    wrong = run("routes", "test", *words)
    assert (wrong.exit_code, said in wrong.stderr) == (2, True)


def test_what_is_held_is_listed_explained_and_let_go(stored: Path, run: Run) -> None:
    """For whom, until when, by what; `why` and `show` tell it as well."""
    assert run("alerts", "held").output == "Nothing is held.\n"
    change(stored, lambda store: store.commit_let_go(Released(holds=(a_hold(),))))
    heading, row = run("alerts", "held").output.splitlines()
    assert heading.split() == ["ALERT", "TOLD", "CHANNEL", "HELD", "BY", "ARTICLES", "RULE", "TITLE"]
    assert row.split("  ")[0] == ALERT[:12]
    assert "in 5 h  console  quiet hours 22:00 to 07:00 Europe/Kyiv  2         raids  Raid" in row
    for told in (run("alerts", "show", ALERT[:6]), run("alerts", "why", STORY[:6])):
        assert "console: held until" in told.output
        assert "by quiet hours 22:00 to 07:00 Europe/Kyiv, 2 articles" in told.output
    assert run("alerts", "release").exit_code == 2
    assert run("alerts", "release", ALERT[:6]).output == "1 message let go\n"
    assert run("alerts", "release", "--all").output == "0 messages let go\n"
    change(
        stored, lambda store: store.commit_let_go(Released(holds=(a_hold(ended_at=NOW, told_in="f" * 32),)))
    )
    assert "was held by quiet hours" in run("alerts", "show", ALERT[:6]).output
    assert "in digest ffffffffffff" in run("alerts", "show", ALERT[:6]).output


def test_an_alert_is_acknowledged_once(stored: Path, run: Run) -> None:
    """The second learns who was first."""

    async def escalating(store: Store) -> None:
        [alert] = await store.alerts_by_id([ALERT])
        await store.commit_let_go(Released(alerts=(_escalating(alert),)))

    change(stored, escalating)
    assert "others are told 2026-11-25 23:30 UTC unless somebody" in run("alerts", "show", ALERT[:6]).output
    assert (
        run("alerts", "ack", ALERT[:6], "--by", "ann").output
        == f"{ALERT[:12]}: acknowledged by ann: Raid [2J into Kursk\n"
    )
    again = run("alerts", "ack", ALERT[:6], "--by", "ben").output
    assert again.startswith(f"{ALERT[:12]}: had been acknowledged by ann, 0 s ago")
    assert "acknowledged by ann, " in run("alerts", "show", ALERT[:6]).output


def _escalating(alert: AlertRecord) -> AlertRecord:
    return AlertRecord(
        id=alert.id,
        rule=alert.rule,
        story=alert.story,
        entry=alert.entry,
        state=alert.state,
        created_at=alert.created_at,
        updated_at=alert.updated_at,
        escalate_at=NIGHT,
    )


def test_a_silence_is_shown_with_what_it_held_extended_and_told(stored: Path, run: Run) -> None:
    """Every match with its article; what is over cannot be extended."""
    added = run("silences", "add", "rule=raids", "--for", "8h", "--release", "--comment", "exercise")
    assert "and what it held is told then" in added.output
    name = added.output.partition(":")[0]

    async def held(store: Store) -> None:
        [silence] = await store.silences(datetime.now(UTC))
        await store.commit_let_go(Released(decisions=(_silenced(silence),)))

    change(stored, held)
    shown = run("silences", "show", name)
    assert "  because exercise\n  held 1 match, told at its end\n" in shown.output
    assert "raids: Raid [2J into Kursk\n      https://one.example/1\n" in shown.output
    assert json.loads(run("silences", "show", name, "--json").output)["held"][0]["title"].startswith("Raid")
    assert "1 match in 1 story, last" in run("silences", "list").output
    assert "told at its end" in run("silences", "list").output
    assert f"{name}: rule=raids is silenced until" in run("silences", "extend", name, "--for", "2d").output
    assert "in 2 d" in run("silences", "list").output
    assert run("silences", "extend", name, "--for", "0s").exit_code == 2
    run("silences", "end", name)
    late = run("silences", "extend", name, "--for", "1h")
    assert (late.exit_code, "had ended 0 s ago; add it anew" in late.output) == (1, True)


def _silenced(silence: Silence) -> Decision:
    return Decision(
        entry="1" * 32,
        rule="raids",
        story=STORY,
        verdict=Verdict.HELD,
        reason=Reason.SILENCED,
        at=datetime.now(UTC),
        detail=silence.label,
    )


def test_check_says_what_a_route_names_that_is_not_there(stored: Path, run: Run) -> None:
    """As the daemon would at its start."""
    config = (stored / "config.yaml").read_text().replace("[weather]", "[wether]")
    (stored / "config.yaml").write_text(config)
    checked = run("check")
    assert checked.exit_code == 2
    assert "no rule is named 'wether'; did you mean 'weather'?" in checked.stderr
