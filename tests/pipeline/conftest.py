"""The stages on a store of their own, with pauses that last no time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.pipeline import pace, reading
from tests.feeds.conftest import zoo
from tests.feeds.zoo import Zoo
from tests.pipeline.rig import Rig, joined

__all__ = ["zoo"]


@pytest.fixture
async def rig(zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    """Every stage, joined."""
    for module in (pace, reading):
        monkeypatch.setattr(module, "PAUSE", 0.01)
    async with joined(tmp_path, zoo) as built:
        yield built
