"""What the start and the end of each element does to the state, as in feedparser."""

from __future__ import annotations

from collections.abc import Callable

from monitor.feeds.lean.state import State, UnsureError

Attributes = dict[str, str]
Start = Callable[[State, Attributes], None]
End = Callable[[State], None]

_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}
_HTML = frozenset({"html", "text/html", "xhtml", "application/xhtml+xml"})
_COPIED = frozenset({"text/plain", "text/html", "application/xhtml+xml"})


def rss(state: State, attributes: Attributes) -> None:
    """Begin RSS of some version."""
    if state.lang:
        state.feed["language"] = state.lang.replace("_", "-")
    if not state.version.startswith("rss"):
        given = attributes.get("version", "")
        state.version = _VERSIONS.get(given) or ("rss20" if given.startswith("2.") else "rss")


def channel(state: State, attributes: Attributes) -> None:
    """Begin the feed's own values."""
    _no_cdf(attributes)
    state.infeed = True


def _no_cdf(attributes: Attributes) -> None:
    if "lastmod" in attributes or "href" in attributes:
        raise UnsureError


def feed(state: State, attributes: Attributes) -> None:
    """Begin an Atom feed of some version."""
    if state.lang:
        state.feed["language"] = state.lang.replace("_", "-")
    state.infeed = True
    if not state.version:
        state.version = _ATOM_VERSIONS.get(attributes.get("version", ""), "atom")


def end_feed(state: State) -> None:
    """End the feed's own values."""
    state.infeed = False


def item(state: State, attributes: Attributes) -> None:
    """Begin an entry."""
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


def end_item(state: State) -> None:
    """End an entry."""
    state.pop("item")
    state.inentry = state.has_content = False


def author(state: State, _: Attributes) -> None:
    """Begin an author: a line of text, or elements."""
    state.inauthor = True
    state.push("author")
    state.context().setdefault("authors", []).append({})


def end_author(state: State) -> None:
    """End an author, and make one line of the parts."""
    state.pop("author")
    state.inauthor = False
    state.sync_author()


def contributor(state: State, _: Attributes) -> None:
    """Begin someone who is no author."""
    state.incontributor = True
    state.ignore("contributor")


def end_contributor(state: State) -> None:
    """End a contributor."""
    state.pop("contributor")
    state.incontributor = False


def dc_contributor(state: State, _: Attributes) -> None:
    """Begin a contributor named in one line."""
    state.incontributor = True
    state.push("name", expects_text=False)


def end_dc_contributor(state: State) -> None:
    """End a contributor named in one line."""
    end_person("name", "name")(state)
    state.incontributor = False


def person(frame: str, *, expects_text: bool) -> Start:
    """Make the rule that begins a part of what is known of a person."""

    def start(state: State, _: Attributes) -> None:
        state.push(frame, expects_text=expects_text)

    return start


def end_person(frame: str, key: str) -> End:
    """Make the rule that ends such a part, kept under `key`."""

    def end(state: State) -> None:
        value = state.pop(frame)
        if state.inauthor or (state.inpublisher and key != "href"):
            state.save_author(key, value)

    return end


def owner(state: State, _: Attributes) -> None:
    """Begin the owner of a podcast, who counts as its author."""
    state.inpublisher = True
    state.ignore("publisher")


def end_owner(state: State) -> None:
    """End the owner of a podcast."""
    state.pop("publisher")
    state.inpublisher = False


def date(key: str) -> tuple[Start, End]:
    """Make the rules of a date kept under `key`, as text and as a time."""

    def start(state: State, _: Attributes) -> None:
        state.push(key)

    def end(state: State) -> None:
        value = state.pop(key)
        context = state.context()
        if context is not state.feed:  # of a feed's own dates nothing is read
            context[key + "_parsed"] = state.dated(value)

    return start, end


def category(scheme: str | None = None, term: str = "term") -> Start:
    """Make the rule that begins a category; `term` is the attribute that names it."""

    def start(state: State, attributes: Attributes) -> None:
        if term == "text":
            state.add_tag(attributes.get("text"), scheme, None)
        else:
            given = attributes.get("scheme", scheme or attributes.get("domain"))
            state.add_tag(attributes.get("term"), given, attributes.get("label"))
        state.push("category")

    return start


def end_category(state: State) -> None:
    """End a category, named by attribute or by text."""
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


def end_keywords(frame: str, scheme: str | None) -> End:
    """Make the rule that ends a list of words between commas."""

    def end(state: State) -> None:
        for term in (state.pop(frame) or "").split(","):
            if term.strip():
                state.add_tag(term.strip(), scheme, None)

    return end


def keywords(frame: str) -> Start:
    """Make the rule that begins such a list; one with attributes is none."""

    def start(state: State, attributes: Attributes) -> None:
        if not attributes:
            state.push(frame)

    return start


def link(state: State, attributes: Attributes) -> None:
    """Begin an address, or take the one in an attribute."""
    context = state.context()
    href = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if not href and "href" not in attributes:
        state.push("link", expects_text=state.infeed or state.inentry or state.insource)
        return
    href = state.address(href or attributes["href"])
    rel = attributes.get("rel", "alternate")
    kind = attributes.get("type", "application/atom+xml" if rel == "self" else "text/html")
    if rel == "alternate" and kind.lower() in _HTML:
        context["link"] = href


def guid(state: State, attributes: Attributes) -> None:
    """Begin an identifier, which may be the address too."""
    state.guidislink = attributes.get("ispermalink", "true") == "true"
    state.push("id")


def end_guid(state: State) -> None:
    """End an identifier; it is the address where there is no other."""
    value = state.pop("id")
    if state.guidislink:
        state.context().setdefault("link", value)


def title(state: State, attributes: Attributes) -> None:
    """Begin a headline."""
    wanted = state.infeed or state.inentry or state.insource
    state.push_content("title", attributes, "text/plain", expects_text=wanted)


def end_title(state: State) -> None:
    """End a headline; deeper ones do not count after it."""
    if state.pop_content("title"):
        state.title_depth = state.depth


def end_media_title(state: State) -> None:
    """End the headline of a picture or film, which is none of the entry."""
    depth = state.title_depth
    end_title(state)
    state.title_depth = depth


def text(frame: str, kind: str) -> tuple[Start, End]:
    """Make the rules of a text that is kept under the name of its frame."""

    def start(state: State, attributes: Attributes) -> None:
        state.push_content(frame, attributes, kind)

    def end(state: State) -> None:
        state.pop_content(frame)

    return start, end


def description(state: State, attributes: Attributes) -> None:
    """Begin a summary, or the content where there is one."""
    if "summary" in state.context() and not state.has_content:
        state.summary_key = "content"
        content(state, attributes)
    else:
        wanted = state.infeed or state.inentry or state.insource
        state.push_content("description", attributes, "text/html", expects_text=wanted)


def end_description(state: State) -> None:
    """End a description."""
    if state.summary_key == "content":
        end_content(state)
    else:
        state.pop_content("description")
    state.summary_key = None


def summary(state: State, attributes: Attributes) -> None:
    """Begin a summary, or the content where there is one."""
    if "summary" in state.context() and not state.has_content:
        state.summary_key = "content"
        content(state, attributes)
    else:
        state.summary_key = "summary"
        state.push_content("summary", attributes, "text/plain")


def end_summary(state: State) -> None:
    """End a summary."""
    if state.summary_key == "content":
        end_content(state)
    else:
        state.pop_content(state.summary_key or "summary")
    state.summary_key = None


def content(state: State, attributes: Attributes) -> None:
    """Begin the content of an entry."""
    state.has_content = True
    state.push_content("content", attributes, "text/plain")
    # feedparser opens it twice and closes it once; what is below is never closed.
    frame = state.frames[-1]
    state.frames[-1] = frame._replace(pieces=None)
    state.frames.append(frame)


def encoded(state: State, attributes: Attributes) -> None:
    """Begin the content of an entry as escaped HTML."""
    state.has_content = True
    state.push_content("content", attributes, "text/html")


def end_content(state: State) -> None:
    """End the content; it is the summary where there is no other."""
    copied = state.content_type in _COPIED
    value = state.pop_content("content")
    if copied:
        state.context().setdefault("summary", value)


def source(state: State, _: Attributes) -> None:
    """Begin what is said of the feed that an entry was taken from."""
    state.ignore("source")
    state.insource = True
    state.title_depth = -1


def end_source(state: State) -> None:
    """End what is said of another feed; it is not kept."""
    state.insource = False
    state.pop("source")
    state.source.clear()


def nothing(_: State, __: Attributes) -> None:
    """Open nothing; the text goes to the element around it."""


def opened(frame: str) -> tuple[Start, End]:
    """Make the rules of an element whose text nobody reads."""

    def start(state: State, _: Attributes) -> None:
        state.ignore(frame)

    def end(state: State) -> None:
        state.pop(frame)

    return start, end


def language(state: State, _: Attributes) -> None:
    """Begin a language."""
    state.push("language")


def closed(state: State, frame: str) -> None:
    """End an element."""
    state.pop(frame)
