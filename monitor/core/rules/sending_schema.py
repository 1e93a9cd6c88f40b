"""The part of the schema of rule files that says when channels may have an alert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from monitor.core.models import Severity, WhenExpired

Json = Mapping[str, object]

_NONE: Final[Json] = {"const": "none"}
_DURATION: Final[Json] = {"$ref": "#/definitions/duration"}
_TEXT: Final[Json] = {"$ref": "#/definitions/text"}
_TEXTS: Final[Json] = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_CLOCK: Final[Json] = {
    "type": "string",
    "pattern": r"^\s*(([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00)\s*$",
}
_CRON: Final[Json] = {"type": "string", "pattern": r"^\s*\S+(\s+\S+){4}\s*$"}
_SEVERITY: Final[Json] = {"enum": [level.value for level in Severity]}


def _object(properties: Mapping[str, Json], required: Sequence[str]) -> Json:
    return {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        "required": list(required),
    }


def sending_keys() -> dict[str, Json]:
    """Return the schemas of the keys."""
    quiet = {
        "from": _CLOCK,
        "to": _CLOCK,
        "zone": _TEXT,
        "days": {"type": "string"},
        "except": {"anyOf": [_SEVERITY, {"type": "array", "items": _SEVERITY, "minItems": 1}]},
    }
    escalate = {"after": _DURATION, "to": _TEXTS, "severity": _SEVERITY}
    return {
        "group_wait": {**_DURATION, "description": "The first message waits so long."},
        "max_per_hour": {
            "description": "Messages of the rule that a channel gets in any hour.",
            "anyOf": [_NONE, {"type": "integer", "minimum": 1, "maximum": 1_000_000}],
        },
        "quiet_hours": {
            "description": "When channels do not ring; what comes meanwhile is told at their end.",
            "anyOf": [_NONE, _object(quiet, ("from", "to"))],
        },
        "digest": {
            "description": "Send everything as one message at these moments: 0 8 * * mon-fri",
            "anyOf": [_NONE, _CRON, _object({"at": _CRON, "zone": _TEXT}, ("at",))],
        },
        "expires_after": {
            **_DURATION,
            "description": "A message that waited longer is late.",
        },
        "when_expired": {
            "description": "A late message is marked, or dropped with its reason kept.",
            "enum": [kind.value for kind in WhenExpired],
        },
        "escalate": {
            "description": "Tell other channels of an alert that nobody acknowledges.",
            "anyOf": [_NONE, _object(escalate, ("after", "to"))],
        },
    }
