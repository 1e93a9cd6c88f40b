"""The servers of the world, shared by every history of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world.running import Run, running


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    """Let a history take place."""
    with running() as run:
        yield run
