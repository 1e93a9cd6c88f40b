"""What Prometheus reads: names by its conventions, totals that count each thing once, probes."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import (
    DeliveryState,
    Followed,
    LateWalk,
    Rejected,
    Sent,
    Since,
    Standing,
    Verdict,
    WalkStage,
    WalkStanding,
)
from monitor.store import Store
from monitor.web.metrics import Metrics, Stages
from tests.store.samples import LEASE, MINUTE, NOW, a_delivery, alerted, an_entry, assembled, poll
from tests.web.conftest import open_desk

Client = TestClient[web.Request, web.Application]
STAGES = Stages(outcomes=lambda: {"read": 3, "name not found": 1}, stuck=tuple, keeping=lambda: "keeper")


@pytest.fixture
async def scraper(store: Store) -> AsyncIterator[Client]:
    """A Prometheus."""
    metrics = Metrics(store, clock=lambda: NOW + MINUTE, stages=STAGES, rules=lambda: ("raids", "floods"))
    await metrics.begin()
    async with TestClient(TestServer(open_desk(metrics.routes()))) as client:
        yield client


async def test_the_synthetic_entry_is_measured_and_named_where_it_is_stuck(store: Store) -> None:
    """How long the last took, and how late the present one is at which stage."""
    late = LateWalk(worker="one", stage=WalkStage.PENDING, said="", lasted=timedelta(minutes=6))
    standing = WalkStanding(seconds=1.5, arrived_at=NOW, late=late)
    stages = replace(STAGES, walk=lambda: standing)
    metrics = Metrics(store, clock=lambda: NOW + MINUTE, stages=stages, rules=tuple)
    async with TestClient(TestServer(open_desk(metrics.routes()))) as client:
        found = await scraped(client)
    assert found["news_monitor_walk_seconds"] == 1.5
    assert found["news_monitor_walk_age_seconds"] == 60
    assert found["news_monitor_walk_late_seconds,stage=pending"] == 360
    assert found["news_monitor_walk_late_seconds,stage=polled"] == 0


async def scraped(client: Client) -> dict[str, float]:
    """Scrape once: values by name and labels."""
    answer = await client.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name + "".join(f",{key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(await answer.text())
        for sample in family.samples
    }


async def test_rules_are_there_with_zero_before_they_match(scraper: Client) -> None:
    """A series that appears with its first event hides that event from rate()."""
    found = await scraped(scraper)
    assert found["news_monitor_matches_total,rule=floods"] == 0
    assert found["news_monitor_decisions_total,rule=floods,verdict=alert"] == 0
    assert found["news_monitor_polls_total,outcome=read"] == 3
    assert found["news_monitor_polls_total,outcome=name_not_found"] == 1
    assert found["news_monitor_database_up"] == 1
    assert found["news_monitor_database_size_bytes"] > 0
    assert found["process_resident_memory_bytes"] > 0
    assert any(name.startswith("news_monitor_build_info,") for name in found)


async def test_what_is_committed_is_counted_once_however_often_it_is_scraped(
    scraper: Client, store: Store
) -> None:
    """From the queue to the channel, with the time it took."""
    await poll(store, an_entry("a"))
    found = await scraped(scraper)
    assert found["news_monitor_pending_entries"] == 1
    assert found["news_monitor_oldest_pending_seconds"] == 60
    await alerted(store, a_delivery("d"), a_delivery("e"))
    found = await scraped(scraper)
    assert found["news_monitor_deliveries_open,channel=slack,state=ready"] == 2
    assert found["news_monitor_oldest_unsent_seconds"] == 60
    done = await store.claim_deliveries(NOW + 5 * timedelta(seconds=1), lease=LEASE, limit=10)
    await store.settle(done[0], Sent(), now=NOW + MINUTE, retry_at=NOW)
    await scraped(scraper)
    await store.settle(done[1], Rejected(why="no such channel"), now=NOW + MINUTE, retry_at=NOW)
    await scraped(scraper)
    found = await scraped(scraper)
    assert found["news_monitor_matches_total,rule=raids"] == 1
    assert found["news_monitor_decisions_total,rule=raids,verdict=alert"] == 1
    assert found["news_monitor_deliveries_total,channel=slack,state=sent"] == 1
    assert found["news_monitor_deliveries_total,channel=slack,state=parked"] == 1
    assert found["news_monitor_time_to_alert_seconds_count"] == 1
    assert found["news_monitor_time_to_alert_seconds_sum"] == 5
    assert found["news_monitor_entries_total"] == 1
    assert "news_monitor_deliveries_open,channel=slack,state=ready" not in found


async def test_a_later_decision_on_an_entry_is_no_second_match(scraper: Client, store: Store) -> None:
    """Held first, told later: one match, two decisions."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=1)
    await store.commit_assembled([assembled(waiting, verdict=Verdict.HELD)])
    assert (await scraped(scraper))["news_monitor_held_alerts"] == 1
    await poll(store, an_entry("a", revision=1))
    [waiting] = await store.pending_entries(limit=1)
    await store.commit_assembled([assembled(waiting)])
    found = await scraped(scraper)
    assert found["news_monitor_matches_total,rule=raids"] == 1
    assert found["news_monitor_decisions_total,rule=raids,verdict=held"] == 1
    assert found["news_monitor_decisions_total,rule=raids,verdict=alert"] == 1


async def test_totals_begin_where_the_daemon_does(store: Store) -> None:
    """What was decided before is of another process; what was under way then is counted when it ends."""
    await alerted(store, a_delivery("d"))
    before = await store.ledgers_end()
    [delivery] = await store.claim_deliveries(NOW, lease=LEASE, limit=1)
    await store.settle(delivery, Sent(), now=NOW, retry_at=NOW)
    found = await store.ledgers_since(before)
    assert found.decided == ()
    assert [(one.channel, one.state) for one in found.ended] == [("slack", DeliveryState.SENT)]
    assert await store.ledgers_since(found.followed) == Since(followed=found.followed)
    assert found.followed == replace(before, open=frozenset())


async def test_names_keep_the_conventions(scraper: Client) -> None:
    """Base units at the end, totals end in _total, help for each."""
    text = await (await scraper.get("/metrics")).text()
    for family in text_string_to_metric_families(text):
        assert family.documentation
        assert family.name.startswith(("news_monitor_", "process_"))
        assert not family.name.endswith(("_ms", "_milliseconds", "_kb", "_count"))
        if family.type == "counter":
            assert f"{family.name}_total " in text or f"{family.name}_total{{" in text or not family.samples


class Gone:
    """A database that cannot be reached."""

    async def ledgers_end(self) -> Followed:
        """Say so."""
        raise StoreUnavailableError("the disk is full")

    async def ledgers_since(self, followed: Followed) -> Since:
        """Say so."""
        raise StoreUnavailableError("the disk is full")

    async def standing(self, now: datetime) -> Standing:
        """Say so."""
        raise StoreUnavailableError("the disk is full")

    async def next_poll_at(self) -> datetime | None:
        """Say so."""
        raise StoreUnavailableError("the disk is full")


async def test_without_its_database_the_daemon_lives_but_is_not_ready(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A scrape tells the same, rather than fail."""
    metrics = Metrics(Gone(), clock=lambda: NOW, stages=STAGES, rules=tuple)
    await metrics.begin()
    async with TestClient(TestServer(open_desk(metrics.routes()))) as client:
        assert (await client.get("/healthz")).status == 200
        ready = await client.get("/readyz")
        assert ready.status == 503
        assert "news-monitor doctor" in await ready.text()
        assert "the disk is full" not in await ready.text()
        assert "web.not_ready" in caplog.text
        assert (await scraped(client))["news_monitor_database_up"] == 0


async def test_with_its_database_the_daemon_is_ready(scraper: Client) -> None:
    """Both probes say so."""
    for probe in ("/healthz", "/readyz"):
        assert (await scraper.get(probe)).status == 200


async def test_ready_is_a_daemon_that_keeps_or_stands_by(store: Store) -> None:
    """With the number of its rules, for whoever asks why nothing comes."""
    role = ""
    stages = Stages(outcomes=dict, stuck=tuple, keeping=lambda: role)
    metrics = Metrics(store, clock=lambda: NOW, stages=stages, rules=lambda: ("raids",))
    async with TestClient(TestServer(open_desk(metrics.routes()))) as client:
        answer = await client.get("/readyz")
        assert (answer.status, "not decided yet" in await answer.text()) == (503, True)
        for role in ("standby", "keeper"):
            answer = await client.get("/readyz")
            assert (answer.status, await answer.text()) == (200, f"ready: {role}, 1 rule in force\n")


async def test_a_stage_that_stands_still_is_no_healthy_daemon(store: Store) -> None:
    """The event loop turns, or nobody would answer; yet nothing is polled."""
    stages = Stages(outcomes=dict, stuck=lambda: ("poll",), keeping=lambda: "keeper")
    metrics = Metrics(store, clock=lambda: NOW, stages=stages, rules=tuple)
    async with TestClient(TestServer(open_desk(metrics.routes()))) as client:
        answer = await client.get("/healthz")
        assert (answer.status, await answer.text()) == (503, "stands still: poll\n")
        assert (await scraped(client))["news_monitor_stuck_stages"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
async def test_memory_of_the_daemon_and_its_children_is_measured(store: Store) -> None:
    """The daemon's is there with an interpreter at least; that of children, with or without any."""
    stages = Stages(outcomes=dict, stuck=tuple, keeping=lambda: "keeper")
    metrics = Metrics(store, clock=lambda: NOW, stages=stages, rules=tuple)
    async with TestClient(TestServer(open_desk(metrics.routes()))) as client:
        found = await scraped(client)
    assert found["news_monitor_resident_bytes,process=daemon"] > 2**20
    assert found["news_monitor_resident_bytes,process=children"] >= 0
