"""Addresses that carry another address inside: what can be opened without asking anybody."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote

from yarl import URL

_GOOGLE_NEWS = re.compile(r"^/(?:(?:__i/)?rss/(?:rd/)?)?(?:articles|read)/(?P<code>[\w-]{16,})=*$")
_ARCHIVED = re.compile(
    r"^/(?:newest|latest|oldest|o/\w+|web/\d{1,14}[a-z_]*|web|\d{8,14})/(?P<inner>https?:/.+)$"
)
_REWRITTEN = re.compile(r"/RU=(?P<inner>https?(?::|%3a)%2f%2f[^/]+)/", re.IGNORECASE)
_TURBO = re.compile(r"^/[\w.-]+/s/(?P<rest>.+)$|^/turbo/(?P<site>[\w.-]+)/s/(?P<path>.+)$")
_REDIRECTORS = {
    ("www.bing.com", "/news/apiclick.aspx"): ("url",),
    ("www.google.com", "/url"): ("url", "q"),
    ("l.facebook.com", "/l.php"): ("u",),
    ("lm.facebook.com", "/l.php"): ("u",),
    ("l.instagram.com", "/"): ("u",),
    ("t.umblr.com", "/redirect"): ("z",),
    ("out.reddit.com", ""): ("url",),
    ("www.youtube.com", "/redirect"): ("q",),
    ("slack-redir.net", "/link"): ("url",),
    ("duckduckgo.com", "/l"): ("uddg",),
    ("vk.com", "/away.php"): ("to",),
    ("flipboard.com", "/redirect"): ("url",),
    ("getpocket.com", "/redirect"): ("url",),
    ("translate.google.com", "/translate"): ("u",),
    ("yandex.ru", "/turbo"): ("text",),
    ("yandex.ru", "/clck/jsredir"): ("url",),
    ("www.linkedin.com", "/redir/redirect"): ("url",),
    ("away.vk.com", "/away.php"): ("to",),
}
"""By host and path, the parameters that hold the address."""
_ARCHIVES = frozenset(
    {"archive.is", "archive.ph", "archive.today", "archive.md", "archive.li", "archive.fo", "archive.vn"}
    | {"web.archive.org", "archive.org"}
)


_HOSTS = re.compile(
    r"(?:^|\.)(?:google|ampproject|archive|translate|search|turbopages|bing|facebook|instagram|umblr|reddit|youtube"
    r"|slack-redir|duckduckgo|vk|flipboard|getpocket|yandex|linkedin)\."
)


def may_wrap(host: str) -> bool:
    """Say whether addresses of a host, in lower case, may hold others: False where `unwrapped` opens none."""
    return _HOSTS.search(host) is not None


def unwrapped(url: URL) -> str | None:
    """Return the address inside a wrapper, None if this is none or cannot be opened offline."""
    host = url.host or ""
    for opened in _OPENERS:
        if (inner := opened(host, url)) is not None:
            return inner
    return None


def _news(host: str, url: URL) -> str | None:
    return _inside_google_news(url.path) if host == "news.google.com" else None


def _redirected(host: str, url: URL) -> str | None:
    if host.startswith("www.google."):
        host = "www.google.com"
    names = _REDIRECTORS.get((host, url.path.lower().rstrip("/") or "/")) or _REDIRECTORS.get((host, ""), ())
    return next((url.query[name] for name in names if url.query.get(name)), None)


def _accelerated(host: str, url: URL) -> str | None:
    if host.startswith("www.google.") and url.path.startswith("/amp/"):
        return _after_amp_cache(url.path.removeprefix("/amp/"))
    if host.endswith(".cdn.ampproject.org"):
        return _after_amp_cache(re.sub(r"^/[cva]+/", "", url.path))
    return None


def _after_amp_cache(rest: str) -> str:
    return f"https://{rest.removeprefix('s/')}"


def _archived(host: str, url: URL) -> str | None:
    """An archive's copy: `archive.is/newest/https://...`, `web.archive.org/web/2026.../https://...`."""
    found = _ARCHIVED.match(url.raw_path_qs) if host.removeprefix("www.") in _ARCHIVES else None
    return re.sub(r"^(https?):/+", r"\1://", found["inner"]) if found else None


def _translated(host: str, url: URL) -> str | None:
    """`www-example-com.translate.goog/path`: dots are hyphens, hyphens are doubled."""
    name = host.removesuffix(".translate.goog")
    if name == host:
        return None
    name = name.replace("--", "\0").replace("-", ".").replace("\0", "-")
    kept = [(key, value) for key, value in url.query.items() if not key.startswith("_x_tr_")]
    query = f"?{URL.build(query=kept).raw_query_string}" if kept else ""
    return f"https://{name}{url.raw_path}{query}"


def _searched(host: str, url: URL) -> str | None:
    found = _REWRITTEN.search(url.raw_path) if host.endswith("search.yahoo.com") else None
    return unquote(found["inner"]) if found else None


def _turbo(host: str, url: URL) -> str | None:
    """Yandex Turbo: `site-ru.turbopages.org/site.ru/s/path`."""
    if not host.endswith("turbopages.org"):
        return None
    found = _TURBO.match(url.path)
    if found is None:
        return None
    site = found["site"] or url.path.split("/")[1]
    return f"https://{site}/{found['path'] or found['rest']}"


def _inside_google_news(path: str) -> str | None:
    """Open the form used until 2024: base64 of a small message whose field 4 is the address itself."""
    found = _GOOGLE_NEWS.match(path)
    if found is None:
        return None
    code = found["code"]
    try:
        message = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
    except (binascii.Error, ValueError):
        return None
    address = re.search(rb"\x22(?:[\x80-\xff]?[\x00-\x7f])(https?://[\x21-\x7e]+)", message)
    if address is None:
        return None
    # The next field may begin with a printable byte: cut at the length given, not at the first odd byte.
    return address[1][: _length(message[address.start() + 1 :])].decode("ascii", "replace")


def _length(prefix: bytes) -> int:
    """Read a length of one or two bytes (a varint of Protocol Buffers, seven bits each, lowest first)."""
    first = prefix[0]
    return (first & 0x7F) | (prefix[1] << 7) if first & 0x80 else first


_OPENERS: tuple[Callable[[str, URL], str | None], ...] = (
    _news,
    _redirected,
    _accelerated,
    _archived,
    _translated,
    _searched,
    _turbo,
)
