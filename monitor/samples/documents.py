"""Articles written as feeds: RSS 2.0, RSS 1.0, Atom 1.0 and JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from monitor.samples.timeline import Article, Outlet

Writer = Callable[[Outlet, Sequence[Article]], str]


def written(outlet: Outlet, articles: Sequence[Article]) -> tuple[bytes, str]:
    """Return the feed's document in the outlet's form and encoding, and its content type."""
    writer, media = _FORMS[outlet.form]
    text = writer(outlet, articles)
    if outlet.form != "json":
        text = f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n{text}'
    return text.encode(outlet.encoding), f"{media}; charset={outlet.encoding}"


def _rss2(outlet: Outlet, articles: Sequence[Article]) -> str:
    items = "".join(
        f"<item><title>{escape(article.title)}</title><link>{escape(article.link)}</link>"
        f'<guid isPermaLink="false">{escape(article.guid)}</guid>'
        f"<pubDate>{format_datetime(article.updated, usegmt=True)}</pubDate>"
        f"<description>{escape(article.summary)}</description></item>\n"
        for article in articles
    )
    return (
        f'<rss version="2.0"><channel><title>{escape(outlet.name)}</title>'
        f"<link>https://{outlet.host}/</link><description>{escape(outlet.name)}</description>"
        f"<language>{outlet.language}</language>\n{items}</channel></rss>\n"
    )


def _rss1(outlet: Outlet, articles: Sequence[Article]) -> str:
    listed = "".join(f"<rdf:li rdf:resource={quoteattr(article.link)}/>" for article in articles)
    items = "".join(
        f"<item rdf:about={quoteattr(article.link)}><title>{escape(article.title)}</title>"
        f"<link>{escape(article.link)}</link><description>{escape(article.summary)}</description>"
        f"<dc:date>{_iso(article.updated)}</dc:date></item>\n"
        for article in articles
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="https://{outlet.host}/{outlet.feed}"><title>{escape(outlet.name)}</title>'
        f"<link>https://{outlet.host}/</link><description>{escape(outlet.name)}</description>"
        f"<dc:language>{outlet.language}</dc:language><items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n"
        f"{items}</rdf:RDF>\n"
    )


def _atom(outlet: Outlet, articles: Sequence[Article]) -> str:
    entries = "".join(
        f"<entry><id>tag:{outlet.host},2026:{escape(article.guid)}</id><title>{escape(article.title)}</title>"
        f'<link rel="alternate" href={quoteattr(article.link)}/>'
        f"<published>{_iso(article.published)}</published><updated>{_iso(article.updated)}</updated>"
        f'<summary type="html">{escape(f"<p>{escape(article.summary)}</p>")}</summary></entry>\n'
        for article in articles
    )
    latest = f"<updated>{_iso(max(article.updated for article in articles))}</updated>" if articles else ""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">'
        f"<id>tag:{outlet.host},2026:{outlet.feed}</id><title>{escape(outlet.name)}</title>{latest}"
        f'<link rel="alternate" href="https://{outlet.host}/"/>\n{entries}</feed>\n'
    )


def _json(outlet: Outlet, articles: Sequence[Article]) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"https://{outlet.host}/",
        "language": outlet.language,
        "items": [
            {
                "id": article.guid,
                "url": article.link,
                "title": article.title,
                "content_text": article.summary,
                "date_published": _iso(article.published),
                "date_modified": _iso(article.updated),
            }
            for article in articles
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _iso(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()


_FORMS: Mapping[str, tuple[Writer, str]] = {
    "rss2": (_rss2, "application/rss+xml"),
    "rss1": (_rss1, "application/rdf+xml"),
    "atom": (_atom, "application/atom+xml"),
    "json": (_json, "application/feed+json"),
}
