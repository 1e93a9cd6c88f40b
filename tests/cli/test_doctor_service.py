"""The doctor and systemd: what `systemctl show` prints, judged."""

from __future__ import annotations

from monitor.cli.checkups.findings import Finding, Standing
from monitor.cli.checkups.service import judged, units_in

RUNS = """Type=notify
Restart=on-failure
WatchdogUSec=1min
Result=success
NRestarts=0
Id=news-monitor.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled
NeedDaemonReload=no
"""


def found(said: str) -> list[Finding]:
    """Judge what systemctl prints."""
    return list(judged(units_in(said)))


def test_a_unit_as_shipped_that_runs_is_well() -> None:
    """One line, whose name it is and how often it came back."""
    (finding,) = found(RUNS)
    assert finding.standing is Standing.OK
    assert finding.sentence == "news-monitor.service is active, restarted 0 times"


def test_a_failed_unit_is_a_problem_and_one_that_is_stopped_a_warning() -> None:
    """With the command that tells why."""
    failed = RUNS.replace("=active", "=failed").replace("=success", "=watchdog")
    (finding,) = found(failed)
    assert finding.standing is Standing.PROBLEM
    assert "has failed (watchdog)" in finding.sentence
    assert "journalctl -u news-monitor.service" in finding.remedy
    (stopped,) = found(RUNS.replace("=active", "=inactive"))
    assert stopped.standing is Standing.WARNING


def test_a_masked_unit_is_a_problem() -> None:
    """It cannot be started until it is unmasked."""
    (finding,) = found(RUNS.replace("=loaded", "=masked"))
    assert finding.standing is Standing.PROBLEM
    assert "systemctl unmask" in finding.remedy


def test_what_differs_from_the_shipped_unit_is_named() -> None:
    """A daemon that hangs is not restarted without a watchdog, nor one that dies with Restart=no."""
    other = RUNS.replace("on-failure", "no").replace("1min", "0").replace("Type=notify", "Type=simple")
    _, finding = found(other)
    assert finding.standing is Standing.WARNING
    assert "Type=simple, Restart=no, no WatchdogSec" in finding.sentence


def test_a_changed_file_a_disabled_unit_and_many_restarts_are_warned_of() -> None:
    """Each in a sentence of its own."""
    troubled = RUNS.replace("NRestarts=0", "NRestarts=7").replace("=enabled", "=disabled")
    findings = found(troubled.replace("NeedDaemonReload=no", "NeedDaemonReload=yes"))
    assert [one.standing for one in findings] == [Standing.WARNING] * 3
    assert ["7 times" in findings[0].sentence, "daemon-reload" in findings[1].remedy] == [True, True]
    assert findings[2].remedy == "systemctl enable news-monitor.service"


def test_every_instance_is_judged_and_none_is_a_note() -> None:
    """The unit that is not there is passed over beside an instance that is."""
    absent = "Id=news-monitor.service\nLoadState=not-found\nActiveState=inactive\n"
    instance = RUNS.replace("news-monitor.service", "news-monitor@desk.service")
    (finding,) = found(f"{absent}\n{instance}")
    assert finding.sentence.startswith("news-monitor@desk.service is active")
    assert [one.standing for one in found(absent)] == [Standing.NOTE]
    assert [one.standing for one in found("")] == [Standing.NOTE]
