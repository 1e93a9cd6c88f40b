"""The small rules of configuration: who publishes, what is the same address, what a reference may be."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.checks import problem_of_url, same_address
from monitor.config.outlets import host_of, outlet_of
from monitor.config.secrets import expand, written_out
from monitor.core.units import spoken


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://www.theguardian.com/world/rss", "theguardian.com"),
        ("https://feeds.bbci.co.uk/news/rss.xml", "bbci.co.uk"),
        ("https://www.ukrinform.com.ua/rss", "ukrinform.com.ua"),
        ("https://rss.dw.com/xml", "dw.com"),
        ("https://someone.substack.com/feed", "someone.substack.com"),
        ("https://a.b.c.example.org:8443/", "example.org"),
        ("http://192.0.2.7:8080/feed", "192.0.2.7"),
        ("http://[2001:db8::1]/feed", "2001:db8::1"),
        ("http://localhost/feed", "localhost"),
        ("https://www.t.co/", "t.co"),
        ("nonsense", ""),
        ("http://[", ""),
    ],
)
def test_the_outlet_is_the_registered_name(url: str, outlet: str) -> None:
    """Subdomains of one publisher are one source; customers of a platform are their own."""
    assert outlet_of(url) == outlet


def test_spellings_of_one_address_are_the_same() -> None:
    """Scheme, www, case of the host, default port, last slash and fragment do not matter; the query does."""
    base = same_address("https://a.example/Feed")
    for other in ("http://A.example:80/Feed/", "https://www.a.example:443/Feed#x", "https://a.example./Feed"):
        assert same_address(other) == base
    for different in ("https://a.example/feed", "https://a.example:8443/Feed", "https://a.example/Feed?x=1"):
        assert same_address(different) != base
    assert host_of("https://WWW.A.example/") == "a.example"


@pytest.mark.parametrize(
    "url",
    ["", "x", "//a.example", "javascript:alert(1)", "http:///x", "https://a b.example/", "http://a:99999/"],
)
def test_what_cannot_be_polled_is_no_feed_address(url: str) -> None:
    """Whatever a line of a list may hold."""
    assert problem_of_url(url)


def expanded(text: str, root: Path, **environment: str) -> tuple[str, str | None]:
    """Expand a secret's text."""
    result = expand(text, whole=True, environment=environment, root=root)
    return result.text, result.problem


def test_references_are_resolved_or_explained(tmp_path: Path) -> None:
    """Names, defaults, several in one text; empty is unset."""
    assert expanded("${A}-${B:-b}-$C", tmp_path, A="a") == ("a-b-$C", None)
    assert expanded("${A:-}", tmp_path) == ("", None)
    for text, name in (("${A}", "A"), ("${A}${B}", "A and B")):
        assert f"variable {name} is not set" in (expanded(text, tmp_path, A="")[1] or "")
    for text in ("${", "${}", "${A", "${A-b}"):
        assert "is no reference" in (expanded(text, tmp_path, A="a")[1] or "")


def test_a_password_in_an_address_may_hold_any_signs(tmp_path: Path) -> None:
    """It is quoted there, and only there; one that is quoted already is left alone."""
    assert expanded("http://u:${P}@h/${P}", tmp_path, P="a/b@c")[0] == "http://u:a%2Fb%40c@h/a/b@c"
    assert expanded("http://u:${P}@h/", tmp_path, P="a%2Fb")[0] == "http://u:a%2Fb@h/"


def test_secret_files_that_are_none_are_explained_and_never_block(tmp_path: Path) -> None:
    """A pipe, a folder, an empty file, bytes that are no text."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, problem in (
        ("pipe", "is no regular file"),
        (".", "is no regular file"),
        ("empty", "is empty"),
        ("binary", "it is not UTF-8"),
        ("nowhere", "cannot be read"),
        ("~no-such-user/token", "begins with the home of nobody known here"),
        ("x" * 300, "cannot be read: file name too long"),
    ):
        assert problem in (expanded(f"file:{name}", tmp_path)[1] or "")


def test_secrets_written_out_are_noticed_and_harmless_texts_are_not() -> None:
    """By their shape anywhere, by their key where it is telling; the sentence never shows them."""
    token = "-".join(("xapp", "1", "ABCDEFGHIJ"))
    for path, text in (
        (("channels", "s", "token"), "anything"),
        (("feeds", 0, "headers", "X-Api-Key"), "k123"),
        (("feeds", 0, "name"), token),
        (("polling", "proxy"), "http://u:pw@proxy:1"),
    ):
        said = written_out(path, text)
        assert said
        assert text not in said
    for path, text in (
        (("channels", "s", "token"), "${TOKEN}"),
        (("channels", "s", "token"), "file:/x"),
        (("feeds", 0, "headers", "Accept-Language"), "uk"),
        (("polling", "proxy"), "http://proxy:1"),
        (("feeds", 0, "name"), "Secret token news"),
    ):
        assert written_out(path, text) is None


def test_durations_are_spoken_as_the_file_writes_them() -> None:
    """The largest unit that fits."""
    assert [spoken(timedelta(seconds=s)) for s in (0, 30, 90, 300, 7200, 86400 * 3)] == [
        "0s",
        "30s",
        "90s",
        "5m",
        "2h",
        "3d",
    ]
