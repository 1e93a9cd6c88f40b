"""Several sitemaps as one document, so that an index and its children are polled as one feed is.

    magic, number of sitemaps missing, (length, sitemap)*

The bundle's hash changes when any of its sitemaps does; the worker reads them one by one.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = b"news-monitor sitemaps 1\n"
INDEX = "application/x-news-monitor-sitemap-index"
"""The content type that asks the worker for the children of a sitemap index, as entries with links."""
MAX_PLAIN = 16 * 2**20
"""Bytes of one sitemap unpacked: 1,000 articles, as many as a news sitemap may have, are below 1 MiB."""
GZIP = b"\x1f\x8b"
_LENGTH = struct.Struct("!I")
_PEEK = 4096


@dataclass(frozen=True, slots=True)
class Bundle:
    """Sitemaps as they were fetched, and how many more should have been."""

    sitemaps: tuple[bytes, ...]
    missing: int


def bundled(sitemaps: Sequence[bytes], *, missing: int) -> bytes:
    """Put sitemaps into one document."""
    framed = (_LENGTH.pack(len(sitemap)) + sitemap for sitemap in sitemaps)
    return b"".join((MAGIC, _LENGTH.pack(missing), *framed))


def unbundled(body: bytes) -> Bundle | None:
    """Take a bundle apart; None if the document is none, or not whole."""
    if not body.startswith(MAGIC) or len(body) < len(MAGIC) + _LENGTH.size:
        return None
    at = len(MAGIC)
    (missing,) = _LENGTH.unpack_from(body, at)
    at += _LENGTH.size
    sitemaps = []
    while at + _LENGTH.size <= len(body):
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size
        sitemaps.append(body[at : at + length])
        at += length
    return Bundle(tuple(sitemaps), missing) if at == len(body) else None


def opening(body: bytes) -> bytes:
    """Return the first few KiB of a document, unpacked where it is a gzip file."""
    if not body.startswith(GZIP):
        return body[:_PEEK]
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body[: 4 * _PEEK], _PEEK)
    except zlib.error:
        return b""


def plain(body: bytes) -> bytes | None:
    """Return a document, unpacked where it is a gzip file; None if that is broken or holds over MAX_PLAIN."""
    if not body.startswith(GZIP):
        return body
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = inflate.decompress(body, MAX_PLAIN)
    except zlib.error:
        return None
    return unpacked if inflate.eof else None
