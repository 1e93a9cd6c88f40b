"""A finding of the doctor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How a thing stands."""

    OK = "ok"
    NOTE = "note"
    """Nobody has to act."""
    WARNING = "warning"
    """It works, and could fail."""
    PROBLEM = "problem"
    """Something does not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing examined, how it stands, and what to do about it."""

    subject: str
    standing: Standing = Standing.OK
    sentence: str
    remedy: str = ""


_GRAVITY = (Standing.PROBLEM, Standing.WARNING, Standing.NOTE, Standing.OK)


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort by gravity, and within it as examined."""
    return sorted(findings, key=lambda finding: _GRAVITY.index(finding.standing))


def ok(subject: str, sentence: str) -> Finding:
    """Report that all is well."""
    return Finding(subject=subject, sentence=sentence)


def note(subject: str, sentence: str, remedy: str = "") -> Finding:
    """Report something worth knowing."""
    return Finding(subject=subject, standing=Standing.NOTE, sentence=sentence, remedy=remedy)


def warning(subject: str, sentence: str, remedy: str) -> Finding:
    """Report what could fail."""
    return Finding(subject=subject, standing=Standing.WARNING, sentence=sentence, remedy=remedy)


def problem(subject: str, sentence: str, remedy: str) -> Finding:
    """Report what does not work."""
    return Finding(subject=subject, standing=Standing.PROBLEM, sentence=sentence, remedy=remedy)
