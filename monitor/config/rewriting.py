"""A configuration file changed by a program as a person would change it: one place, the rest untouched.

The text is edited, not rewritten, and taken only if the edited file means what it was meant to mean;
otherwise nothing is written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from monitor.config.settings import Loaded, load_settings
from monitor.core.errors import Mistake
from monitor.core.settings import Settings
from monitor.files import read_source, reason_of, write_whole

_LARGEST: Final = 2**20

Edit = Callable[[bytes], bytes | None]
"""Changes the text; None where its form is not known."""
Meant = Callable[[Settings, Settings], bool]
"""Tells of the settings before and after whether that is what was meant."""


def rewrite(before: Loaded, edit: Edit, meant: Meant, *, otherwise: str) -> Mistake | None:
    """Change the file of an accepted configuration; `otherwise` is said where that is not safe."""
    config = before.path
    old = read_source(config, max_bytes=_LARGEST)
    if isinstance(old, Mistake):
        return old
    edited = edit(old.content)
    try:
        safe = edited is not None and _is_meant(before, edited, meant)
    except OSError as error:
        return Mistake(path=str(config), message=f"cannot be written: {reason_of(error)}")
    if edited is None or not safe:
        return Mistake(path=str(config), message=otherwise)
    return write_whole(config, edited)


def _is_meant(before: Loaded, edited: bytes, meant: Meant) -> bool:
    with tempfile.NamedTemporaryFile(
        dir=before.path.absolute().parent, prefix=".feeds-", suffix=".yaml"
    ) as file:
        file.write(edited)
        file.flush()
        after = load_settings(Path(file.name))
    return after.settings is not None and meant(before.accepted(), after.settings)
