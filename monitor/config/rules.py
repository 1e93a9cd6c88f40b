"""Rule files and folders -> the rules in force, or every mistake in all of them at once.

find -> read bytes -> nodes -> RuleFile each -> combine -> RuleSet
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from monitor.core.errors import ConfigurationError, Mistake, Weight
from monitor.core.rules.combining import combine, unknown_channels, unknown_templates
from monitor.core.rules.reading import RuleFile, read_rules
from monitor.core.rules.tree import RuleSet
from monitor.files import Kind, look_at, read_source, refusal, shortened
from monitor.yamlfile import compose

SUFFIXES = frozenset({".yaml", ".yml"})
MAX_BYTES = 16 * 2**20
"""Enough for some 400,000 names in one file; depth, aliases and nodes are bounded besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """One rule file as it was read."""

    path: Path
    digest: str
    """SHA-256 of its bytes, in hex; empty where it could not be read."""
    modified: float
    """Seconds since the epoch."""
    rules: RuleFile = field(repr=False)
    steady: bool = True
    """Whether it stayed the same while it was read."""
    cut_off: bool = False
    """Whether it makes no sense only at its very end, as a file that is still being written does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRules:
    """What all rule files say together."""

    ruleset: RuleSet
    """Enabled rules and all entities, as far as they could be read."""
    mistakes: tuple[Mistake, ...] = ()
    """Errors and warnings of all files, in their order."""
    files: tuple[LoadedFile, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether there is nothing worse than warnings."""
        return all(mistake.weight is Weight.WARNING for mistake in self.mistakes)

    def accepted(self) -> RuleSet:
        """Return the rules.

        Raises:
            ConfigurationError: a file has mistakes; all of them are in the exception.
        """
        if not self.is_usable:
            raise ConfigurationError(self.mistakes)
        return self.ruleset


def load_rules(
    paths: Iterable[Path],
    *,
    channels: Collection[str] | None = None,
    templates: Collection[str] | None = None,
) -> LoadedRules:
    """Read every file named and every `*.yaml` below every folder named.

    With `channels` or `templates`, the names of those there are, a rule that names another is a mistake.
    Inline tests are not run; see monitor.core.proving. Never raises for what people can write.
    """
    found, mistakes = find_rule_files(paths)
    files = tuple(read_rule_file(path) for path in found)
    return loaded_from(files, mistakes, channels=channels, templates=templates)


def loaded_from(
    files: tuple[LoadedFile, ...],
    mistakes: Iterable[Mistake],
    *,
    channels: Collection[str] | None,
    templates: Collection[str] | None = None,
) -> LoadedRules:
    """Combine files that have been read; `mistakes` are those of finding them."""
    read = [file.rules for file in files]
    combined = combine(read)
    everything = {*mistakes, *combined.mistakes}
    for file in read:
        everything.update(file.mistakes)
    if channels is not None:
        everything.update(unknown_channels(read, channels))
    if templates is not None:
        everything.update(unknown_templates(read, templates))
    return LoadedRules(ruleset=combined.ruleset, mistakes=tuple(sorted(everything)), files=files)


def find_rule_files(paths: Iterable[Path]) -> tuple[tuple[Path, ...], list[Mistake]]:
    """Return the files in a stable order, each once; hidden files and folders are passed over."""
    found: dict[Path, None] = {}
    mistakes: list[Mistake] = []
    for path in paths:
        kind = look_at(path)
        if isinstance(kind, Mistake):
            mistakes.append(replace(kind, path=shortened(Path(shown_path(path)))))
        elif kind is Kind.FOLDER:
            closed: list[OSError] = []
            inside = sorted(_below(path, closed))
            mistakes += [_closed(error, path) for error in closed]
            if not inside and not closed:
                message = "holds no rule file (*.yaml)"
                mistakes.append(Mistake(path=shown_path(path), message=message, weight=Weight.WARNING))
            found.update(dict.fromkeys(inside))
        elif kind is Kind.NOTHING:
            mistakes.append(Mistake(path=shown_path(path), message="there is no such file or folder"))
        else:
            found[path] = None
    return tuple(found), mistakes


def _closed(error: OSError, folder: Path) -> Mistake:
    return refusal(Path(shown_path(Path(error.filename or folder))), error)


def _below(folder: Path, closed: list[OSError]) -> Iterator[Path]:
    """Give the rule files in a folder and those in it; those that may not be listed are added to `closed`."""
    for root, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(root, name)


def shown_path(path: Path) -> str:
    """Return the path as a sentence names it: relative where that is shorter."""
    if path.is_absolute() and path.is_relative_to(here := Path.cwd()):
        path = path.relative_to(here)
    return str(path)


def read_rule_file(path: Path) -> LoadedFile:
    """Read one file; what is wrong with it is in its `rules.mistakes`."""
    source = read_source(path, max_bytes=MAX_BYTES)
    if isinstance(source, Mistake):
        name = shown_path(path)
        mistake = Mistake(path=name, message=source.message)
        rules = RuleFile(path=name, mistakes=(mistake,), unreadable=True)
        return LoadedFile(path=path, digest="", modified=0.0, rules=rules)
    return read_content(path, source.content, modified=source.modified, steady=source.steady)


def read_content(path: Path, content: bytes, *, modified: float, steady: bool = True) -> LoadedFile:
    """Read what a rule file holds, wherever that comes from; `modified` in seconds since the epoch."""
    name = shown_path(path)
    composed = compose(content, path=name)
    if composed.root is None:
        rules = RuleFile(path=name, mistakes=composed.mistakes, unreadable=True)
    else:
        rules = read_rules(composed.root, mistakes=composed.mistakes)
    return LoadedFile(
        path=path,
        digest=sha256(content).hexdigest(),
        modified=modified,
        rules=rules,
        steady=steady,
        cut_off=composed.cut_off,
    )
