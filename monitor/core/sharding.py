"""Who polls which hosts: hosts fall into shards, shards to workers, by hashes alone.

address -> host -> shard; names of workers -> the worker of every shard

Rendezvous hashing (Thaler and Ravishankar, 1998): each shard goes to the worker for which a hash of both is
highest. All who know the same workers come to the same result without talking, and when one comes or goes
only the shards that it gets or had move.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

SHARDS: Final = 1024
"""So many that three workers' parts differ by some 5 %, so few that a heartbeat reads them all."""
_WORD: Final = 2**64 - 1


@lru_cache(maxsize=4096)
def host_of(address: str) -> str:
    """Name the host of an address in lower case; empty if it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def shard_of(host: str, url: str) -> int:
    """Give the shard, 0 to SHARDS - 1, of a feed: that of its host, or of its own address if it has none."""
    digest = blake2b((host or url).encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big") % SHARDS


@lru_cache(maxsize=8)
def shared_out(names: frozenset[str]) -> tuple[str, ...]:
    """Give the worker of every shard; empty if there is no worker."""
    seeds = [(name, _seed(name)) for name in sorted(names)]
    if not seeds:
        return ()
    return tuple(max(seeds, key=lambda one: _mixed(one[1] ^ shard))[0] for shard in range(SHARDS))


def _seed(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _mixed(word: int) -> int:
    """Spread 64 bits evenly: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    word = (word * 0x9E3779B97F4A7C15) & _WORD
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _WORD
    return word ^ (word >> 31)
