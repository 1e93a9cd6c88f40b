"""Settings and rules become a running daemon."""

from __future__ import annotations

from monitor.app.prepared import Prepared, clock, prepare, set_up_logs
from monitor.app.running import run

__all__ = ["Prepared", "clock", "prepare", "run", "set_up_logs"]
