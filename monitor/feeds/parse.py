"""Documents read outside the event loop, by processes that can be killed.

A document that takes too much time or memory costs its worker's life and nothing else: what was read before
is kept, the next document gets a new worker, and the loop never waits for more than a small frame. A few new
items of a known feed are read without a worker: see monitor.feeds.at_once.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from monitor.core.errors import ParserUnusableError
from monitor.core.models import Document, Fetched, NotAFeed, ParseResult
from monitor.core.settings import PollingSettings
from monitor.core.urls import without_query
from monitor.feeds import wire
from monitor.feeds.at_once import read_what_is_new
from monitor.feeds.limits import Source

R = TypeVar("R", bound=wire.Answer)
_WALL_FACTOR = 4
"""Wall time allowed for each second of CPU time: a busy machine must not make good feeds look hostile."""
_END_TIMEOUT = 1.0
"""Seconds."""
_START_TIMEOUT = 60.0
_SLICE = 256 * 2**10
"""Bytes of a document given to a worker at a time: what a pipe does not take at once is copied."""
_MAX_REPLY = 128 * 2**20


class WorkerUnusableError(ParserUnusableError):
    """The parser process does not even start: the installation is broken, or the machine is exhausted."""


class ParserPool:
    """Up to `parse_workers` processes, each reading one document at a time.

    One is started on entering, the others when first needed.
    """

    def __init__(self, settings: PollingSettings) -> None:
        self._settings = settings
        cpu_seconds = settings.parse_timeout.total_seconds()
        self._workers = [Worker(cpu_seconds) for _ in range(settings.parse_workers)]
        # Last in, first out: under light load one warm worker does it all.
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._idle.put_nowait(worker)

    async def __aenter__(self) -> Self:
        """Start one process, so that the first document is not late and a broken installation is found.

        Raises:
            WorkerUnusableError: it does not start.
        """
        worker = await self._idle.get()
        try:
            await worker.warm()
        finally:
            self._idle.put_nowait(worker)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every process."""
        for worker in self._workers:
            await worker.stop()

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Read whatever can be read, within `parse_timeout` of CPU time and four times that on the clock.

        Args:
            fetched: the document.
            known: `seen` of an earlier result of the same feed; items with these hashes are left out.

        Raises:
            WorkerUnusableError: no parser process can be started.
        """
        source = Source(
            url=without_query(fetched.url),
            content_type=fetched.content_type,
            max_entries=self._settings.max_entries,
            known=known,
        )
        at_once = read_what_is_new(fetched.body, source)
        if at_once is not None:
            return at_once
        worker = await self._idle.get()
        try:
            return await worker.read(fetched.body, source)
        finally:
            self._idle.put_nowait(worker)


class Worker:
    """One parser process and its successors; `module` is what it runs."""

    def __init__(self, cpu_seconds: float, *, module: str = "monitor.feeds.worker") -> None:
        self._cpu_seconds = cpu_seconds
        self._module = module
        self._running: asyncio.subprocess.Process | None = None
        self._talking = False
        self._retired = False
        """Whether the process asked last had just ended itself, having grown, and never saw the document."""

    async def warm(self) -> None:
        """Start the process unless it runs.

        Raises:
            WorkerUnusableError: it does not start.
        """
        if self._running is None or self._running.returncode is not None:
            await self.stop()
            await self._start()

    async def read(self, body: bytes, source: Source) -> ParseResult:
        """Have a document of a feed read.

        Raises:
            WorkerUnusableError: no process can be started.
        """
        return _outcome(*await self.ask(wire.request(body, source), body, wire.Reply))

    async def ask(self, request: bytes, body: bytes, reply_of: Callable[[], R]) -> tuple[R, str | None]:
        """Send a request and the document it ends with; return what came, and why no more did.

        Raises:
            WorkerUnusableError: no process can be started.
        """
        reply, why = await self._asked(request, body, reply_of())
        if self._retired:
            reply, why = await self._asked(request, body, reply_of())
        return reply, why

    async def _asked(self, request: bytes, body: bytes, reply: R) -> tuple[R, str | None]:
        self._retired = False
        await self.warm()
        running = self._running
        assert running is not None  # noqa: S101
        why = None
        self._talking = True
        try:
            async with asyncio.timeout(self._cpu_seconds * _WALL_FACTOR):
                await self._converse(running, request, body, reply)
        except TimeoutError:
            why = "took too long to read"
        except (OSError, asyncio.IncompleteReadError):
            why = "took too much time or memory to read"
            self._retired = await _ended(running) == 0 and reply.is_empty
        except wire.GarbledReplyError:
            why = "broke the process that read it"
        finally:
            self._talking = False
            if not reply.complete:
                await self.stop()
        return reply, why

    async def _converse(
        self, running: asyncio.subprocess.Process, request: bytes, body: bytes, reply: wire.Answer
    ) -> None:
        assert running.stdin is not None  # noqa: S101
        assert running.stdout is not None  # noqa: S101
        running.stdin.write(request)
        for start in range(0, len(body), _SLICE):
            running.stdin.write(body[start : start + _SLICE])
            await running.stdin.drain()
        size = 0
        while not reply.complete:
            (length,) = wire.FRAME.unpack(await running.stdout.readexactly(wire.FRAME.size))
            size += length
            if length > wire.MAX_FRAME or size > _MAX_REPLY:
                raise wire.GarbledReplyError
            reply.add(await running.stdout.readexactly(length))

    async def _start(self) -> asyncio.subprocess.Process:
        running = self._running = await _spawned(self._module, self._cpu_seconds)
        assert running.stdout is not None  # noqa: S101
        ready = b""
        self._talking = True
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                ready = await running.stdout.readexactly(len(wire.READY))
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise WorkerUnusableError("the feed parser process does not start") from error
        finally:
            self._talking = False
            # Cancelled too: a process whose greeting was not read must not be taken for one that is ready.
            if ready != wire.READY:
                await self.stop()
        if ready != wire.READY:
            raise WorkerUnusableError("the feed parser process does not start properly")
        return running

    async def stop(self) -> None:
        """Kill the process, if there is one, and wait until it is gone."""
        running, self._running = self._running, None
        if running is None:
            return
        if running.returncode is None:
            running.kill()
        if running.stdin is not None:
            running.stdin.close()
        # What is left in the pipe must be read for it to be closed, by us unless a conversation still does.
        await (running.wait() if self._talking else running.communicate())


async def _spawned(module: str, cpu_seconds: float) -> asyncio.subprocess.Process:
    """Start a fresh interpreter, with nothing of our environment: it may hold secrets.

    Raises:
        WorkerUnusableError: the system starts none.
    """
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            str(cpu_seconds),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            close_fds=True,
        )
    except OSError as error:  # no memory, no process or file left, the interpreter replaced by an upgrade
        message = f"the feed parser process cannot be started: {(error.strerror or 'unknown').lower()}"
        raise WorkerUnusableError(message) from error


async def _ended(running: asyncio.subprocess.Process) -> int | None:
    """Wait a moment for a process that closed its pipes; killing it meanwhile would race with its end."""
    try:
        async with asyncio.timeout(_END_TIMEOUT):
            return await running.wait()
    except TimeoutError:
        return None


def _environment() -> dict[str, str]:
    place = str(Path(__file__).resolve().parents[2])
    kept = {
        name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV") if name in os.environ
    }
    return {**kept, "PYTHONPATH": place, "PYTHONSAFEPATH": "1", "LC_ALL": "C.UTF-8"}


def _outcome(reply: wire.Reply, why: str | None) -> ParseResult:
    if why is None and (result := reply.result()) is not None:
        return result
    problem = f"the document {why or 'broke the process that read it'}"
    partial = reply.result(problem=f"{problem}; what came before is kept")
    return partial or NotAFeed(document=Document.HOSTILE, message=problem)
