"""Servers for channels to talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.slack_double import SlackDouble
from tests.channels.smtp_server import make_certificate


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    """A Slack on loopback."""
    async with SlackDouble() as double:
        yield double


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for localhost and 127.0.0.1, with its key."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))
