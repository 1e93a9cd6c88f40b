"""A message in the words of a template, where there is one; in ours where there is none or it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from markupsafe import Markup

from monitor.core.models import Card, Message
from monitor.core.render.blocks import LIGHTS, context
from monitor.core.render.excerpts import Line, plain
from monitor.core.render.hypertext import marked
from monitor.core.render.plain import bracketed, why
from monitor.core.render.rich import literal, plain_of, rich_blocks
from monitor.core.render.templates import Form, TemplateFailedError, Templates, Written
from monitor.core.render.times import dated, moment
from monitor.core.render.view import View


@dataclass(frozen=True, slots=True)
class Look:
    """How messages of one channel look: which template, out of which."""

    templates: Templates = field(default_factory=Templates)
    name: str = ""
    """Empty: as built in."""


BUILT_IN: Final = Look()


def templated(message: Message, told: View, card: Card, *, look: Look, now: datetime) -> Message:
    """Put each form that the template has in place of the built-in one.

    A form that fails stays as built in, and says at its end which line of the template failed and why.
    """
    found = {
        form: _written(told, card, look, form, now) for form in Form if look.templates.has(look.name, form)
    }
    text, html, slack = found.get(Form.TEXT), found.get(Form.HTML), found.get(Form.SLACK)
    if isinstance(text, str):
        message = replace(message, text=plain_of(text).strip("\n"))
    if isinstance(html, str):
        message = replace(message, html=html.strip("\n"))
    if isinstance(slack, str):
        message = replace(message, blocks=rich_blocks(slack))
    for form, said in found.items():
        if isinstance(said, TemplateFailedError):
            message = _fallen_back(message, form, f"template failed, built-in form shown: {said}")
    return message


def _written(told: View, card: Card, look: Look, form: Form, now: datetime) -> str | TemplateFailedError:
    try:
        return look.templates.written(look.name, form, facts(told, card, form, now=now))
    except TemplateFailedError as error:
        return error


def _fallen_back(message: Message, form: Form, note: str) -> Message:
    match form:
        case Form.TEXT:
            return replace(message, text=f"{message.text}\n\n({note})")
        case Form.HTML:
            return replace(message, html=f"{message.html}\n<p><small>{Markup.escape(note)}</small></p>")
        case Form.SLACK:
            return replace(message, blocks=(*message.blocks, context([note])))


def facts(told: View, card: Card, form: Form, *, now: datetime) -> Mapping[str, object]:
    """Give what a template may show, by name; docs/templates.md lists the names."""
    when = moment(told.at, now=now) if form is Form.TEXT else dated(told.at)
    return {
        "alert": card.alert,
        "delay": told.delay,
        "excerpts": [_marked(line, form) for line in told.excerpts],
        "held": told.held,
        "kind": told.kind.value,
        "light": LIGHTS[told.severity],
        "link": told.link or "",
        "matched": list(told.matched),
        "more_sources": told.more_sources,
        "news": told.news,
        "outlet": told.outlet,
        "outlets": list(card.story.outlets),
        "published": when,
        "rule": told.rule,
        "rule_id": card.rule,
        "sample": told.sample,
        "severity": told.severity.value,
        "sources": [
            {"outlet": source.outlet, "title": source.title, "link": source.link or ""}
            for source in told.sources
        ],
        "story": card.story.id,
        "title": plain(told.headline),
        "title_marked": _marked(told.headline, form),
        "told_by": told.told_by,
        "unconfirmed": told.unconfirmed,
        "why": why(told),
    }


def _marked(line: Line, form: Form) -> str:
    """Give a line with its matched texts marked in the way of the form."""
    match form:
        case Form.HTML:
            return Markup(marked(line))  # noqa: S704 - `marked` escapes every piece
        case Form.TEXT:
            return Written(bracketed(line))
        case Form.SLACK:
            return Written(
                "".join(f"*{literal(piece.text)}*" if piece.hit else literal(piece.text) for piece in line)
            )
