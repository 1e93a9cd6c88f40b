"""Whatever happens: nothing lost, nothing twice, nothing silent. Random histories, shrunk when they fail."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, note, settings

from tests.world.happenings import History, histories
from tests.world.running import Run

HISTORIES = int(os.environ.get("NEWS_MONITOR_HISTORIES", "20"))
"""So many are tried; `python -m tests.benchmarks.bench_histories` tries hundreds."""


@pytest.mark.slow
@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories())
def test_promises_hold_whatever_happens(run: Run, history: History) -> None:
    """Servers fail and lie, clocks leap, the disk fills, the process is killed; then all is mended."""
    verdict = run(history)
    note(verdict.timeline)
    assert not verdict.broken, "\n".join((verdict.timeline, *verdict.broken))
