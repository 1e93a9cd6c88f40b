"""Which benchmarks there are: their subject, their arguments, short and whole, and what they need.

A benchmark is a module run as a program. `{data}` in an argument stands for the folder of recorded data.
The first ones say most; a run that is short of time ends with the others.
"""

from __future__ import annotations

from dataclasses import dataclass

SUBJECTS = {
    "matching": "Matching",
    "polling": "Polling",
    "stories": "Stories",
    "delivery": "Delivery under kills and faults",
    "desk": "Desk and API",
    "store": "Store growth and several machines",
}
"""Chapters of docs/performance.md, in this order."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One command to run. `programs` must be on PATH; peers may be missing."""

    name: str
    module: str
    subject: str
    question: str
    quick: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    recorded: bool = False
    """Whether it needs recorded data, which is not in the repository."""
    figures: bool = False
    """Whether it offers `--json FILE`."""
    programs: tuple[str, ...] = ()
    peer_programs: tuple[str, ...] = ()
    peer_packages: tuple[str, ...] = ()


def _module(name: str) -> str:
    return f"tests.benchmarks.{name}"


CATALOGUE = (
    Benchmark(
        "match",
        _module("bench_match"),
        "matching",
        "Documents a second against 100 to 100,000 aliases and 10,000 boolean rules, beside other matchers.",
        quick=("--sizes", "100", "10000", "--seconds", "0.1"),
        figures=True,
        peer_packages=("pyahocorasick", "spacy"),
    ),
    Benchmark(
        "kills",
        _module("bench_kills"),
        "delivery",
        "Alerts lost or doubled when `kill -9` strikes again and again while Slack and mail are disturbed.",
        quick=("--kills", "15", "--alerts", "60"),
    ),
    Benchmark(
        "latency",
        _module("bench_latency"),
        "delivery",
        "From the entry's commit to the request on the wire, ten alerts a second.",
        quick=("--seconds", "10"),
    ),
    Benchmark(
        "peers",
        _module("bench_peers"),
        "polling",
        "The same feeds fetched, parsed and stored, beside the programs that do it today.",
        quick=("{data}/feeds", "--hosts", "50"),
        full=("{data}/feeds",),
        recorded=True,
        peer_programs=("newsboat", "sfeed_update", "r2e"),
    ),
    Benchmark(
        "stories",
        _module("bench_stories"),
        "stories",
        "How well and how fast entries become stories, on labelled sets.",
        quick=("--no-baselines",),
        recorded=True,
    ),
    Benchmark(
        "topic",
        _module("bench_topic"),
        "stories",
        "How much of one hot topic rings and is told, and how large its stories grow.",
        recorded=True,
    ),
    Benchmark(
        "store",
        _module("bench_store"),
        "store",
        "Writing and reading, as ratios to plain sqlite3.",
        quick=("--entries", "3000"),
    ),
    Benchmark(
        "api",
        _module("bench_api"),
        "desk",
        "Each GET of the API at two sizes of the archive.",
        quick=("--small", "5000", "--large", "50000"),
    ),
    Benchmark(
        "poll",
        _module("bench_poll"),
        "polling",
        "What a poll costs, beside a bare HTTP client.",
        quick=("{data}/feeds", "--hosts", "100", "--bodies", "30", "--rounds", "1"),
        full=("{data}/feeds",),
        recorded=True,
    ),
    Benchmark(
        "parse",
        _module("bench_parse"),
        "polling",
        "Reading recorded feeds, beside plain feedparser.",
        quick=("{data}/feeds", "--files", "30"),
        full=("{data}/feeds",),
        recorded=True,
        peer_packages=("feedparser",),
    ),
    Benchmark(
        "full-text",
        _module("bench_full_text"),
        "polling",
        "Pages of articles a second of CPU, and how much of their texts is found again.",
        quick=("100",),
        recorded=True,
    ),
    Benchmark(
        "copies",
        _module("bench_copies"),
        "stories",
        "Edited copies of long texts: how many are found, by kind of edit.",
        recorded=True,
    ),
    Benchmark(
        "histories",
        _module("bench_histories"),
        "delivery",
        "Random histories of failing outlets, servers, clocks and disks: promises broken.",
        quick=("--histories", "15"),
    ),
    Benchmark(
        "claims",
        _module("bench_claims"),
        "store",
        "Unchanged polls a second on PostgreSQL, by one, two and four workers.",
        quick=("--feeds", "4000", "--seconds", "2"),
    ),
    Benchmark(
        "growth",
        _module("bench_growth"),
        "store",
        "Statements on PostgreSQL at two sizes of the archive.",
        quick=("--small", "5000", "--large", "50000"),
    ),
    Benchmark(
        "desk",
        _module("bench_desk"),
        "desk",
        "First paint and the cost of open pages.",
        quick=("--stories", "1000", "--pages", "20", "--seconds", "5"),
        programs=("chromium",),
    ),
    Benchmark(
        "compile",
        _module("bench_compile"),
        "matching",
        "Cold and warm starts, one changed alias, memory.",
        quick=("--sizes", "1000", "10000"),
    ),
    Benchmark(
        "story-copies",
        _module("bench_story_cost"),
        "stories",
        "Look-ups of copies beside a dict.",
        quick=("copies", "20000"),
        full=("copies",),
        recorded=True,
    ),
    Benchmark(
        "calls",
        _module("bench_calls"),
        "store",
        "From a commit on one machine to the story made on another.",
        quick=("--entries", "15"),
    ),
    Benchmark(
        "daemon",
        _module("bench_daemon"),
        "delivery",
        "The whole daemon on real feeds, and what kills leave of it.",
        quick=("--feeds", "40", "--kills", "2"),
        recorded=True,
    ),
    Benchmark(
        "life",
        _module("bench_life"),
        "polling",
        "From the start to the first poll with ten thousand feeds, and from SIGTERM to the end at full load.",
        quick=("--runs", "1"),
    ),
    Benchmark(
        "hostile",
        _module("bench_hostile"),
        "polling",
        "How late good feeds are while a tenth of the servers attack.",
        quick=("--feeds", "100", "--interval", "5", "--seconds", "20"),
    ),
    Benchmark(
        "faults",
        _module("run_faults"),
        "delivery",
        "Three daemons on one PostgreSQL, killed and frozen.",
        quick=("--feeds", "500", "--seconds", "30", "--interval", "20"),
    ),
    Benchmark(
        "health",
        _module("show_health"),
        "polling",
        "What a day of misbehaving servers looks like to the operator.",
    ),
    Benchmark(
        "schedule",
        _module("bench_schedule"),
        "polling",
        "Delay by policy and budget, in virtual time.",
        quick=("--days", "7"),
        recorded=True,
    ),
    Benchmark(
        "identity",
        _module("bench_identity"),
        "polling",
        "Weeks of real feeds: told twice, lost, merged.",
        quick=("200",),
        recorded=True,
    ),
    Benchmark(
        "across-names",
        _module("bench_across"),
        "stories",
        "Names across alphabets: the same and different ones.",
        quick=("names",),
        full=("names",),
        recorded=True,
    ),
    Benchmark(
        "across-stories",
        _module("bench_across"),
        "stories",
        "Stories across languages, found and joined.",
        quick=("stories",),
        full=("stories",),
        recorded=True,
    ),
    Benchmark(
        "story-window",
        _module("bench_story_cost"),
        "stories",
        "Rate, memory and restart with a full window.",
        quick=("stories", "1"),
        full=("stories",),
        recorded=True,
    ),
    Benchmark(
        "story-memory",
        _module("bench_story_cost"),
        "stories",
        "Memory as entries pass again and again.",
        quick=("flat", "1"),
        full=("flat",),
        recorded=True,
    ),
)
