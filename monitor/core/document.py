"""A document of nodes that remember where they stand, and a reader that keeps every mistake.

What a file format's parser makes of a file, before anybody has asked what it means. Both the rules and
config.yaml are read from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches

from monitor.core.errors import Mistake, Weight
from monitor.core.rules.tree import Place
from monitor.core.units import duration

Scalar = str | int | float | bool | None
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A scalar, list or mapping of a document, with its place."""

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    place: Place
    text: str = ""
    """A scalar as the file has it, without its quotes: `1.10` stays `1.10`."""
    plain_scalar: bool = False
    """Whether a scalar stands without quotes, so that the format has guessed what it is."""
    source: str = field(default="", repr=False)
    """The scalar with its quotes, escapes and line breaks; empty where that is the same as `text`."""
    keys: Mapping[str, Place] = field(default_factory=dict, repr=False)
    """Where each key of a mapping stands."""

    @property
    def path(self) -> str:
        """The file."""
        return self.place.path

    @property
    def line(self) -> int:
        """The line, counted from 1."""
        return self.place.line

    @property
    def column(self) -> int:
        """The column, counted from 1 in code points."""
        return self.place.column

    def at(self, path: Sequence[str | int]) -> Node | None:
        """Return the node that keys and indices lead to, None where the path ends before."""
        node = self
        for step in path:
            match node.value, step:
                case Mapping() as mapping, str() if step in mapping:
                    node = mapping[step]
                case tuple() as items, int() if -len(items) <= step < len(items):
                    node = items[step]
                case _:
                    return None
        return node

    def plain(self) -> object:
        """Return the plain value: dict, list, str, int, float, bool or None."""
        match self.value:
            case Mapping() as mapping:
                return {key: node.plain() for key, node in mapping.items()}
            case tuple() as items:
                return [node.plain() for node in items]
            case scalar:
                return scalar

    def locate(self, offset: int) -> Place:
        """Return where the character at `offset` of a scalar's text stands in the file.

        Quotes, doubled quotes, simple escapes and folded lines are followed; where that fails, the start of
        the scalar is returned.
        """
        if not self.source:
            return Place(path=self.path, line=self.line, column=self.column + offset)
        at = _aligned(self.text, self.source, offset)
        before = self.source[:at]
        line = before.count("\n")
        column = self.column + at if line == 0 else at - before.rindex("\n")
        return Place(path=self.path, line=self.line + line, column=column)


def _aligned(text: str, source: str, offset: int) -> int:
    """Return the index in `source` of the character that became `text[offset]`; 0 if it cannot be found.

    White space matches white space in any amount; for every other character the next same one is taken.
    """
    at = here = _opening(source)
    for index, letter in enumerate(text[: offset + 1]):
        if not letter.isspace():
            here = source.find(letter, at)
            at = here + 1
        elif index == 0 or not text[index - 1].isspace():
            here = _first(source, at, space=True)
            at = _first(source, here, space=False)
        if not 0 <= here < len(source):
            return 0
    return here if offset < len(text) else len(source) - 1


def _first(source: str, at: int, *, space: bool) -> int:
    """Return the index of the first character from `at` on that is white space, or that is none."""
    while at < len(source) and source[at].isspace() != space:
        at += 1
    return at


def _opening(source: str) -> int:
    """Return where the text itself begins: after the quote, or after the line of `|` or `>`."""
    if source[0] in "'\"":
        return 1
    return source.find("\n") + 1 if source[0] in "|>" else 0


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """Return the choice that `name` was probably meant to be, if one is near enough."""
    folded = {choice.casefold().replace("_", "-"): choice for choice in choices}
    found = get_close_matches(name.casefold().replace("_", "-").strip(), folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else None


def suggestion(name: str, choices: Sequence[str], *, otherwise: str = "") -> str:
    """Give the end of a sentence about an unknown name: `; did you mean 'x'?`, or what else may be said."""
    near = nearest(name, choices)
    if near is not None:
        return f"; did you mean '{near}'?"
    return f"; {otherwise}" if otherwise else ""


def shown(text: str) -> str:
    """Quote a text for a sentence, on one line and not too long."""
    line = " ".join(text.split())
    return f"'{line[:_SHOWN]}…'" if len(line) > _SHOWN else f"'{line}'"


class Reader:
    """Reads nodes as what they are meant to be; keeps a mistake, and returns None, where they are not.

    `what` is how a sentence names the thing: "`title`", "an alias".
    """

    __slots__ = ("mistakes",)

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def wrong(self, place: Place, message: str, *, weight: Weight = Weight.ERROR) -> None:
        """Keep a mistake."""
        self.mistakes.append(
            Mistake(path=place.path, line=place.line, column=place.column, message=message, weight=weight)
        )

    def warn(self, place: Place, message: str) -> None:
        """Keep a warning."""
        self.wrong(place, message, weight=Weight.WARNING)

    def text(self, node: Node, what: str) -> str | None:
        """Read a text; numbers count as written, but a bare `no` or `null` is a trap, not a text."""
        match node.value:
            case bool() | None if node.plain_scalar and node.text:
                self.wrong(
                    node.place,
                    f'YAML reads {node.text} as {_as_read(node.value)}; write "{node.text}" in quotes',
                )
            case None:
                remedy = "write a text, in quotes if it begins with #, or leave the line out"
                self.wrong(node.place, f"{what} is empty; {remedy}")
            case tuple() | Mapping():
                self.wrong(node.place, f"{what} must be a text, not {kind_of(node)}")
            case _:
                text = node.text.strip()
                if text:
                    return text
                self.wrong(node.place, f"{what} is empty; write a text, or leave the line out")
        return None

    def boolean(self, node: Node, what: str) -> bool | None:
        """Read true or false; `yes` and `on` are read differently by different YAML tools."""
        if isinstance(node.value, bool) and node.text.lower() in {"true", "false"}:
            return node.value
        self.wrong(node.place, f"{what} must be true or false, not {kind_of(node)}")
        return None

    def integer(self, node: Node, what: str, *, least: int, most: int = 1_000_000) -> int | None:
        """Read a whole number within limits."""
        if isinstance(node.value, int) and not isinstance(node.value, bool) and least <= node.value <= most:
            return node.value
        self.wrong(node.place, f"{what} must be a whole number from {least} to {most}, not {kind_of(node)}")
        return None

    def number(self, node: Node, what: str, *, above: float) -> float | None:
        """Read a number greater than `above`."""
        if isinstance(node.value, int | float) and not isinstance(node.value, bool) and node.value > above:
            return float(node.value)
        self.wrong(node.place, f"{what} must be a number above {above:g}, not {kind_of(node)}")
        return None

    def duration(self, node: Node, what: str) -> timedelta | None:
        """Read `30s`, `5m`, `2h`, `7d` or a number of seconds."""
        try:
            found = duration(node.value)
        except (ValueError, OverflowError):
            found = None
        if isinstance(found, timedelta) and found >= timedelta(0):
            return found
        self.wrong(node.place, f"{what} must be a duration such as 30s, 5m, 2h or 7d, not {kind_of(node)}")
        return None

    def choice(self, node: Node, what: str, choices: Sequence[str]) -> str | None:
        """Read one of a few words."""
        if isinstance(node.value, str) and node.value in choices:
            return node.value
        end = suggestion(node.text, choices) if isinstance(node.value, str) else ""
        self.wrong(node.place, f"{what} must be {either(choices)}, not {kind_of(node)}{end}")
        return None

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        """Read a list; what stands alone is a list of one. An empty list is a mistake."""
        if node.value is None and not node.text:
            self.wrong(node.place, f"{what} is empty; list at least one item, or leave the line out")
            return ()
        if not isinstance(node.value, tuple):
            return (node,)
        if not node.value:
            self.wrong(node.place, f"{what} is empty; list at least one item, or leave the line out")
        return node.value

    def any_items(self, node: Node, what: str) -> tuple[Node, ...]:
        """Read a list that may be empty; what stands alone is a list of one."""
        return () if node.value == () else self.items(node, what)

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """Read a list of texts, or one text."""
        read = (self.text(item, f"an item of {what}") for item in self.items(node, what))
        return tuple(text for text in read if text is not None)

    def mapping(self, node: Node, what: str) -> Mapping[str, Node] | None:
        """Read a mapping with keys that the user chooses."""
        if isinstance(node.value, Mapping):
            return node.value
        self.wrong(node.place, f"{what} must hold `key: value` lines, not {kind_of(node)}")
        return None

    def keys(self, node: Node, what: str, known: Sequence[str]) -> Mapping[str, Node]:
        """Read a mapping with these keys alone; an unknown one is a mistake, the others are returned."""
        mapping = self.mapping(node, what)
        if not mapping:
            if mapping is not None:
                self.wrong(node.place, f"{what} is empty; write something into it, or leave it out")
            return {}
        for key in mapping:
            if key not in known and key != "<<":  # of which the parser of the file has complained
                end = suggestion(key, known, otherwise=f"it may have {listed(known)}")
                self.wrong(node.keys.get(key, node.place), f"{what} has no key '{key}'{end}")
        return {key: value for key, value in mapping.items() if key in known}


def _as_read(value: bool | None) -> str:
    return "nothing" if value is None else str(value).lower()


def kind_of(node: Node) -> str:
    """Name what a node is, for a sentence."""
    match node.value:
        case tuple():
            return "a list"
        case Mapping():
            return "`key: value` lines"
        case None if not node.text:
            return "nothing"
        case _:
            return shown(node.text)


def either(choices: Sequence[str]) -> str:
    """Join choices: `a`, `a or b`, `a, b or c`."""
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


def listed(names: Sequence[str]) -> str:
    """Join names: `a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
