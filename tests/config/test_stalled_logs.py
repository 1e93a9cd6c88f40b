"""A reader of the log that stalls stops neither the daemon nor its exit; its lines come once it reads."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time

import pytest

from monitor.lines import MOST, Lines
from monitor.telemetry import fields, set_up_logging
from tests.config.test_telemetry import quiet_root

__all__ = ["quiet_root"]

pytestmark = pytest.mark.usefixtures("quiet_root")

FLOOD = """
import logging
from monitor.telemetry import fields, set_up_logging

set_up_logging(style="json")
for number in range(5000):
    logging.getLogger("monitor").warning("flood", extra=fields(number=number, filler="x" * 100))
logging.getLogger("monitor").error("last.words")
"""


def _flooding() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", FLOOD], stderr=subprocess.PIPE)


def test_the_exit_waits_for_no_reader() -> None:
    """Nobody reads, and the process ends all the same."""
    with _flooding() as process:
        assert process.wait(timeout=30) == 0


def test_the_last_lines_reach_a_reader_that_was_late() -> None:
    """Half a megabyte waits while nobody reads; then every line comes, in order, the last one too."""
    with _flooding() as process:
        assert process.stderr is not None
        time.sleep(1.0)
        said = process.stderr.read().splitlines()
        assert process.wait(timeout=30) == 0
    assert [b'"number": %d,' % number in line for number, line in enumerate(said[:-1])] == [True] * 5000
    assert b"last.words" in said[-1]


def test_what_nobody_reads_is_counted_in_the_end() -> None:
    """Memory is no log: beyond so many lines they are dropped, and their number is said."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream, os.fdopen(reader, "rb") as source:
        lines = Lines(stream)
        fits = 0
        for number in range(MOST + 5000):
            lines.write(f"{number:0100d}\n")
            fits = number + 1
        read = bytearray()

        def consume() -> None:
            while b"dropped" not in read:
                read.extend(os.read(source.fileno(), 65536))

        thread = threading.Thread(target=consume, daemon=True)
        thread.start()
        thread.join(30)
        assert lines.drain(30)
    written = bytes(read).splitlines()
    dropped = int(written[-1].split()[0])
    assert dropped > 0
    assert len(written) - 1 + dropped == fits


def test_a_reader_that_went_is_no_error() -> None:
    """The daemon goes on without its log."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        set_up_logging(style="json", stream=stream)
        for _ in range(3):
            logging.getLogger("monitor").error("said.to.nobody", extra=fields(one=1))


def test_setting_up_again_keeps_the_order_of_lines_that_wait() -> None:
    """A reload while the reader stalls: what was logged before it comes before what is logged after it."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream, os.fdopen(reader, "rb") as source:
        set_up_logging(style="json", stream=stream)
        for number in range(2000):
            logging.getLogger("monitor").error("before", extra=fields(number=number, filler="x" * 80))
        set_up_logging(style="json", stream=stream)
        logging.getLogger("monitor").error("after")
        read = bytearray()
        while b'"after"' not in read:
            read.extend(os.read(source.fileno(), 65536))
    assert read.splitlines()[-1].count(b'"after"') == 1
