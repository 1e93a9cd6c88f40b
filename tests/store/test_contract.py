"""The store is what the pipeline asks for: mypy checks the meeting, the tests run it."""

from __future__ import annotations

from monitor.pipeline.ports import Outbox, PollStore, StoryStore
from monitor.store import Store


def test_the_store_is_all_three_ports(store: Store) -> None:
    """Structurally: neither side imports the other."""
    polls: PollStore = store
    stories: StoryStore = store
    outbox: Outbox = store
    assert polls is stories is outbox
