"""The JSON Schema of rule files: completion and checks while typing, in any editor that knows YAML schemas.

It agrees with the loader on form: keys, types, choices. What takes knowledge of other places (dangling names,
patterns that do not compile) only the loader can say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.core.models import FollowUp, Severity, TextField
from monitor.core.query.parser import FARTHEST
from monitor.core.rules.sending_schema import sending_keys

Json = Mapping[str, object]

_TEXT: Json = {"anyOf": [{"type": "string", "pattern": r"\S"}, {"type": "number"}]}
_DISTANCE: Json = {
    "description": "A number of words: 12 or 12w.",
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": FARTHEST},
        {"type": "string", "pattern": r"^[0-9]{1,4}\s*(w|words?)$"},
    ],
}
_DURATION: Json = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*(ms|s|m|h|d|w)?\s*$"},
    ]
}
_LANGUAGE: Json = {"type": "string", "pattern": "^[a-z]{2}$"}
_CASE: Json = {"enum": ["exact", "fold"], "description": "exact: as written; fold: in any case."}
_EXACT: Json = {
    "type": "boolean",
    "description": "true: not inflected. false: in any case and inflected, even if it looks like an acronym.",
}


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _said(schema: Json, description: str) -> Json:
    return (
        {"description": description, **schema}
        if "$ref" not in schema
        else {**schema, "description": description}
    )


def _list(items: Json, *, least: int = 1) -> Json:
    """One, or a list of at least so many."""
    return {"anyOf": [items, {"type": "array", "items": items, "minItems": least}]}


def _choice(values: Sequence[str]) -> Json:
    return {"enum": list(values)}


def _object(properties: Mapping[str, Json], *, required: Sequence[str] = ()) -> dict[str, object]:
    shape: dict[str, object] = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {**shape, "required": list(required)} if required else shape


def _conditions() -> dict[str, Json]:
    return {
        "any": _said(_list(_ref("condition")), "At least one of these must be found, or `min` of them."),
        "all": _said(_list(_ref("condition")), "All of these must be found."),
        "none": _said(_list(_ref("condition")), "None of these may be found."),
        "entity": _said(_list(_ref("text")), "Ids of entities; a mention of any of them counts."),
        "phrase": _said(_ref("text"), "Words in this order, in any of their forms."),
        "query": _said(_ref("text"), 'A boolean query: (raid* OR "border attack") NEAR/12 entity:belgorod'),
        "near": _ref("near"),
        "regex": _said(_ref("text"), "An RE2 pattern: the last resort."),
    }


def _condition() -> Json:
    keys = {
        **_conditions(),
        "source": _said(_list(_ref("text")), "Outlets, feed URLs or tag:NAME."),
        "language": _said(_list(_ref("language")), "Languages of the article."),
        "fields": _said(_list(_ref("field")), "Look for this in these fields alone."),
        "min": {"type": "integer", "minimum": 1, "maximum": FARTHEST, "description": "How many of `any`."},
        "exact": _EXACT,
        "case": _CASE,
        "lang": _said(_ref("language"), "The language of the phrase."),
    }
    wanted = (*_conditions(), "source", "language")
    return {
        **_object(keys),
        "anyOf": [{"required": [key]} for key in wanted],
        "dependencies": {"exact": ["phrase"], "case": ["phrase"], "lang": ["phrase"], "min": ["any"]},
    }


def _rule() -> Json:
    keys = {
        "title": _said(_ref("text"), "What people read in the alert."),
        "severity": _choice([level.value for level in Severity]),
        **_conditions(),
        "min": {"type": "integer", "minimum": 1, "maximum": FARTHEST, "description": "How many of `any`."},
        "where": _ref("where"),
        "alert": _ref("alert"),
        "template": _said(_ref("text"), "How its messages look: NAME of templates/NAME.slack.j2 and so on."),
        "spike": _ref("spike"),
        "first_seen": {
            "description": "Alert when an entity has not been seen for `quiet`.",
            "anyOf": [{"type": "boolean"}, _object({"quiet": _ref("duration")})],
        },
        "quiet": _said(_ref("duration"), "How long an entity must have been absent; 30d by default."),
        "tests": _ref("tests"),
        "owner": _said(_ref("text"), "Who answers for this rule."),
        "tags": _list(_ref("text"), least=0),
        "enabled": {"type": "boolean"},
        "rematch": _said(_ref("duration"), "How far a new rule looks back over the archive, as a preview."),
    }
    return {
        **_object(keys),
        "anyOf": [{"required": [key]} for key in _conditions()],
        "dependencies": {"min": ["any"], "quiet": ["first_seen"]},
    }


def _company() -> Json:
    phrase = {"phrase": _ref("text"), "exact": _EXACT, "case": _CASE, "lang": _ref("language")}
    return {
        "anyOf": [
            _ref("text"),
            _object(phrase, required=["phrase"]),
            _object({"entity": _list(_ref("text"))}, required=["entity"]),
        ]
    }


def _guard() -> Json:
    company = _list(_ref("company"))
    return {"anyOf": [company, _object({"any": company, "within": _ref("distance")}, required=["any"])]}


def _alias() -> Json:
    keys = {
        "text": _ref("text"),
        "lang": _ref("language"),
        "case": _CASE,
        "exact": _EXACT,
        "inflect": {"type": "boolean"},
        "transliterate": {"type": "boolean"},
        "needs": _said(_ref("guard"), "It counts only if one of these stands in the same article."),
        "unless": _said(_ref("guard"), "It does not count inside one of these, or near one."),
    }
    return {"anyOf": [_ref("text"), _object(keys, required=["text"])]}


def _entity() -> Json:
    keys = {
        "name": _said(_ref("text"), "The name people know; it is also the first alias."),
        "kind": _said(_ref("text"), "person, organisation, place, weapon: as you like."),
        "aliases": _list(_ref("alias"), least=0),
        "needs": _said(_ref("guard"), "Holds for every alias."),
        "unless": _said(_ref("guard"), "Holds for every alias."),
        "nested": {"type": "boolean", "description": "Counts inside longer names of other entities too."},
        "transliterate": {
            "type": "boolean",
            "description": "Finds the usual spellings in Latin letters too.",
        },
    }
    return {"anyOf": [_list(_ref("alias")), _object(keys, required=["name"])]}


def _alert() -> Json:
    corroboration = {
        "outlets": {"type": "integer", "minimum": 2, "maximum": 50},
        "within": _ref("duration"),
        "otherwise": _choice(["drop", "send"]),
    }
    keys = {
        "channels": _said(_list(_ref("text")), "Names of channels in config.yaml."),
        "follow_up": _said(
            _choice([kind.value for kind in FollowUp]), "What later articles of the same story do."
        ),
        "corroboration": _said(
            _object(corroboration, required=["outlets", "within"]),
            "Hold the alert until so many outlets tell the story.",
        ),
        "cooldown": _said(_ref("duration"), "At least this long between two alerts of the rule."),
        "max_age": _said(_ref("duration"), "Older articles do not alert."),
        **sending_keys(),
    }
    return _object(keys)


def _where() -> Json:
    sources = _object({"include": _list(_ref("text")), "exclude": _list(_ref("text"))})
    return _object(
        {
            "fields": _list(_ref("field")),
            "languages": _list(_ref("language")),
            "sources": {"anyOf": [_list(_ref("text")), sources]},
        }
    )


def _tests() -> Json:
    texts = {key: _ref("text") for key in ("text", "title", "summary", "content")}
    keys = {**texts, "lang": _ref("language"), "source": _ref("text")}
    some = {**_object(keys), "anyOf": [{"required": [key]} for key in texts]}
    test: Json = {"anyOf": [_ref("text"), some]}
    return _object({"match": _list(test, least=0), "ignore": _list(test, least=0)})


def _spike() -> Json:
    keys: dict[str, Json] = {
        "factor": {"type": "number", "exclusiveMinimum": 1},
        "window": _ref("duration"),
        "baseline": _ref("duration"),
        "at_least": {"type": "integer", "minimum": 1},
    }
    return _object(keys, required=["factor"])


def _near() -> Json:
    keys = {"within": _ref("distance"), "all": _list(_ref("condition")), "ordered": {"type": "boolean"}}
    return _said(_object(keys, required=["within", "all"]), "All of these within so many words.")


def _table(item: str, description: str) -> Json:
    return {
        "description": description,
        "type": ["object", "null"],
        "propertyNames": {"pattern": r"^[^\s:,()\"]{1,64}$"},
        "additionalProperties": _ref(item),
    }


def schema() -> dict[str, object]:
    """Return the schema (JSON Schema draft 7, which editors know best)."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Rules of news-monitor",
        "type": ["object", "null"],
        "properties": {
            "entities": _table("entity", "Who is who: an id, and every name people use."),
            "rules": _table("rule", "When you want to hear about it."),
        },
        "additionalProperties": False,
        "minProperties": 1,
        "definitions": {
            "text": _TEXT,
            "language": _LANGUAGE,
            "field": _choice([field.value for field in TextField]),
            "duration": _DURATION,
            "distance": _DISTANCE,
            "condition": {"anyOf": [_ref("text"), _condition()]},
            "near": _near(),
            "company": _company(),
            "guard": _guard(),
            "alias": _alias(),
            "entity": _entity(),
            "where": _where(),
            "alert": _alert(),
            "spike": _spike(),
            "tests": _tests(),
            "rule": _rule(),
        },
    }
