"""The fingerprint of rules: the same in every process and folder, another one for another meaning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ASK = """
import sys
from pathlib import Path
from monitor.app import prepare
from monitor.core.fingerprint import fingerprint
print(fingerprint(prepare(Path(sys.argv[1])).rules.in_force.rules.ruleset))
"""
RULES = 'rules:\n  %s: {title: T, any: ["=storm", "=flood"], tags: [b, a]}\n'


def asked(config: Path, seed: str) -> str:
    """Ask a process of its own, with its own order of sets."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", ASK, config], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.strip()


def machine(folder: Path, *, rule: str, file: str) -> Path:
    """Make the folder of one machine; return its config.yaml."""
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / file).write_text("# ours\n" * len(file) + RULES % rule)
    config = folder / "config.yaml"
    config.write_text("channels:\n  out: {type: console}\nrules: [rules]\nsamples: true\n")
    return config


def test_it_is_of_the_meaning_alone(tmp_path: Path) -> None:
    """Neither path, file, line nor the order of sets counts; the rule does."""
    here = machine(tmp_path / "here", rule="a", file="one.yaml")
    there = machine(tmp_path / "there", rule="a", file="another.yaml")
    changed = machine(tmp_path / "changed", rule="b", file="one.yaml")
    assert asked(here, "1") == asked(there, "2") != asked(changed, "1")
