"""Entries that commands are given: a text, a file, a record of a JSONL file, or one of the archive."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.core.errors import ConfigurationError, Mistake
from monitor.core.languages import language_code, language_of
from monitor.core.models import Entry, TextField
from monitor.core.proving import entries_of
from monitor.core.rules.tree import Rule, Sample
from monitor.core.text import readable

_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[0-9a-f]{32}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
MAX_FILE = 16 * 2**20
"""Bytes of a file given to `explain`."""


def entry_of_record(record: Mapping[str, object], *, number: int) -> Entry:
    """Make an entry of one record; every field may be missing, none may be wrong.

    `number` is the line, which names an entry that has neither `id` nor `guid` nor `url`.
    """
    title, summary, content = (readable(_text(record, field.value)) for field in TextField)
    names = (_text(record, key) for key in ("id", "guid", "url"))
    feed = _text(record, "feed")
    return Entry(
        id=next(filter(None, names), str(number)),
        feed=feed,
        outlet=_text(record, "outlet") or feed,
        guid=_text(record, "guid") or None,
        url=_text(record, "url") or None,
        link=_text(record, "url") or None,
        title=title,
        summary=summary,
        content=content,
        lang=_language(record, f"{title}\n{summary or content}"),
        tags=_tags(record),
        fetched=_WHENEVER,
        first_seen=_WHENEVER,
    )


def _text(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    return "" if value is None else printable(str(value))


def printable(text: str) -> str:
    """Replace lone surrogates, which nothing can print, one sign for one."""
    return _SURROGATE.sub("\ufffd", text)


def _tags(record: Mapping[str, object]) -> tuple[str, ...]:
    tags = record.get("tags")
    return tuple(map(str, tags)) if isinstance(tags, list) else ()


def _language(record: Mapping[str, object], text: str) -> str | None:
    claim = _text(record, "lang")
    return language_code(claim) or language_of(text[:2000])


def records(lines: Iterator[str]) -> Iterator[tuple[int, Mapping[str, object] | None]]:
    """Read JSON lines with their numbers; None for a line that is no JSON object. Empty lines are skipped."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        yield number, record if isinstance(record, dict) else None


def entry_for(rule: Rule, given: str, *, field: TextField | None, lang: str | None) -> Entry:
    """Make an entry of a text, of a file's content, or of standard input (`-`).

    A `.json` or `.jsonl` file holds a record on its first line; any other is text whose first line is the
    title. What the rule's `where` wants of language and source is granted.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    path = Path(given)
    if given == "-":
        return _from_document(rule, sys.stdin.read(MAX_FILE), lang=lang)
    if not _is_file(path):
        chosen = field or next(iter(rule.where.fields), TextField.TITLE)
        return entries_of(rule, _sample(chosen, printable(given), lang))[0]
    try:
        with path.open(encoding="utf-8", errors="replace") as opened:
            document = opened.read(MAX_FILE)
    except OSError as error:
        raise ConfigurationError([Mistake(path=given, message=f"cannot be read: {error.strerror}")]) from None
    if path.suffix.lower() in {".json", ".jsonl"}:
        return _from_record(given, document, lang=lang)
    return _from_document(rule, document, lang=lang)


def is_reference(given: str) -> bool:
    """Tell whether a text names an entry of the archive, by address or id, instead of being one."""
    is_address = given.startswith(("http://", "https://")) and not re.search(r"\s", given)
    return is_address or _ID.fullmatch(given) is not None


def _sample(field: TextField, text: str, lang: str | None) -> Sample:
    match field:
        case TextField.TITLE:
            return Sample(title=text, lang=lang)
        case TextField.SUMMARY:
            return Sample(summary=text, lang=lang)
        case TextField.CONTENT:
            return Sample(content=text, lang=lang)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a text too long, or with a NUL, to be a path
        return False


def _from_record(given: str, document: str, *, lang: str | None) -> Entry:
    try:
        number, record = 1, json.loads(document)
    except ValueError:
        number, record = next(records(iter(document.splitlines())), (1, None))
    if not isinstance(record, dict):
        raise ConfigurationError([Mistake(path=given, line=number, message="is no JSON object")])
    entry = entry_of_record(record, number=number)
    return replace(entry, lang=lang) if lang else entry


def _from_document(rule: Rule, document: str, *, lang: str | None) -> Entry:
    title, _, content = readable(printable(document)).strip().partition("\n")
    return entries_of(rule, Sample(title=title.strip(), content=content.strip(), lang=lang))[0]
