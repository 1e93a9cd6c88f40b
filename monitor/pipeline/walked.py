"""What is made of the synthetic entry on its way: placed, judged and rendered by what judges all entries.

Its story book, its rule and its settings are its own, so that it is no story's member and nobody's alert.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.matcher import Matcher
from monitor.core.models import AlertPolicy, Assembled, Feed, PendingEntry
from monitor.core.rules.tree import Case, Phrase, Rule, RuleSet, Term
from monitor.core.settings import AlertSettings, ConsoleChannel, Settings
from monitor.core.stories import StoryBook
from monitor.core.walking import CHANNEL, WORD, worker_of
from monitor.pipeline.in_force import InForce, Rulebook, Walker
from monitor.pipeline.judge import Judge, Placed
from monitor.pipeline.ports import Channel, StoryStore

_EVER = timedelta(days=36_500)
"""No leap of the clock makes it too old to be told."""


def walker(feed: Feed, channel: Channel) -> Walker:
    """Put together what is in force for the synthetic entry alone."""
    term = Term(text=WORD, case=Case.FOLD, inflect=False)
    policy = AlertPolicy(channels=(CHANNEL,), max_age=_EVER)
    rule = Rule(id=CHANNEL, title="synthetic entry", condition=Phrase(term=term), alert=policy)
    ruleset = RuleSet(rules=(rule,))
    settings = Settings(
        channels={
            CHANNEL: ConsoleChannel(type="console")
        },  # by its name alone: the channel is not built of it
        alerts=AlertSettings(max_age=_EVER, first_read_max_age=_EVER),
    )
    rulebook = Rulebook.of(ruleset, Matcher(ruleset))
    return Walker(
        feed=feed,
        channel=channel,
        in_force=InForce(settings=settings, rulebook=rulebook, channels={CHANNEL: channel}),
    )


def is_synthetic(one: PendingEntry) -> bool:
    """Whether an entry is one that nobody is told of."""
    return worker_of(one.entry.feed) is not None


def judged(store: StoryStore, in_force: InForce, one: PendingEntry, *, now: datetime) -> Assembled:
    """Place, judge and render a synthetic entry, of whatever daemon; the past is not looked at.

    Where nothing delivers it, as in a single round, it ends here, and its daemon sends another.
    """
    book = StoryBook(timedelta(hours=1))
    assignment, story = book.assign(one.entry, one.findings)
    placed = Placed(pending=one, assignment=assignment, story=story)
    if in_force.walker is None:
        return Assembled(seq=one.seq, entry=one.entry, assignment=assignment, story=story)
    done = Judge(store, in_force.walker.in_force, now).decide(placed)
    return replace(done, decisions=(), alerts=(), holds=())
