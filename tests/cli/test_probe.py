"""`feeds probe` against a real server on loopback: feed, page, refusal, redirect, and what is never shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.serving import Quiet, served

Run = Callable[..., Result]
FEED = """<rss version="2.0"><channel><title>My "News"</title><language>en</language>
<item><title>A &amp; B \u202e</title><link>http://x.example/1?utm_source=q</link>
<guid isPermaLink="false">1</guid>
<pubDate>Tue, 24 Nov 2020 20:00:00 GMT</pubDate></item>
<item><title>undated</title></item></channel></rss>"""
PAGE = '<html><title>Site</title><link rel="alternate" type="application/rss+xml" href="/feed"></html>'


class Site(Quiet):
    """A feed, a page that names it, a feed behind a token, a redirect, and nothing else."""

    def respond(self) -> None:
        """Answer by path."""
        answers = {"/feed": (200, "application/rss+xml", FEED), "/": (200, "text/html", PAGE)}
        if self.headers.get("X-Key"):
            answers["/private"] = answers["/feed"]
        if self.path == "/old":
            self.send_response(301)
            self.send_header("Location", "/feed")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status, kind, text = answers.get(self.path, (403, "text/plain", "no"))
        self.answer(status, kind, text)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the server."""
    with served(Site) as address:
        yield address


@pytest.mark.usefixtures("folder")
def test_a_feed_is_described_as_it_would_be_stored(run: Run, site: str) -> None:
    """Kind, language, entries, what they lack, and the lines that would watch it."""
    result = run("feeds", "probe", f"{site}/feed", "--allow-private")
    assert result.exit_code == 0
    for expected in (
        "answered 200, application/rss+xml",
        'rss20 "My "News"", language en',
        "2 entries, the newest",
        "1 without date, 1 without link, 1 without guid",
        "A & B",
        "neither ETag nor Last-Modified",
        f'{{url: "{site}/feed", name: "My \\"News\\"", allow_private: true}}',
    ):
        assert expected in result.output
    assert "\u202e" not in result.output
    probed = json.loads(run("feeds", "probe", f"{site}/feed", "--allow-private", "--json").output)
    assert probed["is_feed"]
    assert [entry["guid"] for entry in probed["entries"]] == ["1", None]


@pytest.mark.usefixtures("folder")
def test_a_page_is_no_feed_but_names_one(run: Run, site: str) -> None:
    """Exit code 1, and the address to try next."""
    result = run("feeds", "probe", f"{site}/", "--allow-private")
    assert result.exit_code == 1
    assert f"it names a feed: {site}/feed" in result.output


@pytest.mark.usefixtures("folder")
def test_a_feed_that_moved_for_good_is_suggested_at_its_new_address(run: Run, site: str) -> None:
    """So that the redirect is not asked for every time."""
    result = run("feeds", "probe", f"{site}/old", "--allow-private")
    assert f"moved for good to {site}/feed" in result.output
    assert f'url: "{site}/feed"' in result.output


@pytest.mark.usefixtures("folder")
def test_refusals_are_one_sentence_and_exit_code_1(run: Run, site: str) -> None:
    """A status, a private address, a port where nobody listens."""
    for words, sentence in (
        ((f"{site}/none", "--allow-private"), "no feed: the server answered with status 403"),
        ((f"{site}/feed",), "no feed: 127.0.0.1 is not on the public Internet"),
        (("http://127.0.0.1:1/", "--allow-private"), "no feed: "),
    ):
        result = run("feeds", "probe", *words)
        assert result.exit_code == 1
        assert sentence in result.output
        assert result.output.count("\n") == 1
    assert run("feeds", "probe", "ftp://a.example").exit_code == 2


def test_a_configured_feed_is_asked_with_its_headers_and_its_secret_stays_hidden(
    folder: Path, run: Run, site: str
) -> None:
    """The `run` fixture checks that no output holds the secret."""
    (folder / "config.yaml").write_text(
        f"feeds: [{{url: '{site}/private', headers: {{X-Key: '${{TOKEN}}'}}, allow_private: true}}]\n"
        "channels: {c: {type: console}}\n"
    )
    assert run("feeds", "probe", f"{site}/private").exit_code == 0


def test_no_configuration_is_needed(
    tmp_path: Path, run: Run, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first look at a feed comes before the first config.yaml."""
    monkeypatch.chdir(tmp_path)
    assert run("feeds", "probe", f"{site}/feed", "--allow-private").exit_code == 0
    assert run("feeds", "probe", f"{site}/feed", "--allow-private", "-c", "typo.yaml").exit_code == 2
