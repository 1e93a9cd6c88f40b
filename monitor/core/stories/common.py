"""Common words: the share of news items that hold them."""

from __future__ import annotations

BACKGROUND: dict[int, float] = {}
