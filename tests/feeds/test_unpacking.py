"""No body, however it is packed, keeps the event loop from its other work for long."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Iterator

import brotli
import pytest

from monitor.feeds.content import STEP, Decoder, decoder_for
from monitor.feeds.failures import RefusedError
from monitor.feeds.unpacking import SLICE, unpacked

PLAIN = 2 * 2**20
STEADY = b"<item><title>The river rose again</title></item>" * (PLAIN // 48)
NOISE = bytes(n * n * 7919 >> 8 & 0xFF for n in range(PLAIN // 8))
LARGE = 64 * 2**20


class Counting:
    """A decoder that counts what it gives out between two turns of the loop."""

    def __init__(self, inner: Decoder) -> None:
        self._inner = inner
        self.now = self.most = self.turns = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Give out what the inner one does, counted."""
        for part in self._inner.feed(piece):
            self.now += len(part)
            self.most = max(self.most, self.now)
            yield part

    def finish(self) -> None:
        """Check that all came."""
        self._inner.finish()

    async def watch(self) -> None:
        """Begin to count anew whenever the loop comes round."""
        while True:
            self.now = 0
            self.turns += 1
            await asyncio.sleep(0)


async def at_hand(packed: bytes, size: int) -> AsyncIterator[bytes]:
    """Hand over pieces that have all arrived, so that waiting for the network gives nobody a turn."""
    for start in range(0, len(packed), size):
        yield packed[start : start + size]


def packed(name: str, plain: bytes) -> bytes:
    """Pack as a server would."""
    if name == "gzip":
        return gzip.compress(plain, 6)
    if name == "deflate":
        return zlib.compress(plain, 6)
    return brotli.compress(plain, quality=4) if name == "br" else plain


@pytest.mark.parametrize("size", [STEP, 2**20], ids=["pieces", "one-large-piece"])
@pytest.mark.parametrize("plain", [STEADY, NOISE], ids=["steady", "noise"])
@pytest.mark.parametrize("name", ["gzip", "deflate", "br"])
async def test_the_loop_comes_round_within_each_slice(name: str, plain: bytes, size: int) -> None:
    """Between two turns of the loop no more is unpacked than a slice and one step of the decoder."""
    decoder = Counting(decoder_for(name))
    watching = asyncio.create_task(decoder.watch())
    body = await unpacked(at_hand(packed(name, plain), size), decoder, wire_limit=LARGE, plain_limit=LARGE)
    watching.cancel()
    assert body == plain
    assert decoder.most <= SLICE + STEP
    assert decoder.turns >= len(plain) // (SLICE + STEP)


async def test_a_bomb_is_cut_at_the_limit_and_gives_turns_until_then() -> None:
    """A few KiB that would fill the memory cost what the limit allows, in slices."""
    decoder = Counting(decoder_for("gzip"))
    watching = asyncio.create_task(decoder.watch())
    bomb = gzip.compress(bytes(2 * PLAIN))
    with pytest.raises(RefusedError, match="larger than 2 MiB unpacked"):
        await unpacked(at_hand(bomb, len(bomb)), decoder, wire_limit=LARGE, plain_limit=PLAIN)
    watching.cancel()
    assert decoder.most <= SLICE + STEP
    assert decoder.turns >= PLAIN // (SLICE + STEP)
