"""What a form of ours sends, read with limits; who sends it; and what it is answered with."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web

from monitor.core.models import Person
from monitor.core.render.display import line
from monitor.pipeline.acting import author_of
from monitor.web.access import NAME
from monitor.web.rendering import page

_COOKIE: Final = "desk-name"
_YEAR: Final = 365 * 86_400
_NAME: Final = 40
_TEXT: Final = 200
_PAGE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}")
_OWN_PATH: Final = re.compile(r"/(?:[^/\\\s\x00-\x20\x7f][^\\\s\x00-\x20\x7f]*)?")


async def texts(request: web.Request, name: str, *, most: int = _TEXT) -> Sequence[str]:
    """Every value that a form gives a field, each one line of at most so many characters; files are none."""
    given = await request.post()
    return [line(value, most) for value in given.getall(name, []) if isinstance(value, str)]


async def text(request: web.Request, name: str, *, most: int = _TEXT) -> str:
    """The first value of a field; empty if there is none."""
    return next(iter(await texts(request, name, most=most)), "")


def token() -> str:
    """Name one showing of a form, so that sending it twice does its work once."""
    return secrets.token_hex(8)


def name_of(request: web.Request) -> str:
    """The name of whoever is logged in, else the one this browser remembers; empty if there is none."""
    return NAME.get() or line(unquote(request.cookies.get(_COOKIE, "")), _NAME)


def person_of(request: web.Request) -> Person:
    """Who sits at this browser: without users in the settings their name is their word and no proof."""
    return Person(id="desk", name=name_of(request))


def signature(request: web.Request) -> str:
    """Write that person as judgements, silences and edits keep them: `Anna (desk)`, or `desk`."""
    return author_of(person_of(request))


def page_number(said: str | None) -> int:
    """Read the number of a page; what cannot be read is the first."""
    return int(said) if said and _PAGE_NUMBER.fullmatch(said) else 1


def back_to(address: str) -> web.Response:
    """Answer a form that did its work: the browser gets the page anew, and a reload repeats nothing."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def refused(said: str, *, back: str) -> web.Response:
    """Answer a form that changed nothing, with the reason and the way back."""
    return page(
        "refused.html", status=HTTPStatus.CONFLICT, text=said[:1].upper() + said[1:], back=own_path(back)
    )


def own_path(address: str) -> str:
    """Return an address if it is a path of ours; else the first page.

    Browsers read a backslash as a slash, and leave blanks and control characters out: `/<tab>/evil.example`.
    """
    return address if _OWN_PATH.fullmatch(address) else "/"


async def take_name(request: web.Request) -> web.Response:
    """Remember a name in a cookie of this browser, or forget it where it is empty."""
    name = line(await text(request, "name"), _NAME)
    answer = back_to(own_path(await text(request, "back")))
    answer.set_cookie(
        _COOKIE, quote(name), max_age=_YEAR if name else 0, path="/", httponly=True, samesite="Strict"
    )
    return answer
