"""RuleSet -> Matcher, as every command and the daemon compile it: with the forms of words kept on disk."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Final

from monitor.config.forms import StoredForms, cache_folder
from monitor.core.inflect import Inflector, WordForms
from monitor.core.matcher import Matcher
from monitor.core.rules.tree import RuleSet

_YOUNG: Final = 10_000
"""Objects made and not freed after which the collector looks at them. A document of fifty entries makes
thousands that are freed by themselves: with Python's 700, looking took a tenth of the time of reading it."""
_THOROUGHLY_EVERY: Final = 100


class RuleCompiler:
    """Compiles rules; the next time only what differs from the last, and never a word twice."""

    def __init__(self, folder: Path | None = None) -> None:
        """Keep forms in a folder, by default that of `cache_folder`."""
        self._folder = folder or cache_folder(os.environ)
        self._unsaved: dict[str, WordForms] = {}
        """Forms that no disk remembers."""
        self._last: Matcher | None = None

    def __call__(self, ruleset: RuleSet) -> Matcher:
        """Compile a set of rules."""
        stored = StoredForms(self._folder)
        inflector = Inflector(_Either(self._unsaved, stored))
        if self._last is None:
            matcher = Matcher(ruleset, inflector=inflector)
        else:
            matcher = self._last.revised(ruleset, inflector=inflector)
        self._last = matcher
        if inflector.learned and not stored.keep(inflector.learned):
            self._unsaved.update(inflector.learned)
        return matcher


class _Either:
    """Forms in memory, else on disk."""

    def __init__(self, unsaved: dict[str, WordForms], stored: StoredForms) -> None:
        self._unsaved = unsaved
        self._stored = stored

    def get(self, key: str) -> WordForms | None:
        return self._unsaved.get(key) or self._stored.get(key)


def compiled(ruleset: RuleSet) -> Matcher:
    """Compile a set of rules once."""
    return RuleCompiler()(ruleset)


class LongLived:
    """Takes what is there, rules above all, out of the rounds of the garbage collector.

    It would look at a hundred thousand names each time and find nothing; matching is up to twice as fast
    without. For whoever owns the process, since all of it is meant.
    """

    def __init__(self) -> None:
        self._times = 0
        gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])

    def settle(self) -> None:
        """Free what is garbage and let the rest live on unseen.

        What has become garbage since it was let alone, nearly nothing, is sought each hundredth time and
        stops the process for as long as it takes to look at everything: a fifth of a second with a hundred
        thousand names.
        """
        if self._times % _THOROUGHLY_EVERY == 0:
            gc.unfreeze()
        self._times += 1
        gc.collect()
        gc.freeze()
