"""Rules that were pushed to the database, read as files are: a version is taken whole or not at all.

bundle -> files -> combine -> compile -> prove -> in force, else the last good version stays
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from monitor.config.compiling import RuleCompiler
from monitor.config.reloaded import Compile, Reload, compared, with_mistakes
from monitor.config.rules import (
    LoadedFile,
    LoadedRules,
    find_rule_files,
    load_rules,
    loaded_from,
    read_content,
    read_rule_file,
)
from monitor.config.settings import Loaded
from monitor.core.errors import Mistake, Weight
from monitor.core.models import RuleBundle, RuleSource
from monitor.core.proving import failing_tests
from monitor.core.rules.tree import RuleSet

_ENOUGH = 64 * 2**20
"""Characters of all files of a version together."""


def rules_of(
    loaded: Loaded, *, channels: Collection[str] | None = None, templates: Collection[str] | None = None
) -> LoadedRules:
    """Read the rules of a configuration, from its files or from the bundle that was put into it."""
    if not loaded.pushed:
        return load_rules(loaded.rules, channels=channels, templates=templates)
    if loaded.bundle is None:
        return LoadedRules(ruleset=RuleSet(), mistakes=(none_pushed(loaded.path),))
    return bundle_rules(loaded.bundle, channels=channels, templates=templates)


def files_of(loaded: Loaded) -> tuple[LoadedFile, ...]:
    """Read the rule files of a configuration one by one."""
    if loaded.pushed:
        return _read(loaded.bundle) if loaded.bundle else ()
    return tuple(read_rule_file(path) for path in find_rule_files(loaded.rules)[0])


def none_pushed(config: Path) -> Mistake:
    """Say that there are no rules yet, and what brings them."""
    message = "`rules: database`, and none were pushed to it yet: `news-monitor rules push FOLDER`"
    return Mistake(path=str(config), message=message)


def bundle_rules(
    bundle: RuleBundle, *, channels: Collection[str] | None, templates: Collection[str] | None
) -> LoadedRules:
    """Read all files of a version; its tests are not run. Never raises for what people can write."""
    return loaded_from(_read(bundle), (), channels=channels, templates=templates)


def _read(bundle: RuleBundle) -> tuple[LoadedFile, ...]:
    modified = bundle.version.at.timestamp()
    return tuple(
        read_content(Path(bundle.path_of(one)), one.text.encode(), modified=modified)
        for one in bundle.sources
    )


def packed(paths: Iterable[Path]) -> tuple[RuleSource, ...] | Mistake:
    """Take up the text of rule files, named as they lie below what was given; a Mistake says why not."""
    given = tuple(paths)
    found, _ = find_rule_files(given)
    root = _root(given)
    sources = []
    for path in found:
        name = PurePosixPath(path.absolute().relative_to(root)).as_posix()
        try:
            sources.append(RuleSource(name=name, text=path.read_bytes().decode("utf-8-sig")))
        except (OSError, UnicodeDecodeError) as error:
            return Mistake(path=str(path), message=f"cannot be read: {error}")
    if sum(len(one.text) for one in sources) > _ENOUGH:
        return Mistake(path=str(root), message=f"holds more than {_ENOUGH // 2**20} MiB of rules")
    return tuple(sorted(sources, key=lambda one: one.name))


def _root(given: Iterable[Path]) -> Path:
    folders = [path.absolute() if path.is_dir() else path.absolute().parent for path in given]
    return Path(os.path.commonpath(folders))


class PushedRules:
    """Keeps the last good version that was pushed; `take` is called with each newer one.

    Compiling takes as long as it takes: call it in a thread. It never raises for what people can write.
    """

    def __init__(self, loaded: Loaded, *, compile_rules: Compile | None = None) -> None:
        """Take a configuration with the bundle that is to be in force at the start."""
        self.bundle = loaded.bundle
        """The version in force; None before anything was."""
        self.seen = loaded.bundle.version.number if loaded.bundle else 0
        """The latest version that was looked at, good or not."""
        self._loaded = loaded
        self._channels: Collection[str] = loaded.channels
        self._templates: Collection[str] = loaded.templates.names
        self._compile = compile_rules or RuleCompiler()
        self._good = LoadedRules(ruleset=RuleSet())
        self._in_force: Reload | None = None

    def start(self) -> LoadedRules:
        """Read the version that came with the configuration; it is in force only if nothing is wrong."""
        loaded = rules_of(self._loaded, channels=self._channels, templates=self._templates)
        matcher = self._compile(loaded.ruleset if loaded.is_usable else RuleSet())
        if loaded.is_usable:
            loaded = with_mistakes(loaded, failing_tests(loaded.ruleset, matcher))
        added = tuple(sorted(rule.id for rule in loaded.ruleset.rules))
        self._good = loaded
        self._in_force = Reload(rules=loaded, matcher=matcher, added=added)
        return loaded

    @property
    def in_force(self) -> Reload:
        """What the last version that was taken brought.

        Raises:
            RuntimeError: `start` has not been called.
        """
        if self._in_force is None:
            raise RuntimeError("start() comes first")
        return self._in_force

    def know(self, *, channels: Collection[str], templates: Collection[str]) -> None:
        """Hear which channels and templates there are from now on: what was refused may be good now."""
        self._channels, self._templates = channels, templates
        self.seen = self.bundle.version.number if self.bundle else 0

    def take(self, bundle: RuleBundle) -> Reload:
        """Take over a version if it and its tests are good; else what is in force stays, with the reasons."""
        self.seen = bundle.version.number
        loaded = bundle_rules(bundle, channels=self._channels, templates=self._templates)
        matcher = self.in_force.matcher
        if loaded.is_usable:
            matcher = self._compile(loaded.ruleset)
            loaded = with_mistakes(loaded, failing_tests(loaded.ruleset, matcher))
        if loaded.is_usable:
            self._in_force = compared(replace(self.in_force, rules=self._good), loaded, matcher)
            self._good, self.bundle = loaded, bundle
        else:
            errors = (one for one in loaded.mistakes if one.weight is Weight.ERROR)
            kept = (f"database/{bundle.version.number}",)
            rules = with_mistakes(self._good, errors)
            self._in_force = Reload(rules=rules, matcher=self.in_force.matcher, kept=kept)
        return self._in_force
