"""Whatever happens: nothing lost, nothing twice, nothing silent. Random histories, shrunk when they fail."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, note, settings

from tests.channels.slack_double import Fault
from tests.world.happenings import (
    History,
    Kind,
    Leapt,
    Published,
    SlackFaults,
    SlackOut,
    Waited,
    histories,
)
from tests.world.running import Run

HISTORIES = int(os.environ.get("NEWS_MONITOR_HISTORIES", "20"))
"""So many are tried; `python -m tests.benchmarks.bench_histories` tries hundreds."""

NEWS, OTHER, COPY = Published(0, Kind.ALERTED), Published(2, Kind.OTHER), Published(2, Kind.COPY)


@pytest.mark.slow
@example(history=(Leapt(timedelta(hours=8)), SlackFaults((Fault.ACCEPT_THEN_DROP,)), NEWS, Waited(45)))
@example(history=(SlackOut(Fault.ACCEPT_THEN_DROP), NEWS, Leapt(timedelta(days=365)), Waited(45)))
@example(history=(Leapt(timedelta(days=365)), OTHER, Waited(15), Published(1, Kind.HELD), COPY))
@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories())
def test_promises_hold_whatever_happens(run: Run, history: History) -> None:
    """Servers fail and lie, clocks leap, the disk fills, the process is killed; then all is mended."""
    verdict = run(history)
    note(verdict.timeline)
    assert not verdict.broken, "\n".join((verdict.timeline, *verdict.broken))
