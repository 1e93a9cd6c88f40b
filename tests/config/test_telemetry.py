"""Logs: one event word and fields, in three dresses, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from monitor.telemetry import (
    Redaction,
    Redactor,
    fields,
    notify,
    notify_reloading,
    set_up_logging,
    watchdog_interval,
)

SECRET = 'Tr0ub4dor"&3/ü'
TOKEN = "-".join(("xoxb", "1234567890", "abcdefghijkl"))

log = logging.getLogger("monitor.test_telemetry")


@pytest.fixture
def quiet_root() -> Iterator[None]:
    """Put the root logger back as it was."""
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook
    yield
    root.handlers[:], root.level, sys.excepthook = handlers, level, hook


def written(style: Literal["text", "json"], *secrets: str) -> io.StringIO:
    """Set up logging into a buffer."""
    stream = io.StringIO()
    set_up_logging(level="debug", style=style, redactor=Redactor(secrets), stream=stream)
    return stream


def fail(words: str) -> None:
    """Raise an exception with a cause, both of which say the words."""
    try:
        int(words)  # says the words in its message
    except ValueError as error:
        message = f"while using {words} at https://b.example/feed?token=q1q1"
        raise RuntimeError(message) from error


@pytest.mark.usefixtures("quiet_root")
@pytest.mark.parametrize("style", ["text", "json"])
def test_a_planted_secret_appears_in_no_part_of_a_record(style: Literal["text", "json"]) -> None:
    """Message, argument, field, nested field, exception, its cause, and the query of an address."""
    stream = written(style, SECRET)
    log.info("sent %s", SECRET)
    log.info(f"sent {SECRET}")  # noqa: G004
    log.info(
        "poll.failed", extra=fields(error=SECRET, inner={"why": [SECRET]}, feed="https://a.example/?k=v9v9")
    )
    log.info("slack.refused", extra=fields(token=TOKEN, url="https://user:pa55@a.example/feed"))
    try:
        fail(SECRET)
    except RuntimeError:
        log.exception("delivery.broke", stack_info=True)
    text = stream.getvalue()
    assert text.count("***") >= 8
    for planted in (SECRET, json.dumps(SECRET)[1:-1], repr(SECRET)[1:-1], TOKEN, "pa55", "v9v9", "q1q1"):
        assert planted not in text
    assert "https://a.example/?***" in text
    assert "RuntimeError" in text


@pytest.mark.usefixtures("quiet_root")
def test_json_lines_carry_event_and_fields_and_a_field_never_replaces_a_fixed_key() -> None:
    """A field named like a fixed key gets a prefix."""
    stream = written("json")
    log.warning("poll.failed", extra=fields(feed="BBC", level="deep", took=timedelta(seconds=2)))
    line = json.loads(stream.getvalue())
    assert line["event"] == "poll.failed"
    assert line["level"] == "warning"
    assert (line["feed"], line["field_level"], line["took"]) == ("BBC", "deep", 2.0)
    assert line["time"].endswith("+00:00")


@pytest.mark.usefixtures("quiet_root")
def test_text_of_a_feed_cannot_forge_a_line_or_move_the_cursor() -> None:
    """Line breaks, escape sequences and bidirectional overrides are replaced."""
    stream = written("text")
    log.info("entry.new", extra=fields(title="a\n12:00:00Z ERROR forged\x1b[2J\u202egnp\u2028x"))
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert not {"\x1b", "\u202e", "\u2028"} & set(text)


@pytest.mark.usefixtures("quiet_root")
def test_setting_up_again_replaces_the_handler() -> None:
    """A reload does not double the lines."""
    written("text")
    stream = written("text")
    log.info("once")
    assert stream.getvalue().count("once") == 1


@pytest.mark.usefixtures("quiet_root")
def test_lines_for_the_journal_bear_its_priorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every line, of a traceback too, begins with the level in angle brackets."""
    with (tmp_path / "journal").open("w+") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        set_up_logging(stream=stream)
        try:
            fail("gone")
        except RuntimeError:
            log.exception("db.lost")
        stream.seek(0)
        lines = stream.read().splitlines()
    assert len(lines) > 2
    assert all(line.startswith("<3>") for line in lines)
    assert "ERROR" in lines[0]


def test_a_format_string_that_does_not_fit_is_still_written() -> None:
    """A mistake in a library's log call is no reason to lose the line, nor to show what it holds."""
    record = logging.LogRecord("library", logging.INFO, __file__, 1, "%d items", ("three " + SECRET,), None)
    assert Redaction(Redactor([SECRET])).filter(record)
    assert "three ***" in record.getMessage()


def test_what_ends_the_process_is_redacted_too() -> None:
    """A traceback on its way out passes the same filter."""
    program = (
        "from monitor.telemetry import Redactor, set_up_logging\n"
        f"set_up_logging(style='text', redactor=Redactor([{SECRET!r}]))\n"
        f"raise RuntimeError('with ' + {SECRET!r})"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "RuntimeError: with ***" in ended.stderr
    assert SECRET not in ended.stderr


def test_people_still_see_harmless_queries() -> None:
    """Output for people hides telling parameters only."""
    redactor = Redactor()
    shown = redactor.for_people("https://n.example/search?q=kursk&api_key=abcd1234&hl=uk")
    assert shown == "https://n.example/search?q=kursk&api_key=***&hl=uk"


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_what_it_is_told(monkeypatch: pytest.MonkeyPatch, *, abstract: bool) -> None:
    """Over a socket file and over the abstract namespace alike."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        name = f"nm-{os.getpid()}" if abstract else f"{folder}/notify"
        ear.bind("\0" + name if abstract else name)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}" if abstract else name)
        assert notify("READY=1", "STATUS=polling\n20 feeds")
        assert ear.recv(1000) == b"READY=1\nSTATUS=polling 20 feeds"
        assert notify_reloading()
        first, second = ear.recv(1000).decode().splitlines()
        assert first == "RELOADING=1"
        assert int(second.removeprefix("MONOTONIC_USEC=")) > 0


def test_nobody_listening_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither without systemd nor with a socket that is gone."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", "/nonexistent/notify")
    assert not notify("READY=1")


def test_the_watchdog_is_ours_only_if_it_names_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """WATCHDOG_PID of another process means that a parent is watched, not we."""
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert watchdog_interval() == timedelta(seconds=60)
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert watchdog_interval() is None
