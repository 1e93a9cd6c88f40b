"""What a reload does not apply is named, key by key."""

from __future__ import annotations

import gc
from pathlib import Path

from monitor.config.restart import restart_needed
from monitor.config.settings import Loaded, load_settings
from monitor.pipeline.pace import Bell


def _loaded(folder: Path, text: str) -> Loaded:
    (folder / "rules").mkdir(exist_ok=True)
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_keys_that_need_a_restart_are_named_and_no_others(tmp_path: Path) -> None:
    """A changed channel or log level is applied; the rest is said."""
    started = _loaded(tmp_path, "channels: {desk: {type: console}}\n")
    schedule = "polling: {schedule: learned, budget: 600/h, interval: 9m, tags: {wire: {interval: 1m}}}\n"
    applied = _loaded(tmp_path, f"log_level: debug\nchannels: {{other: {{type: console}}}}\n{schedule}")
    assert restart_needed(started, applied) == []
    changed = _loaded(
        tmp_path,
        "samples: true\nstories: {window: 24h}\nretention: {every: 1h}\npolling: {per_host: 7}\n",
    )
    assert restart_needed(started, changed) == [
        "samples",
        "stories.window",
        "retention.every",
        "polling.per_host",
    ]


def test_a_bell_forgets_a_listener_whose_owner_went() -> None:
    """Channels come and go with reloads for months."""
    bell = Bell()
    kept = bell.listener()
    for _ in range(100):
        bell.listener()
    gc.collect()
    bell.ring()
    assert kept.is_set()
    assert len(bell._listeners) == 1
