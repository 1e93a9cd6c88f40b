"""What `kill -9` leaves of 1,000 alerts on their way to a disturbed Slack and a disturbed mail server.

    python -m tests.benchmarks.bench_kills [--kills 300] [--alerts 1000] [--seed 1] [--no-history] [--fold]

Wanted: nothing lost; with history scope nothing doubled in Slack; without it every repeat marked; mails only
accepted again where the sender never got the reply, with the same Message-ID.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.acceptance.daemon import Desk
from tests.acceptance.kill_rig import Plan, kill_again_and_again, lines
from tests.channels.slack_double import SlackDouble
from tests.feeds.zoo import open_zoo

FOLDED: dict[str, dict[str, Any]] = {
    "osint": {"pace": "0.2s", "fold_after": "2s"},
    "desk": {"pace": "0.2s", "fold_after": "2s"},
}


async def measure(plan: Plan) -> None:
    """Run and print."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        async with open_zoo() as zoo, SlackDouble(lag=0.4) as slack:
            desk = Desk(Path(folder), zoo)
            tally = await kill_again_and_again(desk, slack, plan, tell=lambda said: print(said, flush=True))
            folded = desk.rows("select channel, count(*) from deliveries where state = 'folded' group by 1")
    print("\n".join(lines(tally)))
    print(f"folded into digests: {dict(folded)}; {time.monotonic() - started:.0f} s")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--alerts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-history", action="store_true")
    parser.add_argument("--fold", action="store_true")
    given = parser.parse_args()
    plan = Plan(
        kills=given.kills,
        alerts=given.alerts,
        seed=given.seed,
        history=not given.no_history,
        channels=FOLDED if given.fold else {},
    )
    print(plan)
    asyncio.run(measure(plan))


if __name__ == "__main__":
    main()
