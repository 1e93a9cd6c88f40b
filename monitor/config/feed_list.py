"""Writing feeds into a configuration file as a person would: at the end of its list, the rest untouched.

The text is edited, not rewritten, and taken only if the edited file means what the old one meant plus the
new feeds; otherwise nothing is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config.checks import problem_of_url, same_address
from monitor.config.rewriting import rewrite
from monitor.config.settings import Loaded, load_settings
from monitor.core.errors import Mistake, Weight
from monitor.core.settings import Settings
from monitor.files import read_source
from monitor.opml import MAX_BYTES, Outline, read_opml
from monitor.yamlfile import compose

_EMPTY = re.compile(r"^feeds:[ ]*\[[ ]*\]", re.MULTILINE)
_BY_HAND = "its `feeds:` list cannot be added to safely; write it as lines that begin with `- `"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an OPML file; with a `refusal` nothing was written."""

    added: tuple[Outline, ...] = ()
    known: int = 0
    """Feeds that the configuration had already, disabled ones included."""
    remarks: tuple[Mistake, ...] = ()
    refusal: Mistake | None = None


def import_opml(config: Path, source: Path) -> Imported:
    """Add the feeds of an OPML file that a configuration without mistakes lacks."""
    read = read_source(source, max_bytes=MAX_BYTES)
    if isinstance(read, Mistake):
        return Imported(refusal=read)
    return take_opml(config, read.content, name=str(source))


def take_opml(config: Path, document: bytes, *, name: str) -> Imported:
    """Add the feeds of an OPML document that a configuration without mistakes lacks.

    `name` is what remarks call it.

    Raises:
        ConfigurationError: the configuration has mistakes.
    """
    listed = read_opml(document)
    remarks = []
    if listed.problem:
        weight = Weight.WARNING if listed.outlines else Weight.ERROR
        remarks.append(Mistake(path=name, line=listed.line, message=listed.problem, weight=weight))
        if not listed.outlines:
            return Imported(refusal=remarks[0])
    before = load_settings(config)
    taken = _taken(before)
    added = []
    known = 0
    for outline in listed.outlines:
        if problem := unfit(outline):
            message = f"left out: the address of a feed {problem}"
            remarks.append(Mistake(path=name, line=outline.line, message=message, weight=Weight.WARNING))
        elif (address := same_address(outline.url)) in taken:
            known += 1
        else:
            taken.add(address)
            added.append(outline)
    refusal = _write(before, [_line(outline) for outline in added]) if added else None
    return Imported(added=tuple(added), known=known, remarks=tuple(remarks), refusal=refusal)


def add_outline(
    config: Path, outline: Outline, *, allow_private: bool = False, full_text: bool = False
) -> Imported:
    """Add one feed to a configuration without mistakes, unless it is known there.

    With `allow_private` its entry says that it may be at a private address, with `full_text` that the pages
    of its articles are to be fetched.

    Raises:
        ConfigurationError: the configuration has mistakes.
    """
    before = load_settings(config)
    before.accepted()
    if problem := unfit(outline):
        return Imported(refusal=Mistake(path=str(config), message=f"the address of a feed {problem}"))
    if is_known(before, outline.url):
        return Imported(known=1)
    refusal = _write(before, [_line(outline, allow_private=allow_private, full_text=full_text)])
    return Imported(added=() if refusal else (outline,), refusal=refusal)


def is_known(loaded: Loaded, url: str) -> bool:
    """Tell whether an accepted configuration has a feed of that address, disabled or from OPML included."""
    return same_address(url) in _taken(loaded)


def _taken(loaded: Loaded) -> set[str]:
    taken = {same_address(feed.url) for feed in loaded.accepted().feeds}
    return taken | {same_address(feed.fetch_url) for feed in loaded.feeds}


def unfit(outline: Outline) -> str | None:
    """Say why an address is not taken; one with `${` would send a secret of this machine to a stranger."""
    if "$" in outline.url:
        return "holds a $, which would be read as the name of a secret"
    return problem_of_url(outline.url)


def _write(before: Loaded, added: Sequence[str]) -> Mistake | None:
    def meant(old: Settings, new: Settings) -> bool:
        same = new.model_copy(update={"feeds": old.feeds}) == old
        number = len(old.feeds)
        return same and new.feeds[:number] == old.feeds and len(new.feeds) == number + len(added)

    return rewrite(before, lambda content: _edited(content, added), meant, otherwise=_BY_HAND)


def _edited(content: bytes, entries: Sequence[str]) -> bytes | None:
    """Return the text with the entries at the end of its list; None where its form is not known."""
    root = compose(content, path="").root
    feeds = root.at(("feeds",)) if root else None
    ending = "\r\n" if b"\r\n" in content else "\n"
    text = content.decode()
    if text and not text.endswith("\n"):
        text += ending
    if feeds is not None and feeds.value == ():
        text, emptied = _EMPTY.subn("feeds:", text)
        end, indent, lines = _end_of_key(text), "  ", text.splitlines(keepends=True)
        if emptied != 1:
            return None
    elif feeds is None:
        lines = [*text.splitlines(keepends=True), f"feeds:{ending}"]
        end, indent = len(lines), "  "
    elif isinstance(feeds.value, tuple):
        lines = text.splitlines(keepends=True)
        dash = re.match(r" *(?=- )", lines[feeds.value[-1].place.line - 1])
        if dash is None:
            return None
        indent = dash[0]
        end = _end_of_list(lines, feeds.value[-1].place.line, len(indent))
    else:
        return None
    return "".join([*lines[:end], *(f"{indent}- {one}{ending}" for one in entries), *lines[end:]]).encode()


def _end_of_key(text: str) -> int:
    found = re.search(r"^feeds:", text, re.MULTILINE)
    return len(text[: found.end()].splitlines()) if found else 0


def _end_of_list(lines: Sequence[str], end: int, indent: int) -> int:
    """Return how many lines come before what follows the list, its trailing comments not counted."""
    for at in range(end, len(lines)):
        text = lines[at].strip()
        if text and not text.startswith("#"):
            if len(lines[at]) - len(lines[at].lstrip(" ")) <= indent:
                break
            end = at + 1
    return end


def _line(outline: Outline, *, allow_private: bool = False, full_text: bool = False) -> str:
    values: dict[str, object] = {
        "url": outline.url,
        "name": outline.title,
        "tags": [tag for tag in outline.tags if "$" not in tag],
        "language": outline.lang,
        "allow_private": allow_private,
        "full_text": full_text,
    }
    if "$" in outline.title:
        values["name"] = ""
    written = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value)
    return "{" + ", ".join(written) + "}"
