"""Which rule an element has, by its name with the usual prefix: `dc_creator`."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from feedparser.mixin import _FeedParserMixin
from feedparser.util import FeedParserDict

from monitor.feeds.lean import boxes
from monitor.feeds.lean import elements as on
from monitor.feeds.lean.elements import Attributes, End, Start
from monitor.feeds.lean.state import State, UnsureError


class Element(NamedTuple):
    """What to do at both ends of an element."""

    name: str
    start: Start | None
    """None for an element that feedparser knows nothing of."""
    end: End | None
    local: str
    """Its name without prefix."""
    ends_image: bool
    ends_textinput: bool
    """Whether it shows that such a box was left, be it not closed."""


_SINGLE: Final[dict[str, tuple[Start, End | None]]] = {
    "rss": (on.rss, None),
    "channel": (on.channel, on.end_feed),
    "feed": (on.feed, on.end_feed),
    "image": (boxes.image, boxes.end_image),
    "textinput": (boxes.textinput, boxes.end_textinput),
    "contributor": (on.contributor, on.end_contributor),
    "dc_contributor": (on.dc_contributor, on.end_dc_contributor),
    "itunes_owner": (on.owner, on.end_owner),
    "category": (on.category(), on.end_category),
    "keywords": (on.category(), on.end_category),
    "dc_subject": (on.category(), on.end_category),
    "media_category": (on.category("http://search.yahoo.com/mrss/category_schema"), on.end_category),
    "itunes_category": (on.category("http://www.itunes.com/", "text"), on.end_category),
    "itunes_keywords": (
        on.keywords("itunes_keywords"),
        on.end_keywords("itunes_keywords", "http://www.itunes.com/"),
    ),
    "media_keywords": (on.keywords("media_keywords"), on.end_keywords("media_keywords", None)),
    "link": (on.link, lambda state: on.closed(state, "link")),
    "title": (on.title, on.end_title),
    "dc_title": (on.title, on.end_title),
    "media_title": (on.title, on.end_media_title),
    "content": (on.content, on.end_content),
    "content_encoded": (on.encoded, on.end_content),
    "fullitem": (on.encoded, on.end_content),
    "source": (on.source, on.end_source),
    "enclosure": (on.nothing, None),
    "cloud": (on.nothing, None),
    "media_group": (on.nothing, None),
    "media_content": (on.nothing, None),
    "cc_license": (on.nothing, None),
    "admin_generatoragent": (on.nothing, None),
    "admin_errorreportsto": (on.nothing, None),
    "language": (on.language, lambda state: on.closed(state, "language")),
    "dc_language": (on.language, lambda state: on.closed(state, "language")),
}
_MANY: Final[tuple[tuple[str, Start, End], ...]] = (
    ("item entry", on.item, on.end_item),
    ("author managingeditor dc_author dc_creator itunes_author", on.author, on.end_author),
    ("name itunes_name", on.person("name", expects_text=False), on.end_person("name", "name")),
    ("email itunes_email", on.person("email", expects_text=False), on.end_person("email", "email")),
    ("url uri homepage", on.person("href", expects_text=True), on.end_person("href", "href")),
    ("published issued pubdate dcterms_issued", *on.date("published")),
    ("updated modified lastbuilddate dc_date dcterms_modified", *on.date("updated")),
    ("created dcterms_created", *on.date("created")),
    ("guid id", on.guid, on.end_guid),
    ("subtitle tagline itunes_subtitle", *on.text("subtitle", "text/plain")),
    ("rights copyright dc_rights", *on.text("rights", "text/plain")),
    ("info feedburner_browserfriendly", *on.text("info", "text/plain")),
    ("description dc_description media_description", on.description, on.end_description),
    ("summary itunes_summary", on.summary, on.end_summary),
    ("itunes_image itunes_link", boxes.artwork, lambda state: on.closed(state, "itunes_image")),
    ("webmaster dc_publisher", *on.opened("publisher")),
    ("generator", *on.opened("generator")),
    ("width", *on.opened("width")),
    ("height", *on.opened("height")),
    ("expirationdate", *on.opened("expired")),
    ("media_rating", *on.opened("rating")),
    ("media_credit", *on.opened("credit")),
    ("media_restriction", *on.opened("restriction")),
    ("media_license", *on.opened("license")),
    ("media_thumbnail", *on.opened("url")),
    ("media_player", *on.opened("media_player")),
)


def _feedparsers_own() -> frozenset[str]:
    """Name all elements that feedparser does something about, be it at one end."""
    names: list[Any] = dir(_FeedParserMixin)
    return frozenset(
        name.partition("_")[2].partition("_")[2] for name in names if name.startswith(("_start_", "_end_"))
    )


_TABLE = _SINGLE | {name: (start, end) for names, start, end in _MANY for name in names.split()}
_UNKNOWN_TO_US = _feedparsers_own() - _TABLE.keys()
_IN_IMAGE = frozenset({"title", "link", "description", "url", "href", "width", "height"})
_IN_TEXTINPUT = frozenset({"title", "link", "description", "name"})
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
        return _known(name, _wanted(name), None, local)
    if start is None and name in _KEYS:
        raise UnsureError
    return _known(name, start, end, local)


def _known(name: str, start: Start | None, end: End | None, local: str) -> Element:
    plain = name == local
    return Element(
        name, start, end, local, plain and name not in _IN_IMAGE, plain and name not in _IN_TEXTINPUT
    )


def _wanted(name: str) -> Start:
    """Open an element whose name is the key under which its text is kept."""

    def start(state: State, attributes: Attributes) -> None:
        if attributes:
            raise UnsureError
        state.push(name)

    return start
