"""The message as a self-contained piece of HTML: every foreign character escaped, nothing remote."""

from __future__ import annotations

from html import escape
from typing import Final

from monitor.core.models import Severity
from monitor.core.render.excerpts import Line
from monitor.core.render.plain import NO_LINK, why
from monitor.core.render.times import dated
from monitor.core.render.view import POSSIBLY, TOLD_BY, SourceLine, View

COLOURS: Final = {
    Severity.LOW: "#5b6b7b",
    Severity.MEDIUM: "#8a5a00",
    Severity.HIGH: "#b3261e",
    Severity.CRITICAL: "#7a0019",
}
FONT: Final = "font:15px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1b1f24"
_SMALL: Final = "font-size:13px;color:#57606a;margin:0 0 12px"
_QUOTE: Final = "margin:0 0 10px;padding:4px 0 4px 12px;border-left:3px solid #d0d7de"
_MARK: Final = "background:#fff3b0;color:inherit;padding:0 1px"


def html(view: View) -> str:
    """Give the message as one `<div>`."""
    parts = [
        f'<div style="{FONT};max-width:640px">',
        _news(view),
        _heading(view),
        _headline(view),
        _byline(view),
        *(f'<blockquote style="{_QUOTE}">{marked(excerpt)}</blockquote>' for excerpt in view.excerpts),
        _facts(view),
        _possibly(view),
        _sources(view),
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def marked(line: Line) -> str:
    """Escape a line; its matched texts stand in `<mark>`."""
    return "".join(
        f'<mark style="{_MARK}">{escape(piece.text)}</mark>' if piece.hit else escape(piece.text)
        for piece in line
    )


def anchor(link: str | None, inner: str) -> str:
    """Link a piece of HTML, if there is somewhere to lead."""
    if link is None:
        return inner
    return f'<a href="{escape(link)}" rel="noopener noreferrer" style="color:#0a4da2">{inner}</a>'


def badge(severity: Severity) -> str:
    """The severity, in its colour and in words."""
    return f'<strong style="color:{COLOURS[severity]}">{severity.value.upper()}</strong>'


def _news(view: View) -> str:
    return f'<p style="margin:0 0 8px"><strong>+ {escape(view.news)}</strong></p>' if view.news else ""


def _heading(view: View) -> str:
    marks = (["sample"] if view.sample else []) + (["unconfirmed"] if view.unconfirmed else [])
    rest = " · ".join([view.rule, *marks])
    return f'<p style="margin:0 0 4px">{badge(view.severity)} · {escape(rest)}</p>'


def _headline(view: View) -> str:
    linked = anchor(view.link, marked(view.headline))
    note = "" if view.link else f' <span style="{_SMALL}">{NO_LINK}</span>'
    return f'<h2 style="font-size:19px;line-height:1.3;margin:0 0 4px">{linked}{note}</h2>'


def _byline(view: View) -> str:
    said = " · ".join(filter(None, [view.outlet, dated(view.at), view.delay]))
    return f'<p style="{_SMALL}">{escape(said)}</p>'


def _facts(view: View) -> str:
    facts = [
        ("Matched", ", ".join(view.matched)),
        ("Told by", view.told_by),
        ("Claims", view.claims),
        ("Why now", why(view)),
    ]
    rows = "<br>\n".join(
        f'<span style="color:#57606a">{label}:</span> {escape(said)}' for label, said in facts if said
    )
    return f'<p style="margin:0 0 12px">{rows}</p>'


def _possibly(view: View) -> str:
    if view.possibly is None:
        return ""
    merge = f"<code>{escape(view.to_merge)}</code>"
    return f'<p style="margin:0 0 12px">Possibly {POSSIBLY} {_source(view.possibly)}. If so: {merge}</p>'


def _sources(view: View) -> str:
    if not view.sources:
        return ""
    items = "\n".join(f"<li>{_source(source)}</li>" for source in view.sources)
    more = f'<p style="{_SMALL}">… and {view.more_sources:,} more</p>' if view.more_sources else ""
    lead = f'<p style="{_SMALL}">{escape(view.listing)}</p>' if view.listing != TOLD_BY else ""
    return f'{lead}<ul style="margin:0 0 12px;padding-left:20px">\n{items}\n</ul>{more}'


def _source(source: SourceLine) -> str:
    return f"{escape(source.outlet)}: {anchor(source.link, escape(source.title))}"
