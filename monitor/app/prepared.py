"""What a daemon is made of before anything is opened: files read and found good, the clock, the dice."""

from __future__ import annotations

import gc
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

from monitor import looping
from monitor.config.naming import held_against
from monitor.config.pushed import PushedRules
from monitor.config.reload import RuleFiles
from monitor.config.settings import Loaded, load_settings
from monitor.core.errors import ConfigurationError, Weight
from monitor.core.models import Sign
from monitor.core.settings import Settings
from monitor.pipeline.in_force import InForce
from monitor.sources.pushed import with_bundle
from monitor.telemetry import Redactor, set_up_logging


def clock() -> datetime:
    """Say what time it is: the one clock of the daemon, aware UTC."""
    return datetime.now(UTC)


dice: Callable[[], float] = random.SystemRandom().random


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Files read and found good: nothing has been opened or started yet."""

    path: Path
    loaded: Loaded
    settings: Settings
    rules: RuleFiles | PushedRules
    only_samples: bool = False
    stream: TextIO | None = field(default=None, repr=False)
    """Where the console channel writes; standard output by default."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector rest: it would walk ten thousand feeds again and again, and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def prepare(path: Path, *, only_samples: bool = False, stream: TextIO | None = None) -> Prepared:
    """Read configuration and rules; not in a running loop, since rules may stand in the database.

    Raises:
        ConfigurationError: with every mistake of every file.
        DatabaseUnusableError: the rules stand in the database, and it cannot be read.
    """
    with _uncollected():
        loaded = looping.run(with_bundle(settings)) if (settings := load_settings(path)).pushed else settings
        rules = rules_in(loaded)
        read = rules.start()
        loaded = held_against(loaded, read)
    errors = [mistake for mistake in (*loaded.mistakes, *read.mistakes) if mistake.weight is Weight.ERROR]
    if errors:
        raise ConfigurationError({*loaded.mistakes, *read.mistakes})
    return Prepared(
        path=path,
        loaded=loaded,
        settings=loaded.accepted(),
        rules=rules,
        only_samples=only_samples,
        stream=stream,
    )


def rules_in(loaded: Loaded) -> RuleFiles | PushedRules:
    """Return what follows the rules of a configuration, wherever they stand."""
    if loaded.pushed:
        return PushedRules(loaded)
    return RuleFiles(loaded.rules, channels=loaded.channels, templates=loaded.templates.names)


def set_up_logs(loaded: Loaded, settings: Settings) -> None:
    """Log as the settings say, with every secret of the file hidden."""
    set_up_logging(level=settings.log_level, style=settings.log_format, redactor=Redactor(loaded.secrets))


def sign_of(in_force: InForce) -> Callable[[], Sign]:
    """Return what says what this daemon is and works with, for those that share its database."""

    def version_of() -> int | None:
        bundle = in_force.rulebook.bundle
        return bundle.version.number if bundle else None

    return lambda: Sign(
        host=socket.gethostname(),
        version=version("news-monitor"),
        rules=in_force.rulebook.fingerprint,
        rule_version=version_of(),
        feeds=len(in_force.feeds),
    )
