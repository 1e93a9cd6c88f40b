"""Pages of articles: how many are extracted a second of CPU, what of them is found; run as a program.

    python -m tests.benchmarks.bench_full_text [PAGES]

Recorded long texts are put into pages as newspapers make them: navigation, teasers of other articles between
and around the paragraphs, scripts, comments, a footer. Each page is read as the worker process reads it. Told
are words of the text that were found again, and words of the surroundings that were taken for it.
"""

from __future__ import annotations

import asyncio
import json
import lzma
import os
import random
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from monitor.core.models import Article, Fetched
from monitor.core.settings import PollingSettings
from monitor.feeds.article import read_article
from monitor.feeds.articles import Articles, for_pages
from monitor.feeds.fetch import HttpFetcher

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("NEWS_MONITOR_DATA", ROOT.parent / "shared" / "data")) / "items"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
_LEAST = 1200
_SURROUNDINGS = ("zzmenu", "zzteaser", "zzcomment", "zzfooter", "zzcookies", "zzpromo")
"""Words that no text has, so that what leaks is counted."""


@dataclass(frozen=True, slots=True)
class Made:
    """A page and the text that is on it."""

    text: str
    body: bytes


def texts(number: int) -> list[tuple[str, str]]:
    """Read recorded titles and texts of some length."""
    found: list[tuple[str, str]] = []
    for name in ("independent-ru-2025.jsonl.xz", "telegram-ru-2024-11.jsonl.xz", "raids-2023-05.jsonl.xz"):
        with lzma.open(DATA / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                item = json.loads(line)
                text = str(item.get("content") or item.get("text") or item.get("summary") or "")
                if len(text) >= _LEAST:
                    found.append((str(item.get("title") or text[:80]), text))
                if len(found) >= number:
                    return found
    return found


def made(title: str, text: str, dice: random.Random) -> Made:
    """Put a text on a page of some 100 KB."""
    menu = "".join(f'<li><a href="/s/{n}">zzmenu {n}</a></li>' for n in range(60))
    teasers = "".join(
        f'<div class="card"><a href="/a/{n}"><h3>zzteaser {n} of the day</h3></a><span>zzteaser</span></div>'
        for n in range(40)
    )
    comments = "".join(f'<div class="comment"><p>zzcomment {n}, says a reader</p></div>' for n in range(25))
    script = f"<script>var data = {json.dumps(['x' * 60] * 900)};</script>"
    paragraphs = [one for one in text.split("\n") if one.strip()] or [text]
    body: list[str] = []
    for paragraph in paragraphs:
        body.append(f"<p>{escape(paragraph)}</p>")
        if dice.random() < 0.2:
            body.append('<aside class="promo"><a href="/p">zzpromo: read also</a></aside>')
    html = (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{escape(title)}</title>{script}'
        f'</head><body><div id="cookie-banner">zzcookies accept all</div><header><nav><ul>{menu}</ul></nav>'
        f'</header><main><article><h1>{escape(title)}</h1>{"".join(body)}</article><section class="related">'
        f'{teasers}</section><section id="comments">{comments}</section></main><footer>zzfooter</footer>'
        f"{script}</body></html>"
    )
    return Made(text, html.encode())


def quality(pages: list[Made], found: list[str]) -> str:
    """Count words found again and words of the surroundings."""
    wanted = kept = leaked = words = whole = 0
    for page, text in zip(pages, found, strict=True):
        of_text, of_found = set(page.text.split()), text.split()
        there = len(of_text & set(of_found))
        wanted, kept, words = wanted + len(of_text), kept + there, words + len(of_found)
        leaked += sum(word.startswith(_SURROUNDINGS) for word in of_found)
        whole += there >= 0.95 * len(of_text)
    return (
        f"{kept / wanted:.1%} of the words found, {leaked / max(words, 1):.2%} of what was taken is of the "
        f"surroundings; {whole} of {len(pages)} texts whole to 95 %"
    )


async def piped(pages: list[Made]) -> float:
    """Return pages a second through the worker process, one after the other."""
    polling = for_pages(PollingSettings())
    async with HttpFetcher(polling, clock=lambda: NOW) as http:
        articles = Articles(http, polling)
        await articles.extracted(Fetched(url="http://x.example/", status=200, body=pages[0].body))
        began = time.perf_counter()
        for page in pages:
            await articles.extracted(Fetched(url="http://x.example/a", status=200, body=page.body))
        took = time.perf_counter() - began
        await articles.close()
    return len(pages) / took


def main() -> None:
    """Print the figures."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    dice = random.Random(7)
    pages = [made(title, text, dice) for title, text in texts(number)]
    size = sum(len(page.body) for page in pages) / len(pages) / 1024
    print(f"{len(pages)} pages of {size:.0f} KiB, texts of {sum(len(p.text) for p in pages) // len(pages)}")
    found: list[str] = []
    read_article(pages[0].body, url="http://x.example/", content_type="text/html")
    began = time.process_time()
    for page in pages:
        article = read_article(page.body, url="http://x.example/a", content_type="text/html")
        found.append(article.text if isinstance(article, Article) else "")
    spent = time.process_time() - began
    print(f"{len(pages) / spent:.0f} pages a second of CPU, {1000 * spent / len(pages):.1f} ms each")
    print(quality(pages, found))
    print(f"{asyncio.run(piped(pages)):.0f} pages a second through the worker, by the clock")


if __name__ == "__main__":
    main()
