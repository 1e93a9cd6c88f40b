"""The store is what the pipeline asks for: mypy checks the meeting, the tests run it."""

from __future__ import annotations

import pytest

from monitor.pipeline.ports import Outbox, PollStore, StoryStore
from monitor.store import Store


def all_three(store: Store) -> tuple[PollStore, StoryStore, Outbox]:
    """Let mypy see that a Store is each of them; neither side imports the other."""
    return store, store, store


@pytest.mark.parametrize("port", [PollStore, StoryStore, Outbox])
def test_the_store_has_every_method_of_its_ports(port: type) -> None:
    """What mypy checks in `all_three`, for those who run the tests alone."""
    promised = {name for name in vars(port) if not name.startswith("_")}
    assert promised <= {name for name in dir(Store) if not name.startswith("_")}
