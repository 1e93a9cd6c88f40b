"""Versions with known holes that a hostile feed could reach."""

from __future__ import annotations

import platform
import pyexpat
import re
import sqlite3
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from lxml import etree

from monitor.cli.checkups.findings import Finding, ok, problem, warning

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """What is open below a version."""

    below: Version
    what: str
    grave: bool = False
    """Whether nothing else of ours stands in its way."""


# Advisories: aiohttp GHSA list of 2026; libexpat Changes (2.6.0, 2.7.0, 2.7.2, 2.7.4, 2.8.1); libxml2 2.14.5
# release notes; CPython gh-121650.
HOLES: dict[str, tuple[Hole, ...]] = {
    "aiohttp": (
        Hole(
            below=(3, 14, 4),
            what="a server can occupy the daemon with gzip members, trailers or cookies "
            "(CVE-2026-128131, CVE-2026-22815)",
            grave=True,
        ),
    ),
    "expat": (
        Hole(
            below=(2, 8, 1),
            what="a document can cost minutes of time or much memory (CVE-2023-52425 below 2.6.0, "
            "CVE-2024-8176 below 2.7.0, CVE-2025-59375 below 2.7.2, CVE-2026-25210 below 2.7.4, "
            "CVE-2026-45186); "
            "parser processes that overrun are killed, so one feed suffers, not the daemon",
        ),
    ),
    "libxml2": (
        Hole(
            below=(2, 14, 5),
            what="crafted XML can crash the reader of OPML and feeds (CVE-2025-49794, -49796)",
        ),
    ),
    "python": (
        Hole(
            below=(3, 11, 10),
            what="the standard library lets a subject line add mail headers (CVE-2024-6923); alerts are "
            "safe, since their subjects are encoded by our own code",
        ),
    ),
}
_REMEDY = {
    "aiohttp": "pip install --upgrade 'aiohttp>=3.14.5'",
    "expat": "update Python, which brings expat, or the system's libexpat1",
    "libxml2": "pip install --upgrade lxml",
    "python": "update Python to the latest 3.11 or later",
}


def installed() -> dict[str, str]:
    """Return the version of each part that reads what others send."""
    return {
        "news-monitor": _distribution("news-monitor"),
        "python": platform.python_version(),
        "aiohttp": _distribution("aiohttp"),
        "expat": pyexpat.EXPAT_VERSION.removeprefix("expat_"),
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION.split()[1],
        **{
            name: _distribution(name)
            for name in ("feedparser", "sqlalchemy", "slack-sdk", "apscheduler", "pydantic")
        },
    }


def examine(versions: dict[str, str]) -> Iterator[Finding]:
    """Report each version with a known hole, and all versions in one line."""
    yield ok("versions", ", ".join(f"{name} {version}" for name, version in versions.items()))
    for name, holes in HOLES.items():
        for hole in holes:
            if number(versions[name]) < hole.below:
                say = problem if hole.grave else warning
                yield say("versions", f"{name} {versions[name]}: {hole.what}", _REMEDY[name])


def number(version: str) -> Version:
    """Return the leading numbers of a version."""
    return tuple(map(int, re.findall(r"\d+", re.split(r"[^\d.]", version)[0])))


def _distribution(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"
