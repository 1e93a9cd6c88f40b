"""Prometheus's own tool reads /metrics, the alert rules and what the dashboard asks for, and objects to none.

Skips where promtool is not installed (Debian has it in the package `prometheus`); REQUIRE_PROMTOOL=1 makes
its absence an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from monitor.core.models import Rejected
from monitor.store import Store
from tests.store.samples import LEASE, NOW, a_delivery, alerted
from tests.web.test_metrics import Client, scraper
from tests.web.test_operators_files import DOCS, alarms, dashboard

__all__ = ["scraper"]
ALARMS = DOCS / "prometheus-alerts.yaml"


@pytest.fixture(scope="module")
def promtool() -> str:
    """Where it is."""
    found = shutil.which("promtool")
    if found is None and os.environ.get("REQUIRE_PROMTOOL") != "1":
        pytest.skip("promtool is not installed: it is in Debian's package prometheus")
    assert found is not None, "REQUIRE_PROMTOOL is set, and promtool is not installed"
    return found


def told(promtool: str, *arguments: str, given: bytes | None = None, at: Path | None = None) -> str:
    """Run it; it must be content. Returns what it says."""
    done = subprocess.run([promtool, *arguments], input=given, capture_output=True, cwd=at, check=False)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said


async def test_metrics_are_named_as_prometheus_wants(promtool: str, scraper: Client, store: Store) -> None:
    """With series of every family: totals, units, help."""
    await alerted(store, a_delivery("d"), a_delivery("e"))
    [delivery, _] = await store.claim_deliveries(NOW, lease=LEASE, limit=2)
    await store.settle(delivery, Rejected(why="no"), now=NOW, retry_at=NOW)
    text = await (await scraper.get("/metrics")).read()
    assert told(promtool, "check", "metrics", given=text) == ""


def test_alert_rules_are_read_by_prometheus(promtool: str) -> None:
    """All of them."""
    assert f"SUCCESS: {len(alarms())} rules found" in told(promtool, "check", "rules", str(ALARMS))


def test_expressions_of_the_dashboard_are_read_by_prometheus(promtool: str, tmp_path: Path) -> None:
    """Each as a rule of its own; what Grafana fills in is filled in."""
    asked = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    filled = [expression.replace("$__rate_interval", "5m") for expression in asked]
    rules = [{"record": f"panel:{number}", "expr": one} for number, one in enumerate(filled)]
    path = tmp_path / "panels.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    assert f"SUCCESS: {len(rules)} rules found" in told(promtool, "check", "rules", str(path))


def test_alarms_ring_when_they_should_and_not_before(promtool: str, tmp_path: Path) -> None:
    """In a time that promtool invents: down for five minutes, a stage stuck for one."""
    instance = 'instance="a", job="news-monitor"'

    def ringing(alert: str, minute: int, *, rings: bool) -> dict[str, object]:
        labels = {"severity": "critical", "instance": "a", "job": "news-monitor"}
        return {
            "eval_time": f"{minute}m",
            "alertname": alert,
            "exp_alerts": [{"exp_labels": labels}] if rings else [],
        }

    case = {
        "interval": "1m",
        "input_series": [
            {"series": f"up{{{instance}}}", "values": "1 1 0x20"},
            {"series": f"news_monitor_stuck_stages{{{instance}}}", "values": "0 1x20"},
        ],
        "alert_rule_test": [
            ringing("NewsMonitorDown", 6, rings=False),
            ringing("NewsMonitorStandsStill", 1, rings=False),
        ],
    }
    for alert, minute in (("NewsMonitorDown", 7), ("NewsMonitorStandsStill", 2)):
        expected = ringing(alert, minute, rings=True)
        rule = next(one for one in alarms() if one["alert"] == alert)
        said = {
            name: text.replace("{{ $labels.instance }}", "a") for name, text in rule["annotations"].items()
        }
        expected["exp_alerts"] = [expected["exp_alerts"][0] | {"exp_annotations": said}]  # type: ignore[index]
        case["alert_rule_test"].append(expected)  # type: ignore[attr-defined]
    path = tmp_path / "test.yaml"
    path.write_text(yaml.safe_dump({"rule_files": [str(ALARMS)], "tests": [case]}), encoding="utf-8")
    assert "SUCCESS" in told(promtool, "test", "rules", str(path))
