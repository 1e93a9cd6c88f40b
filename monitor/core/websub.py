"""WebSub for subscribers, after the W3C Recommendation of 2018: what can be judged without a network.

Discovery (section 4), leases (5.3) and signatures (7.1). `host-meta`, which the draft knew, is no part of it.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Final
from urllib.parse import urljoin, urlsplit

from monitor.core.models import Advertised, Subscription

LEASE: Final = timedelta(days=10)
"""What is asked for; hubs give what they like."""
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=60)
_RENEW: Final = 0.8
"""The part of a lease after which it is renewed."""
_FIRST_WAIT: Final = timedelta(minutes=5)
"""For the hub to verify; then it is asked again, less and less often."""
_LAST_WAIT: Final = timedelta(days=1)
DENIED_FOR: Final = timedelta(days=7)
_ALGORITHMS: Final = frozenset({"sha1", "sha256", "sha384", "sha512"})
_HEAD: Final = 64 * 2**10
_HEADER: Final = 8 * 2**10
_LONGEST_ADDRESS: Final = 2000
_BLANK: Final = 256
_LARGEST_JSON: Final = 512 * 2**10
_FIRST_ITEM = re.compile(rb"<(?:[A-Za-z]\w{0,20}:)?(?:item|entry)[\s>/]")
_LINK = re.compile(rb"<(?:[A-Za-z]\w{0,20}:)?link\s([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(rb"\b(rel|href)\s{0,9}=\s{0,9}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})')")
_PARAMETER = re.compile(r";\s{0,9}rel\s{0,9}=\s{0,9}(?:\"([^\"]{0,500})\"|([^\s;,\"]{1,500}))", re.IGNORECASE)


def advertised(link_header: str, document: bytes, url: str) -> Advertised | None:
    """Find the hub and the topic that a document names: in its HTTP headers, or else at its head.

    Args:
        link_header: all Link headers, joined by commas.
        document: a feed; what stands after its first item is not looked at.
        url: where it came from; the topic of one that does not name itself.
    """
    links = list(_in_header(link_header[:_HEADER]))
    if not any(rel == "hub" for rel, _ in links):
        is_json = document[:_BLANK].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
        links += _in_json(document) if is_json else _in_document(document)
    hub = next((found for rel, href in links if rel == "hub" and (found := _address(url, href))), None)
    if hub is None:
        return None
    topic = next((found for rel, href in links if rel == "self" and (found := _address(url, href))), url)
    return Advertised(hub=hub, topic=topic)


def _in_header(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("<")[1:]:
        href, closed, rest = part.partition(">")
        found = _PARAMETER.search(rest) if closed else None
        for rel in (found[1] or found[2] or "").lower().split() if found else ():
            yield rel, href


def _in_document(document: bytes) -> Iterator[tuple[str, str]]:
    head = document[:_HEAD]
    first = _FIRST_ITEM.search(head)
    for link in _LINK.finditer(head, 0, first.start() if first else len(head)):
        named = {name: double or single for name, double, single in _ATTRIBUTE.findall(link[1])}
        href = unescape(named.get(b"href", b"").decode("utf-8", "replace"))
        for rel in named.get(b"rel", b"").decode("ascii", "replace").lower().split():
            yield rel, href


def _in_json(document: bytes) -> Iterator[tuple[str, str]]:
    """Read `hubs` and `feed_url` of a JSON Feed, unless it is too large to be read beside everything else."""
    if b'"hubs"' not in document or len(document) > _LARGEST_JSON:
        return
    try:
        feed = json.loads(document)
    except (ValueError, RecursionError):
        return
    hubs = feed.get("hubs")
    for hub in hubs if isinstance(hubs, list) else ():
        match hub:
            case {"type": str(kind), "url": str(url)} if kind.lower() == "websub":
                yield "hub", url
    if isinstance(feed.get("feed_url"), str):
        yield "self", feed["feed_url"]


def _address(base: str, href: str) -> str | None:
    try:
        address = urljoin(base, href.strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    good = (
        parts.scheme in {"http", "https"} and parts.hostname and not parts.username and address.isprintable()
    )
    return address if good and len(address) <= 2000 else None  # noqa: PLR2004 - the longest that is sent on


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Say whether a body bears the signature of who knows the secret; `signature` is X-Hub-Signature."""
    method, _, given = signature.strip().partition("=")
    method = method.lower()
    if method not in _ALGORITHMS:
        return False
    made = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(made.encode(), given.strip().lower().encode())


def granted(lease_seconds: str | None) -> timedelta:
    """Read the lease that a hub grants; what cannot be read counts as what was asked for."""
    text = lease_seconds or ""
    if not (text.isascii() and text.isdecimal()):
        return LEASE
    return min(max(timedelta(seconds=int(text[:9])), _SHORTEST), _LONGEST)


def renewal(now: datetime, lease: timedelta) -> datetime:
    """Return when to ask for the next lease."""
    return now + _RENEW * lease


def next_ask(now: datetime, asks: int) -> datetime:
    """Return when to ask again a hub that was asked for the `asks`-th time in a row and says nothing."""
    wait: timedelta = min(_FIRST_WAIT * 2 ** min(max(asks - 1, 0), 10), _LAST_WAIT)
    return now + wait


def is_agreed(known: Subscription | None, found: Advertised) -> bool:
    """Say whether what is advertised is what the hub was asked for already."""
    return known is not None and (known.hub, known.topic) == (found.hub, found.topic)
