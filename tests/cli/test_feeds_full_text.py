"""What `feeds probe`, `feeds add` and `feeds why` say of full texts, and of feeds that no page names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from monitor.config.settings import load_settings
from monitor.core.feed_account import Case, facts_of
from monitor.core.models import Feed, FeedState, PageTally
from monitor.core.settings import PollingSettings
from tests.cli.serving import Quiet, served
from tests.fulltext.newspaper import Teaser, feed, page, prose

Run = Callable[..., Result]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEASERS = (
    Teaser(slug="orla", title="Night shift on the Orla", summary="What engineers saw."),
    Teaser(slug="wall", title="Prices at the market", summary="Onions and leeks."),
)


class Newspaper(Quiet):
    """A feed where WordPress has it, named by a header of one page and by no other."""

    def respond(self) -> None:
        """Answer by path."""
        base = f"http://{self.headers['Host']}"
        article = page(TEASERS[0].title, prose("Divers found a crack in the third pillar."))
        pages = {
            "/feed/": ("application/rss+xml", feed(base, TEASERS)),
            "/orla": ("text/html; charset=utf-8", article),
            "/wall": ("text/html", page(TEASERS[1].title, ["Subscribe to continue reading."])),
            "/": (
                "text/html",
                b"<html><head><title>Courier</title></head><body>No feed named.</body></html>",
            ),
            "/section": ("text/html", b"<html><body>See the header.</body></html>"),
        }
        if self.path not in pages:
            return self.answer(404, "text/plain", "no")
        kind, body = pages[self.path]
        more = {"Link": '</feed/>; rel="alternate"; type="application/rss+xml"'}
        return self.answer(200, kind, body.decode(), **(more if self.path == "/section" else {}))


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the newspaper."""
    with served(Newspaper) as address:
        yield address


def test_a_probe_says_whether_full_texts_would_work(run: Run, site: str) -> None:
    """By the newest pages, each with what it would give or why it gives nothing."""
    result = run("feeds", "probe", f"{site}/feed/", "--allow-private", "--full-text")
    assert result.exit_code == 0, result.output
    assert "full text: works for 1, by the pages of 2 newest entries" in result.output
    assert f"{site}/orla: " in result.output
    assert "characters, where the feed gives 19" in result.output
    assert f"{site}/wall: a paywall:" in result.output
    assert "allow_private: true, full_text: true}" in result.output


def test_a_probe_asks_for_no_page_unless_told_to(run: Run, site: str) -> None:
    """What costs the site requests is asked for."""
    result = run("feeds", "probe", f"{site}/feed/", "--allow-private", "--json")
    assert json.loads(result.output)["pages"] is None


def test_a_feed_is_added_with_full_texts(folder: Path, run: Run, site: str) -> None:
    """The key is written beside the others."""
    result = run("feeds", "add", f"{site}/feed/", "--allow-private", "--full-text", "--name", "Courier")
    assert result.exit_code == 0, result.output
    assert "full text: works for 1" in result.output
    assert load_settings(folder / "config.yaml").feeds[-1].full_text


@pytest.mark.parametrize("path", ["/", "/section"])
def test_a_feed_that_no_page_names_is_found_where_feeds_often_are(
    folder: Path, run: Run, site: str, path: str
) -> None:
    """Or by a Link header, as RFC 8288 has it."""
    result = run("feeds", "add", f"{site}{path}", "--allow-private")
    assert result.exit_code == 0, result.output
    assert load_settings(folder / "config.yaml").feeds[-1].url == f"{site}/feed/"


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (PageTally(), "none has been yet"),
        (
            PageTally(read=47, failed=2, no_article=1, last_read_at=NOW, last_said="a paywall"),
            "47 of the latest 50 gave the article, the last 0 s ago; why the latest was not: a paywall",
        ),
        (
            PageTally(failed=3, no_article=1, waiting=2, last_said="the server answered with status 403"),
            "none of the latest 4 gave the article (3 did not come, 1 held none)",
        ),
    ],
)
def test_why_says_how_the_pages_of_a_feed_fare(tally: PageTally, said: str) -> None:
    """One whose pages always fail says so, and why; one that asks for none says nothing."""
    courier = Feed(url="https://c.example/rss", name="c", outlet="c.example", full_text=True)
    state = FeedState(url=courier.url, next_poll_at=NOW)
    case = Case(feed=courier, state=state, polling=PollingSettings(), at=NOW, pages=tally)
    (fact,) = [fact.text for fact in facts_of(case) if fact.label == "pages"]
    assert said in fact
    plain = Feed(url="https://c.example/rss", name="c", outlet="c.example")
    silent = Case(feed=plain, state=state, polling=PollingSettings(), at=NOW, pages=tally)
    assert "pages" not in {fact.label for fact in facts_of(silent)}
