"""Matching compared in one run: same documents, same aliases, whole words, from a raw str.

    python tests/benchmarks/bench_match.py [--sizes 100 1000 10000 100000] [--seconds 1.0] [--json FILE]

Made-up news: a vocabulary of Zipf frequencies in Latin and Cyrillic, names of one to three capitalised words.
The documents are the same for every size, and so are their hits: each sixty words hold one of the first
hundred aliases half of the time, and no other alias is written there. --growing writes one of all the
aliases into each sixty words instead, so that a thousand times the aliases means a thousand times the hits,
and ordinary words are one-word aliases to those that only look for literals. The boolean rules are weighed
on such documents in any case.
The others look for literals, folded and word-bounded; the Matcher also inflects, weighs one rule for each
entity and gives offsets. Whatever is not installed (pyahocorasick, spaCy) is left out. Each
document counts with its best of several rounds, so that other work on the machine disturbs little.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import re
import resource
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from monitor.core.inflect import Inflector
from monitor.core.matcher import Matcher
from monitor.core.matcher.conditions import EVERYWHERE
from monitor.core.matcher.occurrences import Reading
from monitor.core.models import Entry
from monitor.core.rules.tree import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    Mention,
    Near,
    NoneOf,
    Phrase,
    Rule,
    RuleSet,
    Term,
)

try:
    import ahocorasick
except ImportError:
    ahocorasick = None
try:
    import spacy
    from spacy.matcher import PhraseMatcher
except ImportError:
    spacy = None

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_DICE = random.Random(7)
Find = Callable[[str], int]


def _invented(consonants: str, vowels: str, count: int) -> list[str]:
    made: set[str] = set()
    while len(made) < count:
        made.add("".join(_DICE.choice(consonants) + _DICE.choice(vowels) for _ in range(_DICE.randint(2, 4))))
    return sorted(made)


LATIN = _invented("bcdfghklmnprstvz", "aeiou", 30_000)
CYRILLIC = _invented("бвгдзклмнпрст", "аеиоу", 30_000)
_DICE.shuffle(LATIN)
_DICE.shuffle(CYRILLIC)
_WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(30_000)))


def aliases(count: int, *, growing: bool = True) -> list[str]:
    """Return distinct names of one to three words; one word alone is no ordinary one, unless `growing`."""
    made: dict[str, None] = {}
    while len(made) < count:
        words = _DICE.choice((LATIN, CYRILLIC))
        size = _DICE.choices((1, 2, 3), (17, 63, 20))[0]
        name = " ".join(_DICE.choice(words[2000:]).capitalize() for _ in range(size))
        made[name if size > 1 or growing else name + _DICE.choice(words[:200])] = None
    return list(made)


def documents(count: int, length: int, names: Sequence[str], *, growing: bool) -> list[str]:
    """Return texts of so many words; among each sixty stands a name, always or half of the time."""
    texts = []
    for number in range(count):
        words = _DICE.choices((LATIN, CYRILLIC)[number % 2], cum_weights=_WEIGHTS, k=length)
        for at in range(_DICE.randrange(60), length, 60):
            if growing or _DICE.random() < 0.5:
                words[at] = _DICE.choice(names)
        for at in range(11, length, 12):
            words[at] += _DICE.choice((",", ".", " —", ".\n"))
        texts.append(" ".join(words))
    return texts


def settle() -> None:
    """Take what was built out of the garbage collector's rounds, as a daemon does after loading its rules."""
    gc.collect()
    gc.freeze()


def entry_of(text: str) -> Entry:
    return Entry(id="0", feed="f", outlet="o", content=text, fetched=_MOMENT, first_seen=_MOMENT)


def rate(work: Callable[[Any], object], items: Sequence[Any], seconds: float) -> float:
    """Return items per second, each at its best of rounds that together last `seconds`, at least two."""
    clock = time.perf_counter_ns
    best = [1 << 62] * len(items)
    end = clock() + int(seconds * 1e9)
    rounds = 0
    while clock() < end or rounds < 2:
        rounds += 1
        for number, item in enumerate(items):
            start = clock()
            work(item)
            best[number] = min(best[number], clock() - start)
    return len(items) / sum(best) * 1e9


def with_pyahocorasick(names: Sequence[str]) -> Find:
    automaton = ahocorasick.Automaton()
    for name in names:
        automaton.add_word(name.casefold(), len(name))
    automaton.make_automaton()

    def find(text: str) -> int:
        text = text.casefold()
        last = len(text) - 1
        hits = 0
        for end, size in automaton.iter(text):
            before = end - size
            if (before < 0 or not text[before].isalnum()) and (end == last or not text[end + 1].isalnum()):
                hits += 1
        return hits

    return find


def with_spacy(names: Sequence[str]) -> Find:
    language = spacy.blank("xx")
    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    matcher.add("names", list(language.tokenizer.pipe(names)))
    return lambda text: len(matcher(language.make_doc(text)))


def with_re(names: Sequence[str]) -> Find:
    ordered = sorted(names, key=len, reverse=True)
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b", re.IGNORECASE)
    return lambda text: len(pattern.findall(text))


def ruleset(names: Sequence[str]) -> RuleSet:
    """Return one entity for each ten names, and one rule for each entity."""
    groups = [names[at : at + 10] for at in range(0, len(names), 10)]
    entities = {
        f"e{n}": Entity(id=f"e{n}", name=group[0], aliases=tuple(Term(text=name) for name in group))
        for n, group in enumerate(groups)
    }
    rules = tuple(Rule(id=f"r{one}", title="", condition=Mention(entities=(one,))) for one in entities)
    return RuleSet(entities=entities, rules=rules)


def boolean(ruleset_: RuleSet, count: int) -> RuleSet:
    """Return the same entities under random boolean rules over them and some frequent words."""
    ids = list(ruleset_.entities)
    hot = LATIN[150:180] + CYRILLIC[150:180]

    def word() -> Phrase:
        return Phrase(term=Term(text=_DICE.choice(hot), inflect=False))

    def name() -> Mention:
        return Mention(entities=(_DICE.choice(ids),))

    def condition() -> Condition:
        kind = _DICE.random()
        if kind < 0.35:
            return name()
        if kind < 0.55:
            return AllOf(children=(name(), AnyOf(children=(word(), word(), word()))))
        if kind < 0.75:
            return AllOf(children=(Near(children=(name(), word()), within=10), NoneOf(children=(word(),))))
        if kind < 0.9:
            return AnyOf(children=(name(), AllOf(children=(name(), word()))))
        return AllOf(children=(AnyOf(children=(name(), name(), name())), AnyOf(children=(word(), word()))))

    rules = tuple(Rule(id=f"b{number}", title="", condition=condition()) for number in range(count))
    return RuleSet(entities=ruleset_.entities, rules=rules)


def weighing(matcher: Matcher, *, every: bool) -> Callable[[Reading], int]:
    """Return weighing the rules on what was found in an entry: those that it touches, or every single one."""
    program = matcher._program

    def weigh(reading: Reading) -> int:
        numbers: Iterable[int] = range(len(program.rules)) if every else matcher._touched(reading)
        return sum(program.rules[number].test.holds(reading, EVERYWHERE) for number in numbers)

    return weigh


def others(names: Sequence[str]) -> list[tuple[str, Find]]:
    found: list[tuple[str, Find]] = []
    if ahocorasick:
        found.append(("pyahocorasick", with_pyahocorasick(names)))
    if spacy:
        found.append(("spaCy PhraseMatcher", with_spacy(names)))
    if len(names) <= 1000:
        found.append(("re alternation", with_re(names)))
    tokenise = re.compile(r"\w+").findall
    found.append(("bare tokenising", lambda text: len(tokenise(text))))
    return found


def point(series: str, kind: str, size: int, found: float) -> dict[str, object]:
    """Return one figure for `--json`."""
    named = f"{series}, {kind}"
    return {"series": named, "x": size, "y": found, "x_title": "aliases", "y_title": "documents a second"}


def compare(
    names: list[str], texts: dict[str, list[str]], inflector: Inflector, seconds: float
) -> list[dict[str, object]]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    matcher = Matcher(ruleset(names), inflector=inflector)
    built = time.process_time() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(
        f"\n{len(names):,} aliases: built in {built:.2f} s, {grown / len(names):,.0f} bytes per alias at most"
    )
    peers = others(names)
    points = []
    settle()
    for kind, documents_ in texts.items():
        entries = [entry_of(text) for text in documents_]
        hits = sum(len(match.hits) for entry in entries for match in matcher.match(entry).matches)
        own = rate(matcher.match, entries, seconds)
        points.append(point("news-monitor", kind, len(names), own))
        print(f"  {kind:9} {'news-monitor':20} {own:10,.0f}/s    {hits / len(entries):6.2f} hits")
        for title, find in peers:
            count = sum(map(find, documents_[:200])) / len(documents_[:200])
            other = rate(find, documents_, seconds)
            points.append(point(title, kind, len(names), other))
            print(f"  {kind:9} {title:20} {other:10,.0f}/s    {count:6.2f} hits   ours {own / other:8.2f} x")
    return points


def compare_rules(
    names: list[str], texts: dict[str, list[str]], inflector: Inflector, seconds: float
) -> None:
    plain = ruleset(names)
    bare = Matcher(RuleSet(entities=plain.entities), inflector=inflector)
    ruled = Matcher(boolean(plain, 10_000), inflector=inflector)
    print(f"\n10,000 boolean rules over {len(names):,} aliases")
    settle()
    for kind, documents_ in texts.items():
        entries = [entry_of(text) for text in documents_]
        for entry in entries:
            bare.match(entry)
        fired = sum(len(ruled.match(entry).matches) for entry in entries) / len(entries)
        finding = rate(bare.match, entries, seconds)
        own = rate(ruled.match, entries, seconds)
        readings = [Reading(entry, ruled._program.scanner, ruled._program.terms) for entry in entries[:50]]
        touched = rate(weighing(ruled, every=False), readings, seconds)
        everything = rate(weighing(ruled, every=True), readings, seconds)
        print(
            f"  {kind:9} {own:10,.0f}/s, {fired:.2f} rules fired; {own / finding:.2f} x finding alone; "
            f"weighing the rules touched {touched:,.0f}/s, {touched / everything:,.0f} x weighing every rule"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--growing", action="store_true", help="the more aliases, the more hits")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    options = parser.parse_args()
    growing = options.growing
    names = aliases(100_000, growing=growing)
    texts = samples(names if growing else names[:100], growing=growing)
    inflector = Inflector()
    points = []
    for size in options.sizes:
        points += compare(names[:size], texts, inflector, options.seconds)
    if options.json:
        options.json.write_text(json.dumps(points), encoding="utf-8")
    compare_rules(names, samples(names, growing=True), inflector, options.seconds)


def samples(names: Sequence[str], *, growing: bool) -> dict[str, list[str]]:
    """Return documents of a title with summary, and of full text."""
    return {
        "60 words": documents(1000, 60, names, growing=growing),
        "600 words": documents(200, 600, names, growing=growing),
    }


if __name__ == "__main__":
    main()
