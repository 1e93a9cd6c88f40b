"""A PostgreSQL server for benchmarks, whose commits are as safe as by default, and tables filled by SQL."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from monitor.store import open_store

SETTINGS = ("shared_buffers=1GB", "max_wal_size=8GB", "max_connections=60", "maintenance_work_mem=512MB")
PER_STORY = 5
_TEXT = "'officials said on Sunday that fighting near the border had stopped and talks would go on ' || n"
_ENTRIES = f"""
INSERT INTO entries (seq, id, feed, outlet, first_seen, fetched, published, revision, text_hash, lang,
    title, link, url, guid, author, aliases, categories, tags, sample, first_read, matches, entities,
    summary, content)
SELECT n, md5('e' || n), 'https://' || n % 10000 || '.example/feed', n % 2000 || '.example', seen, seen,
    seen, 0, md5('t' || n), 'en', 'Title of ' || n || ' words', 'https://x.example/' || n,
    'https://x.example/' || n, 'guid-' || n, '', '[]', '[]', '[]',
    false, false, '[]', '[]', repeat({_TEXT}, 4), ''
FROM (SELECT n, now() - make_interval(secs => ({{total}} - n) * {{step}}) AS seen
      FROM generate_series({{first}}, {{last}}) AS n) AS numbered"""  # noqa: S608
_REST = (
    "INSERT INTO entry_keys SELECT feed, 'guid', guid, id FROM entries WHERE seq BETWEEN {first} AND {last}",
    "INSERT INTO entry_keys SELECT feed, 'url', url, id FROM entries WHERE seq BETWEEN {first} AND {last}",
    """INSERT INTO stories
    (id, title, opened_at, updated_at, entries, texts, outlets, languages, entities, sources)
    SELECT id, title, first_seen, first_seen, 5, 5, '["x.example"]', '["en"]', '[]', '[]' FROM entries
    WHERE seq BETWEEN {first} AND {last} AND seq % 5 = 0""",
    """INSERT INTO assignments
    (seq, entry, revision, first_seen, story, placement, score, reason, news, trace)
    SELECT seq, id, 0, first_seen, md5('e' || seq - seq % 5), 'joins', 0.5, 'alike', '[]',
        decode(repeat('ab', 300), 'hex')
    FROM entries WHERE seq BETWEEN {first} AND {last}""",
    """INSERT INTO decisions (entry, rule, story, verdict, reason, at, detail)
    SELECT id, 'rule-' || seq % 200, md5('e' || seq - seq % 5), 'update', 'ANOTHER_SOURCE', first_seen, ''
    FROM entries WHERE seq BETWEEN {first} AND {last} AND seq % 10 = 0""",
    """INSERT INTO alerts (id, rule, story, entry, state, created_at, updated_at, outlets, hits, follow_ups)
    SELECT md5('a' || seq), 'rule-' || seq % 200, id, id, 'alert', first_seen, first_seen, 1, '[]', 0
    FROM entries WHERE seq BETWEEN {first} AND {last} AND seq % 100 = 0""",
    "SELECT setval(pg_get_serial_sequence('entries', 'seq'), {last})",
    "SELECT setval(pg_get_serial_sequence('assignments', 'seq'), {last})",
)


async def fill(url: str, first: int, last: int, *, total: int, step: float) -> None:
    """Add entries of these numbers, `step` seconds apart up to now, with all that belongs to them."""
    connection = await asyncpg.connect(url)
    await connection.execute("SET synchronous_commit = off")
    for statement in (_ENTRIES, *_REST):
        await connection.execute(statement.format(first=first, last=last, total=total, step=step))
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()


@contextmanager
def server(folder: Path | None) -> Iterator[str]:
    """Start a server in a folder of its own; give the address of an empty database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql")
    binaries = found[-1].parent
    user = "nobody" if os.geteuid() == 0 else None
    place = Path(tempfile.mkdtemp(prefix="news-bench-", dir=folder))
    if user:
        shutil.chown(place, user)
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        place / "data",
        "-U",
        "postgres",
        "--auth=trust",
        "-E",
        "UTF8",
    ]
    subprocess.run([*initdb, "--locale=C"], check=True, user=user, stdout=subprocess.DEVNULL, cwd=place)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [part for setting in SETTINGS for part in ("-c", setting)]
    command: list[str | Path] = [
        binaries / "postgres",
        "-D",
        place / "data",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-k",
        place,
    ]
    with (place.parent / f"{place.name}.log").open("wb") as log:
        running = subprocess.Popen([*command, *options], user=user, cwd=place, stdout=log, stderr=log)
    try:
        ready: list[str | Path] = [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        while subprocess.run(ready, check=False, stdout=subprocess.DEVNULL).returncode:
            if running.poll() is not None:
                raise SystemExit("PostgreSQL did not start")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        running.send_signal(signal.SIGINT)
        running.wait()
        shutil.rmtree(place)
        Path(f"{place}.log").unlink(missing_ok=True)


async def make_tables(url: str) -> None:
    """Make the tables as the daemon does."""
    store = await open_store(url, owner="bench", exclusive=True)
    await store.close()
