"""Growth of memory: measured of the daemon and its children, compared with an hour after the start, told."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.ailing import ailing, is_grown
from monitor.core.footprint import Footprint
from monitor.core.models import Held, Measures, Own, Resident
from monitor.pipeline.machine import OwnMachine
from monitor.resident import resident

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MIB = 2**20
LOOK = timedelta(seconds=20)


def footprint_of(*sizes: int, every: timedelta = timedelta(minutes=1)) -> Footprint:
    """Measure these sizes, one after the other."""
    found = Footprint()
    for number, size in enumerate(sizes):
        found = found.after(size, at=number * every)
    return found


@pytest.mark.parametrize(
    ("at_first", "now", "begins", "goes_on"),
    [
        (100, 299, False, True),
        (100, 301, True, True),
        (100, 199, False, False),
        (1000, 1400, False, True),
        (1000, 1501, True, True),
        (1000, 1249, False, False),
        (1000, 300, False, False),
    ],
)
def test_memory_has_grown_by_share_and_by_size(at_first: int, now: int, begins: bool, goes_on: bool) -> None:
    """A small daemon may double; a large one may not grow by half. Half of either ends it."""
    held = Held(now=now * MIB, at_first=at_first * MIB)
    assert is_grown(held, still=False) is begins
    assert is_grown(held, still=True) is goes_on


def test_nothing_is_compared_before_an_hour_has_passed() -> None:
    """Caches fill in that hour; growth in it is none."""
    assert footprint_of(*range(1, 61)).held is None
    assert footprint_of(*range(1, 62)).held == Held(now=51, at_first=51)


def test_what_is_held_is_the_least_of_ten_minutes() -> None:
    """A large document comes and goes; what stays for longer than ten minutes counts."""
    settled = [100] * 61
    assert footprint_of(*settled, *[900] * 10).held == Held(now=100, at_first=100)
    assert footprint_of(*settled, *[900] * 11).held == Held(now=900, at_first=100)


def test_a_peak_at_the_end_of_the_first_hour_is_not_the_level() -> None:
    """Else a leak could hide behind it."""
    assert footprint_of(*[100] * 55, *[900] * 6).held == Held(now=100, at_first=100)


def test_measures_older_than_ten_minutes_are_forgotten() -> None:
    """The daemon that looks for leaks must not be one."""
    assert len(footprint_of(*[100] * 10_000, every=LOOK).measures) == 31


async def test_a_daemon_that_leaks_says_so_with_its_numbers_and_again_when_it_is_over() -> None:
    """The machine measures itself at each look; children count; the wider limit holds on its host alone."""
    seconds, size = [0.0], Resident(own=300 * MIB, children=100 * MIB)

    def measured() -> Resident:
        return size

    machine = OwnMachine(
        None,
        stuck=tuple,
        refused=tuple,
        clock=lambda: NOW + timedelta(seconds=seconds[0]),
        elapsed=lambda: seconds[0],
        memory=measured,
    )

    async def after(minutes: int) -> Own:
        for _ in range(minutes * 3):
            seconds[0] += 20
            await machine.measure()
        return await machine.measure()

    assert ailing(Measures(at=NOW, own=await after(90)), ()) == ()
    size = Resident(own=320 * MIB, children=400 * MIB)
    [found] = ailing(Measures(at=NOW, own=await after(11)), ())
    assert found.key.startswith("memory on host ")
    assert "has grown: 720 MiB held, 400 MiB one hour after" in found.said
    size = Resident(own=300 * MIB, children=220 * MIB)
    own = await after(1)
    assert [one.key for one in ailing(Measures(at=NOW, own=own), (found.key,))] == [found.key]
    assert ailing(Measures(at=NOW, own=own), ("memory on host elsewhere",)) == ()
    size = Resident(own=300 * MIB, children=180 * MIB)
    assert ailing(Measures(at=NOW, own=await after(1)), (found.key,)) == ()


async def test_a_system_that_does_not_tell_is_not_told_of() -> None:
    """Not every system has /proc."""
    machine = OwnMachine(
        None, stuck=tuple, refused=tuple, clock=lambda: NOW, elapsed=lambda: 0.0, memory=lambda: None
    )
    assert (await machine.measure()).held is None


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
async def test_the_kernel_says_what_we_and_our_children_hold() -> None:
    """A child that touches 64 MiB is seen, and no longer when it has ended; so is memory of our own."""
    before = resident()
    assert before is not None
    said = "import sys; held = bytearray(b'x') * (64 << 20); print('ready', flush=True); sys.stdin.read()"
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", said, stdin=pipe, stdout=pipe)
    assert child.stdout is not None
    assert await child.stdout.readline() == b"ready\n"
    during = resident()
    await child.communicate(b"")  # closes its input, at which it ends
    after = resident()
    assert during is not None
    assert after is not None
    assert during.children - before.children > 64 * MIB
    assert during.children - after.children > 64 * MIB
    assert before.own > MIB


def test_a_process_that_ends_while_it_is_measured_holds_nothing(tmp_path: Path) -> None:
    """Between its name and its measure it may go."""
    task = tmp_path / "self" / "task" / "7"
    task.mkdir(parents=True)
    assert resident(tmp_path) is None
    (tmp_path / "self" / "statm").write_text("900 50 10 1 0 100 0\n", encoding="ascii")
    (task / "children").write_text("12 13 ", encoding="ascii")
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "statm").write_text("90 5 1 1 0 10 0\n", encoding="ascii")
    page = os.sysconf("SC_PAGE_SIZE")
    assert resident(tmp_path) == Resident(own=50 * page, children=5 * page)
