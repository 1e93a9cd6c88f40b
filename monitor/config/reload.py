"""Rules that follow their files: each file's last good version stays in force until a better one is there.

    stat -> settled, changed? -> read -> combine with the last good of the others -> compile -> prove

A file that is still being written is waited for; a change that breaks another file is refused with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.config.compiling import RuleCompiler
from monitor.config.rules import (
    LoadedFile,
    LoadedRules,
    find_rule_files,
    loaded_from,
    read_rule_file,
    shown_path,
)
from monitor.core.document import listed
from monitor.core.errors import Mistake, Weight
from monitor.core.matcher import Matcher
from monitor.core.proving import failing_tests
from monitor.core.rules.shape import meaning_of, meaning_of_entity
from monitor.core.rules.tree import Entity, Rule, RuleSet

SETTLE = timedelta(seconds=1)
"""A file changed more recently than this may still be written."""
PATIENCE = timedelta(seconds=10)
"""How long a file that breaks off at its end is taken for half-written."""
_NAMED = 3
"""Ids named in the sentence about a reload; more are counted."""

Compile = Callable[[RuleSet], Matcher]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """What a look at the files brought."""

    rules: LoadedRules
    """In force from now on: each file in its last good version; the mistakes are those of what is not."""
    matcher: Matcher
    """Compiled of `rules.ruleset`; the same object as before if no rule changed."""
    added: tuple[str, ...] = ()
    """Ids of rules, here and in `changed` and `removed`."""
    changed: tuple[str, ...] = ()
    """A rule changes with its meaning; moving it or rewording its tests changes nothing."""
    removed: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    """Ids of entities that were added, changed or removed."""
    kept: tuple[str, ...] = ()
    """Files of which an earlier version stays in force because the present one has mistakes."""
    lost: tuple[Mistake, ...] = ()
    """Files and folders of the configuration that could still be read at the look before."""
    regained: bool = False
    """Whether all of them can be read again."""
    waiting: bool = False
    """Whether some file is still being written; look again soon."""

    @property
    def is_news(self) -> bool:
        """Whether rules changed, a file was refused or a folder lost: something to log and to tell."""
        changed = self.added or self.changed or self.removed or self.entities
        return bool(changed or self.kept or self.lost or self.regained)

    def __str__(self) -> str:
        """Say in one sentence what changed and what did not."""
        kinds = (("added", self.added), ("changed", self.changed), ("removed", self.removed))
        parts = [f"rules {word}: {_some(ids)}" for word, ids in kinds if ids]
        parts += [f"entities changed: {_some(self.entities)}"] if self.entities else []
        parts += [f"{self.lost[0]}; its rules stay in force"] if self.lost else []
        parts += ["every file and folder can be read again"] if self.regained else []
        said = "; ".join(parts) or "no rule changed"
        if not self.kept:
            return said
        errors = [one for one in self.rules.mistakes if one.weight is Weight.ERROR]
        count = f"{len(errors)} mistake{'s' if len(errors) != 1 else ''}"
        first = f", the first: {errors[0]}" if errors else ""
        return f"{said}; last good version kept of {listed(self.kept)} ({count}{first})"


def _some(ids: Sequence[str]) -> str:
    if len(ids) <= _NAMED:
        return listed(ids)
    return f"{', '.join(ids[:_NAMED])} and {len(ids) - _NAMED} more"


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

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        channels: Collection[str] | None = None,
        templates: Collection[str] | None = None,
        compile_rules: Compile | None = None,
    ) -> None:
        self.channels = channels
        """Names of the configured channels; may be set anew before a look."""
        self.templates = templates
        """Names of the templates there are; the same."""
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
            loaded = _with(loaded, failing_tests(loaded.ruleset, matcher))
        if loaded.is_usable:
            self._good = files
        added = tuple(sorted(rule.id for rule in loaded.ruleset.rules))
        self._in_force = Reload(rules=loaded, matcher=matcher, added=added)
        return loaded

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
        compared = self._compared(before, loaded, matcher, waiting=look.waiting)
        self._in_force = replace(compared, lost=lost, regained=regained)
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
        return files, _with(loaded, (*said, *failing)), matcher

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

    def _compared(self, before: Reload, loaded: LoadedRules, matcher: Matcher, *, waiting: bool) -> Reload:
        old = {rule.id: rule for rule in before.rules.ruleset.rules}
        new = {rule.id: rule for rule in loaded.ruleset.rules}
        names, now = before.rules.ruleset.entities, loaded.ruleset.entities
        changed = {name for name in names.keys() & now.keys() if _differs(names[name], now[name])}
        return Reload(
            rules=loaded,
            matcher=matcher,
            added=tuple(sorted(new.keys() - old.keys())),
            changed=tuple(sorted(name for name in new.keys() & old.keys() if _differs(new[name], old[name]))),
            removed=tuple(sorted(old.keys() - new.keys())),
            entities=tuple(sorted(changed | (names.keys() ^ now.keys()))),
            kept=tuple(sorted(shown_path(path) for path in self._refused)),
            waiting=waiting,
        )


def _differs(one: Rule | Entity, other: Rule | Entity) -> bool:
    """Tell whether two versions mean different things; those of an unchanged file are the very same."""
    return one is not other and _meaning(one) != _meaning(other)


def _meaning(one: Rule | Entity) -> Rule | Entity:
    return meaning_of(one) if isinstance(one, Rule) else meaning_of_entity(one)


def _signature(path: Path) -> _Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _with(loaded: LoadedRules, more: Iterable[Mistake]) -> LoadedRules:
    mistakes = tuple(sorted({*loaded.mistakes, *more}))
    return LoadedRules(ruleset=loaded.ruleset, mistakes=mistakes, files=loaded.files)


def _blamed(errors: Iterable[Mistake], touched: Collection[Path]) -> set[Path]:
    """Return the changed files to refuse: those with an error in them, else all, since one of them is why."""
    paths = {error.path for error in errors}
    inside = {path for path in touched if shown_path(path) in paths}
    return inside or (set(touched) if paths else set())
