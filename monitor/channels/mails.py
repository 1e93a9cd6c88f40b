"""A delivery as the bytes of a mail: the same at every attempt, whatever its title holds.

The headers are written here rather than by `email.message`, for two reasons. The standard library (3.11.7 for
one) decodes `=?utf-8?q?…=0d=0aBcc:…?=` in a subject and folds it into real header lines; and its SMTP policy
encodes long addresses in headers as if they were words. The MIME parts are the standard library's.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Final

from monitor.core.models import Delivery

MAX_SUBJECT: Final = 200
"""Characters; the rest of the headline stands in the mail."""

_SEVEN_BIT: Final = SMTP.clone(cte_type="7bit")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PLAIN_WORDS: Final = re.compile(r"[A-Za-z0-9 !*+/-]+")
_CHUNK: Final = 42
"""Bytes of UTF-8 in one encoded word: 56 characters of base64 and 12 around them, within the 75 allowed."""
_FOLD: Final = 66
"""Characters in a line of ASCII; `Subject: ` stands before the first."""
_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?")


def mail(delivery: Delivery, *, sender: str, recipient: str, unsubscribe: str = "") -> bytes:
    """Give the mail with CRLF line ends, ready for DATA.

    Args:
        delivery: what to send; `root_remote_id`, the Message-ID of the alert's first mail, makes it a reply.
        sender: as configured: `desk@example.org` or `News desk <desk@example.org>`.
        recipient: one address, in the same forms.
        unsubscribe: an address or an https link by which a reader asks to be left out; none if empty.
    """
    headers = [
        ("From", mailbox(sender)),
        ("To", mailbox(recipient)),
        ("Subject", subject(delivery.message.title)),
        ("Date", format_datetime(delivery.created_at)),
        ("Message-ID", message_id(delivery, sender=sender, recipient=recipient)),
        *_threading(delivery),
        ("List-Id", f"<{_label(delivery.channel)}.news-monitor.{domain(sender)}>"),
        *_leaving(unsubscribe, delivery.channel),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-News-Monitor-Alert", _label(delivery.alert)),
        *([("X-News-Monitor-Repeat", "possible")] if delivery.repeat else []),
    ]
    return b"".join(_header(name, value) for name, value in headers) + _parts(delivery)


def message_id(delivery: Delivery, *, sender: str, recipient: str) -> str:
    """Give the mail's identity: the same at every attempt, another for each recipient."""
    who = hashlib.sha256(bare(recipient).casefold().encode()).hexdigest()[:12]
    return f"<{_label(delivery.id)}.{who}@{domain(sender)}>"


def subject(title: str) -> str:
    """Write a title as a header's value: ASCII as it is, all else, and what looks encoded, as RFC 2047."""
    title = " ".join(_CONTROL.sub(" ", title).split())
    if len(title) > MAX_SUBJECT:
        title = title[: MAX_SUBJECT - 1].rstrip() + "…"
    if title.isascii() and "=?" not in title:
        return _folded(title) or "(no title)"
    return encoded(title)


def encoded(text: str) -> str:
    """Write text as RFC 2047 base64 words, a line each, no character torn."""
    words: list[bytes] = []
    word = b""
    for letter in text:
        code = letter.encode("utf-8", "replace")
        if len(word) + len(code) > _CHUNK:
            words.append(word)
            word = b""
        word += code
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)


def mailbox(address: str) -> str:
    """Write a configured address as a header's value.

    Raises:
        ValueError: it holds no address that can stand in a mail.
    """
    name, place = parseaddr(address)[0], bare(address)
    if not name:
        return place
    shown = name if _PLAIN_WORDS.fullmatch(name) else encoded(_CONTROL.sub(" ", name))
    return f"{shown} <{place}>"


def bare(address: str) -> str:
    """Give `local@domain` of a configured address, the domain as DNS spells it.

    Raises:
        ValueError: it holds no address, or one whose local part is not ASCII.
    """
    found = parseaddr(address)[1]
    local, at, place = found.rpartition("@")
    if found not in address or _CONTROL.search(address):  # the parser mends what it does not understand
        raise ValueError("no usable e-mail address")
    place = place.encode("idna").decode("ascii").lower() if place else ""
    sound = at and local.isascii() and re.fullmatch(r"[^\s\x00-\x1f\x7f<>@,;:\\\"]{1,64}", local)
    if not sound or not _DOMAIN.fullmatch(place):
        raise ValueError("no usable e-mail address")
    return f"{local}@{place}"


def domain(sender: str) -> str:
    """The part of an address after the @."""
    return bare(sender).rpartition("@")[2]


def _threading(delivery: Delivery) -> list[tuple[str, str]]:
    root = delivery.root_remote_id or ""
    if not re.fullmatch(r"<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>", root):
        return []
    return [("In-Reply-To", root), ("References", root)]


def _leaving(unsubscribe: str, channel: str) -> list[tuple[str, str]]:
    """Say how to leave (RFC 2369): a person reads it, since recipients are lines of a configuration."""
    if not unsubscribe:
        return []
    link = unsubscribe
    if not link.startswith("https://"):
        link = f"mailto:{unsubscribe}?subject=unsubscribe%20{_label(channel)}"
    return [("List-Unsubscribe", f"<{link}>")]


def _parts(delivery: Delivery) -> bytes:
    """The two forms of the text, under a boundary that is the same at every attempt."""
    text, html = delivery.message.text, delivery.message.html
    if delivery.repeat:
        note = f"possible repeat · {delivery.id[:8]}"
        text, html = f"({note})\n{text}", f"<p>({escape(note)})</p>\n{html}"
    body = EmailMessage(policy=_SEVEN_BIT)
    body.set_content(text + "\n", charset="utf-8")
    page = f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n{html}\n</body></html>\n'
    body.add_alternative(page, subtype="html", charset="utf-8")
    body.set_boundary(f"=_{_label(delivery.id)}")
    return body.as_bytes()


def _header(name: str, value: str) -> bytes:
    """Write one header; a value that would begin another one is a bug."""
    if re.search(r"\r\n(?! )|\r(?!\n)|(?<!\r)\n|[^\x20-\x7e\r\n]", value):
        raise ValueError("a header's value must be printable ASCII, continued by CRLF and a blank: " + name)
    return f"{name}: {value}\r\n".encode("ascii")


def _folded(text: str) -> str:
    """Break ASCII text into lines of at most 76 characters, at blanks where there are any."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _FOLD:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _label(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", text).strip("-") or "x"
