"""`news-monitor rules match`: the rules over a file of entries, as fast as it goes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import click

from monitor.cli.common import fields_of_matches, json_option
from monitor.cli.guard import Exit, clean
from monitor.cli.rulebook.entries import entry_of_record, records
from monitor.cli.rulebook.places import loaded, rules_option
from monitor.config.compiling import LongLived, compiled
from monitor.core.document import shown
from monitor.core.errors import ConfigurationError, Mistake
from monitor.core.models import Entry, Findings


@dataclass(slots=True)
class _Tally:
    """What the last line says."""

    entries: int = 0
    matched: int = 0
    skipped: int = 0


@click.command(name="match")
@rules_option
@click.option(
    "-i",
    "--input",
    "file",
    type=click.Path(path_type=Path, allow_dash=True),
    required=True,
    help="A JSONL file, or - for standard input.",
)
@json_option
def command(*, paths: tuple[Path, ...], file: Path, as_json: bool, config: Path) -> None:
    r"""Run the rules over a JSONL file and print what they find; nothing is stored or sent.

    One entry a line, with any of the fields feed, outlet, guid, url, title, summary, content, published,
    fetched, lang, tags and id. Where `lang` is missing it is guessed with care. Offsets count code points
    of the field as given; where a field holds HTML tags, of the text that is left without them.

    With --json, one object a line for every entry,
    {"id", "matches": [{"rule", "hits": [{"field", "start", "end", "text", "entity"}]}]}, and a last one
    {"event": "summary", "entries", "matched", "skipped", "seconds", "entries_per_second"}; the seconds are
    those of reading and matching, without loading the rules.

    Exit codes: 0 fine, 1 a line was no JSON object and was skipped, 2 rules or file cannot be used.

    \b
    Examples:
      news-monitor rules match --rules rules/border.yaml --input yesterday.jsonl
      zcat *.jsonl.gz | news-monitor rules match --input - --json | jq 'select(.matches != [])'
    """
    matcher = compiled(loaded(paths, config).ruleset)
    LongLived().settle()
    tally = _Tally()
    began = time.perf_counter()
    with _opened(file) as lines:
        for entry in _entries(lines, str(file), tally):
            findings = matcher.match(entry)
            tally.matched += bool(findings.matches)
            _say(entry, findings, as_json=as_json)
    _sum_up(tally, time.perf_counter() - began, as_json=as_json)
    raise SystemExit(Exit.FOUND if tally.skipped else Exit.FINE)


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    if str(file) == "-":
        yield sys.stdin
        return
    try:
        opened = file.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        message = f"cannot be read: {(error.strerror or 'unknown').lower()}"
        raise ConfigurationError([Mistake(path=str(file), message=message)]) from None
    with opened:
        yield opened


def _entries(lines: TextIO, name: str, tally: _Tally) -> Iterator[Entry]:
    for number, record in records(iter(lines)):
        if record is None:
            tally.skipped += 1
            click.echo(str(Mistake(path=name, line=number, message="is no JSON object; skipped")), err=True)
        else:
            tally.entries += 1
            yield entry_of_record(record, number=number)


def _say(entry: Entry, findings: Findings, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(_fields(entry, findings), ensure_ascii=False) + "\n")
        return
    for match in findings.matches:
        proof = ", ".join(dict.fromkeys(shown(hit.text) for hit in match.hits))
        click.echo(clean(f"{entry.id}  {match.rule}: {proof}  {entry.title}"))


def _fields(entry: Entry, findings: Findings) -> dict[str, object]:
    return {
        "id": entry.id,
        "matches": fields_of_matches(findings),
    }


def _sum_up(tally: _Tally, seconds: float, *, as_json: bool) -> None:
    rate = tally.entries / seconds if seconds > 0 else 0.0
    if as_json:
        summary = {
            "event": "summary",
            "entries": tally.entries,
            "matched": tally.matched,
            "skipped": tally.skipped,
            "seconds": round(seconds, 3),
            "entries_per_second": round(rate, 1),
        }
        click.echo(json.dumps(summary))
    else:
        click.echo(f"{tally.matched} of {tally.entries} entries matched in {seconds:.1f} s ({rate:,.0f}/s)")
