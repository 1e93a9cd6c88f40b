"""A reader of the console that stalls stops nothing but the console."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from monitor.channels.console import Console
from monitor.core.models import Rejected, Sent
from tests.channels.cards import delivery

STALLED = """
import asyncio, os
from monitor.channels.console import Console
from tests.channels.cards import delivery

async def run():
    reader, writer = os.pipe()
    console = Console("desk", os.fdopen(writer, "w"))
    while True:
        try:
            await asyncio.wait_for(console.send(delivery()), 1)
        except TimeoutError:
            break

asyncio.run(run())
"""


async def test_the_loop_turns_while_nobody_reads() -> None:
    """Messages fill the pipe and then wait; they go on, all of them, once somebody reads."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream, os.fdopen(reader, "rb") as source:
        console = Console("desk", stream)
        messages = [asyncio.create_task(console.send(delivery())) for _ in range(400)]
        _, stalled = await asyncio.wait(messages, timeout=0.5)
        assert stalled
        os.set_blocking(source.fileno(), False)
        asyncio.get_running_loop().add_reader(source.fileno(), source.read, 65536)
        assert set(await asyncio.gather(*messages)) == {Sent()}
        asyncio.get_running_loop().remove_reader(source.fileno())
        await console.close()


def test_the_process_ends_though_nobody_reads() -> None:
    """The exit waits for no stalled write and breaks on no lock."""
    ended = subprocess.run(
        [sys.executable, "-c", STALLED], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_a_reader_that_went_is_said() -> None:
    """A broken pipe is no reason to try again."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        console = Console("desk", stream)
        assert isinstance(await console.send(delivery()), Rejected)
        await console.close()
