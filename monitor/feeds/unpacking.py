"""A body read and unpacked in slices, between which the event loop serves everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable

from monitor.core.models import Failure
from monitor.feeds.content import Decoder
from monitor.feeds.failures import RefusedError

SLICE = 128 * 2**10
"""Bytes, packed and plain, that are worked on at a time: two steps of a decoder.

A MiB at a time held up the loop of a busy machine for up to 80 ms; these are an eighth of that, and a turn of
the loop costs some microseconds.
"""


async def unpacked(
    pieces: AsyncIterable[bytes], decoder: Decoder, *, wire_limit: int, plain_limit: int
) -> bytes:
    """Read and decompress a body, counting both sizes while they grow.

    Raises:
        RefusedError: it is larger than one of the limits, in bytes.
        BadCodingError: it is broken.
    """
    parts: list[bytes] = []
    wire = plain = breath = 0
    async for piece in pieces:
        wire += len(piece)
        if wire > wire_limit:
            raise too_large(wire_limit, "on the wire")
        for part in decoder.feed(piece):
            plain += len(part)
            if plain > plain_limit:
                raise too_large(plain_limit, "unpacked")
            parts.append(part)
            if wire + plain - breath >= SLICE:
                breath = wire + plain
                await asyncio.sleep(0)
    decoder.finish()
    return b"".join(parts)


def too_large(limit: int, where: str) -> RefusedError:
    """Return what to raise for a body that is larger than so many bytes."""
    return RefusedError(Failure.TOO_LARGE, f"the body is larger than {limit / 2**20:g} MiB {where}")
