"""OPML: lists of feeds as other readers export them.

What exporters do wrong is survived: missing `type`, `xmlurl` in any case, folders in folders, broken XML up
to the break. No entity is expanded and nothing is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

MAX_BYTES = 8 * 2**20
_DEEPEST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of an OPML file. `line` counts from 1."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    """The folders it lies in and its categories, in lower case with `-` for spaces."""
    lang: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """What could be read of an OPML file; `problem` says in a sentence what could not."""

    outlines: tuple[Outline, ...] = ()
    problem: str | None = None
    line: int = 0
    """Where the problem is; 0 if it concerns the whole file."""


def read_opml(document: bytes) -> Subscriptions:
    """Read every outline that has a feed's address, in order, each address once."""
    if len(document) > MAX_BYTES:
        return Subscriptions(problem=f"the file is larger than {MAX_BYTES // 2**20} MiB")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Subscriptions(problem=f"this is no OPML: {error}")
    if root is None or etree.QName(root).localname.lower() != "opml":
        return Subscriptions(problem="this is no OPML: the root element must be <opml>")
    found: dict[str, Outline] = {}
    _collect(root, (), found)
    broken = next((entry for entry in parser.error_log if entry.level_name in {"ERROR", "FATAL"}), None)
    return Subscriptions(
        outlines=tuple(found.values()),
        problem=f"broken XML, read as far as possible: {broken.message}" if broken else None,
        line=broken.line if broken else 0,
    )


def _collect(element: etree._Element, folders: tuple[str, ...], found: dict[str, Outline]) -> None:
    for child in element:
        tag: object = child.tag
        if not isinstance(tag, str):  # a comment, a processing instruction or an unexpanded entity
            continue
        said = {etree.QName(str(name)).localname.lower(): str(value) for name, value in child.attrib.items()}
        title = (said.get("title") or said.get("text") or "").strip()
        url = _web_address(said.get("xmlurl", "").strip())
        if url and url not in found:
            found[url] = Outline(
                url=url,
                title=title,
                tags=tuple(dict.fromkeys((*folders, *_categories(said.get("category", ""))))),
                lang=_language(said.get("language", "")),
                line=_line(child),
            )
        if len(folders) < _DEEPEST:
            inner = (*folders, _tag(title)) if title and not url else folders
            _collect(child, inner, found)


def _web_address(url: str) -> str:
    """Read `feed://host/path` and `feed:https://host/path`, as older readers write them, as web addresses."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() != "feed":
        return url
    return f"http:{rest}" if rest.startswith("//") else rest


def _line(element: etree._Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def _categories(text: str) -> list[str]:
    """Split `/News/World,Ukraine` as OPML 2.0 defines it; every part of a path becomes a tag."""
    return [tag for part in text.replace("/", ",").split(",") if (tag := _tag(part))]


def _tag(text: str) -> str:
    return "-".join(text.lower().split())


def _language(text: str) -> str | None:
    """Take the two-letter code of `en-us`; OPML's `unknown` and the like are no language."""
    code = text.strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None  # noqa: PLR2004
