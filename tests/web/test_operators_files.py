"""The dashboard and the alert rules ask for metrics and labels that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from monitor.core.models import Rejected
from monitor.store import Store
from tests.store.samples import LEASE, NOW, a_delivery, alerted
from tests.web.test_metrics import Client, scraper

__all__ = ["scraper"]
DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
NAMES = re.compile(r"\b(?:news_monitor|process)_[a-z_]+\b")
SELECTED = re.compile(r"\b((?:news_monitor|process)_[a-z_]+)\{([^}]*)\}")
GROUPED = re.compile(r"by \(([^)]*)\)")
OF_PROMETHEUS = {"instance", "job"}
DURATION = re.compile(r"\d+[smhd]")


def dashboard() -> Any:
    """Read the dashboard."""
    return json.loads((DOCS / "grafana-dashboard.json").read_text(encoding="utf-8"))


def alarms() -> Any:
    """Read the alert rules."""
    [group] = yaml.safe_load((DOCS / "prometheus-alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return group["rules"]


def expressions() -> list[str]:
    """Every expression of both files."""
    panels = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    return panels + [rule["expr"] for rule in alarms()]


@pytest.fixture
async def labels(scraper: Client, store: Store) -> dict[str, set[str]]:
    """What a daemon with one refused message says: the labels of each series by name."""
    await alerted(store, a_delivery("d"), a_delivery("e"))
    [delivery, _] = await store.claim_deliveries(NOW, lease=LEASE, limit=2)
    await store.settle(delivery, Rejected(why="no"), now=NOW, retry_at=NOW)
    text = await (await scraper.get("/metrics")).text()
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


async def test_every_expression_asks_for_what_there_is(labels: dict[str, set[str]]) -> None:
    """Names, and the labels by which they are selected."""
    for expression in expressions():
        assert set(NAMES.findall(expression)) <= set(labels), expression
        for name, selectors in SELECTED.findall(expression):
            asked = set(re.findall(r"([a-z_]+)[!=]?[=~]", selectors))
            assert asked <= labels[name] | OF_PROMETHEUS, expression


async def test_every_group_is_by_labels_that_there_are(labels: dict[str, set[str]]) -> None:
    """A group by a label that no series has is one group."""
    for expression in expressions():
        names = NAMES.findall(re.sub(r"\{[^}]*\}", "", expression))
        there = set().union(OF_PROMETHEUS, *(labels[name] for name in names))
        for group in GROUPED.findall(expression):
            assert {one.strip() for one in group.split(",")} <= there, expression


def test_expressions_are_balanced() -> None:
    """No bracket is forgotten."""
    for expression in expressions():
        for opening, closing in ("()", "[]", "{}"):
            assert expression.count(opening) == expression.count(closing), expression


def test_alarms_say_what_is_wrong_and_what_to_do() -> None:
    """Each with its severity; names are unique."""
    rules = alarms()
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 10
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "description"}
        assert DURATION.fullmatch(rule.get("for", "5m"))


def test_panels_stand_side_by_side() -> None:
    """None covers another; each has an id, a title and a sentence of its own."""
    panels = dashboard()["panels"]
    places: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        assert panel["title"]
        assert panel["description"]
        covered = {(at["x"] + right, at["y"] + down) for right in range(at["w"]) for down in range(at["h"])}
        assert not places & covered, panel["title"]
        assert at["x"] + at["w"] <= 24
        places |= covered
    assert len({panel["id"] for panel in panels}) == len(panels)
