"""Hundreds of random histories: what was lost, told twice or passed over in silence?

    python -m tests.benchmarks.bench_histories --histories 500 --seed 1

Each takes place in a world of its own (tests/world): outlets that publish, lie and die, a Slack and a mail
server that fail, a clock that leaps, a disk that is full, kills. The promises of docs/architecture.md are
checked after each. A history that breaks one is shrunk to the shortest that does, and printed as a timeline.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.world.happenings import History, histories
from tests.world.running import Run, Verdict, running


@dataclass(slots=True)
class Tally:
    """What all histories came to."""

    verdicts: list[Verdict] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def line(self) -> str:
        """Say it in one line."""
        every = self.verdicts
        return (
            f"{len(every)} histories, {sum(one.published for one in every)} articles that rules want, "
            f"{sum(one.deaths for one in every)} kills, {sum(one.slack for one in every)} messages in Slack, "
            f"{sum(one.mails for one in every)} mails: "
            f"{sum(bool(one.broken) for one in every)} broke a promise "
            f"({time.monotonic() - self.began:.0f} s)"
        )


def told(run: Run, tally: Tally) -> Callable[[History], None]:
    """Return what tries one history."""

    def lived(history: History) -> None:
        verdict = run(history)
        tally.verdicts.append(verdict)
        if len(tally.verdicts) % 10 == 0:
            print(tally.line(), flush=True)
        assert not verdict.broken, "\n".join((verdict.timeline, *verdict.broken))

    return lived


def main() -> None:
    """Try them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--histories", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.disable()  # what a daemon has to say about faults is not what is counted
    tally = Tally()
    with running() as run:
        chosen = settings(
            max_examples=args.histories,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        seed(args.seed)(chosen(given(histories())(told(run, tally))))()
    print(tally.line())


if __name__ == "__main__":
    main()
