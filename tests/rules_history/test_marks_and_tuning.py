"""Alerts marked by people: a rule's precision, and an exclusion proposed with its proof."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable

import pytest
import yaml

from monitor.core.models import Entry
from monitor.core.rules.tree import Phrase, Rule, RuleSet, Term
from monitor.core.tuning import Judged, Kind, propose, with_exclusions
from tests.channels.cards import entry
from tests.rules_history.conftest import Desk, told

RULE = """
rules:
  raids:
    title: Raids
    any: [raid]
"""
RELEVANT = [
    "Militias raid a village near Belgorod at dawn",
    "Cross-border raid leaves two dead in Kursk district",
    "Army says it repelled a raid on the frontier town",
    "Governor reports night raid and power cuts",
    "Fighters claim raid, ministry denies losses",
]
NOISE = [
    "Tomb raid video game sequel breaks sales records",
    "New raid bosses come to the video game this autumn",
    "Players complain about raid loot in popular video game",
]


def alerts(desk: Desk, titles: Iterable[str]) -> list[str]:
    """Return the ids of the alerts on these titles."""
    listed = json.loads(desk("alerts", "list", "--json").output)
    by_title = {one["title"]: one["record"]["id"] for one in listed}
    return [by_title[title] for title in titles]


@pytest.fixture
def marked(desk: Desk) -> Desk:
    """Eight alerts of a rule, of which three were noise."""
    desk.rules(RULE)
    titles = [*RELEVANT, *NOISE]
    desk.bring(told(title, hours=number + 1, guid=str(number)) for number, title in enumerate(titles))
    for judgement, some in (("relevant", RELEVANT), ("noise", NOISE)):
        for alert in alerts(desk, some):
            result = desk("alerts", "mark", alert[:12], judgement)
            assert result.exit_code == 0, result.output
    return desk


def test_the_list_of_rules_shows_how_many_alerts_were_relevant(marked: Desk) -> None:
    """With the number behind it: 100 % of one is not 100 % of a hundred."""
    assert "62 % of 8" in marked("rules", "list").output
    [rule] = json.loads(marked("rules", "list", "--json").output)
    assert rule["feedback"] == {"relevant": 5, "noise": 3, "precision": 0.625}


def test_a_mark_may_be_changed(marked: Desk) -> None:
    """The latest one of an alert counts."""
    [alert] = alerts(marked, NOISE[:1])
    said = marked("alerts", "mark", alert, "relevant").output
    assert said == f"relevant: {NOISE[0]}\nraids: 75% relevant of 8 marked\n"


def test_an_exclusion_is_proposed_with_its_proof(marked: Desk) -> None:
    """Lines to paste, and what they keep and spare; pasted, the rule does just that."""
    result = marked("rules", "tune", "raids")
    assert result.exit_code == 0, result.output
    assert "kept    5 of 5 relevant alerts" in result.output
    assert "spared  3 of 3 noise alerts" in result.output
    lines = [line for line in result.output.splitlines() if not line.startswith("#")]
    added = yaml.safe_load("\n".join(lines))["rules"]["raids"]
    assert added == {"none": [{"phrase": "game"}]}
    rule = yaml.safe_load(RULE)["rules"]["raids"] | added
    marked.rules(json.dumps({"rules": {"raids": rule}}))
    for title, matches in [(RELEVANT[0], True), (NOISE[0], False), (NOISE[2], False)]:
        assert (marked("rules", "explain", "raids", title).exit_code == 0) is matches


def test_nothing_is_proposed_where_nothing_tells_noise_from_hits(desk: Desk) -> None:
    """Exit code 1, and what would help."""
    desk.rules(RULE)
    desk.bring([told(RELEVANT[0])])
    result = desk("rules", "tune", "raids")
    assert result.exit_code == 1
    assert "nothing to propose from 0 relevant alerts and 0 noise alerts" in result.output


def rule(**fields: object) -> Rule:
    """Return a rule that looks for raids."""
    return Rule(id="raids", title="Raids", condition=Phrase(term=Term(text="raid")), **fields)  # type: ignore[arg-type]


def articles(titles: Iterable[str], outlet: str = "one.example", start: int = 1) -> list[Entry]:
    """Return an entry for each title."""
    return [
        entry(start + number, title=title, summary="", content="", outlet=outlet)
        for number, title in enumerate(titles)
    ]


def test_an_outlet_of_nothing_but_noise_is_proposed_as_a_source() -> None:
    """One word less to maintain."""
    noise = articles(["raid alpha", "raid beta", "raid gamma"], outlet="games.example")
    hits = articles(["raid delta", "raid epsilon"], start=10)
    judged = [Judged(relevant=False, entries=(one,)) for one in noise]
    judged += [Judged(relevant=True, entries=(one,)) for one in hits]
    proposal = propose(rule(), RuleSet(rules=(rule(),)), judged, [])
    assert [(one.kind, one.value) for one in proposal.exclusions] == [(Kind.SOURCE, "games.example")]
    assert with_exclusions(rule(), proposal.exclusions).where.exclude == ("games.example",)


def test_a_word_as_frequent_where_nobody_judged_is_not_proposed() -> None:
    """It is frequent, not noise."""
    noise = articles(["raid today alpha", "raid today beta"], outlet="a.example")
    noise[1] = articles(["raid today beta"], outlet="b.example", start=5)[0]
    hits = articles(["raid yesterday"], start=10)
    rest = articles(["raid today gamma", "raid today delta"], start=20, outlet="c.example")
    judged = [Judged(relevant=False, entries=(one,)) for one in noise]
    judged += [Judged(relevant=True, entries=(one,)) for one in hits]
    assert propose(rule(), RuleSet(rules=(rule(),)), judged, rest).exclusions == ()


@pytest.mark.parametrize("seed", range(8))
def test_no_confirmed_article_is_ever_lost(seed: int) -> None:
    """Whatever was judged how: the matcher itself keeps every article of every relevant alert."""
    dice = random.Random(seed)
    vocabulary = ["game", "games", "Spiel", "рейд", "рейда", "city", "cities", "army", "armies", "border"]
    titles = [" ".join(["raid", *dice.choices(vocabulary, k=3)]) for _ in range(24)]
    entries = [
        entry(number + 1, title=title, summary="", outlet=dice.choice(["a.example", "b.example"]))
        for number, title in enumerate(titles)
    ]
    judged = [
        Judged(relevant=dice.random() < 0.4, entries=tuple(entries[at : at + 2])) for at in range(0, 24, 2)
    ]
    proposal = propose(rule(), RuleSet(rules=(rule(),)), judged, [])
    assert proposal.relevant_kept == proposal.relevant == sum(one.relevant for one in judged)
