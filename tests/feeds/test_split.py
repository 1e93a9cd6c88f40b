"""Feeds cut at their items: what is read of the pieces is what is read of the whole."""

from __future__ import annotations

import lzma
import random
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.models import Fetched, ParsedFeed, RawEntry
from monitor.core.settings import PollingSettings
from monitor.feeds.encodings import to_utf8
from monitor.feeds.limits import Source
from monitor.feeds.parse import ParserPool
from monitor.feeds.reading import read_document
from monitor.feeds.sniff import feed_start
from monitor.feeds.split import digest, split, well_formed
from monitor.feeds.syndication import clean_xml, read_syndication
from tests.feeds.zoo import RSS

SOURCE = Source(url="http://valley.example/feed.xml", max_entries=10_000)


def wrap(items: str, head: str = "") -> bytes:
    """Wrap items in a channel."""
    return f'<rss version="2.0" xmlns:x="u:x"><channel>{head}{items}</channel></rss>'.encode()


ITEM = "<item><title>a</title></item>"


@pytest.mark.parametrize(
    ("xml", "items"),
    [
        (wrap(ITEM), 1),
        (wrap(f"{ITEM}\n\t{ITEM}<title>late</title>"), 2),
        (wrap("<item x:y='1'><title><![CDATA[<b>]]></title><!-- c --></item>" + ITEM), 2),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><entry ><id>1</id></entry><entry></entry></feed>', 2),
    ],
)  # fmt: skip
def test_items_side_by_side_are_cut(xml: bytes, items: int) -> None:
    """Put together again, the pieces are the document."""
    pieces = split(xml)
    assert pieces is not None
    assert len(pieces.items) == items
    head, tail = xml[: len(pieces.head)], xml[len(xml) - len(pieces.tail) :]
    assert (head, tail) == (pieces.head, pieces.tail)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        wrap(""),
        wrap("<item/>" + ITEM),
        wrap(ITEM + "<image/>" + ITEM),
        wrap(ITEM + "<!-- x -->" + ITEM),
        wrap(f"<item><item><title>a</title></item></item>{ITEM}"),
        wrap(f"<!-- {ITEM} -->"),
        wrap("<item><title><![CDATA[</item>]]></title></item>" + ITEM),
        wrap("<item><title><![CDATA[<item>]]></title></item>" + ITEM),
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]>" + wrap(ITEM),
        RSS[:20],
    ],
)
def test_what_might_be_cut_wrongly_is_not_cut(xml: bytes) -> None:
    """Nested, hidden or separated items: the whole is read instead."""
    assert split(xml) is None


@pytest.mark.parametrize(
    "xml",
    [
        wrap("<item><link>http://a.example/</link><title>a</item>"),
        wrap("<item><title>a<b></title></item>" + ITEM),
        wrap("<item><title>a</title><z:undeclared/></item>"),
        RSS[:-5],
        wrap(f"<item><title>a</title>{'x' * 300_000}</item>{ITEM}")[:-4],
    ],
)
def test_broken_document_is_read_whole(xml: bytes) -> None:
    """No hash is given for items of a document that strict parsers refuse: the next read is whole as well."""
    feed = read_document(xml, SOURCE)
    assert isinstance(feed, ParsedFeed)
    assert feed.entries
    assert feed.problem
    assert feed.seen == ()
    assert feed == read_syndication(clean_xml(xml), SOURCE)


def test_known_items_are_not_read_again() -> None:
    """Only what is new comes back, with the hashes of everything for the next time."""
    old = "".join(f"<item><title>{n}</title></item>" for n in range(5))
    first = read_document(wrap(old, head="<title>T</title>"), SOURCE)
    assert isinstance(first, ParsedFeed)
    assert len(first.seen) == len(first.entries) == 5
    again = replace(SOURCE, known=frozenset(first.seen))
    second = read_document(wrap("<item><title>new</title></item>" + old, head="<title>T</title>"), again)
    assert isinstance(second, ParsedFeed)
    assert [entry.title for entry in second.entries] == ["new"]
    assert second.seen[1:] == first.seen
    third = read_document(wrap(old, head="<title>T</title>"), again)
    assert isinstance(third, ParsedFeed)
    assert (third.entries, third.title, third.version) == ((), "T", "rss20")


def test_edited_item_is_read_again() -> None:
    """A changed byte is a changed item."""
    first = read_document(wrap(ITEM), SOURCE)
    assert isinstance(first, ParsedFeed)
    changed = read_document(wrap(ITEM.replace("a<", "b<")), replace(SOURCE, known=frozenset(first.seen)))
    assert isinstance(changed, ParsedFeed)
    assert [entry.title for entry in changed.entries] == ["b"]


async def test_known_items_reach_the_worker() -> None:
    """The hashes travel through the pipe and back, of a feed whose head is too large to be read at once."""
    body = RSS.replace(b"<channel>", b"<channel><copyright>" + b"x" * 20_000 + b"</copyright>")
    async with ParserPool(PollingSettings(parse_workers=1)) as pool:
        first = await pool.parse(Fetched(url=SOURCE.url, status=200, body=body))
        assert isinstance(first, ParsedFeed)
        assert len(first.seen) == 1
        second = await pool.parse(Fetched(url=SOURCE.url, status=200, body=body), known=frozenset(first.seen))
    assert isinstance(second, ParsedFeed)
    assert (second.entries, second.seen) == ((), first.seen)


@given(st.text(alphabet="<>/!-[]itemCDA \n&;", max_size=120))
def test_cutting_never_fails(inside: str) -> None:
    """Whatever stands in a channel, the answer is pieces that make it up again, or none."""
    xml = wrap(inside)
    pieces = split(xml)
    if pieces is not None:
        assert all(item in xml for item in pieces.items)
        assert all(digest(item) == digest(bytes(item)) for item in pieces.items)


def recorded_feeds(folder: Path, most: int) -> Iterator[tuple[str, bytes]]:
    """Yield recorded feeds, evenly chosen, none larger than 300 KB."""
    with lzma.open(folder / "feeds" / "feeds.tar.xz") as packed, tarfile.open(fileobj=packed) as archive:
        names = (m for m in archive if "real/" in m.name and m.name.endswith(".xml") and m.size < 300_000)
        for number, member in enumerate(names):
            found = archive.extractfile(member) if number % 5 == 0 else None
            if found is not None and number < most * 5:
                yield member.name, found.read()


@pytest.mark.realdata
def test_pieces_of_recorded_feeds_read_as_the_whole(recorded: Path) -> None:
    """Any items of a feed, read without the others, are entry for entry those of the full parse."""
    dice = random.Random(7)
    cut = compared = 0
    for name, body in recorded_feeds(recorded, 60):
        text = to_utf8(body, None)
        start = feed_start(text)
        assert start is not None, name
        xml = clean_xml(text[start:])
        pieces = split(xml)
        if pieces is None or not well_formed(xml):
            continue
        cut += 1
        whole = read_syndication(xml, SOURCE)
        chosen = sorted(dice.sample(range(len(pieces.items)), min(3, len(pieces.items))))
        part = read_syndication(pieces.document(pieces.items[n] for n in chosen), SOURCE)
        if len(whole.entries) != len(pieces.items):  # empty items are dropped
            continue
        expected: list[RawEntry] = [whole.entries[n] for n in chosen]
        assert list(part.entries) == expected, name
        assert (part.title, part.link, part.version, part.ttl) == (
            whole.title, whole.link, whole.version, whole.ttl,
        )  # fmt: skip
        compared += len(chosen)
    assert cut >= 50
    assert compared >= 100
