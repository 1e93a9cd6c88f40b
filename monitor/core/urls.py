"""Addresses of articles: the canonical form in which two of them are compared, and the links safe to show.

Two addresses with one canonical form are taken for one article of one feed. The form is made for comparing,
never for opening: the entry keeps the address as published beside it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from yarl import URL

from monitor.core.wrappers import may_wrap, unwrapped

LINK_LIMIT = 2048
"""Longer addresses are not believed; the longest that browsers and mail programs carry reliably."""

# What newsrooms and networks add to count clicks. Everything else stays: `?id=` can be the article.
# fmt: off
_TRACKING = frozenset({
    "__twitter_impression", "_ga", "_hsenc", "_hsmi", "ai_eid", "amp", "cmp", "cmpid", "cmp_id", "dclid",
    "fbclid", "feedname", "feedtype", "ftag", "gaa_at", "gbraid", "gclid", "gclsrc", "guccounter", "icid",
    "igshid", "intcmp", "ito", "mbid", "mc_cid", "mc_eid", "mkt_tok", "msclkid", "mtm_campaign", "mtm_source",
    "ncid", "ns_campaign", "ns_mchannel", "ns_source", "ocid", "oc", "outputtype", "partner", "rss", "rssref",
    "s_cid", "scid", "smid", "smtyp", "spm", "sref", "srnd", "taid", "traffic_source", "twclid", "wbraid",
    "wt_mc", "xtor", "yclid", "ysclid", "yptr",
})
# fmt: on
_LATELY = 512
"""Addresses remembered: that of an entry is asked for several times on its way, that of its feed for each."""
_TRACKING_STARTS = ("utm_", "at_", "pk_", "hsa_", "mtm_", "maca_", "wt.", "__s_", "ga_", "cmpid")
_SIDE_HOSTS = re.compile(r"^(?:www\d?|m|mobile|amp|touch|wap|pda)\.(?=[^.]+\.)")
_TWINS = {
    "edition.cnn.com": "cnn.com",
    "us.cnn.com": "cnn.com",
    "bbc.co.uk": "bbc.com",
    "lite.cnn.com": "cnn.com",
}
"""Hosts that serve the pages of another under the same paths."""
_AMP_END = re.compile(r"(?:/amp|\.amp|/amp\.html|\.amp\.html|/amphtml)/?$", re.IGNORECASE)
_AMP_START = re.compile(r"^/amp(?:html)?(?=/.)", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_ARTICLE_ID = re.compile(
    r"(?:^|[-_.])(?P<id>[0-9a-f]{12,40}|\d{7,})(?:\.(?:html?|php|s?html|ece|cms))?$", re.IGNORECASE
)
_DATED_ID = re.compile(
    r"/(?:19|20)\d\d/\d{1,2}(?:/\d{1,2})?/(?:[^/\d]|\d{1,6}(?!\d))*(?P<id>\d{7,})[^/]*/[^/]+$"
)
_DAY = re.compile(r"(?:19|20)\d{6}")
_WHOLE = re.compile(
    r"https?://[A-Za-z0-9.-]+/[^\s#?;\x00-\x20\x7f-\uffff]*(?:\?[^\s#;\x00-\x20\x7f-\uffff]+)?"
)
_PLAIN = re.compile(
    r"https?://(?P<host>(?:(?!xn--)[a-z0-9][a-z0-9-]*\.)+(?!xn--)[a-z][a-z0-9-]*)(?P<path>(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?)"
    r"(?:\?(?P<query>[A-Za-z0-9_-]+=[A-Za-z0-9._~/:-]*(?:&[A-Za-z0-9_-]+=[A-Za-z0-9._~/:-]*)*))?"
)
"""An address without anything to be decoded, completed or put right: most are, and need no parser."""
_MAYBE_ID = re.compile(r"[0-9a-fA-F]{12}|[0-9]{7}|[^\x00-\x24\x26-\x7f]")
"""What every address holds in which `article_id` may find one: it, or something encoded."""
_STRAY = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


def is_whole(address: str) -> bool:
    """Say whether urljoin returns an address as it is, whatever the base; where it is not known, deny it."""
    return _WHOLE.fullmatch(address) is not None


@lru_cache(maxsize=_LATELY)
def web_link(url: str | None) -> str | None:
    """Return the address without stray characters and user information; None unless it is http or https.

    `javascript:`, `data:`, `file:`, `mailto:` and addresses without host are no links.
    """
    if url is not None and len(url) <= LINK_LIMIT and _PLAIN.fullmatch(url):
        return url
    parsed = _parsed(url)
    if parsed is None:
        return None
    if parsed.user is None and parsed.password is None:
        return _STRAY.sub("", url or "")
    return str(parsed.with_user(None))


@lru_cache(maxsize=_LATELY)
def canonical_url(url: str | None) -> str | None:
    """Return the form in which addresses are compared; None unless it is http or https.

    Wrappers that carry the address inside (Google News in its old form, AMP caches, archives, translators,
    redirectors of search engines and networks) are opened without asking anybody. Then: https, host in lower
    case without `www.`, `m.`, `amp.` and default ports, one name for hosts that serve the same pages, path
    without `..`, `/amp`, `index.html` and final slash, no fragment (but `#!`), no tracking parameters. The
    parameters that are left are sorted by name: servers read them in any order, and some feeds write them in
    any order. Idempotent.
    """
    if (plain := _canonical_if_plain(url or "")) is not None:
        return plain
    parsed = _parsed(url)
    if parsed is None:
        return None
    for _ in range(3):
        inner = _parsed(unwrapped(parsed))
        if inner is None:
            break
        parsed = inner
    port = "" if parsed.is_default_port() or parsed.explicit_port in {80, 443} else f":{parsed.explicit_port}"
    return f"https://{_host(parsed)}{port}{_path(parsed)}{_query(parsed)}{_hashbang(parsed)}"


def _canonical_if_plain(url: str) -> str | None:
    """Return what `canonical_url` does, where it need not be parsed for that; else None."""
    found = _PLAIN.fullmatch(url) if len(url) <= LINK_LIMIT else None
    if found is None or may_wrap(found["host"]):
        return None
    if (query := found["query"]) and not all(_tracks(part.partition("=")[0]) for part in query.split("&")):
        return None
    return f"https://{_bare(found['host'])}{_shortened(found['path'])}"


def is_home(canonical: str) -> bool:
    """Say whether a canonical address is a bare home page, which names no article."""
    return canonical.count("/") <= 3 and canonical.endswith("/")  # noqa: PLR2004 - the slashes of https://host/


@lru_cache(maxsize=_LATELY)
def article_id(canonical: str) -> str | None:
    """Return `host#id` if a long number or hexadecimal id in the path names the article, else None.

    Newsrooms that rewrite the words of an address with the headline, or move it to another day, keep this
    part. It counts at the end of the path, or between a date and the last part; anywhere else it may well
    name a section. A day written as eight digits is no id.
    """
    if not _MAYBE_ID.search(canonical):
        return None
    parsed = URL(canonical)
    found = _ARTICLE_ID.search(parsed.name) or _DATED_ID.search(parsed.path)
    if found is None:
        return None
    number = found["id"].lower()
    if _DAY.fullmatch(number) or number.isalpha():
        return None
    return f"{parsed.host}#{number}"


@lru_cache(maxsize=_LATELY)
def _parsed(url: str | None) -> URL | None:
    text = _STRAY.sub("", url or "")
    if not text or len(text) > LINK_LIMIT or text[:4].lower() != "http":
        return None
    try:
        parsed = URL(text)
        absolute = parsed.scheme in {"http", "https"} and bool(parsed.host) and parsed.explicit_port != 0
    except ValueError:
        return None
    return parsed if absolute else None


def _host(url: URL) -> str:
    return _bare((url.host_subcomponent or "").lower().rstrip("."))


def _bare(host: str) -> str:
    while (bare := _SIDE_HOSTS.sub("", host)) != host:
        host = bare
    return _TWINS.get(host, host)


def _path(url: URL) -> str:
    return _shortened(url.raw_path)


def _shortened(path: str) -> str:
    while True:
        shorter = _INDEX.sub("/", _AMP_START.sub("", _AMP_END.sub("", path)))
        shorter = shorter.rstrip("/") or "/"
        if shorter == path:
            return path
        path = shorter


def _query(url: URL) -> str:
    kept = sorted(
        ((name, value) for name, value in url.query.items() if not _tracks(name)), key=lambda pair: pair[0]
    )
    return f"?{URL.build(query=kept).raw_query_string}" if kept else ""


def _tracks(name: str) -> bool:
    lowered = name.lower()
    return lowered in _TRACKING or lowered.startswith(_TRACKING_STARTS)


def _hashbang(url: URL) -> str:
    return f"#{url.raw_fragment}" if url.raw_fragment.startswith("!") else ""


@lru_cache(maxsize=_LATELY)
def without_query(address: str) -> str:
    """Return an address without user, query and fragment: what may be shown, stored and joined to others.

    Queries of feed addresses hold keys; a relative link resolved against one would carry it into alerts.
    """
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        return ""
