"""Delay by policy and budget: real feeds, polled in virtual time by policies that may ask equally often.

    python -m tests.benchmarks.bench_schedule [--plot] [--days N]

The entries of recorded feeds appear at the moments of the recording: an entry's own date if it lies between
the two recorded states that enclose its appearance, else one moment between them for all the entries of that
state. Holes of more than three days in a recording are cut out, by whole weeks. Printed for each budget:
requests and mean delay of a fixed interval, of Miniflux's entry frequency (its formula, the factor fitted to
the budget), of our schedule as the daemon runs it, cold start included, and of the best that knows each
feed's rate at each hour of the week beforehand (dynamic programming over the week). No policy may wait
longer than the bound nor less than a minute. `--plot` draws the table to build/schedule.png and needs
matplotlib (the extra `plots`).
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from monitor.core.models import Rhythm
from monitor.core.rhythm import heard
from monitor.core.schedule import Outlook, next_look
from tests.benchmarks.recorded_rhythms import DATA, DAY, WEEK, History, outlets, recorded_states

ROOT = Path(__file__).resolve().parents[2]
HOUR = 3600.0
BOUND = 6 * HOUR
LEAST = 60.0
BUDGETS = (600.0, 1800.0, 3600.0, 7200.0)
"""Seconds: what a fixed interval of so long asks is the budget."""
GRID = 300.0
"""Seconds of the dynamic programme's steps."""


def moment(second: float) -> datetime:
    """Return an aware UTC datetime."""
    return datetime.fromtimestamp(second, UTC)


class Policy(Protocol):
    """Says when to look next, and hears what the look brought."""

    def next(self, now: float) -> float:
        """Return the moment of the next look."""

    def saw(self, before: float, now: float, new: Sequence[float]) -> None:
        """Take notice of the entries that appeared between two looks."""


class Fixed:
    """Look at an interval."""

    def __init__(self, interval: float) -> None:
        self._interval = interval

    def next(self, now: float) -> float:
        """Return the moment of the next look."""
        return now + self._interval

    def saw(self, before: float, now: float, new: Sequence[float]) -> None:
        """Learn nothing."""


class EntryFrequency:
    """Miniflux: a week's length over the number of last week's entries times a factor, between two bounds."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._entries: list[float] = []

    def next(self, now: float) -> float:
        """Return the moment of the next look."""
        lately = len(self._entries) - bisect_right(self._entries, now - WEEK)
        wait = WEEK / (lately * self._factor) if lately else BOUND
        return now + min(max(wait, LEAST), BOUND)

    def saw(self, before: float, now: float, new: Sequence[float]) -> None:
        """Count."""
        self._entries.extend(new)


class Learned:
    """The daemon's own schedule, dice included."""

    def __init__(self, price: float) -> None:
        self._price = price
        self._rhythm: Rhythm | None = None
        self._dice = random.Random(7).random

    def next(self, now: float) -> float:
        """Return the moment of the next look."""
        outlook = Outlook(
            interval=timedelta(seconds=BOUND),
            least=timedelta(seconds=LEAST),
            price=self._price,
            rhythm=self._rhythm,
        )
        return next_look(moment(now), outlook, dice=self._dice())[0].timestamp()

    def saw(self, before: float, now: float, new: Sequence[float]) -> None:
        """Learn."""
        dates = [moment(one) for one in new]
        self._rhythm = heard(self._rhythm, dates, last_look=moment(before), now=moment(now))


class Knowing:
    """Knows a feed's rate at each hour and day of the week over the whole recording, and plans the week."""

    def __init__(self, price: float, history: History) -> None:
        self._next = _planned(_rates(history), price)

    def next(self, now: float) -> float:
        """Return the moment of the next look."""
        return now + self._next[int(now % WEEK // GRID)] * GRID

    def saw(self, before: float, now: float, new: Sequence[float]) -> None:
        """Know it already."""


def _rates(history: History) -> list[float]:
    """Return the expected entries a second on the grid of a week."""
    hours, days = [0] * 24, [0] * 7
    for one in history.entries:
        hours[int(one // HOUR) % 24] += 1
        days[int(one // DAY) % 7] += 1
    number = max(len(history.entries), 1)
    mean = number / (history.end - history.start)
    steps = (step * GRID for step in range(int(WEEK // GRID)))
    return [mean * 24 * 7 * hours[int(t // HOUR) % 24] * days[int(t // DAY) % 7] / number**2 for t in steps]


def _planned(rates: Sequence[float], price: float) -> list[int]:
    """Return for each step of the week after how many steps the next look costs least, delay and price."""
    steps, most = len(rates), int(BOUND // GRID)
    costs = [0.0] * (2 * steps + most + 1)
    best = [1] * steps
    for at in range(2 * steps - 1, -1, -1):
        delay = entries = 0.0
        cheapest = math.inf
        for wait in range(1, most + 1):
            rate = rates[(at + wait - 1) % steps]
            delay += entries * GRID + rate * GRID * GRID / 2
            entries += rate * GRID
            cost = delay + price + costs[at + wait]
            if cost < cheapest:
                cheapest, best[at % steps] = cost, wait
            if delay > 3 * price + 1 and cost > cheapest:
                break
        costs[at] = cheapest
    return best


@dataclass(slots=True)
class Outcome:
    """What a policy came to over all feeds."""

    requests: int = 0
    delay: float = 0.0
    entries: int = 0
    longest: float = 0.0
    """Seconds between two looks, at most."""
    means: dict[str, float] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """Minutes."""
        return self.delay / max(self.entries, 1) / 60


def simulated(histories: Mapping[str, History], policy_of: Callable[[History], Policy]) -> Outcome:
    """Poll every feed over its whole recording."""
    total = Outcome()
    for name, history in histories.items():
        policy, now, seen, delay = policy_of(history), history.start, 0, 0.0
        while (later := policy.next(now)) <= history.end:
            upto = bisect_right(history.entries, later, lo=seen)
            new = history.entries[seen:upto]
            delay += sum(later - one for one in new)
            total.longest = max(total.longest, later - now)
            total.requests += 1
            policy.saw(now, later, new)
            now, seen = later, upto
        total.delay += delay
        total.entries += seen
        total.means[name] = delay / max(seen, 1) / 60
    return total


def equal(
    histories: Mapping[str, History], policy_of: Callable[[float, History], Policy], requests: int
) -> Outcome:
    """Fit the one number of a policy, of which more means fewer requests, to the budget within 0.5 %."""
    at, found = 300.0, Outcome()
    for _ in range(25):
        found = simulated(histories, partial(policy_of, at))
        if abs(found.requests - requests) <= 0.005 * requests:
            break
        at *= (found.requests / requests) ** 1.7
    return found


# ------------------------------------------------------------------ the table


Table = dict[float, dict[str, Outcome]]


def fixed_interval(interval: float, _history: History) -> Policy:
    """Give the plainest policy."""
    return Fixed(interval)


def entry_frequency(inverse: float, _history: History) -> Policy:
    """Give Miniflux's policy."""
    return EntryFrequency(1 / inverse)


def learned(price: float, _history: History) -> Policy:
    """Give ours."""
    return Learned(price)


POLICIES: Mapping[str, Callable[[float, History], Policy]] = {
    "entry frequency": entry_frequency,
    "learned": learned,
    "best, rates known": Knowing,
}


def measured(histories: Mapping[str, History]) -> Table:
    """Run every policy at every budget."""
    table: Table = {}
    for interval in BUDGETS:
        fixed = simulated(histories, partial(fixed_interval, interval))
        table[interval] = {"fixed interval": fixed}
        for name, policy in POLICIES.items():
            table[interval][name] = equal(histories, policy, fixed.requests)
        _print(interval, table[interval])
    return table


def _print(interval: float, row: Mapping[str, Outcome]) -> None:
    fixed, best = row["fixed interval"], row["best, rates known"]
    print(f"\nas many requests as every {interval / 60:.0f} min needs, bound {BOUND / HOUR:.0f} h")
    print(
        f"  {'policy':<20}{'requests':>9}{'mean delay':>12}{'of fixed':>10}{'of best':>9}{'longest wait':>14}"
    )
    for name, outcome in row.items():
        print(
            f"  {name:<20}{outcome.requests:>9,}{outcome.mean:>8.2f} min{outcome.mean / fixed.mean:>9.0%}"
            f"{outcome.mean / best.mean:>10.1%}{outcome.longest / HOUR:>11.2f} h"
        )
    assert row["learned"].longest <= BOUND + 1, "a feed waited longer than its bound"


def budgets_of(table: Table) -> list[float]:
    """Return the requests for each feed and day."""
    return [DAY / interval for interval in table]


def drawn(tables: Mapping[str, Table], path: Path) -> None:
    """Draw mean delay by policy and budget."""
    import matplotlib  # noqa: PLC0415 (an extra)

    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker  # noqa: PLC0415

    figure, axes = pyplot.subplots(1, len(tables), figsize=(6 * len(tables), 4.5), squeeze=False)
    for place, (title, table) in zip(axes[0], tables.items(), strict=True):
        for name in next(iter(table.values())):
            place.plot(budgets_of(table), [row[name].mean for row in table.values()], marker="o", label=name)
        place.set(xscale="log", yscale="log", title=title)
        place.set(xlabel="requests per feed and day", ylabel="mean delay, minutes")
        for axis, steps in ((place.xaxis, list(budgets_of(table))), (place.yaxis, [3, 5, 10, 20, 30, 60])):
            axis.set_major_locator(ticker.FixedLocator(steps))
            axis.set_major_formatter(ticker.FormatStrFormatter("%d"))
            axis.set_minor_locator(ticker.NullLocator())
        place.grid(visible=True, which="both", alpha=0.3)
        place.legend()
    path.parent.mkdir(exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    print(f"\ndrawn: {path}")


def main() -> None:
    """Print the tables, and draw them if asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--plot", action="store_true", help="draw build/schedule.png")
    options.add_argument("--days", type=float, default=60, help="of each recorded feed the last N days")
    given = options.parse_args()
    if not DATA.is_dir():
        sys.exit(f"recorded data not found at {DATA}; set NEWS_MONITOR_DATA")
    tables = {}
    for title, histories in (("recorded feeds", recorded_states(given.days)), ("a fortnight", outlets())):
        days = sum(one.end - one.start for one in histories.values()) / DAY
        print(f"\n{title}: {len(histories)} feeds, {days:,.0f} feed-days,", end=" ")
        print(f"{sum(len(one.entries) for one in histories.values()):,} entries")
        tables[title] = measured(histories)
    if given.plot:
        drawn(tables, ROOT / "build" / "schedule.png")


if __name__ == "__main__":
    main()
