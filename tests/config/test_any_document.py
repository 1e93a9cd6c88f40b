"""Whatever a file holds, loading it ends in settings or in mistakes with a place, never in an exception."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.config.schema import key_paths
from monitor.config.settings import load_settings

KEYS = sorted({part.strip("[]") for path in key_paths() for part in path.split(".")} - {"*"})
WORDS = st.sampled_from(
    [
        *KEYS,
        "",
        "console",
        "slack",
        "email",
        "https://a.example/rss",
        "http://[::1",
        "http://u:p@h:99999/",
        "${A}",
        "${B:-x}",
        "${",
        "$${A}",
        "file:/nonexistent",
        "file:.",
        "credential:x",
        "5m",
        "999999999999d",
        "1e400",
        "10.0.0.0/8",
        "\x7f\u202e",
    ]
)
SCALARS = st.one_of(
    WORDS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=20,
)
FEED = st.dictionaries(
    st.sampled_from(["url", "interval", "auth", "headers", "enabled", "proxy"]), VALUES, max_size=4
)
CHANNEL = st.dictionaries(
    st.sampled_from(["type", "token", "channel", "webhook", "to", "from", "host"]), VALUES, max_size=5
)
DOCUMENTS = st.one_of(
    VALUES,
    st.fixed_dictionaries(
        {},
        optional={
            "feeds": st.one_of(st.lists(st.one_of(FEED, WORDS), max_size=4), VALUES),
            "channels": st.one_of(st.dictionaries(WORDS, CHANNEL, max_size=3), VALUES),
            "routes": st.one_of(st.lists(VALUES, max_size=3), VALUES),
            "alerts": VALUES,
            "polling": VALUES,
            "opml": VALUES,
            "rules": VALUES,
            "database": VALUES,
            "retention": VALUES,
        },
    ),
)


PATHS = ("rules", "opml")
"""Keys that name files: whoever puts a secret there must expect to read it."""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENTS)
@example({"feeds": [False, "https://a.example/rss"]})
@example({"polling": {"min_interval": 1e14}})
def test_loading_never_raises_and_every_error_leaves_no_settings(document: object) -> None:
    """JSON is YAML, so every value can be written into a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        file.write_text(json.dumps(document))
        loaded = load_settings(file, environment={"A": "a/secret@value"})
    assert loaded.settings or loaded.mistakes
    named = [document.get(key) for key in PATHS] if isinstance(document, dict) else []
    assert "${A}" in json.dumps(named) or "secret@value" not in repr(loaded)
    for mistake in loaded.mistakes:
        assert mistake.line or "opml" in mistake.path or not mistake.path.endswith("config.yaml")
