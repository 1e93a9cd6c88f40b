"""Histories run one after another against the same servers, each in a folder of its own.

with running() as run:
    run(history) -> Verdict
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.core.settings import PollingSettings
from monitor.feeds.parse import ParserPool
from tests.channels.slack_double import SlackDouble
from tests.channels.smtp_server import MailServer
from tests.feeds.zoo import open_zoo
from tests.world.happenings import History, timeline
from tests.world.opening import hurried, opened
from tests.world.promises import broken
from tests.world.world import PassingLoop, Servers, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a history came to."""

    broken: tuple[str, ...]
    """Promises that were not kept, a sentence each."""
    timeline: str
    """What happened, a line each."""
    published: int
    """Articles that a rule wants."""
    deaths: int
    slack: int
    """Messages in Slack, and mails accepted."""
    mails: int


Run = Callable[[History], Verdict]


@contextmanager
def running() -> Iterator[Run]:
    """Run servers; give a function that lets a history take place and says what it came to."""
    with hurried(), MailServer() as mail, asyncio.Runner(loop_factory=PassingLoop) as runner:
        stack = _served(mail)
        servers = runner.run(stack.__aenter__())
        try:
            yield lambda history: runner.run(_lived(history, servers))
        finally:
            runner.run(stack.__aexit__(None, None, None))


@asynccontextmanager
async def _served(mail: MailServer) -> AsyncIterator[Servers]:
    async with open_zoo() as zoo, SlackDouble() as slack, ParserPool(PollingSettings()) as parser:
        yield Servers(zoo, slack, mail, parser)


async def _lived(history: History, servers: Servers) -> Verdict:
    with TemporaryDirectory() as folder:
        async with opened(Path(folder), servers) as world:
            await world.live(history)
            await world.heal()
            return _verdict(world)


def _verdict(world: World) -> Verdict:
    return Verdict(
        broken=tuple(broken(world)),
        timeline="\n".join(timeline(world.log)),
        published=sum(article.wanted for one in world.outlets for article in one.articles),
        deaths=world.deaths,
        slack=len(world.servers.slack.messages),
        mails=len(world.servers.mail.mails),
    )
