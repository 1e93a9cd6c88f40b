"""OPML as exporters really write it."""

from __future__ import annotations

from monitor.opml import read_opml

EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>mine</title></head><body>
  <outline text="Eastern Europe">
    <outline text="Meduza" type="rss" xmlUrl="https://meduza.example/rss" category="/Russia/Politics,war"/>
    <outline title="Kyiv" XMLURL="https://kyiv.example/feed" language="uk-UA"/>
    <outline text="Deeper"><outline text="DW" xmlUrl=" https://dw.example/rss "/></outline>
  </outline>
  <!-- a comment --><outline text="a page" type="link" url="https://x.example/"/>
  <outline text="again" xmlUrl="https://kyiv.example/feed"/>
</body></opml>"""


def test_folders_and_categories_become_tags_and_each_address_counts_once() -> None:
    """Titles, tags, languages and lines are kept; links to pages are not feeds."""
    read = read_opml(EXPORT.encode())
    assert read.problem is None
    assert [(found.url, found.title, found.tags, found.lang, found.line) for found in read.outlines] == [
        ("https://meduza.example/rss", "Meduza", ("eastern-europe", "russia", "politics", "war"), None, 4),
        ("https://kyiv.example/feed", "Kyiv", ("eastern-europe",), "uk", 5),
        ("https://dw.example/rss", "DW", ("eastern-europe", "deeper"), None, 6),
    ]


def test_a_broken_file_is_read_up_to_the_break_and_says_so() -> None:
    """A file cut in half still brings its first feeds, with the line of the break."""
    read = read_opml(EXPORT[: EXPORT.index("<!--")].encode())
    assert len(read.outlines) == 3
    assert read.problem
    assert read.line


def test_what_is_no_opml_is_called_so() -> None:
    """A page, nothing, and noise."""
    for document in (b"<html><body/></html>", b"", b"plain text", b"\x00\xff\xfe"):
        read = read_opml(document)
        assert not read.outlines
        assert read.problem
        assert "no OPML" in read.problem


def test_entities_are_neither_expanded_nor_fetched() -> None:
    """A hostile list cannot read files or blow up."""
    bomb = """<!DOCTYPE opml [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa">
      <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
      <opml><body><outline text="x" xmlUrl="https://x.example/"/>&f;&b;</body></opml>"""
    read = read_opml(bomb.encode())
    assert [found.url for found in read.outlines] == ["https://x.example/"]


def test_addresses_of_older_readers_are_web_addresses() -> None:
    """`feed:` is what browsers once handed to readers."""
    document = b"""<opml><body><outline xmlUrl="feed://a.example/rss"/><outline xmlUrl="feed:https://b.example/"/>
        <outline xmlUrl="FEED://c.example/x"/><outline xmlUrl="https://feed.example/"/></body></opml>"""
    assert [found.url for found in read_opml(document).outlines] == [
        "http://a.example/rss",
        "https://b.example/",
        "http://c.example/x",
        "https://feed.example/",
    ]
