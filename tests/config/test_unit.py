"""The systemd unit: valid, and as confined as it claims."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "systemd" / "news-monitor.service"
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@needs_systemd
def test_the_unit_is_valid(tmp_path: Path) -> None:
    """With a program in place of ours, which is not installed here, systemd has nothing to remark."""
    text = re.sub(
        r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}", UNIT.read_text(), flags=re.MULTILINE
    )
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE))
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@needs_systemd
def test_the_units_exposure_is_at_most_1_3() -> None:
    """What remains is the network and the sockets that the work needs."""
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=13", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout[-200:]


def test_the_unit_does_what_the_documentation_says() -> None:
    """Readiness, watchdog, reload, private files; no restart over mistakes."""
    unit = UNIT.read_text()
    for line in (
        "Type=notify",
        "WatchdogSec=60",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "UMask=0077",
        "StateDirectory=news-monitor",
        "CacheDirectory=news-monitor",
        "RestartPreventExitStatus=2 3",
    ):
        assert f"\n{line}\n" in unit
