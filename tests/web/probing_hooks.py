"""What Schemathesis cannot guess: what a cursor looks like. Loaded by its command line, not by pytest."""

from __future__ import annotations

import schemathesis
from hypothesis import strategies as st

from monitor.web.api.asking import Place
from tests.store.samples import NOW

_NAMES = st.sampled_from(["", "a" * 32, "b" * 32, "https://bbc.example/feed", "raids", "рейд"])
_CURSORS = _NAMES.map(lambda name: Place(order=NOW.isoformat(), id=name).written())
schemathesis.openapi.format("cursor", _CURSORS)
