"""What may be said of when alerts are sent, in rules and in config.yaml: understood, refused, ordered."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from monitor.config.naming import held_against, load_with_rules
from monitor.config.rules import load_rules
from monitor.config.settings import load_settings
from monitor.core.labels import Labels
from monitor.core.models import (
    EVERY_DAY,
    NO_DIGEST,
    NO_ESCALATION,
    NO_QUIET_HOURS,
    UNLIMITED,
    AlertPolicy,
    SendingPolicy,
    Severity,
    WhenExpired,
)
from monitor.core.routing import legs_for, looks
from monitor.core.rules.reading import read_rules
from monitor.core.rules.schema import schema
from monitor.yamlfile import read_yaml

GOOD = Path(__file__).parents[1] / "rules" / "testdata" / "good" / "sending.yaml"
CONFIG = """
rules: [rules.yaml]
samples: true
channels: {desk: {type: console}, mail: {type: console}, pager: {type: console}}
alerts: {group_wait: 1m, zone: Europe/Kyiv}
routes:
  - {match: {severity: [high]}, channels: [mail], digest: "0 8 * * *", continue: true}
  - {match: {source: [one.example]}, channels: [desk, mail], max_per_hour: 5}
  - {channels: [desk]}
"""


def sending(name: str) -> SendingPolicy:
    """What a rule of the good file says."""
    rules = {rule.id: rule for rule in load_rules([GOOD]).accepted().rules}
    return rules[name].alert.sending


def test_everything_a_rule_may_say_is_understood() -> None:
    """Short forms, and `none` that undoes."""
    said = sending("waits")
    quiet = said.quiet_hours
    assert quiet is not None
    assert (quiet.start, quiet.end, str(quiet.zone)) == (time(22), time(7), "Europe/Kyiv")
    assert (quiet.days, quiet.exempt) == (
        frozenset(range(5)),
        frozenset({Severity.CRITICAL, Severity.HIGH}),
    )
    assert (said.group_wait, said.max_per_hour) == (timedelta(minutes=2), 20)
    assert (said.expires_after, said.when_expired) == (timedelta(hours=6), WhenExpired.DROP)
    assert said.escalate is not None
    assert (said.escalate.to, said.escalate.severity) == (("pager",), Severity.CRITICAL)
    assert sending("at-once") == SendingPolicy(
        group_wait=timedelta(0),
        max_per_hour=UNLIMITED,
        quiet_hours=NO_QUIET_HOURS,
        digest=NO_DIGEST,
        escalate=NO_ESCALATION,
    )
    gathered = sending("gathered")
    assert gathered.digest is not None
    assert gathered.digest.at is not None
    assert gathered.digest.at.hours == {7, 19}
    assert gathered.quiet_hours is not None
    assert gathered.quiet_hours.days == EVERY_DAY


@pytest.mark.parametrize(
    ("alert", "good"),
    [
        ('{digest: "0 8 * * *"}', True),
        ('{digest: "0 8 * *"}', False),
        ('{digest: {at: "0 8 * * *", zone: UTC}}', True),
        ("{digest: {zone: UTC}}", False),
        ("{max_per_hour: none}", True),
        ("{max_per_hour: 0}", False),
        ('{quiet_hours: {from: "22:00", to: "7:00"}}', True),
        ('{quiet_hours: {from: "22:00"}}', False),
        ('{quiet_hours: {from: "22:00", to: "7h"}}', False),
        ("{quiet_hours: none}", True),
        ("{when_expired: drop}", True),
        ("{when_expired: never}", False),
        ("{escalate: {after: 10m, to: pager}}", True),
        ("{escalate: {after: 10m}}", False),
        ("{group_wait: 2m, expires_after: 1h}", True),
    ],
)
def test_the_loader_and_the_schema_agree(tmp_path: Path, alert: str, good: bool) -> None:
    """One key at a time."""
    path = tmp_path / "a.yaml"
    path.write_text(f"rules:\n  x: {{any: [a], alert: {alert}}}\n", encoding="utf-8")
    node, mistakes = read_yaml(path)
    assert node is not None
    usable = read_rules(node, mistakes=mistakes).is_usable
    assert (Draft7Validator(schema()).is_valid(node.plain()), usable) == (good, good)


def labels(**values: str) -> Labels:
    """The labels of an alert; what is not given is unknown."""
    keys = ("rule", "severity", "tag", "entity", "outlet", "source", "language")
    return {key: frozenset({values[key]} if key in values else ()) for key in keys}


def test_a_rule_wins_over_its_route_and_the_route_over_the_default(tmp_path: Path) -> None:
    """Key by key; a channel named twice has the terms of the first route that names it."""
    (tmp_path / "rules.yaml").write_text("", encoding="utf-8")
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    settings = load_settings(tmp_path / "config.yaml").accepted()
    high = labels(severity="high", source="one.example")
    mail, desk = legs_for(settings, AlertPolicy(), high)
    assert (mail.channel, mail.taken_by, desk.channel, desk.taken_by) == (
        "mail",
        "route 1",
        "desk",
        "route 2",
    )
    assert mail.policy.digest is not None
    assert (mail.policy.max_per_hour, mail.policy.group_wait) == (None, timedelta(minutes=1))
    assert (desk.policy.digest, desk.policy.max_per_hour, desk.limit_per_rule) == (None, 5, False)
    own = AlertPolicy(sending=SendingPolicy(digest=NO_DIGEST, max_per_hour=1))
    mail, desk = legs_for(settings, own, high)
    assert (mail.policy.digest, mail.policy.max_per_hour, mail.limit_per_rule) == (NO_DIGEST, 1, True)
    [alone] = legs_for(settings, AlertPolicy(channels=("pager", "gone")), high)
    assert (alone.channel, alone.taken_by) == ("pager", "the rule itself")
    assert (alone.policy.digest, alone.policy.group_wait) == (None, timedelta(minutes=1))


def test_every_route_says_why(tmp_path: Path) -> None:
    """Taken or not, and those never looked at."""
    (tmp_path / "rules.yaml").write_text("", encoding="utf-8")
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    settings = load_settings(tmp_path / "config.yaml").accepted()
    assert [one.why for one in looks(settings, labels(severity="high", source="one.example"))] == [
        "severity is high, and the next is looked at (continue: true)",
        "source is one.example, and ends here",
        "not looked at: route 2 ended it",
    ]
    assert [one.why for one in looks(settings, labels(severity="low"))] == [
        "severity is low, not high",
        "source is unknown, not one.example",
        "it takes everything, and ends here",
    ]


def test_names_that_nothing_bears_are_mistakes_at_their_lines(tmp_path: Path) -> None:
    """Rules and entities are errors; tags, outlets and sources, which come and go, are warnings."""
    (tmp_path / "rules.yaml").write_text(
        "entities: {karst: {name: Karst}}\nrules: {dams: {any: [dam], entity: karst, tags: [water]}}\n",
        encoding="utf-8",
    )
    path = tmp_path / "config.yaml"
    path.write_text(
        "rules: [rules.yaml]\n"
        "feeds: [{url: https://one.example/rss, tags: [agency]}]\n"
        "channels: {desk: {type: console}}\n"
        "routes:\n"
        "  - match:\n"
        "      rule: [dam]\n"
        "      entity: [karts]\n"
        "      tag: [water, agency, agancy]\n"
        "      outlet: [two.example]\n"
        "      source: ['https://one.example/rss', one.example, one.exmaple]\n"
        "      language: [ukr]\n"
        "    channels: [desk]\n",
        encoding="utf-8",
    )
    broken = load_settings(path)
    assert [str(one).removeprefix(str(path)) for one in broken.mistakes] == [
        ":11:18: 'ukr' is no language; write a two-letter code such as en, ru or uk"
    ]
    path.write_text(path.read_text(encoding="utf-8").replace("[ukr]", "[uk]"), encoding="utf-8")
    loaded = load_with_rules(path)
    assert [str(one).removeprefix(str(path)) for one in loaded.mistakes] == [
        ":6:14: no rule is named 'dam'; did you mean 'dams'?",
        ":7:16: no entity has the id 'karts'; did you mean 'karst'?",
        ":8:28: warning: no feed and no rule has the tag 'agancy'; did you mean 'agency'?",
        ":9:16: warning: no feed is of the outlet 'two.example'; did you mean 'one.example'?",
        ":10:56: warning: no feed has the outlet or address 'one.exmaple'; did you mean 'one.example'?",
    ]
    assert loaded.settings is None
    fine = path.read_text(encoding="utf-8").replace("[dam]", "[dams]").replace("[karts]", "[karst]")
    path.write_text(fine, encoding="utf-8")
    again = load_settings(path)
    assert held_against(again, load_rules([tmp_path / "rules.yaml"])).settings is not None
