"""Canonical addresses: what counts as one address, what stays two."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.urls import article_id, canonical_url, is_home, web_link


def _google_news(address: str) -> str:
    """Wrap an address as Google News did until 2024."""
    size = len(address)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    message = b"\x08\x13\x22" + length + address.encode() + b"\xd2\x01\x00"
    return "https://news.google.com/rss/articles/" + base64.urlsafe_b64encode(message).decode().rstrip("=")


@pytest.mark.parametrize(
    ("published", "canonical"),
    [
        ("HTTP://WWW.Courier.example:80/a/../world/x.html", "https://courier.example/world/x.html"),
        (
            "https://courier.example/x?utm_source=rss&at_medium=RSS&fbclid=1&xtor=2&CMP=3",
            "https://courier.example/x",
        ),
        ("https://courier.example/x?b=2&id=7&a=1#top", "https://courier.example/x?a=1&b=2&id=7"),
        ("https://m.courier.example/x/", "https://courier.example/x"),
        ("https://amp.courier.example/x/amp/", "https://courier.example/x"),
        ("https://courier.example/amp/x", "https://courier.example/x"),
        ("https://courier.example/x.amp.html", "https://courier.example/x"),
        ("https://courier.example/world/index.html", "https://courier.example/world"),
        ("https://courier.example/#!/story/1", "https://courier.example/#!/story/1"),
        ("https://user:word@courier.example/x", "https://courier.example/x"),
        ("https://courier.example:8443/x", "https://courier.example:8443/x"),
        ("https://вестник.example/мост", "https://xn--b1agjinxh.example/%D0%BC%D0%BE%D1%81%D1%82"),
        ("https://www.google.com/amp/s/courier.example/x/amp", "https://courier.example/x"),
        ("https://courier-example.cdn.ampproject.org/c/s/courier.example/x", "https://courier.example/x"),
        ("https://www.google.com/url?q=https://courier.example/x&sa=D", "https://courier.example/x"),
        (
            "https://www.bing.com/news/apiclick.aspx?url=https%3a%2f%2fcourier.example%2fx",
            "https://courier.example/x",
        ),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fcourier.example%2Fx&h=AT0",
            "https://courier.example/x",
        ),
        ("https://vk.com/away.php?to=https%3A%2F%2Fcourier.example%2Fx", "https://courier.example/x"),
        ("https://www.google.co.uk/url?rct=j&url=https://courier.example/x", "https://courier.example/x"),
        ("https://archive.is/newest/https://www.courier.example/x?id=3", "https://courier.example/x?id=3"),
        ("https://web.archive.org/web/20260101120000/http://courier.example/x", "https://courier.example/x"),
        ("https://web.archive.org/web/2026/https:/courier.example/x", "https://courier.example/x"),
        (
            "https://www-courier--north-example.translate.goog/x?_x_tr_sl=ru",
            "https://courier-north.example/x",
        ),
        (
            "https://translate.google.com/translate?sl=ru&u=https://courier.example/x",
            "https://courier.example/x",
        ),
        (
            "https://r.search.yahoo.com/_ylt=A/RV=2/RU=https%3a%2f%2fcourier.example%2fx/RK=2/RS=a",
            "https://courier.example/x",
        ),
        ("https://courier-example.turbopages.org/courier.example/s/news/x", "https://courier.example/news/x"),
        ("https://yandex.ru/turbo?text=https%3A%2F%2Fcourier.example%2Fx", "https://courier.example/x"),
        ("https://out.reddit.com/t3_abc?url=https%3A%2F%2Fcourier.example%2Fx", "https://courier.example/x"),
        ("https://edition.cnn.com/2026/x", "https://cnn.com/2026/x"),
        ("https://www.bbc.co.uk/news/x", "https://bbc.com/news/x"),
        ("https://courier.example/amphtml/x", "https://courier.example/x"),
        ("https://archive.is/abcde", "https://archive.is/abcde"),
        ("https://www.google.com/url?q=javascript:alert(1)", "https://google.com/url?q=javascript:alert(1)"),
        ("https://www.bing.com/search?q=courier", "https://bing.com/search?q=courier"),
        (
            "https://news.google.com/rss/articles/" + "A" * 17,
            "https://news.google.com/rss/articles/" + "A" * 17,
        ),
        (_google_news("https://www.courier.example/x?id=3") + "?oc=5", "https://courier.example/x?id=3"),
        (_google_news("https://courier.example/" + "a" * 200), "https://courier.example/" + "a" * 200),
    ],
)
def test_one_article_has_one_canonical_address(published: str, canonical: str) -> None:
    """Scheme, host, path and query lose what does not tell articles apart."""
    assert canonical_url(published) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://courier.example/x?id=1", "https://courier.example/x?id=2"),
        ("https://courier.example/x", "https://courier.example/X"),
        ("https://courier.example/a%2Fb", "https://courier.example/a/b"),
        ("https://news.courier.example/x", "https://sport.courier.example/x"),
        ("https://courier.example/x?p=1&p=2", "https://courier.example/x?p=2&p=1"),
    ],
)
def test_different_articles_keep_different_addresses(one: str, other: str) -> None:
    """Whatever may name an article stays."""
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:desk@courier.example",
        "//courier.example/x",
        "/x",
        "https://",
        "https://courier.example:99999/",
        "https://[::1/x",
        "https://courier.example/" + "x" * 3000,
    ],
)
def test_anything_but_http_is_no_link(address: str | None) -> None:
    """Neither to compare nor to open."""
    assert canonical_url(address) is None
    assert web_link(address) is None


def test_a_link_is_shown_without_user_information_and_stray_characters() -> None:
    """What stands before an @ only serves to deceive; line breaks only to break."""
    assert web_link("https://bbc.example@evil.example/x") == "https://evil.example/x"
    assert web_link(" https://courier.example/\u202ea\nb\u200b ") == "https://courier.example/ab"


def test_a_new_google_news_code_stays_as_it_is() -> None:
    """The form used since 2024 can only be opened by asking Google."""
    code = base64.urlsafe_b64encode(b"\x08\x13\x22\x20AU_yqLOpaqueOpaqueOpaqueOpaque12").decode().rstrip("=")
    assert (
        canonical_url(f"https://news.google.com/rss/articles/{code}")
        == f"https://news.google.com/rss/articles/{code}"
    )


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("https://courier.example/", True),
        ("https://courier.example/?id=3", False),
        ("https://courier.example/x", False),
    ],
)
def test_a_home_page_is_told_from_an_article(address: str, *, home: bool) -> None:
    """An address without path and query names a site."""
    assert is_home(address) is home


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (
            "https://courier.example/world/old-words-777a15f219b445613d4c",
            "courier.example#777a15f219b445613d4c",
        ),
        ("https://courier.example/2026/11/bridge-67812345.html", "courier.example#67812345"),
        ("https://courier.example/2026/11/24/nx-s1-4958278/bridge-closed", "courier.example#4958278"),
        ("https://courier.example/2026/11/1242773871/bridge-closed", "courier.example#1242773871"),
        ("https://courier.example/news/20261124", None),
        ("https://courier.example/12345678/bridge", None),
        ("https://courier.example/defaced", None),
        ("https://courier.example/facadefacade", None),
    ],
)
def test_the_number_in_an_address_outlives_its_words(address: str, found: str | None) -> None:
    """Only a long number or hexadecimal id at the very end counts, and no day."""
    assert article_id(address) == found


_PARTS = st.text(alphabet="abcAB12%?&=#/.:-_~ ж\u200b@[]", max_size=40)


@given(
    host=st.sampled_from(["courier.example", "www.m.courier.example", "AMP.courier.example:80"]), rest=_PARTS
)
def test_the_canonical_form_of_a_canonical_form_is_itself(host: str, rest: str) -> None:
    """Idempotent, whatever the path looks like."""
    once = canonical_url(f"http://{host}/{rest}")
    if once is not None:
        assert canonical_url(once) == once


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_an_address(text: str) -> None:
    """Rubbish gives None or an https address."""
    assert (canonical_url(text) or "https://x").startswith("https://")
    web_link(text)
