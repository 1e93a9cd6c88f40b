"""The errors a person can cause and mend, as values and one small tree of exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a mistake weighs: an ERROR stops the file from taking effect, a WARNING is only said."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One thing wrong in one place of a file, in a sentence that names the remedy.

    Lines and columns count from 1; 0 means that the mistake concerns the file as a whole.
    """

    path: str
    line: int = 0
    column: int = 0
    message: str
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        """Give `path:line:column: sentence`, the form editors and terminals can follow."""
        place = self.path
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        prefix = "warning: " if self.weight is Weight.WARNING else ""
        return f"{place}: {prefix}{self.message}"


class NewsMonitorError(Exception):
    """The root of every error this project raises on purpose."""


class ConfigurationError(NewsMonitorError):
    """The configuration or the rules cannot be used; carries every mistake found, not only the first."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class DatabaseHeldError(NewsMonitorError):
    """Another running daemon holds this database (exit code 3); the message names its process id."""


class DatabaseUnusableError(NewsMonitorError):
    """The database cannot be opened, read or written (exit code 4); the message names file and remedy."""


class ParserUnusableError(NewsMonitorError):
    """Documents cannot be read at all, through no fault of a feed; the message is a sentence."""


class StoreUnavailableError(NewsMonitorError):
    """The database cannot serve just now: full disk, locked, connection lost. Wait and try the same again."""


class NotKeeperError(StoreUnavailableError):
    """Another daemon may keep stories and deliver by now: nothing was written. Stand by."""


class StoriesEditedError(NewsMonitorError):
    """A person edited stories since they were read: read them again and try the same."""


class ForgettingError(NewsMonitorError):
    """An entry cannot be forgotten just now, or is not there; the message is a sentence."""


class StoryEditError(NewsMonitorError):
    """Stories cannot be edited as a person asks; the message is a sentence."""
