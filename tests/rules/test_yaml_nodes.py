"""YAML files as nodes: what they hold, where it stands, and what they may not cost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.document import Node, Reader, nearest
from monitor.yamlfile import MAX_DEPTH, Composed, compose, read_yaml


def composed(text: str) -> Composed:
    """Compose a text."""
    return compose(text.encode(), path="x.yaml")


def root(text: str) -> Node:
    """Return the root of a text without mistakes."""
    found = composed(text)
    assert not found.mistakes
    assert found.root is not None
    return found.root


def test_values_are_what_yaml_1_2_makes_of_them() -> None:
    """Booleans, numbers and nothing are told from texts; dates and versions stay texts."""
    node = root(
        '{a: 1, b: -2.5, c: true, d: ~, e: "1", f: 2024-05-01, g: 1.2.3, h: 0x1F, i: 1e3, j: [], k: }'
    )
    assert node.plain() == {
        "a": 1,
        "b": -2.5,
        "c": True,
        "d": None,
        "e": "1",
        "f": "2024-05-01",
        "g": "1.2.3",
        "h": "0x1F",
        "i": 1000.0,
        "j": [],
        "k": None,
    }


def test_nodes_know_where_they_stand() -> None:
    """Lines and columns count from 1, columns in code points."""
    node = root("є: 1\nсписок:\n  - а\n  - {ключ: значення}\n")
    found = node.at(["список", 1, "ключ"])
    assert found is not None
    assert (found.line, found.column) == (4, 12)
    assert node.at(["список", 2]) is None
    assert node.at(["є", "x"]) is None
    assert node.keys["список"].line == 2


@pytest.mark.parametrize(
    ("text", "word", "line", "column"),
    [
        ("q: raid OR sortie", "sortie", 1, 12),
        ('q: "(raid OR \\"a b\\") AND sortie"', "sortie", 1, 27),
        ("q: 'it''s sortie'", "sortie", 1, 11),
        ("q: >\n  raid\n  OR sortie\n", "sortie", 3, 6),
        ("q: |\n    raid\n\n    OR sortie\n", "sortie", 4, 8),
        ("q: raid\n  OR sortie", "sortie", 2, 6),
        ('q: "raid \\\n  OR sortie"', "sortie", 2, 6),
    ],
)
def test_a_place_inside_a_text_is_found_in_the_file(text: str, word: str, line: int, column: int) -> None:
    """Through quotes, escapes and folded lines, so that a mistake in a query is shown where it is."""
    node = root(text).at(["q"])
    assert node is not None
    place = node.locate(node.text.rindex(word))
    assert (place.line, place.column) == (line, column)


@given(st.text(max_size=30), st.integers(0, 40))
def test_locating_never_raises(text: str, offset: int) -> None:
    """Whatever escapes a text needs, some place in the file is given."""
    quoted = "".join(f"\\U{ord(letter):08x}" if ord(letter) < 0xD800 else "x" for letter in text)
    found = composed(f'q: "{quoted} end"').root
    assert found is not None
    node = found.at(["q"])
    assert node is not None
    assert node.locate(offset).line >= 1


def test_mistakes_leave_the_rest_readable() -> None:
    """A duplicate key, a tag, a trap: said, and there are nodes all the same."""
    found = composed("a: 1\na: 2\nb: !!str x\nc: 012\nd: 1:30\non: 5\n")
    assert [mistake.line for mistake in found.mistakes] == [2, 3, 4, 5, 6]
    assert found.root is not None
    assert found.root.plain() == {"a": 1, "b": "x", "c": "012", "d": "1:30", "on": 5}


def test_aliases_stand_for_what_they_name() -> None:
    """Anchors are the one convenience of YAML that is kept, within limits."""
    assert root("a: &x [1, 2]\nb: *x\n").plain() == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    "bomb",
    [
        "[" * 100_000,
        "{a: " * 50 + "1" + "}" * 50,
        "a0: &a0 [x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
        "a: &a [x]\nb: [" + "*a, " * 101 + "]",
        "a: &a [*a]",
        "- " * 1000 + "x",
        "a: &a {b: &b {c: *b}}",
        "x: &x [[[[[[[[[[[[[[[[[[[[y]]]]]]]]]]]]]]]]]]]]\nz: [[[[[[[[[[[[[[*x]]]]]]]]]]]]]]",
        "? *x\n: 1",
        "a: &x [1]\n? *x\n: 1",
        "? [a, b]\n: 1",
    ],
    ids=range(11),
)
def test_no_small_file_costs_much(bomb: str) -> None:
    """Deep nesting, aliases of aliases, recursion: refused with one sentence before they are built."""
    found = composed(bomb)
    assert found.root is None
    assert found.mistakes


def test_nesting_up_to_the_limit_is_allowed() -> None:
    """The limit is where it is said to be."""
    assert composed("[" * MAX_DEPTH + "]" * MAX_DEPTH).root is not None
    assert composed("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).root is None


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=80)
    | st.text("ab:-[]{}&*!|>'\"#%@,? \n\t", max_size=60)
)
def test_no_text_raises(text: str) -> None:
    """Whatever it holds, a text is nodes or mistakes."""
    found = composed(text)
    assert found.root is not None or found.mistakes


@given(st.binary(max_size=60))
def test_no_bytes_raise(content: bytes) -> None:
    """Neither do bytes."""
    found = compose(content, path="x.yaml")
    assert found.root is not None or found.mistakes


def test_a_file_cut_off_at_its_end_is_known_as_such() -> None:
    """Which is how a file looks that is still being written."""
    assert composed("rules:\n  x: {any: [raid").cut_off
    assert composed('rules:\n  x: "raid').cut_off
    assert not composed("rules: ]\n  x: 1\nmore: 2\n").cut_off


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    """A pipe would be waited for, for ever; a folder, devices, missing and huge files are refused too."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    big = tmp_path / "big"
    big.write_bytes(b"#" * (2**20 + 1))
    for path in (pipe, tmp_path, Path("/dev/zero"), tmp_path / "absent", big):
        node, mistakes = read_yaml(path)
        assert node is None
        assert len(mistakes) == 1
    assert "larger than 1024 KiB" in read_yaml(big)[1][0].message
    assert read_yaml(big, max_bytes=2**21)[0] is not None


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    """As editors on Windows save them."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: [x]\r\n")
    node, mistakes = read_yaml(path)
    assert not mistakes
    assert node is not None
    assert node.plain() == {"a": 1, "b": ["x"]}
    assert node.keys["a"].column == 1


def test_suggestions_are_near_or_nothing() -> None:
    """A typing error is recognised; another word is not."""
    names = ["languages", "follow_up", "cooldown"]
    assert nearest("langauges", names) == "languages"
    assert nearest("follow-up", names) == "follow_up"
    assert nearest("Cooldown", names) == "cooldown"
    assert nearest("channels", names) is None


def test_numbers_count_as_texts_as_they_are_written() -> None:
    """`1917` and `3.10` are texts where a text is meant."""
    reader = Reader()
    node = root("[1917, 3.10, 'x ']")
    assert reader.texts(node, "`x`") == ("1917", "3.10", "x")
    assert not reader.mistakes
