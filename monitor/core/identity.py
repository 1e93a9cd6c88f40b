"""Which entries of a poll are new, which are revised, and which are known: decided from keys alone.

    lookup_keys(body) | store.known_entries | classify(body, known)

An entry has several keys, strongest first: the feed's guid, its address, the id inside the address, and as
the last resort title and description. Trust in a key is lost by evidence, never by configuration:

- a key that two different articles of one body carry is no key for either (all items share one link, a
  label stands where a guid should);
- a key that the store knows under two entries is no key either: what was seen once is remembered;
- dates are never a key, since feeds move, invent and forget them.

Whatever is not certainly known counts as new: an article told twice is a nuisance, a lost one is a failure.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from monitor.core.headline import headline
from monitor.core.models import Entry, EntryKey, KeyKind, KnownEntry
from monitor.core.urls import article_id, canonical_url, is_home

_ID_BYTES = 16
_LONG_GUID = 512
_SHORT = 2048
"""Characters of a text whose folded form is remembered for a while: 512 of them are some megabytes."""
LABEL_AT_LEAST = 3
"""Entries of one body under one title that make the title a section label."""
_UUID = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORDS = re.compile(r"\w+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() or chr(code) == "_" else " " for code in range(128)}
"""Folds a text in ASCII, where nothing is to be composed, in a third of the time."""


def folded(text: str) -> str:
    """Reduce a text to its words in lower case, for comparing.

    Kept apart from the folding that rules match with, which may improve: identities are for ever.
    """
    return _folded_lately(text) if len(text) <= _SHORT else _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


# On its way an entry's title is asked for some seven times, its description four times.
_folded_lately = lru_cache(maxsize=512)(_folded)


def digest(*parts: str) -> str:
    """Return 32 hex digits (BLAKE2b-128) of the parts, told apart from any other division into parts."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=_ID_BYTES).hexdigest()


def entry_id(feed: str, key: EntryKey) -> str:
    """Return the id of the entry of this feed whose strongest key this is."""
    return digest(feed, key.kind, key.value)


def title_key(title: str, summary: str) -> EntryKey:
    """Return the key of last resort: title and description, since titles alone are often section labels."""
    return EntryKey(kind=KeyKind.TITLE, value=digest(folded(title), folded(summary)))


def keys_of(*, guid: str | None, url: str | None, title: str, summary: str) -> tuple[EntryKey, ...]:
    """Return the keys of an entry, strongest first; never empty.

    Args:
        guid: as the feed gives it; a guid that is a home page counts as none.
        url: the canonical address; a home page counts as none.
        title: in plain text.
        summary: in plain text; goes into the key of last resort, which is added where nothing else is left.
    """
    keys = [
        EntryKey(kind=kind, value=value)
        for kind, value in (
            (KeyKind.GUID, _guid_value(guid)),
            (KeyKind.URL, None if url is None or is_home(url) else url),
            (KeyKind.URL, None if url is None else article_id(url)),
        )
        if value is not None
    ]
    return tuple(keys) or (title_key(title, summary),)


def lookup_keys(body: Sequence[Entry]) -> tuple[EntryKey, ...]:
    """Return every key under which the store may know an entry of this body, sorted, without repeats."""
    return tuple(sorted({key for bearer in _bearers(body) for key in bearer.entry.keys}, key=_by_name))


def _by_name(key: EntryKey) -> tuple[str, str]:
    return key.kind, key.value


def classify(body: Sequence[Entry], known: Sequence[KnownEntry]) -> tuple[Entry, ...]:
    """Return the entries of one poll of one feed that are new or revised, in the order of the body.

    Args:
        body: all entries of the poll.
        known: what the store remembers of `lookup_keys(body)`; more does no harm.

    A known entry whose text is unchanged is left out; a changed one keeps id and first_seen and counts its
    revision up. Repeats of one article within the body become one entry. The result does not depend on the
    order of either argument, and classifying again after storing it gives nothing.
    """
    return tuple(one.entry for one in recognise(body, known) if one.entry is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Which entry an article of the body is."""

    id: str
    places: tuple[int, ...]
    """Where it stands in the body; more than one for repeats."""
    entry: Entry | None
    """As new or revised; None if it is known as it is."""


def recognise(body: Sequence[Entry], known: Sequence[KnownEntry]) -> tuple[Recognised, ...]:
    """Return which entry each article of the body is; for arguments and order see `classify`."""
    memory = _Memory(known)
    taken = {entry.id for entry in known}
    result = [_recognised(bearer, memory, taken) for bearer in sorted(_bearers(body), key=_firmness)]
    return tuple(sorted(result, key=lambda one: one.places))


def _recognised(bearer: _Bearer, memory: _Memory, taken: set[str]) -> Recognised:
    found = memory.claim(bearer)
    if found is None:
        new = _as_new(bearer, taken)
        return Recognised(id=new.id, places=bearer.places, entry=new)
    changed = None if found.text_hash == bearer.entry.text_hash else _as_revision(bearer.entry, found)
    return Recognised(id=found.id, places=bearer.places, entry=changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bearer:
    """An article of the body and those of its keys that no other article of the body carries."""

    places: tuple[int, ...]
    """Ascending."""
    entry: Entry
    trusted: tuple[EntryKey, ...]
    displaced: bool = False
    """Whether other articles carry all keys the feed gave it, so that only its words tell it from them."""


def _bearers(body: Sequence[Entry]) -> list[_Bearer]:
    """Judge the keys of a body and collapse repeats of one article, in the order of the body."""
    weak = _shared_keys(body)
    singles = [_bearer(place, entry, weak) for place, entry in enumerate(body)]
    joined = _Groups()
    for single in singles:
        joined.join([(single.trusted[0], key) for key in single.trusted])
    repeats = defaultdict(list)
    for single in singles:
        repeats[joined.root(single.trusted[0])].append(single)
    merged = (_merged(repeat) for repeat in repeats.values())
    return _renamed(sorted(merged, key=lambda bearer: bearer.places))


def _shared_keys(body: Sequence[Entry]) -> frozenset[EntryKey]:
    """Return the keys of a body that different articles carry."""
    carriers: dict[EntryKey, list[Entry]] = defaultdict(list)
    for entry in body:
        for key in entry.keys:
            carriers[key].append(entry)
    return frozenset(key for key, entries in carriers.items() if not _one_article(key, entries))


def _one_article(key: EntryKey, entries: Sequence[Entry]) -> bool:
    """Say whether the carriers of a key are repeats of one article: one headline, one text, one other key."""
    if len(entries) == 1 or key.kind is KeyKind.TITLE or _two_versions(key, entries):
        return True
    if len({folded(entry.title) for entry in entries}) > 1 or not _one_text(entries):
        return False
    if key.kind is KeyKind.GUID:
        return len({entry.url for entry in entries}) == 1
    return len({entry.text_hash for entry in entries}) == 1 or len({entry.guid for entry in entries}) == 1


def _two_versions(key: EntryKey, entries: Sequence[Entry]) -> bool:
    """Say whether a body shows an article under its old and its new headline at once, as merged feeds do.

    The address must hold the number of an article, so that it is no section page, and the headlines must
    share most of their words.
    """
    numbered = "#" in key.value or article_id(key.value) is not None
    if key.kind is not KeyKind.URL or not numbered or len({entry.guid for entry in entries}) > 1:
        return False
    first, *others = [telling_words(entry.title) for entry in entries]
    return all(_SHARED * len(first & other) >= max(len(first), len(other), _SHARED) for other in others)


def _one_text(entries: Sequence[Entry]) -> bool:
    """Say whether the descriptions are one, cut at several lengths or left out."""
    texts = [folded(entry.summary) for entry in entries]
    longest = max(texts, key=len)
    return all(longest.startswith(text) for text in texts)


def _bearer(place: int, entry: Entry, weak: frozenset[EntryKey]) -> _Bearer:
    trusted = tuple(key for key in entry.keys if key not in weak)
    if trusted:
        return _Bearer(places=(place,), entry=entry, trusted=trusted)
    last_resort = title_key(entry.title, entry.summary)
    entry = replace(entry, keys=(*entry.keys, last_resort))
    return _Bearer(places=(place,), entry=entry, trusted=(last_resort,), displaced=True)


class _Groups:
    """Keys that stand for one article, joined in pairs (union-find)."""

    def __init__(self) -> None:
        self._parents: dict[EntryKey, EntryKey] = {}

    def root(self, key: EntryKey) -> EntryKey:
        """Return the key that speaks for the whole group."""
        parents = self._parents
        while (parent := parents.get(key, key)) != key:
            parents[key] = key = parents.get(parent, parent)
        return key

    def join(self, pairs: Iterable[tuple[EntryKey, EntryKey]]) -> None:
        """Make each pair one group; the least key speaks for it."""
        for left, right in pairs:
            low, high = sorted((self.root(left), self.root(right)))
            self._parents[high] = low


def _merged(repeats: Sequence[_Bearer]) -> _Bearer:
    """Make one of several repeats: the fullest text, all keys, the earliest place."""
    if len(repeats) == 1:
        return repeats[0]
    best = min(repeats, key=_fullness)
    keys = {key for bearer in repeats for key in bearer.entry.keys}
    trusted = {key for bearer in repeats for key in bearer.trusted}
    return _Bearer(
        places=tuple(sorted(place for bearer in repeats for place in bearer.places)),
        entry=replace(best.entry, keys=_strongest_first(keys)),
        trusted=_strongest_first(trusted),
        displaced=best.displaced,
    )


def _fullness(bearer: _Bearer) -> tuple[int, str, str]:
    entry = bearer.entry
    return -len(entry.title + entry.summary + entry.content), entry.text_hash, entry.link or ""


_SHARED = 2
"""Two headlines of one article share every second word at the least."""
_STEM = 4
"""Letters of a word that count when two titles are compared."""
_STRENGTH = {KeyKind.GUID: 0, KeyKind.URL: 1, KeyKind.TITLE: 2}


def _strongest_first(keys: Iterable[EntryKey]) -> tuple[EntryKey, ...]:
    return tuple(sorted(keys, key=lambda key: (_STRENGTH[key.kind], "#" in key.value, key.value)))


def _renamed(bearers: list[_Bearer]) -> list[_Bearer]:
    """Name entries by their description where several of a body stand under one section label.

    The hash of the text stays that of the text as published, so that the name alone makes no revision.
    """
    counts = Counter(folded(bearer.entry.title) for bearer in bearers if bearer.entry.summary)
    return [
        replace(bearer, entry=replace(bearer.entry, title=headline(bearer.entry.summary)))
        if bearer.entry.summary and counts[folded(bearer.entry.title)] >= LABEL_AT_LEAST
        else bearer
        for bearer in bearers
    ]


class _Memory:
    """What the store knows, by key; each known entry can be claimed once."""

    def __init__(self, known: Sequence[KnownEntry]) -> None:
        self._by_key: dict[EntryKey, dict[str, KnownEntry]] = defaultdict(dict)
        for entry in sorted(known, key=lambda entry: entry.revision):
            for key in entry.keys:
                self._by_key[key][entry.id] = entry
        self._claimed: set[str] = set()

    def claim(self, bearer: _Bearer) -> KnownEntry | None:
        """Return the known entry that the bearer is, and let no other have it; None if it is new."""
        found = next((entry for entry in self._candidates(bearer) if entry.id not in self._claimed), None)
        if found is not None:
            self._claimed.add(found.id)
        return found

    def _candidates(self, bearer: _Bearer) -> Iterable[KnownEntry]:
        """Give the known entries it may be, likeliest first.

        A trusted key that one known entry bears speaks for itself; where two keys speak for two entries, the
        unchanged one is meant, else that of the stronger key. Under a key that several known entries bear, or
        that the body has discredited, only the very same text is the same article.
        """
        text = bearer.entry.text_hash
        bearing = ((key, self._by_key.get(key, {})) for key in bearer.trusted)
        named = [
            found
            for key, entries in bearing
            if len(entries) == 1
            for found in entries.values()
            if key.kind is not KeyKind.GUID or not _another_article(bearer.entry, found)
        ]
        yield from sorted(named, key=lambda found: found.text_hash != text)
        for key in bearer.entry.keys if bearer.displaced else bearer.trusted:
            yield from self._same_text(key, text)

    def _same_text(self, key: EntryKey, text: str) -> list[KnownEntry]:
        return [entry for _, entry in sorted(self._by_key.get(key, {}).items()) if entry.text_hash == text]


def _another_article(entry: Entry, found: KnownEntry) -> bool:
    """Say whether a guid has been given to an article that shares neither address nor a word of the title.

    Some feeds give every item one guid, or reuse them; believing such a guid would swallow articles. A UUID
    is made anew for each: there headline and address were rewritten from the ground up.
    """
    if (
        _UUID.fullmatch(entry.guid or "")
        or not entry.url
        or not found.url
        or not entry.title
        or not found.title
        or entry.url == found.url
    ):
        return False
    return not telling_words(entry.title) & telling_words(found.title)


def telling_words(title: str) -> frozenset[str]:
    """Return the beginnings of the longer words, so that inflection does not hide a shared one."""
    return frozenset(word[:_STEM] for word in folded(title).split() if len(word) >= _STEM)


def _firmness(bearer: _Bearer) -> tuple[int, str]:
    """Order in which entries may claim: strongest key first, whatever their places."""
    key = bearer.trusted[0]
    return _STRENGTH[key.kind], key.value


def _as_new(bearer: _Bearer, taken: set[str]) -> Entry:
    """Give the entry the id of its strongest key that is not another's already."""
    entry = bearer.entry
    strongest = entry_id(entry.feed, bearer.trusted[0])
    chosen = strongest if strongest not in taken else _another_id(bearer, taken)
    taken.add(chosen)
    return entry if chosen == entry.id else replace(entry, id=chosen)


def _another_id(bearer: _Bearer, taken: set[str]) -> str:
    entry = bearer.entry
    keys = (*bearer.trusted, title_key(entry.title, entry.summary))
    free = (found for key in keys if (found := entry_id(entry.feed, key)) not in taken)
    return next(free, None) or digest(entry.feed, entry.text_hash, *sorted(key.value for key in keys))


def _as_revision(entry: Entry, found: KnownEntry) -> Entry:
    return replace(
        entry,
        id=found.id,
        keys=tuple(dict.fromkeys((*entry.keys, *found.keys))),
        first_seen=found.first_seen,
        revision=found.revision + 1,
        page_texts=found.page_texts,
    )


def _guid_value(guid: str | None) -> str | None:
    value = " ".join((guid or "").split())
    address = canonical_url(value)
    if not value or (address is not None and is_home(address)):
        return None
    return value if len(value) <= _LONG_GUID else digest(value)
