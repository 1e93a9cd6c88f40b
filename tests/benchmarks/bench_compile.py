"""What rules cost before the first entry: cold and warm starts, one changed alias, memory.

    python tests/benchmarks/bench_compile.py [--sizes 1000 10000 100000]

The aliases are those of bench_match.py, ten to an entity, a hundred entities to a file, one rule for each
entity. Each start is a process of its own. *Compile* is RuleSet -> Matcher; *reload* is a look at the files
of which one changed, reading and proving included, with the longest time that an event loop stood still
meanwhile; *start* is the processor time of `news-monitor rules check` on the shipped rules.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from monitor.config.compiling import LongLived, RuleCompiler  # noqa: E402
from monitor.config.reload import RuleFiles  # noqa: E402
from monitor.core.rules.tree import RuleSet, Term  # noqa: E402
from tests.benchmarks.bench_match import aliases, ruleset  # noqa: E402

_PER_FILE = 100


def resident() -> float:
    """Return the memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def compile_once(size: int, folder: Path) -> dict[str, float]:
    rules = ruleset(aliases(100_000)[:size])
    gc.collect()
    before = resident()
    compiler = RuleCompiler(folder)
    start = time.process_time()
    compiler(rules)
    built = time.process_time() - start
    grown = resident() - before
    entity = rules.entities["e5"]
    more = replace(entity, aliases=(*entity.aliases, Term(text="Zubarev Volkov")))
    changed = RuleSet(entities={**rules.entities, "e5": more}, rules=rules.rules)
    LongLived().settle()
    start = time.process_time()
    compiler(changed)
    return {
        "built": built,
        "grown": grown,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "changed": time.process_time() - start,
    }


def write_files(size: int, folder: Path) -> Path:
    groups = list(ruleset(aliases(100_000)[:size]).entities.values())
    for number in range(0, len(groups), _PER_FILE):
        lines = ["entities:"]
        for entity in groups[number : number + _PER_FILE]:
            names = ", ".join(alias.text for alias in entity.aliases[1:])
            lines += [f"  {entity.id}: {{name: {entity.name}, aliases: [{names}]}}"]
        lines += ["rules:"]
        lines += [f"  r{one.id}: {{any: [entity:{one.id}]}}" for one in groups[number : number + _PER_FILE]]
        (folder / f"{number:06}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "000000.yaml"


async def reload_once(size: int, folder: Path) -> dict[str, float]:
    """Measure one look at changed files beside a loop that counts how long it stands still."""
    rules = folder / "rules"
    rules.mkdir()
    first = write_files(size, rules)
    files = RuleFiles([rules], compile_rules=RuleCompiler(folder))
    start = time.process_time()
    loaded = files.start()
    started = time.process_time() - start
    if not loaded.is_usable:
        raise SystemExit(str(loaded.mistakes[:3]))
    long_lived = LongLived()
    long_lived.settle()
    first.write_text(first.read_text(encoding="utf-8").replace("aliases: [", "aliases: [Zubarev Volkov, ", 1))
    longest, looking = 0.0, True

    async def beat() -> None:
        nonlocal longest
        while looking:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - begun - 0.001)

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0.05)
    longest = 0.0
    begun, start = time.perf_counter(), time.process_time()
    look = await asyncio.to_thread(files.look, datetime.now(UTC) + timedelta(seconds=5))
    del loaded
    await asyncio.to_thread(long_lived.settle)
    took, worked = time.perf_counter() - begun, time.process_time() - start
    looking = False
    await beating
    if not look.entities:
        raise SystemExit(str(look))
    return {"start": started, "reload": took, "work": worked, "stood": longest}


def start_once(folder: Path) -> dict[str, float]:
    """Run `rules check` on the shipped rules."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "monitor", "rules", "check", str(ROOT / "rules")]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    return {"seconds": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}


def apart(kind: str, size: int, folder: Path) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--one", kind, "--sizes", str(size), "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def report(sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for cache in ("cold", "warm"):
            found = start_once(Path(folder))
            print(
                f"start, {cache}: {found['seconds']:.2f} s of processor time, {found['peak']:.0f} MB at most"
            )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{size:,} aliases")
            for cache in ("cold", "warm"):
                found = apart("compile", size, Path(folder))
                print(
                    f"  compile, {cache}: {found['built']:6.2f} s, {found['grown'] * 1e6 / size:6,.0f} bytes "
                    f"per alias, {found['peak']:4.0f} MB at most; one alias changed: "
                    f"{found['changed'] * 1000:.0f} ms"
                )
            found = apart("reload", size, Path(folder))
            print(
                f"  files read and compiled, warm: {found['start']:.2f} s; reload of one file: "
                f"{found['reload'] * 1000:.0f} ms ({found['work'] * 1000:.0f} ms of processor time), "
                f"loop stood still for {found['stood'] * 1000:.0f} ms at most"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--one", choices=["compile", "reload"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one == "compile":
        print(json.dumps(compile_once(options.sizes[0], options.folder)))
    elif options.one == "reload":
        print(json.dumps(asyncio.run(reload_once(options.sizes[0], options.folder))))
    else:
        report(options.sizes)


if __name__ == "__main__":
    main()
