"""The process that reads pages of articles: confined and killed as that of feeds, and apart from it.

    stdin: request | read_article | stdout: one frame

Apart, since the extractor takes a second to import and 40 MB to hold, which a daemon that fetches no full
texts is spared.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from monitor.core.models import Article, NoArticle
from monitor.feeds import wire
from monitor.feeds.article import read_article
from monitor.feeds.worker import confine, ignore_signals, serve


def main() -> None:
    """Serve pages until stdin ends. The one argument is the CPU time for each, in seconds."""
    ignore_signals()
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]), _frames)


def _frames(head: bytes, known: bytes, body: bytes) -> Iterator[bytes]:
    del known
    url, content_type = json.loads(head)
    yield said(read_article(body, url=url, content_type=content_type))


def said(found: Article | NoArticle) -> bytes:
    """Write what was found as the one frame of a reply."""
    match found:
        case Article():
            article = [found.title, found.text, found.lang, found.canonical, found.free]
            return wire.frame(["article", *article])
        case NoArticle():
            return wire.frame(["none", found.message])


if __name__ == "__main__":
    main()
