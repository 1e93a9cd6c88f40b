"""Whether a channel would take a message: asked at the start and after a reload."""

from __future__ import annotations

import asyncio
import logging

from monitor.pipeline.ports import Channel
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_ANSWER_WITHIN = 30.0
"""Seconds."""


async def say_what_is_wrong(channel: Channel) -> None:
    """Log what is wrong with a channel (token, scope, login) as the other side sees it; nothing is posted."""
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            wrong = await channel.verify()
    except TimeoutError:
        wrong = [f"{channel.name}: no answer within {_ANSWER_WITHIN:.0f} s"]
    for sentence in wrong:
        log.error("channel.unusable", extra=fields(channel=channel.name, why=sentence))
