"""Rules that follow their files: each file's last good version stays in force until a better one is there.

    stat -> settled, changed? -> read -> combine with the last good of the others -> compile -> prove

A file that is still being written is waited for; a change that breaks another file is refused with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config.compiling import RuleCompiler
from monitor.config.reloaded import Compile, Reload, compared, with_mistakes
from monitor.config.rules import (
    LoadedFile,
    LoadedRules,
    find_rule_files,
    loaded_from,
    read_rule_file,
    shown_path,
)
from monitor.core.errors import Mistake, Weight
from monitor.core.matcher import Matcher
from monitor.core.proving import failing_tests
from monitor.core.rules.tree import RuleSet

SETTLE = timedelta(seconds=1)
"""A file changed more recently than this may still be written."""
PATIENCE = timedelta(seconds=10)
"""How long a file that breaks off at its end is taken for half-written."""


@dataclass(slots=True)
class _Look:
    """What one look at the folder found that is new."""

    fresh: dict[Path, LoadedFile] = field(default_factory=dict)
    gone: set[Path] = field(default_factory=set)
    finding: tuple[Mistake, ...] = ()
    """A file or folder of the configuration that is not there; nothing of it counts as deleted."""
    waiting: bool = False

    @property
    def touched(self) -> set[Path]:
        return {*self.fresh, *self.gone}


_Signature = tuple[int, int, int]


class RuleFiles:
    """Keeps the last good version of every rule file; `look` is called whenever files may have changed.

    Compiling takes as long as it takes: call it in a thread. It never raises for what people can write.
    """

    bundle: None = None
    """Nobody pushed them."""

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        channels: Collection[str] | None = None,
        templates: Collection[str] | None = None,
        compile_rules: Compile | None = None,
    ) -> None:
        self.channels = channels
        """Names of the configured channels."""
        self.templates = templates
        """Names of the templates there are."""
        self._paths = tuple(paths)
        self._compile = compile_rules or RuleCompiler()
        self._good: dict[Path, LoadedFile] = {}
        self._refused: dict[Path, tuple[Mistake, ...]] = {}
        self._signatures: dict[Path, _Signature] = {}
        self._missing: dict[Path, datetime] = {}
        self._finding: tuple[Mistake, ...] = ()
        self._in_force: Reload | None = None

    def _together(self, files: Iterable[LoadedFile], mistakes: Iterable[Mistake]) -> LoadedRules:
        return loaded_from(tuple(files), mistakes, channels=self.channels, templates=self.templates)

    def start(self) -> LoadedRules:
        """Read everything for the first time; the rules are in force only if there is no mistake at all."""
        found, mistakes = find_rule_files(self._paths)
        self._signatures = {path: signature for path in found if (signature := _signature(path))}
        files = {path: read_rule_file(path) for path in found}
        loaded = self._together(files.values(), mistakes)
        matcher = self._compile(loaded.ruleset if loaded.is_usable else RuleSet())
        if loaded.is_usable:
            loaded = with_mistakes(loaded, failing_tests(loaded.ruleset, matcher))
        if loaded.is_usable:
            self._good = files
        added = tuple(sorted(rule.id for rule in loaded.ruleset.rules))
        self._in_force = Reload(rules=loaded, matcher=matcher, added=added)
        return loaded

    def know(self, *, channels: Collection[str], templates: Collection[str]) -> None:
        """Hear which channels and templates there are from now on."""
        self.channels, self.templates = channels, templates

    @property
    def in_force(self) -> Reload:
        """What the last look brought.

        Raises:
            RuntimeError: `start` has not been called.
        """
        if self._in_force is None:
            raise RuntimeError("start() comes first")
        return self._in_force

    def look(self, now: datetime) -> Reload:
        """Take over what has changed since the last look, file by file, if it is good."""
        before = self.in_force
        look = self._changes(now)
        if not look.touched and look.finding == self._finding:
            self._in_force = Reload(rules=before.rules, matcher=before.matcher, waiting=look.waiting)
            return self._in_force
        lost = tuple(one for one in look.finding if one not in self._finding)
        regained = bool(self._finding) and not look.finding
        self._finding = look.finding
        self._good, loaded, matcher = self._best(look)
        kept = tuple(sorted(shown_path(path) for path in self._refused))
        news = compared(before, loaded, matcher, kept=kept)
        self._in_force = replace(news, lost=lost, regained=regained, waiting=look.waiting)
        return self._in_force

    def _changes(self, now: datetime) -> _Look:
        look = _Look()
        found, finding = find_rule_files(self._paths)
        look.finding = tuple(one for one in finding if one.weight is Weight.ERROR)
        for path in found:
            self._missing.pop(path, None)
            self._examine(path, now, look)
        known = () if look.finding else (*self._good, *self._refused)
        for path in known:
            if path not in found:
                self._miss(path, now, look)
        return look

    def _examine(self, path: Path, now: datetime, look: _Look) -> None:
        signature = _signature(path)
        if signature is None or self._signatures.get(path) == signature:
            return
        age = now.timestamp() - signature[0] / 1e9
        if 0 <= age < SETTLE.total_seconds():
            look.waiting = True
            return
        file = read_rule_file(path)
        if not file.steady or (file.cut_off and 0 <= age < PATIENCE.total_seconds()):
            look.waiting = True
            return
        self._signatures[path] = signature
        look.fresh[path] = file

    def _miss(self, path: Path, now: datetime, look: _Look) -> None:
        """Take a file as deleted when it stays away: an editor may only be about to put it back."""
        if now - self._missing.setdefault(path, now) < SETTLE:
            look.waiting = True
            return
        look.gone.add(path)

    def _best(self, look: _Look) -> tuple[dict[Path, LoadedFile], LoadedRules, Matcher]:
        """Accept as many of the changes as possible; a change that breaks another file is refused as well."""
        refused: dict[Path, tuple[Mistake, ...]] = {
            path: mistakes for path, mistakes in self._refused.items() if path not in look.touched
        }
        for path, file in look.fresh.items():
            if not file.rules.is_usable:
                refused[path] = file.rules.mistakes
        while True:
            files = self._files(look, refused)
            loaded = self._together(files.values(), look.finding)
            matcher, failing = self._proved(loaded)
            errors = [*failing, *(one for one in loaded.mistakes if one.weight is Weight.ERROR)]
            blamed = _blamed(errors, look.touched - refused.keys())
            if not blamed:
                break
            for path in blamed:
                refused[path] = tuple(errors)
        self._refused = refused
        for path in look.gone - refused.keys():
            self._missing.pop(path, None)
            self._signatures.pop(path, None)
        said = (one for mistakes in refused.values() for one in mistakes)
        return files, with_mistakes(loaded, (*said, *failing)), matcher

    def _files(self, look: _Look, refused: Mapping[Path, object]) -> dict[Path, LoadedFile]:
        files = dict(self._good)
        files.update({path: file for path, file in look.fresh.items() if path not in refused})
        for path in look.gone - refused.keys():
            files.pop(path, None)
        return dict(sorted(files.items()))

    def _proved(self, loaded: LoadedRules) -> tuple[Matcher, tuple[Mistake, ...]]:
        if self._in_force and loaded.ruleset == self._in_force.rules.ruleset:
            return self._in_force.matcher, ()
        if not loaded.is_usable:
            return self.in_force.matcher, ()
        matcher = self._compile(loaded.ruleset)
        return matcher, failing_tests(loaded.ruleset, matcher)


def _signature(path: Path) -> _Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _blamed(errors: Iterable[Mistake], touched: Collection[Path]) -> set[Path]:
    """Return the changed files to refuse: those with an error in them, else all, since one of them is why."""
    paths = {error.path for error in errors}
    inside = {path for path in touched if shown_path(path) in paths}
    return inside or (set(touched) if paths else set())
