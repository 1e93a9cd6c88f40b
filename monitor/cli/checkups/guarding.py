"""Who may read and change what stands in files: the configuration, the rules, the hashes of passwords."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import SecretStr

from monitor.cli.checkups.findings import Finding, problem, warning
from monitor.core.settings import Settings

_MOST_FILES = 1000
"""Of a folder of rules that are looked at."""


def hashes(file: Path, settings: Settings) -> Iterator[Finding]:
    """Warn of hashes of passwords that stand in a file which every user of this machine can read."""
    try:
        mode, text = file.stat().st_mode, file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return
    named = [user.name for user in settings.web.users if _stands(user.password_hash, text)]
    if named and mode & stat.S_IROTH:
        yield warning(
            "permissions",
            f"{file} holds the password hashes of {', '.join(named)} and has mode {stat.S_IMODE(mode):04o}: "
            "every user of this machine can take them away and try passwords",
            f"chmod o-r {file} if the daemon's user still reads it then, or write `password_hash: file:PATH` "
            "or `credential:name`",
        )


def _stands(secret: SecretStr | None, text: str) -> bool:
    return secret is not None and secret.get_secret_value() in text


def writable(paths: Sequence[Path]) -> Iterator[Finding]:
    """Report the files and folders of configuration and rules that every user of this machine may change."""
    open_to_all = [path for path in _each(paths) if _all_may_write(path)]
    if open_to_all:
        more = f" and {len(open_to_all) - 1} more" if len(open_to_all) > 1 else ""
        yield problem(
            "permissions",
            f"{open_to_all[0]}{more} can be changed by every user of this machine, and with it the alerts",
            "chmod -R o-w " + " ".join(str(path) for path in paths),
        )


def _each(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield path
        if path.is_dir():
            yield from sorted(path.rglob("*.y*ml"))[:_MOST_FILES]


def _all_may_write(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX
