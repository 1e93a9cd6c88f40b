"""The forms of words on disk: what one start worked out with dictionaries, the next one only reads.

    header with version and checksum | endings, each set once | word -> beginnings and numbers of endings

A convenience and never a condition: a file that is missing, damaged, of another version or not to be written
is as good as none. Several processes may share it, since it is replaced whole; of two that write at the same
time one will learn its words once more.
"""

from __future__ import annotations

import logging
import os
import stat
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from xxhash import xxh3_128_hexdigest

from monitor.core.inflect import WordForms
from monitor.core.inflect.paradigms import DICTIONARIES, has_paradigms
from monitor.telemetry import fields

log = logging.getLogger(__name__)

NAME: Final = "forms"
MAX_WORDS: Final = 400_000
"""Words kept at most, some 20 MB; those learned first go first."""
MAX_BYTES: Final = 64 * 2**20
"""A larger file is none of ours."""
_TEMPORARY: Final = ".forms-"
_STALE: Final = 3600.0
"""Seconds after which a temporary file is what a process left behind that was killed."""
_PACKAGES: Final = ("pymorphy3", "simplemma")


class _UnusableError(Exception):
    """A file that cannot be used; says why."""


@dataclass(frozen=True, slots=True)
class _Content:
    """A file as read; words are taken apart when they are asked for."""

    endings: list[str]
    words: dict[str, str]


_NOTHING: Final = _Content(endings=[], words={})


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder for what may be deleted at any time: systemd's, else the user's; None without one."""
    given = environ.get("CACHE_DIRECTORY", "").partition(":")[0]
    if given:
        return Path(given)
    for parent in (environ.get("XDG_CACHE_HOME", ""), f"{environ.get('HOME', '')}/.cache"):
        if Path(parent).is_absolute() and parent != "/.cache":
            return Path(parent, "news-monitor")
    return None


class StoredForms:
    """The forms in one folder, read when the first word is asked for."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / NAME if folder and _version() else None
        self._content: _Content | None = None

    def get(self, key: str) -> WordForms | None:
        """Return the forms of a word, if they are known."""
        if self._content is None:
            self._content = self._read()
        line = self._content.words.get(key)
        if line is None:
            return None
        parts, endings = line.split("\t"), self._content.endings
        return WordForms(tuple([(parts[at], endings[int(parts[at + 1])]) for at in range(0, len(parts), 2)]))

    def keep(self, learned: Mapping[str, WordForms]) -> bool:
        """Add forms to those on disk; False if that cannot be done."""
        if self._path is None:
            return False
        try:
            _write(self._path, _encoded(self._read(), learned))
        except OSError as error:
            _say(self._path, f"cannot be written: {(error.strerror or 'unknown').lower()}")
            return False
        return True

    def _read(self) -> _Content:
        if self._path is None:
            return _NOTHING
        try:
            return _decoded(_bytes_of(self._path))
        except FileNotFoundError:
            return _NOTHING
        except OSError as error:
            _say(self._path, f"cannot be read: {(error.strerror or 'unknown').lower()}")
        except (_UnusableError, ValueError) as error:
            _say(self._path, str(error) if isinstance(error, _UnusableError) else "is damaged")
        return _NOTHING


def _say(path: Path, why: str) -> None:
    log.info("forms.unused", extra=fields(file=str(path), why=why))


@cache
def _version() -> str:
    """Return what must be the same for forms to be: dictionaries, Unicode and our own code; else nothing."""
    digest = sha256(unicodedata.unidata_version.encode())
    try:
        for package in (*_PACKAGES, *filter(has_paradigms, DICTIONARIES)):
            name = DICTIONARIES.get(package, package)
            digest.update(f"{name} {version(name)}\n".encode())
        for part in ("inflect", "text"):
            sources = [one for one in files(f"monitor.core.{part}").iterdir() if one.name.endswith(".py")]
            for source in sorted(sources, key=lambda one: one.name):
                digest.update(source.read_bytes())
    except (PackageNotFoundError, OSError):
        return ""
    return digest.hexdigest()[:32]


def _header(body: bytes) -> bytes:
    return f"news-monitor forms 1 {_version()} {xxh3_128_hexdigest(body)}".encode()


def _bytes_of(path: Path) -> bytes:
    """Read a file that is ours: neither a link nor another user's, whose words we would believe."""
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(number, "rb") as file:  # noqa: PTH123 - opened by its number
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            raise _UnusableError("is no file of forms")
        if found.st_uid != os.geteuid():
            raise _UnusableError("belongs to another user")
        return file.read(MAX_BYTES)


def _decoded(content: bytes) -> _Content:
    """Take a file apart.

    Raises:
        _UnusableError: it is of another version, or damaged.
        ValueError: it is damaged in a way that its checksum does not show.
    """
    header, _, body = content.partition(b"\n")
    if header != _header(body):
        raise _UnusableError("is damaged or of another version")
    count, _, text = body.decode(errors="surrogatepass").partition("\n")
    lines = text.split("\n")
    words = dict([line.split("\t", 1) for line in lines[int(count) :]])
    return _Content(endings=lines[: int(count)], words=words)


def _encoded(known: _Content, learned: Mapping[str, WordForms]) -> bytes:
    numbers = {endings: number for number, endings in enumerate(known.endings)}
    words = dict(known.words)
    for key, forms in islice(learned.items(), MAX_WORDS):
        parts = [f"{stem}\t{numbers.setdefault(endings, len(numbers))}" for stem, endings in forms.stems]
        words[key] = "\t".join(parts)
    if len(words) > MAX_WORDS:
        # What is left of the endings of forgotten words goes with the next version of a dictionary.
        words = dict(islice(words.items(), len(words) - MAX_WORDS, None))
    lines = [str(len(numbers)), *numbers, *[f"{key}\t{line}" for key, line in words.items()]]
    body = "\n".join(lines).encode(errors="surrogatepass")
    return _header(body) + b"\n" + body


def _write(path: Path, content: bytes) -> None:
    """Put a file in place whole, readable by its owner alone.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=_TEMPORARY, delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.close()
            written = temporary.stat().st_mtime
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    for left in path.parent.glob(f"{_TEMPORARY}*"):
        with suppress(OSError):
            if written - left.stat().st_mtime > _STALE:
                left.unlink()
