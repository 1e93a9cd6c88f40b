"""Well-formed feeds read as feedparser reads them, some twenty times as fast; anything else is left to it.

    clean XML -> expat (driver) -> elements -> state -> Found | None: feedparser is to read it

feedparser's reading of a feed is a machine of flags and a stack, and what an element comes to depends on much
that stood before it. This is the same machine, fed by the same expat, without the values that nobody here
looks at. Where it would have to do what it does not know to the letter, it gives up, and nothing is lost but
the attempt. Tests hold its entries against feedparser's, field by field.
"""

from __future__ import annotations

from monitor.feeds.lean.driver import read
from monitor.feeds.lean.state import Found, UnsureError

__all__ = ["Found", "UnsureError", "read"]
