"""A name server that hangs holds up no exit."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from monitor import looping

HANGING = """
import asyncio, socket, time
from monitor import looping

real = socket.getaddrinfo

def getaddrinfo(host, *rest, **more):
    if host == "hangs.example":
        time.sleep(60)
    return real(host, *rest, **more)

socket.getaddrinfo = getaddrinfo

async def main():
    try:
        await asyncio.wait_for(asyncio.open_connection("hangs.example", 25), 0.2)
    except TimeoutError:
        print("gave up")

looping.run(main())
"""


def test_the_exit_waits_for_no_name_server() -> None:
    """The look-up goes on for a minute; the process does not."""
    started = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=50, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "gave up\n", "")
    assert time.monotonic() - started < 50


def test_names_are_found_and_refused_as_ever() -> None:
    """Localhost has an address; a label of a hundred letters is an OSError and no crash."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert await loop.getaddrinfo("127.0.0.1", 80)
        with pytest.raises(OSError):  # noqa: PT011 - what it says is the system's affair
            await loop.getaddrinfo("a" * 100 + ".example", 80)

    looping.run(main())
