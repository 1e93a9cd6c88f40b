"""Every command that the documentation tells people to type exists, with the options it is given."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import click
import pytest

from monitor.cli.main import cli

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`]+)`")
TYPED = re.compile(r"(?:^|&& |  )(?:[\w.]*/[\w./-]+/)?news-monitor (.*)")
END = re.compile(r"\s(?:&&|\|\|?|;|>|<)(?:\s.*|$)")
GROUPS = {name for name in cli.list_commands(click.Context(cli)) if name != "run"}


@dataclass(frozen=True, slots=True)
class Typed:
    """One command of one file, as it is written."""

    file: str
    text: str
    whole: bool
    """Whether it stands in a block to be typed: then nothing that the command requires may be missing."""

    def __str__(self) -> str:
        return f"{self.file}: {self.text}"


def _commands(file: Path) -> Iterator[Typed]:
    text = file.read_text(encoding="utf-8")
    for language, block in FENCED.findall(text):
        if language in {"", "sh"}:
            for line in block.replace("\\\n", " ").splitlines():
                if found := TYPED.search(line):
                    yield Typed(file.name, found[1], whole=True)
    for code in INLINE.findall(FENCED.sub("", text)):
        words = " ".join(code.replace("\\|", "|").split())
        if found := TYPED.search(words):
            yield Typed(file.name, found[1], whole=False)
        elif re.match(rf"({'|'.join(GROUPS)}) [a-z]", words):
            yield Typed(file.name, words, whole=False)


def _alternatives(text: str) -> Iterator[list[str]]:
    """Give the words of a command; `list|show` stands for two of them, `[PATHS]` for what may be given."""
    group, _, rest = text.partition(" ")
    several = rest.split("|")
    if len(several) > 1 and all(_is_command(group, part) for part in several):
        yield from (shlex.split(f"{group} {part}") for part in several)
        return
    words = shlex.split(END.sub("", f"{text} "), comments=True)
    plain = [word.strip("[]") if re.fullmatch(r"\[[\w-]+\]", word) else word for word in words]
    for chosen in product(
        *(word.split("|") if re.fullmatch(r"[a-z|-]+", word) else [word] for word in plain)
    ):
        yield list(chosen)


def _is_command(group: str, words: str) -> bool:
    found = cli.get_command(click.Context(cli), group)
    inner = words.split(maxsplit=1)[0] if words.split() else ""
    return isinstance(found, click.Group) and found.get_command(click.Context(found), inner) is not None


def _complaint(words: list[str], *, whole: bool) -> str:
    """Say what click would say, before it looks at files and values; empty if nothing."""
    command: click.Command = cli
    context = click.Context(cli, info_name="news-monitor")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(context, words[0])
        if inner is None:
            return f"there is no command '{words[0]}'"
        context = click.Context(inner, info_name=words.pop(0), parent=context)
        command = inner
    if isinstance(command, click.Group):
        return _unknown(command, context, words) if words else ""
    return _unknown(command, context, words) or (_missing(command, context, words) if whole else "")


def _unknown(command: click.Command, context: click.Context, words: list[str]) -> str:
    try:
        _, left, _ = command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message()
    return f"too many arguments: {left}" if left else ""


def _missing(command: click.Command, context: click.Context, words: list[str]) -> str:
    given, _, _ = command.make_parser(context).parse_args(list(words))
    there = {name for name, value in given.items() if value and isinstance(value, str | bool | tuple | list)}
    missing = [one.name for one in command.get_params(context) if one.required and one.name not in there]
    return f"lacks {missing}" if missing and "help" not in there else ""


TYPED_COMMANDS = [typed for file in FILES for typed in _commands(file)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_command_of_a_document_exists(file: Path) -> None:
    """Names of commands and options are right, and what is to be typed lacks nothing."""
    wrong = [
        f"{typed}: {complaint}"
        for typed in _commands(file)
        for words in _alternatives(typed.text)
        if (complaint := _complaint(words, whole=typed.whole))
    ]
    assert wrong == []


def test_the_documents_tell_of_commands() -> None:
    """Else the test above would prove nothing; every command there is stands in one of them."""
    assert len(TYPED_COMMANDS) > 100
    told = {words[0] for typed in TYPED_COMMANDS for words in _alternatives(typed.text)}
    assert set(cli.list_commands(click.Context(cli))) <= told


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_program_of_the_checkout_that_a_document_names_is_there(file: Path) -> None:
    """What follows `make` is a target, what follows `python -m tests.` a module."""
    text = file.read_text(encoding="utf-8")
    targets = set(
        re.findall(r"^([\w/.$()]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    made = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert made <= targets
    modules = set(re.findall(r"python -m (tests\.[\w.]+\w)", text))
    assert [name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").is_file()] == []


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("rules chek", "there is no command 'chek'"),
        ("rules test --ruel x", "No such option"),
        ("feeds why", "lacks ['url']"),
        ("doctor now", "too many arguments: ['now']"),
    ],
)
def test_a_wrong_command_would_be_found(typed: str, complaint: str) -> None:
    """A misspelt command or option, a forgotten or superfluous argument."""
    [words] = _alternatives(typed)
    assert _complaint(words, whole=True).startswith(complaint)
