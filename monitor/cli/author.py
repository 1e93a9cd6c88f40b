"""Who sits at the terminal: kept with what they change by hand."""

from __future__ import annotations

import getpass


def author() -> str:
    """Name the person at the terminal, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
