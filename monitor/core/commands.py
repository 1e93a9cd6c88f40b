"""Commands typed in a chat, read into what they ask for: `status`, `why URL`, `silence rule=raids 4h drill`.

What stands in them is a stranger's text: it is read by this small grammar and by nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitor.core.models import Severity
from monitor.core.units import duration

MATCHERS: Final = ("rule", "severity", "story", "outlet", "tag", "entity", "language")
LONGEST: Final = timedelta(days=30)
_MOST: Final = 500
_LENGTH: Final = re.compile(r"\d{1,4}(\.\d{1,3})?[smhd]")
_AUTOLINK: Final = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")
HELP: Final = (
    "status: what is watched, waiting and failing\n"
    "why STORY or URL: what was decided on an article, and why\n"
    "silence NAME=VALUE... 4h [comment]: hold alerts back for a while; names are "
    + ", ".join(MATCHERS)
    + "\n"
    "silences: what is held back now\n"
    "unsilence ID: end one of them"
)


@dataclass(frozen=True, slots=True)
class Status:
    """How everything stands."""


@dataclass(frozen=True, slots=True)
class Silences:
    """What is held back now."""


@dataclass(frozen=True, slots=True)
class Why:
    """What was decided on a story or the article at an address."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSilence:
    """Hold back what all the matchers fit."""

    matchers: Mapping[str, str]
    length: timedelta
    comment: str = ""


@dataclass(frozen=True, slots=True)
class EndSilence:
    """Let what a silence holds back come again."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Misread:
    """Words that ask for nothing known, and what to type instead."""

    message: str


Command = Status | Silences | Why | AddSilence | EndSilence | Misread


def read_command(words: str) -> Command:
    """Read what was typed after the command's name."""
    first, *rest = _AUTOLINK.sub(r"\1", words[:_MOST]).split() or ["help"]
    match first.lower(), rest:
        case "status", []:
            return Status()
        case "silences", []:
            return Silences()
        case "why", [what]:
            return Why(what)
        case "unsilence", [prefix]:
            return EndSilence(prefix)
        case "silence", [_, *_]:
            return _silence(rest)
        case _:
            return Misread(HELP)


def _silence(parts: Sequence[str]) -> Command:
    matchers: dict[str, str] = {}
    for place, part in enumerate(parts):
        if _LENGTH.fullmatch(part):
            return _measured(matchers, part, " ".join(parts[place + 1 :]))
        name, equals, value = part.partition("=")
        if wrong := _wrong(name, equals, value, matchers):
            return Misread(wrong)
        matchers[name] = value
    return Misread("say for how long, e.g. silence rule=cross-border-raids 4h")


def _wrong(name: str, equals: str, value: str, known: Mapping[str, str]) -> str:
    if not equals or not value:
        return "write NAME=VALUE, e.g. silence rule=cross-border-raids 4h"
    if name not in MATCHERS:
        return f"there is no matcher of that name; the names are {', '.join(MATCHERS)}"
    if name in known:
        return f"{name} is given twice"
    levels = [level.value for level in Severity]
    return f"severity is one of {', '.join(levels)}" if name == "severity" and value not in levels else ""


def _measured(matchers: Mapping[str, str], length: str, comment: str) -> Command:
    if not matchers:
        return Misread("say what to silence, e.g. silence rule=cross-border-raids 4h")
    long = duration(length)
    if not isinstance(long, timedelta) or not timedelta(0) < long <= LONGEST:
        return Misread(f"a silence lasts more than 0s and at most {LONGEST.days}d")
    return AddSilence(matchers=matchers, length=long, comment=comment[:200])
