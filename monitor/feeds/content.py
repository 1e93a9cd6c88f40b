"""Content codings undone in small steps, so that no response grows beyond its limit.

64 KiB at a time, with the plain size counted as it appears: a bomb costs what the limit allows and no more.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

STEP = 64 * 2**10
MAX_GZIP_MEMBERS = 8
ACCEPTED = "gzip, deflate, br"
_ZLIB_CM_DEFLATE = 8


class BadCodingError(Exception):
    """The body is not what its Content-Encoding says; the message is a sentence."""


class Decoder(Protocol):
    """Undoes one content coding."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield plain bytes, at most about STEP at a time.

        Raises:
            BadCodingError: the bytes are broken.
        """

    def finish(self) -> None:
        """Check that the body is complete.

        Raises:
            BadCodingError: it ends early.
        """


def decoder_for(encoding: str | None) -> Decoder:
    """Return the decoder for a Content-Encoding header.

    Raises:
        BadCodingError: the coding was never asked for, or several are stacked.
    """
    name = (encoding or "").strip().lower()
    if name in {"", "identity"}:
        return _Identity()
    if name in {"gzip", "x-gzip"}:
        return _Gzip()
    if name == "deflate":
        return _Deflate()
    if name == "br":
        return _Brotli()
    what = (
        "several content codings on top of each other" if "," in name else f"the unknown coding {name[:40]!r}"
    )
    message = f"the server answered with {what}, which was not asked for"
    raise BadCodingError(message)


class _Identity:
    def feed(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def finish(self) -> None:
        pass


class _Gzip:
    """One or a few gzip members; what follows the last is ignored, as browsers do."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._members = 1
        self._started = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        rest = piece
        self._started = self._started or bool(piece)
        while rest:
            if self._inflate.eof:
                if rest[:1] != b"\x1f":
                    return
                self._next_member()
            yield from _inflate(self._inflate, rest, "gzip")
            rest = self._inflate.unused_data

    def _next_member(self) -> None:
        self._members += 1
        if self._members > MAX_GZIP_MEMBERS:
            message = f"the body consists of more than {MAX_GZIP_MEMBERS} gzip members"
            raise BadCodingError(message)
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def finish(self) -> None:
        if self._started and not self._inflate.eof:
            raise BadCodingError("the gzip body ends early")


class _Deflate:
    """Deflate with the zlib wrapper that RFC 9110 asks for, or raw as many servers send it."""

    def __init__(self) -> None:
        self._inflate: zlib._Decompress | None = None

    def feed(self, piece: bytes) -> Iterator[bytes]:
        if not piece:
            return
        if self._inflate is None:
            wrapped = piece[0] & 0x0F == _ZLIB_CM_DEFLATE
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        if not self._inflate.eof:
            yield from _inflate(self._inflate, piece, "deflate")

    def finish(self) -> None:
        if self._inflate is not None and not self._inflate.eof:
            raise BadCodingError("the deflate body ends early")


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._started = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        rest = piece
        self._started = self._started or bool(piece)
        try:
            # It may say that it can take more while output still waits: ask until nothing comes.
            while not self._inner.is_finished():
                plain = self._inner.process(rest, output_buffer_limit=STEP)
                rest = b""
                if not plain:
                    return
                yield plain
        except brotli.error:
            raise BadCodingError("the brotli body is broken") from None

    def finish(self) -> None:
        if self._started and not self._inner.is_finished():
            raise BadCodingError("the brotli body ends early")


def _inflate(inflate: zlib._Decompress, piece: bytes, name: str) -> Iterator[bytes]:
    rest = piece
    full = False
    # A full step may leave output waiting inside zlib although all input is taken.
    while (rest or full) and not inflate.eof:
        try:
            plain = inflate.decompress(rest, STEP)
        except zlib.error:
            message = f"the body is not the {name} that its header says"
            raise BadCodingError(message) from None
        full = len(plain) == STEP
        rest = inflate.unconsumed_tail
        yield plain
