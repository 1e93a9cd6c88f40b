"""The systemd unit: valid, and as confined as it claims."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "systemd" / "news-monitor.service"
TEMPLATE = UNIT.with_name("news-monitor@.service")
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@needs_systemd
@pytest.mark.parametrize("file", [UNIT, TEMPLATE], ids=["alone", "template"])
def test_the_unit_is_valid(tmp_path: Path, file: Path) -> None:
    """With a program in place of ours, which is not installed here, systemd has nothing to remark."""
    text = re.sub(
        r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}", file.read_text(), flags=re.MULTILINE
    )
    unit = tmp_path / file.name.replace("@", "@desk")
    unit.write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE))
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("file", [UNIT, TEMPLATE], ids=["alone", "template"])
def test_the_units_exposure_is_at_most_1_3(tmp_path: Path, file: Path) -> None:
    """What remains is the network and the sockets that the work needs."""
    unit = tmp_path / file.name.replace("@", "@desk")
    unit.write_text(file.read_text())
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=13", unit],
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


def test_the_template_differs_from_the_unit_in_its_places_alone() -> None:
    """Each instance has a configuration, a database and a cache of its own; what confines it is the same."""
    templated = TEMPLATE.read_text().partition("[Unit]")[2]
    alone = UNIT.read_text().partition("[Unit]")[2]
    assert templated.count("/%i") == 8
    assert templated.replace("/%i", "").replace(" %i", "") == alone
