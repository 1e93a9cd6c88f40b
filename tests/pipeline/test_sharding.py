"""Hosts fall into shards and shards to workers, by hashes alone."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.sharding import SHARDS, host_of, shard_of, shared_out

NAMES = st.frozensets(st.text(min_size=1, max_size=20), min_size=1, max_size=8)


@given(NAMES, st.text(min_size=1, max_size=20))
def test_only_what_the_new_worker_gets_moves(names: frozenset[str], new: str) -> None:
    """Whoever comes takes from the others and moves nothing between them; whoever goes leaves the rest."""
    before, after = shared_out(names - {new}), shared_out(names | {new})
    assert len(after) == SHARDS
    for then, now in zip(before, after, strict=False):
        assert now in {then, new}


def test_the_parts_of_workers_are_alike() -> None:
    """Of many workers none has a fifth more, or less, than its share times the chance of it."""
    counts = Counter(shared_out(frozenset(f"desk{number}-{4000 + 7 * number}" for number in range(4))))
    assert max(counts.values()) - min(counts.values()) < SHARDS / 4 * 0.4
    assert shared_out(frozenset()) == ()


def test_the_feeds_of_a_host_share_a_shard() -> None:
    """Whatever the address is written like; without a host each is by itself."""
    assert host_of("https://News.Example:8080/feed?x") == "news.example"
    assert (host_of("sample:one"), host_of("https://[broken")) == ("", "")
    assert shard_of("news.example", "a") == shard_of("news.example", "b")
    assert len({shard_of("", f"sample:{number}") for number in range(50)}) > 40
