"""What the start and the end of each element does, by its name with the usual prefix: `dc_creator`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from feedparser.mixin import _FeedParserMixin
from feedparser.util import FeedParserDict

from monitor.feeds.lean.dates import parsed
from monitor.feeds.lean.state import State, UnsureError, absolute

Attributes = dict[str, str]
Start = Callable[[State, Attributes], None]
End = Callable[[State], None]

_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}
_HTML = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})
_COPIED = frozenset({"text/plain", "text/html", "application/xhtml+xml"})


class Element(NamedTuple):
    """What to do at both ends of an element."""

    name: str
    start: Start | None
    """None for an element that feedparser knows nothing of."""
    end: End | None
    local: str
    """Its name without prefix."""

    @property
    def plain(self) -> bool:
        """Whether it has no prefix."""
        return self.name == self.local


def _rss(state: State, attributes: Attributes) -> None:
    if state.lang:
        state.feed["language"] = state.lang.replace("_", "-")
    if not state.version.startswith("rss"):
        given = attributes.get("version", "")
        state.version = _VERSIONS.get(given) or ("rss20" if given.startswith("2.") else "rss")


def _channel(state: State, attributes: Attributes) -> None:
    _no_cdf(attributes)
    state.infeed = True


def _no_cdf(attributes: Attributes) -> None:
    if "lastmod" in attributes or "href" in attributes:
        raise UnsureError


def _feed(state: State, attributes: Attributes) -> None:
    if state.lang:
        state.feed["language"] = state.lang.replace("_", "-")
    state.infeed = True
    if not state.version:
        state.version = _ATOM_VERSIONS.get(attributes.get("version", ""), "atom")


def _end_feed(state: State) -> None:
    state.infeed = False


def _item(state: State, attributes: Attributes) -> None:
    _no_cdf(attributes)
    state.entries.append({})
    state.depths = {}
    state.ignore("item")
    state.inentry = True
    state.guidislink = False
    state.title_depth = -1
    about = attributes.get("rdf:about")
    if about:
        state.context()["id"] = about


def _end_item(state: State) -> None:
    state.pop("item")
    state.inentry = state.has_content = False


def _image(state: State, _: Attributes) -> None:
    context = state.context()
    if not state.inentry:
        context.setdefault("image", {})
    state.inimage = True
    state.title_depth = -1
    state.ignore("image")


def _end_image(state: State) -> None:
    state.pop("image")
    state.inimage = False


def _author(state: State, _: Attributes) -> None:
    state.inauthor = True
    state.push("author")
    state.context().setdefault("authors", []).append({})


def _end_author(state: State) -> None:
    state.pop("author")
    state.inauthor = False
    state.sync_author()


def _contributor(state: State, _: Attributes) -> None:
    state.incontributor = True
    state.ignore("contributor")


def _end_contributor(state: State) -> None:
    state.pop("contributor")
    state.incontributor = False


def _dc_contributor(state: State, _: Attributes) -> None:
    state.incontributor = True
    state.push("name", expects_text=False)


def _end_dc_contributor(state: State) -> None:
    _end_person("name", "name")(state)
    state.incontributor = False


def _person(frame: str, *, expects_text: bool) -> Start:
    def start(state: State, _: Attributes) -> None:
        state.push(frame, expects_text=expects_text)

    return start


def _end_person(frame: str, key: str) -> End:
    def end(state: State) -> None:
        value = state.pop(frame)
        if state.inauthor or (state.inpublisher and key != "href"):
            state.save_author(key, value)

    return end


def _owner(state: State, _: Attributes) -> None:
    state.inpublisher = True
    state.ignore("publisher")


def _end_owner(state: State) -> None:
    state.pop("publisher")
    state.inpublisher = False


def _date(key: str) -> tuple[Start, End]:
    def start(state: State, _: Attributes) -> None:
        state.push(key)

    def end(state: State) -> None:
        value = state.pop(key)
        context = state.context()
        if context is not state.feed:  # of a feed's own dates nothing is read
            context[key + "_parsed"] = parsed(value)

    return start, end


def _category(scheme: str | None = None, term: str = "term") -> Start:
    def start(state: State, attributes: Attributes) -> None:
        if term == "text":
            state.add_tag(attributes.get("text"), scheme, None)
        else:
            given = attributes.get("scheme", scheme or attributes.get("domain"))
            state.add_tag(attributes.get("term"), given, attributes.get("label"))
        state.push("category")

    return start


def _end_category(state: State) -> None:
    value = state.pop("category")
    if not value:
        return
    tags = state.context().get("tags")
    if tags is None:
        raise UnsureError
    if tags and not tags[-1]["term"]:
        tags[-1]["term"] = value
    else:
        state.add_tag(value, None, None)


def _end_keywords(frame: str, scheme: str | None) -> End:
    def end(state: State) -> None:
        for term in (state.pop(frame) or "").split(","):
            if term.strip():
                state.add_tag(term.strip(), scheme, None)

    return end


def _keywords(frame: str) -> Start:
    def start(state: State, attributes: Attributes) -> None:
        if not attributes:
            state.push(frame)

    return start


def _link(state: State, attributes: Attributes) -> None:
    context = state.context()
    href = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if not href and "href" not in attributes:
        state.push("link", expects_text=state.infeed or state.inentry or state.insource)
        return
    href = absolute(href or attributes["href"])
    rel = attributes.get("rel", "alternate")
    kind = attributes.get("type", "application/atom+xml" if rel == "self" else "text/html")
    if rel == "alternate" and kind.lower() in _HTML:
        context["link"] = href


def _guid(state: State, attributes: Attributes) -> None:
    state.guidislink = attributes.get("ispermalink", "true") == "true"
    state.push("id")


def _end_guid(state: State) -> None:
    value = state.pop("id")
    if state.guidislink:
        state.context().setdefault("link", value)


def _title(state: State, attributes: Attributes) -> None:
    wanted = state.infeed or state.inentry or state.insource
    state.push_content("title", attributes, "text/plain", expects_text=wanted)


def _end_title(state: State) -> None:
    if state.pop_content("title"):
        state.title_depth = state.depth


def _end_media_title(state: State) -> None:
    depth = state.title_depth
    _end_title(state)
    state.title_depth = depth


def _text(frame: str, kind: str) -> tuple[Start, End]:
    def start(state: State, attributes: Attributes) -> None:
        state.push_content(frame, attributes, kind)

    def end(state: State) -> None:
        state.pop_content(frame)

    return start, end


def _description(state: State, attributes: Attributes) -> None:
    if "summary" in state.context() and not state.has_content:
        state.summary_key = "content"
        _content(state, attributes)
    else:
        wanted = state.infeed or state.inentry or state.insource
        state.push_content("description", attributes, "text/html", expects_text=wanted)


def _end_description(state: State) -> None:
    if state.summary_key == "content":
        _end_content(state)
    else:
        state.pop_content("description")
    state.summary_key = None


def _summary(state: State, attributes: Attributes) -> None:
    if "summary" in state.context() and not state.has_content:
        state.summary_key = "content"
        _content(state, attributes)
    else:
        state.summary_key = "summary"
        state.push_content("summary", attributes, "text/plain")


def _end_summary(state: State) -> None:
    if state.summary_key == "content":
        _end_content(state)
    else:
        state.pop_content(state.summary_key or "summary")
    state.summary_key = None


def _content(state: State, attributes: Attributes) -> None:
    state.has_content = True
    state.push_content("content", attributes, "text/plain")
    # feedparser opens it twice and closes it once; what is below is never closed.
    frame = state.frames[-1]
    state.frames[-1] = frame._replace(pieces=None)
    state.frames.append(frame)


def _encoded(state: State, attributes: Attributes) -> None:
    state.has_content = True
    state.push_content("content", attributes, "text/html")


def _end_content(state: State) -> None:
    copied = state.content_type in _COPIED
    value = state.pop_content("content")
    if copied:
        state.context().setdefault("summary", value)


def _source(state: State, _: Attributes) -> None:
    state.ignore("source")
    state.insource = True
    state.title_depth = -1


def _end_source(state: State) -> None:
    state.insource = False
    state.pop("source")
    state.source.clear()


def _artwork(state: State, attributes: Attributes) -> None:
    state.ignore("itunes_image")
    if attributes.get("href") or attributes.get("url"):
        state.context()["image"] = {}


def _nothing(_: State, __: Attributes) -> None:
    """Open nothing; the text goes to the element around it."""


def _opened(frame: str) -> tuple[Start, End]:
    def start(state: State, _: Attributes) -> None:
        state.ignore(frame)

    def end(state: State) -> None:
        state.pop(frame)

    return start, end


def _table() -> dict[str, tuple[Start, End | None]]:
    found: dict[str, tuple[Start, End | None]] = {
        "rss": (_rss, None),
        "channel": (_channel, _end_feed),
        "feed": (_feed, _end_feed),
        "image": (_image, _end_image),
        "contributor": (_contributor, _end_contributor),
        "dc_contributor": (_dc_contributor, _end_dc_contributor),
        "itunes_owner": (_owner, _end_owner),
        "category": (_category(), _end_category),
        "keywords": (_category(), _end_category),
        "dc_subject": (_category(), _end_category),
        "media_category": (_category("http://search.yahoo.com/mrss/category_schema"), _end_category),
        "itunes_category": (_category("http://www.itunes.com/", "text"), _end_category),
        "itunes_keywords": (
            _keywords("itunes_keywords"),
            _end_keywords("itunes_keywords", "http://www.itunes.com/"),
        ),
        "media_keywords": (_keywords("media_keywords"), _end_keywords("media_keywords", None)),
        "link": (_link, lambda state: _closed(state, "link")),
        "title": (_title, _end_title),
        "dc_title": (_title, _end_title),
        "media_title": (_title, _end_media_title),
        "content": (_content, _end_content),
        "content_encoded": (_encoded, _end_content),
        "fullitem": (_encoded, _end_content),
        "source": (_source, _end_source),
        "enclosure": (_nothing, None),
        "cloud": (_nothing, None),
        "media_group": (_nothing, None),
        "media_content": (_nothing, None),
        "cc_license": (_nothing, None),
        "admin_generatoragent": (_nothing, None),
        "admin_errorreportsto": (_nothing, None),
        "language": (_language, lambda state: _closed(state, "language")),
        "dc_language": (_language, lambda state: _closed(state, "language")),
    }
    many: Iterable[tuple[str, Start, End]] = (
        ("item entry", _item, _end_item),
        ("author managingeditor dc_author dc_creator itunes_author", _author, _end_author),
        ("name itunes_name", _person("name", expects_text=False), _end_person("name", "name")),
        ("email itunes_email", _person("email", expects_text=False), _end_person("email", "email")),
        ("url uri homepage", _person("href", expects_text=True), _end_person("href", "href")),
        ("published issued pubdate dcterms_issued", *_date("published")),
        ("updated modified lastbuilddate dc_date dcterms_modified", *_date("updated")),
        ("created dcterms_created", *_date("created")),
        ("guid id", _guid, _end_guid),
        ("subtitle tagline itunes_subtitle", *_text("subtitle", "text/plain")),
        ("rights copyright dc_rights", *_text("rights", "text/plain")),
        ("info feedburner_browserfriendly", *_text("info", "text/plain")),
        ("description dc_description media_description", _description, _end_description),
        ("summary itunes_summary", _summary, _end_summary),
        ("itunes_image itunes_link", _artwork, lambda state: _closed(state, "itunes_image")),
        ("webmaster dc_publisher", *_opened("publisher")),
        ("generator", *_opened("generator")),
        ("width", *_opened("width")),
        ("height", *_opened("height")),
        ("expirationdate", *_opened("expired")),
        ("media_rating", *_opened("rating")),
        ("media_credit", *_opened("credit")),
        ("media_restriction", *_opened("restriction")),
        ("media_license", *_opened("license")),
        ("media_thumbnail", *_opened("url")),
        ("media_player", *_opened("media_player")),
    )
    for names, start, end in many:
        found.update((name, (start, end)) for name in names.split())
    return found


def _language(state: State, _: Attributes) -> None:
    state.push("language")


def _closed(state: State, frame: str) -> None:
    state.pop(frame)


def _feedparsers_own() -> frozenset[str]:
    """Name all elements that feedparser does something about, be it at one end."""
    names: list[Any] = dir(_FeedParserMixin)
    return frozenset(
        name.partition("_")[2].partition("_")[2] for name in names if name.startswith(("_start_", "_end_"))
    )


_TABLE = _table()
_UNKNOWN_TO_US = _feedparsers_own() - _TABLE.keys()
_READ = frozenset({"ttl", "sy_updateperiod", "sy_updatefrequency"})
"""Elements without a rule of their own whose text is wanted."""
_KEYS = frozenset(
    {
        *("id", "link", "links", "title", "title_detail", "summary", "content", "author", "authors", "tags"),
        *("published", "updated", "created", "published_parsed", "updated_parsed", "created_parsed"),
        *("image", "textinput", "language", "source", *FeedParserDict.keymap),
    }
) - {"items"}
"""Keys that an element without a rule of its own must not bear: it would stand for another."""


def element(name: str, *, local: str) -> Element:
    """Say what an element of this name does.

    Raises:
        UnsureError: feedparser does something about it that we do not.
    """
    if name in _UNKNOWN_TO_US or name in {"svg", "math"}:
        raise UnsureError
    start, end = _TABLE.get(name, (None, None))
    if start is None and name in _READ:
        return Element(name, _wanted(name), None, local)
    if start is None and name in _KEYS:
        raise UnsureError
    return Element(name, start, end, local)


def _wanted(name: str) -> Start:
    """Open an element whose name is the key under which its text is kept."""

    def start(state: State, attributes: Attributes) -> None:
        if attributes:
            raise UnsureError
        state.push(name)

    return start
