"""The channels, as the other side sees them."""

from __future__ import annotations

import asyncio

from monitor.cli.checkups.findings import Finding, ok, problem
from monitor.pipeline.ports import Channel

_SECONDS = 30


async def verified(channel: Channel) -> list[Finding]:
    """Ask a channel what is wrong with it: token, scopes, login; nothing is posted."""
    try:
        async with asyncio.timeout(_SECONDS):
            wrong = await channel.verify()
    except TimeoutError:
        wrong = [f"{channel.name}: no answer within {_SECONDS} s"]
    finally:
        await channel.close()
    if not wrong:
        return [ok("channels", f"{channel.name} is ready")]
    return [
        problem(
            "channels", sentence, "docs/configuration.md, channels; what it does not take waits until it does"
        )
        for sentence in wrong
    ]
