"""Templates -> pages. Everything is escaped; only http(s) addresses become links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor.core.models import Hit, TextField
from monitor.core.render.times import minute
from monitor.web.access import MAY_CHANGE, NAME

_SEVERAL: Final = 2
"""Of a unit, from which on it is the one to say."""
_SPECIAL: Final = re.compile(r"`([^`\n]{1,200})`|(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC")
"""What sentences for a terminal mark as code, and moments as `minute` writes them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether it is evidence."""

    text: str
    marked: bool


def pieces(text: str, hits: Iterable[Hit], field: TextField) -> Iterator[Piece]:
    """Cut a text into what matched and what did not; hits that overlap are one, those beyond it are cut."""
    at = 0
    for start, end in sorted((hit.start, hit.end) for hit in hits if hit.field is field):
        if end <= at or start >= len(text):
            continue
        begin = max(start, at)
        if begin > at:
            yield Piece(text[at:begin], marked=False)
        yield Piece(text[begin:end], marked=True)
        at = end
    if at < len(text):
        yield Piece(text[at:], marked=False)


def safe_link(address: str | None) -> str | None:
    """Give the address if a browser may follow it: http and https, nothing that runs."""
    try:
        return address if address and urlsplit(address).scheme in {"http", "https"} else None
    except ValueError:
        return None


def short(length: timedelta) -> str:
    """Say a length of time in its largest unit: `40 s`, `4 min`, `3 h`, `2 d`."""
    seconds = length.total_seconds()
    for unit, each in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= _SEVERAL * each:
            return f"{seconds / each:.0f} {unit}"
    return f"{seconds:.0f} s"


def told(text: str) -> Markup:
    """Show a sentence made for a terminal: code as such, moments in the reader's zone, the rest escaped."""
    parts, at = [], 0
    for one in _SPECIAL.finditer(text):
        parts += [escape(text[at : one.start()]), _shown(one)]
        at = one.end()
    return Markup("").join([*parts, escape(text[at:])])


def _shown(one: re.Match[str]) -> Markup:
    code, day, clock = one.groups()
    if code is not None:
        return Markup("<code>{}</code>").format(code)
    return Markup('<time datetime="{}T{}+00:00">{}</time>').format(day, clock, one[0])


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("monitor.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters.update(minute=minute, safe_link=safe_link, short=short, told=told)
    made.globals.update(logged_in=NAME.get, may_change=MAY_CHANGE.get)
    return made


def page(template: str, *, status: HTTPStatus = HTTPStatus.OK, **said: object) -> web.Response:
    """Answer with a template."""
    return web.Response(text=fragment(template, **said), content_type="text/html", status=status)


def fragment(template: str, **said: object) -> str:
    """Render a part of a page."""
    return _environment().get_template(template).render(said)
