"""Answers that keep the client busy without saying anything are cut off: the event loop stays free.

aiohttp reads up to 256 KiB at a time and takes them apart at once. As interim responses (103 Early Hints) or
as chunks of one byte these are six thousand messages, or forty thousand pieces: most of a second, during
which nothing else happens, and again with the next read. Here they are read in smaller portions, and no more
than a sender who means well would need.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader

from monitor.core.models import Failure
from monitor.feeds.failures import RefusedError

_HEAD_PORTION = 8 * 2**10
_PORTION = 64 * 2**10
_FREE = 128 * 2**10
"""Bytes that nothing is asked about: any head, and some of a body."""
_MOST_BEFORE = 64 * 2**10
"""Bytes that may come before the head of the answer itself is whole."""
_LEAST_BODY = 0.75
"""The part of what comes that must be body; chunks of sixteen bytes have as much."""
_FINAL = 200


class BoundedConnector(aiohttp.TCPConnector):
    """A connector whose connections read with care."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        loop = asyncio.get_running_loop()
        self._factory = partial(BoundedResponses, loop=loop)  # type: ignore[assignment]


class BoundedResponses(ResponseHandler):
    """Reads the responses of one connection; what is no use is refused, and the connection closed."""

    _came = 0
    """Bytes since the request."""
    _answered = False

    def set_response_params(self, **how: Any) -> None:
        """Begin to read an answer."""
        self._came, self._answered = 0, False
        super().set_response_params(**how)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Take notice of the head of a response, be it an interim one."""
        self._answered = self._answered or data[0].code >= _FINAL
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """Read portion by portion."""
        if self._answered and self._came + len(data) <= _FREE:
            self._came += len(data)
            super().data_received(data)
            return
        start = 0
        while start < len(data) or not data:
            portion = data[start : start + (_PORTION if self._answered else _HEAD_PORTION)]
            start += len(portion)
            self._came += len(portion)
            super().data_received(portion)
            if not data or self._gave_up():
                return

    def _gave_up(self) -> bool:
        """Give up an answer that is none, and tell whether it was."""
        if not self._answered:
            if self._came <= _MOST_BEFORE:
                return False
            return self._give_up("the server sends one interim response after the other, and no answer")
        payload = self._payload
        if self._came <= _FREE or payload is None or payload.is_eof():
            return False
        if payload.total_bytes >= _LEAST_BODY * (self._came - _MOST_BEFORE):
            return False
        return self._give_up("the server breaks its answer into pieces of a few bytes")

    def _give_up(self, why: str) -> bool:
        refused = RefusedError(Failure.MALFORMED, why)
        if self._payload is not None:
            self._payload.set_exception(refused)
        self.set_exception(refused)
        if self.transport is not None:
            self.transport.abort()
        return True
