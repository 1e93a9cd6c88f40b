"""Fixtures of the tests on fetching and reading."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.feeds.zoo import Zoo, open_zoo


@pytest.fixture
async def zoo() -> AsyncIterator[Zoo]:
    """Run a server on loopback for one test."""
    async with open_zoo() as server:
        yield server
