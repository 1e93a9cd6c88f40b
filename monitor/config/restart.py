"""What a reload of config.yaml cannot apply."""

from __future__ import annotations

from monitor.config.settings import Loaded

_READ_AT_EACH_POLL = frozenset({"schedule", "budget", "interval", "min_interval", "max_backoff", "tags"})


def restart_needed(started: Loaded, now: Loaded) -> list[str]:
    """Name the keys that differ from those the daemon was started with and that no reload applies."""
    before, after = started.accepted(), now.accepted()
    pairs = {
        "database": (before.database, after.database),
        "samples": (before.samples, after.samples),
        "stories.window": (before.stories.window, after.stories.window),
        "retention.every": (before.retention.every, after.retention.every),
        "web": (before.web, after.web),
        "rules": ((started.pushed, started.rules), (now.pushed, now.rules)),
    } | {
        f"polling.{name}": (getattr(before.polling, name), getattr(after.polling, name))
        for name in type(before.polling).model_fields
        if name not in _READ_AT_EACH_POLL
    }
    return [key for key, (old, new) in pairs.items() if old != new]
