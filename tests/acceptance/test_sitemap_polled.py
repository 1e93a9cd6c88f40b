"""A site that has nothing but sitemaps is watched like any other."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.acceptance.daemon import Desk
from tests.feeds.zoo import conditional

SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def sitemap(*titles: str) -> bytes:
    """Make a news sitemap of articles published now."""
    now = datetime.now(UTC).isoformat()
    articles = "".join(
        f"<url><loc>http://valley.example/{number}</loc><news:news><news:publication_date>{now}"
        f"</news:publication_date><news:title>{title}</news:title></news:news></url>"
        for number, title in enumerate(titles)
    )
    return f"<urlset {SPACES}>{articles}</urlset>".encode()


async def test_articles_of_an_index_are_alerted_on_though_the_index_stays_the_same(desk: Desk) -> None:
    """The index has an ETag and keeps it; what is new stands in its sitemap, and comes at the next poll."""
    address = f"{desk.zoo.url}/news.xml"
    index = f"<sitemapindex {SPACES}><sitemap><loc>{address}</loc></sitemap></sitemapindex>".encode()
    desk.zoo.answers["/index.xml"] = conditional(index, '"same"')
    desk.zoo.answers["/news.xml"] = conditional(sitemap("Bridge reopens in the valley"), '"1"')
    desk.settings["feeds"].append({"url": f"{desk.zoo.url}/index.xml", "allow_private": True})
    async with desk.running() as daemon:
        await daemon.until(lambda: "Bridge reopens in the valley" in daemon.said)
        later = sitemap("Bridge reopens in the valley", "Flood closes the road to the mill")
        desk.zoo.answers["/news.xml"] = conditional(later, '"2"')
        await daemon.until(lambda: "Flood closes the road to the mill" in daemon.said)
        assert await daemon.stop() == 0
    assert daemon.said.count("Bridge reopens in the valley") == 1
