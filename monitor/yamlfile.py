"""YAML files as nodes that remember their lines: the only importer of the YAML library.

    file -> bytes -> text -> events, counted as they come -> nodes

YAML as an editor of a newsroom expects it: true and false, numbers and texts. What YAML 1.1 and 1.2 read
differently (`012`, `12:30`) is a mistake instead of a guess, so are duplicate keys, tags and merges. Nothing
is built before it is counted, so no small file can cost much time or memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

import yaml
from yaml.error import Mark

from monitor.core.document import Node, Scalar
from monitor.core.errors import Mistake, Weight
from monitor.core.rules.tree import Place
from monitor.files import read_source

MAX_BYTES = 2**20
MAX_DEPTH = 32
MAX_ALIASES = 100
MAX_NODES = 300_000
"""Aliases counted as often as they are used: what walking the document may cost."""

_HASHTAG = re.compile(r"[ \t]+#[^\W_]")
"""A text cut off by what looks like a hashtag rather than a comment."""
_CUT_OFF = "# begins a comment here; if it is part of the text, put the text in quotes, else a blank after it"
_REMEMBERED = 4096
"""Scalars of which is remembered what they are: in a list of feeds most are the same few."""
_TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,2})?")
_OCTAL = re.compile(r"[-+]?0[0-9]+")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]{1,9}(?::[0-5]?[0-9])+(?:\.[0-9]*)?")
_BREAKS = re.compile(r"\r\n?|\n")


if TYPE_CHECKING:
    from yaml._yaml import Mark as CMark

    _Mark = Mark | CMark


class _UnreadableError(Exception):
    """The file cannot be made into nodes; carries the one mistake that says why."""

    def __init__(self, mistake: Mistake, *, at_end: bool = False) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake
        self.at_end = at_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What a text is as nodes; `root` is None if it is no YAML at all."""

    root: Node | None
    mistakes: tuple[Mistake, ...] = ()
    cut_off: bool = False
    """Whether it stopped making sense only at its very end, as a file that is still being written does."""


def read_yaml(path: Path, *, max_bytes: int = MAX_BYTES) -> tuple[Node | None, list[Mistake]]:
    """Read a file; None if it is no YAML at all. Never raises for what a file or a folder can be.

    With mistakes that leave the rest readable (a duplicate key) there is a node all the same.
    """
    source = read_source(path, max_bytes=max_bytes)
    if isinstance(source, Mistake):
        return None, [source]
    composed = compose(source.content, path=str(path))
    return composed.root, list(composed.mistakes)


def compose(content: bytes, *, path: str) -> Composed:
    """Make nodes of the bytes of a file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 here; save the file as UTF-8"
        return Composed(root=None, mistakes=(Mistake(path=path, line=line, message=message),))
    composer = _Composer(text=text, path=path)
    try:
        root = composer.run()
    except _UnreadableError as error:
        return Composed(root=None, mistakes=(*composer.mistakes, error.mistake), cut_off=error.at_end)
    return Composed(root=root, mistakes=tuple(composer.mistakes))


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    place: Place
    anchor: str | None
    mapping: bool
    nodes: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    key: str | None = None
    size: int = 1
    """Nodes in it so far, itself included, aliases counted in full."""
    height: int = 1


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    size: int
    height: int


class _Composer:
    """Builds nodes from events without recursion and counts while it builds."""

    def __init__(self, *, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.mistakes: list[Mistake] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._aliases = 0
        self._size = 0
        self._root: Node | None = None

    def run(self) -> Node:
        """Build the one document of the text; an empty text is a node of None.

        Raises:
            _UnreadableError: it is no YAML, or more than it may be.
        """
        documents = 0
        for event in self._events():
            match event:
                case yaml.ScalarEvent():  # first: nearly all are
                    self._scalar(event)
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._fail(event.start_mark, "a second document begins here; keep one in a file")
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    self._begin(event)
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    self._end()
                case yaml.AliasEvent():
                    self._alias(event)
                case _:
                    continue
        return self._root or Node(value=None, place=Place(path=self.path, line=1, column=1))

    def _events(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self.text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            tab = mark is not None and self.text[mark.index : mark.index + 1] == "\t"
            message = "a tab is used for indentation; use spaces" if tab else _problem(error)
            raise _UnreadableError(self._mistake(mark, message), at_end=self._is_end(mark)) from None
        except yaml.reader.ReaderError as error:
            raise _UnreadableError(self._unprintable(error)) from None
        except yaml.YAMLError as error:
            raise _UnreadableError(Mistake(path=self.path, message=f"is no YAML: {error}")) from None

    def _unprintable(self, error: yaml.reader.ReaderError) -> Mistake:
        found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]", self.text)
        at = found.start() if found else 0
        before = self.text[:at]
        message = f"holds a character that no text file should (code {ord(self.text[at]):#06x}); remove it"
        return Mistake(
            path=self.path,
            line=before.count("\n") + 1,
            column=at - before.rfind("\n"),
            message=message if found else f"is no YAML: {error.reason}",
        )

    def _is_end(self, mark: _Mark | None) -> bool:
        return mark is None or not self.text[mark.index :].strip()

    def _place(self, mark: _Mark | None) -> Place:
        if mark is None:
            return Place(path=self.path)
        return Place(path=self.path, line=mark.line + 1, column=mark.column + 1)

    def _mistake(self, mark: _Mark | None, message: str) -> Mistake:
        place = self._place(mark)
        return Mistake(path=self.path, line=place.line, column=place.column, message=message)

    def _fail(self, mark: _Mark | None, message: str) -> NoReturn:
        raise _UnreadableError(self._mistake(mark, message))

    def _wants_key(self) -> bool:
        return bool(self._open) and self._open[-1].mapping and self._open[-1].key is None

    def _between(self, start: _Mark | None, end: _Mark | None) -> str:
        return self.text[start.index : end.index] if start and end else ""

    def _is_cut_off(self, end: _Mark) -> bool:
        return _HASHTAG.match(self.text, end.index) is not None

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        is_plain = not event.style and event.implicit[0]
        if event.tag not in {None, "!"}:
            self.mistakes.append(self._mistake(event.start_mark, _no_tags(event.tag)))
        as_key = self._wants_key()
        text = event.value
        if is_plain and (message := _trap(text, as_key=as_key)):
            self.mistakes.append(self._mistake(event.start_mark, message))
        if is_plain and text and not as_key and event.end_mark and self._is_cut_off(event.end_mark):
            self.mistakes.append(replace(self._mistake(event.end_mark, _CUT_OFF), weight=Weight.WARNING))
        source = self._between(event.start_mark, event.end_mark)
        node = Node(
            value=_resolved(text) if is_plain else text,
            place=self._place(event.start_mark),
            text=text,
            plain_scalar=is_plain,
            source="" if source == text else _BREAKS.sub("\n", source),
        )
        self._add(node, anchor=event.anchor, size=1, height=0)

    def _begin(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            self._fail(event.start_mark, f"is nested more than {MAX_DEPTH} levels deep")
        if event.tag not in {None, "!"}:
            self.mistakes.append(self._mistake(event.start_mark, _no_tags(event.tag)))
        if self._wants_key():
            self._fail(event.start_mark, "a key must be a text; did you forget quotes around { or [?")
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open(self._place(event.start_mark), event.anchor, is_mapping))

    def _end(self) -> None:
        done = self._open.pop()
        node = Node(
            value=MappingProxyType(done.entries) if done.mapping else tuple(done.nodes),
            place=done.place,
            keys=MappingProxyType(done.keys),
        )
        self._add(node, anchor=done.anchor, size=done.size, height=done.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._fail(event.start_mark, f"more than {MAX_ALIASES} aliases (*name) in one file")
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            self._fail(
                event.start_mark, f"*{event.anchor} stands for nothing above it; put a text with * in quotes"
            )
        if anchored.height and self._wants_key():
            self._fail(event.start_mark, "a key must be a text, not a list or a mapping")
        if len(self._open) + anchored.height > MAX_DEPTH:
            self._fail(event.start_mark, f"is nested more than {MAX_DEPTH} levels deep")
        self._add(anchored.node, anchor=None, size=anchored.size, height=anchored.height)

    def _add(self, node: Node, *, anchor: str | None, size: int, height: int) -> None:
        """Put a finished node where it belongs: into the innermost open one, as key or as value."""
        if anchor:
            self._anchors[anchor] = _Anchored(node, size, height)
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        parent.size += size
        parent.height = max(parent.height, height + 1)
        if parent.size > MAX_NODES:
            raise _UnreadableError(Mistake(path=self.path, message=f"holds more than {MAX_NODES} things"))
        if not parent.mapping:
            parent.nodes.append(node)
        elif parent.key is None:
            self._key(parent, node)
        else:
            parent.entries.setdefault(parent.key, node)
            parent.key = None

    def _key(self, parent: _Open, node: Node) -> None:
        parent.key = key = node.text
        if key == "<<" and node.plain_scalar:
            self._say(node, "merging with << is not supported; write the keys out")
        elif key in parent.keys:
            first = parent.keys[key]
            self._say(node, f"'{key}' stands here a second time; the first is in line {first.line}")
        parent.keys.setdefault(key, node.place)

    def _say(self, node: Node, message: str) -> None:
        self.mistakes.append(Mistake(path=self.path, line=node.line, column=node.column, message=message))


@lru_cache(_REMEMBERED)
def _resolved(text: str) -> Scalar:
    """Return what an unquoted scalar is."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


@lru_cache(_REMEMBERED)
def _trap(text: str, *, as_key: bool) -> str | None:
    """Say what YAML tools would make of a scalar that only looks like what was meant."""
    if as_key and text and (text in _NULL or text in _TRUE or text in _FALSE):
        return f'YAML reads {text} as no name; write "{text}" in quotes'
    if _OCTAL.fullmatch(text):
        return f'YAML reads {text} as an octal number; write "{text}" in quotes'
    if _SEXAGESIMAL.fullmatch(text):
        return f'YAML reads {text} as a number to the base of 60; write "{text}" in quotes'
    return None


def _no_tags(tag: str) -> str:
    tag = tag.replace("tag:yaml.org,2002:", "!!")
    return f"tags such as {tag} are not supported; put a text with ! in quotes"


_SENTENCES = (
    ("exceeded maximum nesting depth", f"is nested more than {MAX_DEPTH} levels deep"),
    ("<document start>", "this line is indented less than the first line of the file"),
    (
        "mapping values are not allowed",
        "a colon too many: put the text in quotes, or indent the line like its neighbours",
    ),
    (
        "did not find expected key",
        "this line is indented unlike its neighbours, or a quote or bracket above is not closed",
    ),
    (
        "did not find expected '-' indicator",
        "this line is indented unlike its neighbours; items of a list begin with a dash",
    ),
    (
        "cannot start any token",
        "a text cannot begin with this character; use spaces for indentation, quotes around texts",
    ),
    ("could not find expected ':'", "a colon is missing after the key"),
    ("found unexpected end of stream", "a quote is opened but never closed"),
    ("did not find expected ',' or", "a comma or a closing bracket is missing"),
    ("undefined alias", "* stands for nothing above it; put a text with * in quotes"),
    ("alphabetic or numeric character", "a text cannot begin with * or &; put it in quotes"),
    ("duplicate anchor", "the same &name is used twice"),
    ("block sequence entries are not allowed", "a list item cannot stand here; begin a new line"),
    ("found a tab character", "a tab is used for indentation; use spaces"),
)


def _problem(error: yaml.MarkedYAMLError) -> str:
    """Say in the words of a person what the parser stumbled over."""
    problem = str(error.problem or "").strip()
    for known, sentence in _SENTENCES:
        if known in problem:
            return sentence
    return f"is no YAML here: {problem}"
