"""Files and folders as people name them: what the system says against one becomes a sentence.

The one place where an OSError about a path, or a path that is none, turns into a Mistake.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from monitor.core.errors import Mistake

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR})
_LONGEST = 255
"""Characters of a path that are shown whole; a file name can have no more."""


class Kind(Enum):
    """What a path leads to, links followed."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"
    """A pipe, a device, a socket."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as it was read."""

    path: str
    content: bytes
    modified: float
    """Seconds since the epoch."""
    steady: bool
    """Whether neither size nor time changed while it was read."""


def look_at(path: Path) -> Kind | Mistake:
    """Say what is there; a Mistake where the system does not let us look. Never raises."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _ABSENT:
            return Kind.NOTHING
        return refusal(path, error)
    if stat.S_ISREG(mode):
        return Kind.FILE
    return Kind.FOLDER if stat.S_ISDIR(mode) else Kind.OTHER


def is_there(path: Path) -> bool:
    """Tell whether a path leads to anything; what may not be looked at is not there for us."""
    return isinstance(found := look_at(path), Kind) and found is not Kind.NOTHING


def refusal(path: Path, error: OSError | ValueError) -> Mistake:
    """Write down that a path cannot be read, and why."""
    return Mistake(path=shortened(path), message=f"cannot be read: {reason_of(error)}")


def reason_of(error: OSError | ValueError) -> str:
    """Say why; a ValueError is a text that is not UTF-8, or a name that no file can have."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8; save it as UTF-8"
    if isinstance(error, OSError):
        return (error.strerror or "unknown").lower()
    return "no file can have such a name"


def shortened(path: Path) -> str:
    """Write a path for people; what is far too long in its middle is left out."""
    name = str(path).replace("\x00", "\\0").encode("utf-8", "replace").decode()
    return name if len(name) <= _LONGEST else f"{name[:60]}…{name[-20:]}"


def read_source(path: Path, *, max_bytes: int) -> Source | Mistake:
    """Read the bytes of a regular file of at most `max_bytes`; a pipe or device is not waited for."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        return refusal(path, error)
    before = os.fstat(opened)
    if not stat.S_ISREG(before.st_mode):
        os.close(opened)
        return Mistake(path=str(path), message="is no regular file")
    with os.fdopen(opened, "rb") as file:
        try:
            content = file.read(max_bytes + 1)
        except OSError as error:
            return refusal(path, error)
        after = os.fstat(opened)
    if len(content) > max_bytes:
        return Mistake(
            path=str(path), message=f"is larger than {max_bytes // 1024} KiB; split it into several"
        )
    seen = (before.st_mtime_ns, before.st_size), (after.st_mtime_ns, after.st_size)
    steady = seen[0] == seen[1] == (before.st_mtime_ns, len(content))
    return Source(path=str(path), content=content, modified=after.st_mtime, steady=steady)


def write_whole(path: Path, content: bytes) -> Mistake | None:
    """Write a file whole or not at all; a Mistake says why it was not. Mode and owner of an old one stay."""
    try:
        _replace(path.resolve(), content)
    except (OSError, ValueError) as error:
        return Mistake(path=shortened(path), message=f"cannot be written: {reason_of(error)}")
    return None


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and rename, so that a full disk leaves the old file whole."""
    opened, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:60]}.")
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(content)
            file.flush()
            mode = 0o644
            with suppress(FileNotFoundError):
                old = path.stat()
                mode = stat.S_IMODE(old.st_mode)
                os.fchown(file.fileno(), old.st_uid, old.st_gid)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError:
        with suppress(OSError):
            Path(draft).unlink()
        raise
