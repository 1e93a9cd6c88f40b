"""A message as a web page to look at: as Slack shows its blocks, as a mail program shows its HTML, as text.

Slack's own look is imitated closely enough to judge what a reader takes in at a glance; nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

from monitor.core.models import Message

_STYLE: Final = """
body{margin:24px;background:#f4f4f4;font:15px/1.46668 Lato,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;
color:#1d1c1d}h1{font-size:15px;color:#57606a;margin:20px 0 6px}
.card{background:#fff;border:1px solid #ddd;border-radius:8px;padding:14px 18px;max-width:680px}
.slack{display:flex;gap:10px}.who{width:36px;height:36px;border-radius:6px;background:#1264a3;color:#fff;
text-align:center;line-height:36px;font-weight:700;flex:none}.name{font-weight:900}.app{background:#e8e8e8;
border-radius:2px;font-size:10px;font-weight:700;padding:1px 3px;color:#616061;margin:0 4px}
.when{color:#616061;font-size:12px}a{color:#1264a3;text-decoration:none}
.quote{border-left:4px solid #ddd;padding:0 0 0 12px;
margin:4px 0}ul{margin:2px 0;padding-left:26px}.context{color:#616061;font-size:13px;margin:6px 0 0}
.context span{margin-right:8px}.actions{margin-top:8px}.button{display:inline-block;border:1px solid #bbb;
border-radius:4px;padding:3px 12px;margin:0 8px 6px 0;font-weight:700;font-size:13px;background:#fff}
hr{border:0;border-top:1px solid #ddd}pre{white-space:pre-wrap;font:13px/1.45 monospace;margin:0}
code{background:#f8f8f8;border:1px solid #ddd;border-radius:3px;padding:1px 3px;color:#c01343}
"""
_TAGS: Final = {"bold": "strong", "italic": "em", "strike": "s", "code": "code"}


def page(message: Message, *, title: str, below: Iterable[Mapping[str, Any]] = ()) -> str:
    """Give a whole page; `below` are blocks that a channel adds, such as buttons."""
    shown = "".join(map(_block, (*message.blocks, *below)))
    slack = (
        '<div class="card slack"><div class="who">N</div><div><div><span class="name">News monitor</span>'
        f'<span class="app">APP</span><span class="when">14:05</span></div>{shown}</div></div>'
    )
    return (
        '<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{escape(title)}</title>"
        f"<style>{_STYLE}</style><h1>In Slack</h1>{slack}"
        f'<h1>By e-mail: {escape(message.title)}</h1><div class="card">{message.html}</div>'
        f'<h1>As text</h1><div class="card"><pre>{escape(message.text)}</pre></div>\n'
    )


def _block(block: Mapping[str, Any]) -> str:
    elements = block.get("elements") or ()
    match block.get("type"):
        case "rich_text":
            return "".join(map(_part, elements))
        case "context":
            said = "".join(f"<span>{_object(one)}</span>" for one in elements)
            return f'<div class="context">{said}</div>'
        case "actions":
            row = "".join(f'<span class="button">{_object(one["text"])}</span>' for one in elements)
            return f'<div class="actions">{row}</div>'
        case "divider":
            return "<hr>"
        case _:
            return f"<div>{_object(block.get('text') or {})}</div>"


def _object(text: Mapping[str, Any]) -> str:
    """Show a plain text; of a date in mrkdwn the words for programs that do not know dates."""
    said = str(text.get("text", ""))
    if said.startswith("<!date^"):
        said = said.rpartition("|")[2].rstrip(">")
    return escape(said)


def _part(part: Mapping[str, Any]) -> str:
    inner = part.get("elements") or ()
    match part.get("type"):
        case "rich_text_list":
            items = (f"<li>{_inline(item.get('elements') or ())}</li>" for item in inner)
            return f"<ul>{''.join(items)}</ul>"
        case "rich_text_quote":
            return f'<div class="quote">{_inline(inner)}</div>'
        case _:
            return f"<div>{_inline(inner)}</div>"


def _inline(elements: Iterable[Mapping[str, Any]]) -> str:
    return "".join(map(_element, elements))


def _element(element: Mapping[str, Any]) -> str:
    said = element.get("text") or element.get("fallback") or _token(element)
    shown = escape(str(said)).replace("\n", "<br>")
    if element.get("type") == "link":
        address = escape(str(element.get("url", "")))
        shown = f'<a href="{address}" rel="noopener noreferrer">{shown}</a>'
    style = element.get("style") or {}
    for name, tag in _TAGS.items():
        if style.get(name):
            shown = f"<{tag}>{shown}</{tag}>"
    return shown


def _token(element: Mapping[str, Any]) -> str:
    name = (
        element.get("name") or element.get("range") or element.get("user_id") or element.get("usergroup_id")
    )
    return f":{name}:" if element.get("type") == "emoji" else f"@{name}"
