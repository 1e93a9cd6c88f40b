"""Which hub and which topic a document names: section 4 of the W3C Recommendation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.models import Advertised
from monitor.core.websub import LEASE, advertised, granted, is_signed

URL = "https://paper.example/rss"
HUB, SELF = "https://hub.example/", "https://paper.example/feed"
RSS = (
    b'<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>https://paper.example/</link>'
    b'<atom:link rel="self" href="https://paper.example/feed"/>'
    b"<atom:link href='https://hub.example/' rel='hub'/><item><title>a</title></item></channel></rss>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><link href="/feed" rel="self"/>'
    b'<link\n rel="hub"\n href="https://hub.example/"></link><entry/></feed>'
)
JSON = (
    b'\xef\xbb\xbf {"version": "https://jsonfeed.org/version/1.1", "feed_url": "https://paper.example/feed", '
    b'"hubs": [{"type": "rssCloud", "url": "https://x.example/"}, {"type": "WebSub", "url": "https://hub.example/"}]}'
)
LATER = b'<rss><channel><item><title>a</title><link rel="hub" href="https://evil.example/"/></item></channel></rss>'


@pytest.mark.parametrize(
    ("header", "document", "expected"),
    [
        (f'<{HUB}>; rel="hub", <{SELF}>; rel="self"', b"", Advertised(hub=HUB, topic=SELF)),
        (f"<{HUB}>;rel=hub,<{SELF}>;title=x;rel=self", b"", Advertised(hub=HUB, topic=SELF)),
        (f'<{HUB}>; rel="preconnect hub"', b"", Advertised(hub=HUB, topic=URL)),
        ('<//other.example/h>; REL=HUB', RSS, Advertised(hub="https://other.example/h", topic=URL)),
        ('</style.css>; rel=preload; as=style', RSS, Advertised(hub=HUB, topic=SELF)),
        ("", RSS, Advertised(hub=HUB, topic=SELF)),
        ("", ATOM, Advertised(hub=HUB, topic=SELF)),
        ("", LATER, None),
        ('<javascript:alert(1)>; rel=hub', b"", None),
        ('<http://me:pw@hub.example/>; rel=hub', b"", None),
        ('<http://[>; rel=hub', b"", None),
        ("<https://hub.example/", b"<link rel=hub", None),
        ("", JSON, Advertised(hub=HUB, topic=SELF)),
        ("", b'{"hubs": {"url": "https://hub.example/"}}', None),
        ("", b'{"hubs": [1, {"type": "rssCloud", "url": "https://hub.example/"}]}', None),
        ("", b'{"hubs": ' + b"[" * 200_000, None),
        ("", b"\xff\xfe<\x00l\x00i\x00n\x00k\x00", None),
    ],
)  # fmt: skip
def test_headers_come_first_then_the_head_of_the_document(
    header: str, document: bytes, expected: Advertised | None
) -> None:
    """What stands in an item is its author's, not the publisher's."""
    assert advertised(header, document, URL) == expected


def test_looking_for_a_hub_takes_no_time_however_a_document_is_made() -> None:
    """Floods of what looks like a link are bounded by the head that is looked at."""
    for flood in (b"<link ", b"<link rel=", b'<link href="', b"<a:link rel='hub' "):
        assert advertised("<" * 8000, b"<rss>" + flood * 200_000, URL) is None


@pytest.mark.parametrize(
    ("said", "lease"),
    [
        ("864000", LEASE),
        ("60", timedelta(minutes=1)),
        ("0", timedelta(minutes=1)),
        ("99999999999", timedelta(days=60)),
        (None, LEASE),
        ("-1", LEASE),
        ("²", LEASE),
        ("soon", LEASE),
    ],
)
def test_a_lease_is_read_within_reason(said: str | None, lease: timedelta) -> None:
    """A hub that says nothing useful is taken to grant what it was asked for."""
    assert granted(said) == lease


def test_a_signature_is_that_of_the_body_and_the_secret() -> None:
    """RFC 2104 with the methods of the standard, whatever the case of its digits."""
    digest = "dc46983557fea127b43af721467eb9b3fde2338fe3e14f51952aa8478c13d355"
    assert is_signed(b"body", f"sha256={digest}", "secret")
    assert is_signed(b"body", f" SHA256={digest.upper()}", "secret")
    assert is_signed(b"body", "sha1=a18991ff7e4513a1c2d2ee51e3a8e99ca891d9cd", "secret")
    assert not is_signed(b"body!", f"sha256={digest}", "secret")
    for signature in ("", "sha256", "sha256=", "md5=" + "0" * 32, "new=1", f"sha1={digest}", "sha256=é"):
        assert not is_signed(b"body", signature, "secret")
