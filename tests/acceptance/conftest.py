"""A desk for each test: a folder, and a web server on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.daemon import Desk
from tests.channels.conftest import certificate, slack
from tests.feeds.zoo import open_zoo

__all__ = ["certificate", "slack"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A folder to run the daemon in."""
    async with open_zoo() as zoo:
        yield Desk(tmp_path, zoo)
