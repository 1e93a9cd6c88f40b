"""The runner of all benchmarks: real subprocesses, one of which fails."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.benchmarks import run_all
from tests.benchmarks.catalogue import CATALOGUE, SUBJECTS, Benchmark
from tests.benchmarks.measured import ended

FAILING = Benchmark(
    "failing", "lib2to3_is_no_module", "matching", "Does it fail?", peer_packages=("no-peer",)
)
WELL = Benchmark("well", "json.tool", "store", "Does it end?", quick=("--help",))
DATA = Benchmark("fed", "json.tool", "store", "Is there data?", recorded=True)


def test_a_failing_benchmark_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is told of with how it ended, what it printed and what it lacked; the run as a whole failed."""
    monkeypatch.setenv("NEWS_MONITOR_DATA", str(tmp_path / "absent"))
    files = ("--json", str(tmp_path / "bench.json"), "--page", str(tmp_path / "page.md"))
    assert run_all.main(["--quick", *files], (FAILING, WELL, DATA)) == 1
    found = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    failing, well, fed = found["benchmarks"]
    assert (failing["exit_code"], well["exit_code"], fed["exit_code"]) == (1, 0, None)
    assert "No module named lib2to3_is_no_module" in failing["lines"][-1]
    assert well["command"] == "python -m json.tool --help"
    assert well["lines"][0].startswith("usage:")
    assert well["peak_mib"] > 1
    assert found["machine"]["cores"] > 0
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "failed with exit code 1; without no-peer, not installed" in page
    assert "not run: recorded data absent" in page
    assert page.index("## Matching") < page.index("## Store growth")
    assert "failing: failed with exit code 1" in capsys.readouterr().out


def test_a_benchmark_beyond_its_limit_is_stopped_and_keeps_its_lines(tmp_path: Path) -> None:
    """What was printed before the limit is there, and that it was stopped."""
    ready = tmp_path / "ready"
    code = f"import time; print('begun', flush=True); open({str(ready)!r}, 'w').close(); time.sleep(600)"
    end = ended([sys.executable, "-c", code], folder=tmp_path, limit=5)
    assert end.out_of_time
    assert end.exit_code != 0
    if ready.exists():  # On a machine so busy that Python did not start in five seconds there is no line.
        assert end.lines[0] == "begun"


def test_every_benchmark_of_the_catalogue_is_a_program_of_this_project() -> None:
    """Names are unique, subjects known, and no bench_*.py is left out."""
    assert len({one.name for one in CATALOGUE}) == len(CATALOGUE)
    assert {one.subject for one in CATALOGUE} == set(SUBJECTS)
    written = {path.stem for path in (run_all.ROOT / "tests/benchmarks").glob("bench_*.py")}
    assert written <= {one.module.rpartition(".")[2] for one in CATALOGUE}
