"""Logs, secrets kept out of them, words to systemd, and counters.

A log line is one event word plus fields, through the standard library:

    log = logging.getLogger(__name__)
    log.info("poll.failed", extra=fields(feed=feed.name, error=failed.message))

The event word is `noun.what-happened`; everything that varies is a field. Third-party libraries' records
come out the same way. `set_up_logging` is called once by a command; nothing else touches handlers.

    record -> Redaction (filter) -> TextFormatter | JsonFormatter -> standard error
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import TracebackType
from typing import Literal, TextIO
from urllib.parse import quote, quote_plus

from monitor.lines import Lines

HIDDEN = "***"
SHORTEST_SECRET = 4
"""Shorter values are not searched for: hiding every `a` would hide the log."""

_USERINFO = re.compile(r"(?<=://)[^\s/@?#\"'<>]+@")
_QUERY = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?#\"'<>]*)[?#][^\s\"'<>]*", re.IGNORECASE)
_TELLING = re.compile(
    r"([?&;](?:[a-z_.-]*(?:token|secret|passw|passwd|password|signature|apikey|api_key|api-key|access_key)"
    r"[a-z_.-]*|key|sig|auth|pass|pwd)=)[^\s&;#\"'<>]+",
    re.IGNORECASE,
)
_SLACK = re.compile(r"\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{6,}|\bxapp-[A-Za-z0-9-]{6,}")
_SLACK_HOOK = re.compile(r"(hooks\.slack(?:-gov)?\.com/)[^\s\"'<>]+")
# journald's levels are syslog's: man sd-daemon(3).
_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
_PLAIN = re.compile(r"[\w.:/@%+,~*-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def fields(**values: object) -> dict[str, object]:
    """Wrap the fields of a log line for `extra=`."""
    return {"fields": values}


class Redactor:
    """Hides configured secrets, tokens of known shape, and what addresses carry besides host and path."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Remember each value of at least SHORTEST_SECRET characters, also as URLs and reprs spell it."""
        spelled = {
            form
            for secret in secrets
            if len(secret) >= SHORTEST_SECRET
            for form in (
                secret,
                quote(secret, safe=""),
                quote(secret),
                quote_plus(secret),
                repr(secret)[1:-1],
            )
        }
        longest_first = sorted(spelled, key=lambda form: (-len(form), form))
        self._values = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def for_people(self, text: str) -> str:
        """Hide secrets, user information and telling query parameters; other query strings stay readable."""
        text = self._values.sub(HIDDEN, text) if self._values else text
        text = _SLACK_HOOK.sub(rf"\1{HIDDEN}", _SLACK.sub(HIDDEN, text))
        return _TELLING.sub(rf"\1{HIDDEN}", _USERINFO.sub(f"{HIDDEN}@", text))

    def __call__(self, text: str) -> str:
        """Hide, for logs, the whole query string of every address as well."""
        return _QUERY.sub(rf"\1?{HIDDEN}", self.for_people(text))

    def value(self, value: object) -> object:
        """Do the same within a field: text, containers of text, and anything else that prints as text."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self(value)
            case Mapping():
                return {self(str(key)): self.value(item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(item) for item in value]
            case timedelta():
                return value.total_seconds()
            case _:
                return self(str(value))


@lru_cache(maxsize=2)
def redactor_of(secrets: frozenset[str]) -> Redactor:
    """Make a redactor, once for each set of secrets: a page of feeds asks for it a thousand times."""
    return Redactor(secrets)


class Redaction(logging.Filter):
    """The one filter every record passes: message, arguments, fields, exception and stack are redacted."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self.redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place, so that no handler after this one sees more."""
        record.msg, record.args = self.redactor(_message(record)), ()
        record.__dict__["fields"] = {
            key: self.redactor.value(value) for key, value in record.__dict__.get("fields", {}).items()
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        record.exc_text = self.redactor(record.exc_text) if record.exc_text else None
        record.stack_info = self.redactor(record.stack_info) if record.stack_info else None
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # a library's format string that does not fit its arguments
        return f"{record.msg} {record.args}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, event, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record; a field never overwrites one of the fixed keys."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        for key, value in record.__dict__.get("fields", {}).items():
            line[f"field_{key}" if key in line else key] = value
        if trouble := _trouble(record):
            line["exception"] = trouble
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """`21:25:18Z WARNING poll.failed feed=BBC error="no answer"`; the journal brings its own time."""

    def __init__(self, *, clock: bool) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        """Write the record on one line, the exception on lines of its own."""
        words = [datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%SZ")] if self._clock else []
        words += [f"{record.levelname:<7}", _one_line(record.getMessage())]
        words += [f"{key}={_quoted(value)}" for key, value in record.__dict__.get("fields", {}).items()]
        trouble = _trouble(record)
        return " ".join(words) + (f"\n{_CONTROL.sub('�', trouble)}" if trouble else "")


class JournalFormatter(TextFormatter):
    """Text with the priority before every line, as sd-daemon(3) asks."""

    def __init__(self) -> None:
        super().__init__(clock=False)

    def format(self, record: logging.LogRecord) -> str:
        """Prefix each line with `<n>`."""
        level = max((known for known in _PRIORITY if known <= record.levelno), default=logging.DEBUG)
        prefix = f"<{_PRIORITY[level]}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())


def _trouble(record: logging.LogRecord) -> str:
    if record.exc_info and not record.exc_text:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
    return "\n".join(text for text in (record.exc_text, record.stack_info) if text)


def _one_line(text: str) -> str:
    """Keep what a feed may have written from moving the cursor or forging a second line."""
    return _CONTROL.sub("�", text.replace("\r\n", " ").replace("\n", " ").replace("\t", " "))


def _quoted(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = _one_line(str(value))
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def set_up_logging(
    *,
    level: str = "info",
    style: Literal["auto", "text", "json"] = "auto",
    redactor: Redactor | None = None,
    stream: TextIO | None = None,
) -> None:
    """Send every record to `stream` (standard error), redacted.

    `auto` writes text on a terminal, text with priorities to the journal, JSON lines anywhere else. Calling
    again, as after a reload, replaces what the last call set up. Uncaught exceptions are logged, not printed.
    """
    stream = stream or sys.stderr
    root = logging.getLogger()
    before = [old for old in root.handlers if isinstance(old, Scribe)]
    same = next((old.lines for old in before if old.lines.stream is stream), None)
    handler = Scribe(same or Lines(stream))
    handler.addFilter(Redaction(redactor or Redactor()))
    handler.setFormatter(_formatter(style, stream))
    for old in before:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    sys.excepthook = _log_uncaught
    # One line for each job run and each request is no news at `info`.
    for chatty in ("apscheduler", "aiohttp.access", "slack_sdk", "aiosqlite", "sqlalchemy", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class Scribe(logging.Handler):
    """Writes each record as a line; nobody who logs waits for the reader."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            self.lines.write(self.format(record) + "\n")
        except (OSError, ValueError):  # the reader is gone, the stream closed: nobody is there to be told
            return

    def flush(self) -> None:
        """Give a reader that stalled its last chance: called at the exit, and when logs are set up anew."""
        self.lines.drain()


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Let what ends the process pass the filter like everything else: a traceback may quote a secret."""
    if isinstance(error, KeyboardInterrupt):
        return
    logging.getLogger("monitor").critical("process.broke", exc_info=(kind, error, trace))


def _formatter(style: str, stream: TextIO) -> logging.Formatter:
    if style == "json":
        return JsonFormatter()
    if _is_journal(stream):
        return JournalFormatter()
    if style == "text" or stream.isatty():
        return TextFormatter(clock=True)
    return JsonFormatter()


def _is_journal(stream: TextIO) -> bool:
    """Tell whether the stream is the socket that systemd.exec(5) names in JOURNAL_STREAM."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def notify(*states: str) -> bool:
    """Tell systemd about the service, e.g. `notify("READY=1", "STATUS=polling 20 feeds")`; sd_notify(3).

    Returns:
        False if nobody listens; a lost notification is never an error of the daemon.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # the abstract namespace
        address = "\0" + address[1:]
    message = "\n".join(state.replace("\n", " ") for state in states)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)
            channel.sendto(message.encode(), address)
    except OSError:
        return False
    return True


def notify_reloading() -> bool:
    """Tell systemd that a reload has begun; `notify("READY=1")` ends it."""
    return notify("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")


def watchdog_interval() -> timedelta | None:
    """Return how long systemd waits for `WATCHDOG=1` before it restarts us; None if it does not watch.

    Feed it at least twice within this time; sd_watchdog_enabled(3).
    """
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    meant_for = os.environ.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or (meant_for and meant_for != str(os.getpid())):
        return None
    return timedelta(microseconds=int(microseconds)) or None
