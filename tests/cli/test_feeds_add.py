"""`feeds add` against a real server on loopback: what it finds, what it writes, what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from monitor.config.settings import load_settings
from tests.cli.serving import Quiet, served

Run = Callable[..., Result]
FEED = """<rss version="2.0"><channel><title>Valley "News" $1</title><language>en</language>
<item><title>Bridge reopens</title><link>http://valley.example/1</link>
<pubDate>Tue, 24 Nov 2020 20:00:00 GMT</pubDate></item>
<item><title>Bridge closes</title><link>http://valley.example/2</link></item></channel></rss>"""
ALTERNATE = '<link rel="alternate" type="application/{0}" href="{1}" title="{2}">'
PAGES = {
    "/": ALTERNATE.format("json", "/wp-json/wp/v2/pages/2", "JSON")
    + ALTERNATE.format("rss+xml", "/comments/feed", "Comments")
    + ALTERNATE.format("rss+xml", "/gone", "Old")
    + ALTERNATE.format("rss+xml", "/feed", "All"),
    "/inward": ALTERNATE.format("rss+xml", "http://localhost:1/feed", "Inward"),
    "/links": '<a href="/rss/">RSS</a> <a href="/feedback">no</a>',
    "/rss/": '<a href="/silent/feed">gone</a> <a href="/feed">all</a>',
    "/dead": '<a href="/gone.rss">RSS</a>',
    "/silent": "<p>nothing here</p>",
}
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
SITEMAP = f"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="{NEWS}"><url>
<loc>http://valley.example/3</loc><n:news><n:publication><n:name>Valley</n:name><n:language>en</n:language>
</n:publication><n:publication_date>2020-11-24</n:publication_date><n:title>Dam holds</n:title></n:news></url>
</urlset>"""
RULES = "rules:\n  bridges: {any: [bridge]}\n  dams: {any: [dam]}\n"


class Site(Quiet):
    """Feeds, pages that name feeds, a feed that moved, and a robots.txt if the class says so."""

    robots = ""

    def respond(self) -> None:
        """Answer by path."""
        answers = {
            **{path: (200, "text/html", f"<html><head>{page}") for path, page in PAGES.items()},
            **dict.fromkeys(("/feed", "/comments/feed"), (200, "application/rss+xml", FEED)),
            "/robots.txt": (200, "text/plain", self.robots),
            "/news.xml": (200, "application/xml", SITEMAP),
            "/all.xml": (200, "application/xml", "<urlset><url><loc>/x</loc></url></urlset>"),
        }
        status, kind, text = answers.get(self.path, (404, "text/plain", "no"))
        if self.path == "/moved":
            return self.answer(301, kind, text, Location="/feed")
        return self.answer(status, kind, text)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the server."""
    with served(Site) as address:
        yield address


@pytest.fixture
def add(folder: Path, run: Run) -> Run:
    """Run `feeds add` in a folder with two rules."""
    (folder / "rules" / "rules.yaml").write_text(RULES)

    def call(*words: str) -> Result:
        return run("feeds", "add", "--allow-private", *words)

    return call


def test_a_feed_is_written_as_an_import_would_and_described(folder: Path, add: Run, site: str) -> None:
    """Its own name, what is in it, which rules match, and one line more in the file."""
    before = (folder / "config.yaml").read_text()
    result = add(f"{site}/feed", "--tag", "valley", "--name", "Valley")
    assert result.exit_code == 0, result.output
    for expected in (
        'rss20 "Valley "News" $1", language en',
        "2 entries, the newest",
        "rules that match today: bridges (2 entries)\n",
        f'{site}/feed was added to config.yaml as "Valley"\n',
    ):
        assert expected in result.output
    line = f'  - {{url: "{site}/feed", name: "Valley", tags: ["valley"], allow_private: true}}\n'
    assert (folder / "config.yaml").read_text() == before.replace("channels:", f"{line}channels:")
    feed = load_settings(folder / "config.yaml").feeds[-1]
    assert (feed.url, feed.allow_private, feed.tags) == (f"{site}/feed", True, ("valley",))


def test_a_feed_known_already_is_asked_nothing_and_written_nowhere(folder: Path, add: Run, site: str) -> None:
    """Not even where only its scheme, a slash or the way there differs; that is no failure."""
    assert add(f"{site}/feed").exit_code == 0
    after = (folder / "config.yaml").read_text()
    for again in (f"{site}/feed/", f"{site}/moved", "http://two.example/rss"):
        result = add(again)
        assert (
            result.exit_code,
            result.output.splitlines()[-1].endswith("is known already: nothing was added"),
        ) == (
            0,
            True,
        ), result.output
    assert (folder / "config.yaml").read_text() == after


def test_the_best_feed_of_a_page_is_taken_and_all_are_listed(folder: Path, add: Run, site: str) -> None:
    """Comments come last, what cannot be read says why, and what is no feed at all is not named."""
    result = add(f"{site}/")
    assert result.exit_code == 0, result.output
    listed = result.output.splitlines()[:3]
    assert listed[0].startswith(f"  {site}/gone  Old: the server answered with status 404")
    assert listed[1:] == [f"  {site}/feed  All: added", f"  {site}/comments/feed  Comments: not tried"]
    assert f"{site}/ names 3 feeds; {site}/feed was added to config.yaml" in result.output
    assert load_settings(folder / "config.yaml").feeds[-1].url == f"{site}/feed"
    again = add(f"{site}/", "--json")
    assert (again.exit_code, json.loads(again.output)["outcome"]) == (0, "known already")


def test_a_page_of_feeds_that_a_site_links_to_is_looked_through(folder: Path, add: Run, site: str) -> None:
    """`/rss` is often a page for people."""
    result = add(f"{site}/links")
    assert result.exit_code == 0, result.output
    first, second, third = result.output.splitlines()[:3]
    assert first.startswith(f"  {site}/rss/: got a web page instead of a feed")
    assert second.startswith(f"  {site}/silent/feed: the server answered with status 404")
    assert third == f"  {site}/feed: added"
    assert load_settings(folder / "config.yaml").feeds[-1].url == f"{site}/feed"


def test_a_feed_at_its_new_address_is_written_there(folder: Path, add: Run, site: str) -> None:
    """A redirect for good is followed once, now."""
    assert add(f"{site}/moved").exit_code == 0
    assert load_settings(folder / "config.yaml").feeds[-1].url == f"{site}/feed"


def test_a_site_without_feeds_is_asked_for_its_news_sitemap(
    folder: Path, add: Run, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As its robots.txt names it: the one of news, not that of every page; also where its feeds are gone."""
    monkeypatch.setattr(Site, "robots", f"Sitemap: {site}/all.xml\nsitemap: {site}/news.xml\n")
    result = add(f"{site}/dead")
    assert result.exit_code == 0, result.output
    assert 'news sitemap "Valley", language en' in result.output
    assert "rules that match today: dams (1 entry)" in result.output
    assert load_settings(folder / "config.yaml").feeds[-1].url == f"{site}/news.xml"


def test_what_cannot_be_added_is_one_clear_sentence(folder: Path, add: Run, run: Run, site: str) -> None:
    """And the file stays as it was."""
    before = (folder / "config.yaml").read_text()
    for result, sentence in (
        (
            add(f"{site}/silent"),
            "it names no feed, has none where they often are, and its robots.txt names no sitemap",
        ),
        (
            add(f"{site}/dead"),
            f"nothing that {site}/dead names can be read, as far as tried: the server answered",
        ),
        (add(f"{site}/all.xml"), "got a sitemap without news"),
        (add(f"{site}/none"), "nothing was added: the server answered with status 404"),
        (
            run("feeds", "add", f"{site}/feed"),
            "127.0.0.1 is not on the public Internet; give --allow-private",
        ),
        (add(f"{site}/inward"), "not on the public Internet"),
        (add("ftp://a.example/"), "the address must begin with http:// or https://"),
        (add("https://a.example/${TOKEN}"), "the address holds a $"),
        (add("https://me:pass@a.example/"), "the address holds a user or a password"),
    ):
        assert result.exit_code == 1, result.output
        assert sentence in result.output.splitlines()[-1]
    assert (folder / "config.yaml").read_text() == before


def test_a_list_in_a_form_not_known_is_left_to_its_owner(folder: Path, add: Run, site: str) -> None:
    """The sentence says what to change; rules with mistakes do not matter for that."""
    (folder / "config.yaml").write_text("feeds: [https://two.example/rss]\nchannels: {c: {type: console}}\n")
    result = add(f"{site}/feed")
    assert result.exit_code == 2
    assert "write it as lines that begin with `- `" in result.stderr


def test_rules_with_mistakes_keep_no_feed_out(folder: Path, add: Run, site: str) -> None:
    """The feed is added; what matches is not known, and the remedy is named."""
    (folder / "rules" / "rules.yaml").write_text("rules: 7\n")
    result = add(f"{site}/feed")
    assert result.exit_code == 0
    assert "which rules match is not known" in result.output
