"""The OpenAPI document, made of the endpoints and their shapes: it cannot say what is not served."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from monitor.web.api.asking import MOST, TEXT, USUAL, Filter
from monitor.web.api.endpoints import Endpoint, Many
from monitor.web.api.shapes import Problem

Json = Mapping[str, object]
_REF = "#/components/schemas/{model}"


def document(endpoints: Iterable[Endpoint], root: str, *, wants_login: bool) -> Json:
    """Describe the endpoints under a root path, as OpenAPI 3.1; `wants_login`: each asks for a token."""
    listed = list(endpoints)
    shapes: dict[type[BaseModel], None] = dict.fromkeys([*(one.shape for one in listed), Problem])
    _, schemas = models_json_schema([(shape, "serialization") for shape in shapes], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "news-monitor",
            "version": "1",
            "description": "What a running news-monitor knows. Read-only; fields are only ever added.",
        },
        "paths": {path_of(one, root): {"get": _operation(one)} for one in listed},
        "components": {"schemas": schemas["$defs"], "securitySchemes": {"token": _TOKEN}},
        "security": [{"token": []}] if wants_login else [{}, {"token": []}],
    }


def path_of(endpoint: Endpoint, root: str) -> str:
    """Where an endpoint is."""
    return f"{root}/{endpoint.noun}" + ("" if isinstance(endpoint, Many) else "/{id}")


def _operation(endpoint: Endpoint) -> Json:
    is_list = isinstance(endpoint, Many)
    shape = {"$ref": _REF.format(model=endpoint.shape.__name__)}
    missing = {} if is_list else {"404": _problem("there is none of that id")}
    if isinstance(endpoint, Many) and endpoint.for_editors:
        missing = {"403": _problem("only editors are shown this")}
    return {
        "operationId": ("list_" if is_list else "show_") + endpoint.noun,
        "summary": f"{endpoint.noun}, {endpoint.said}" if is_list else endpoint.said,
        "parameters": _paged(endpoint.filters) if isinstance(endpoint, Many) else [_ID],
        "responses": {
            "200": {
                **_content("what was asked for", _page_of(shape) if is_list else shape),
                **_links(endpoint),
            },
            "304": {"description": "it is what If-None-Match says"},
            "401": {"description": "users are configured, and no token of theirs was shown"},
            "400": _problem("a parameter is not understood"),
            "503": _problem("the database cannot be read just now"),
        }
        | missing,
    }


_TOKEN: Json = {
    "type": "http",
    "scheme": "bearer",
    "description": "of a user in config.yaml, where there are any",
}
_ID: Json = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _paged(filters: Iterable[Filter]) -> list[Json]:
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    return [
        *(
            _parameter(
                one.name,
                one.said,
                {"type": "string"} | ({"enum": list(one.values)} if one.values else {"pattern": TEXT}),
            )
            for one in filters
        ),
        _parameter("limit", "items of a page", limit),
        _parameter("cursor", "`next` of the page before", {"type": "string", "format": "cursor"}),
    ]


def _parameter(name: str, said: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": said, "schema": schema}


def _links(endpoint: Endpoint) -> Json:
    """Say how the first item of a list is asked for by itself."""
    if not isinstance(endpoint, Many) or endpoint.for_editors:
        return {}
    name = "id" if "id" in endpoint.shape.model_fields else "url"
    shown = {
        "operationId": f"show_{endpoint.noun}",
        "parameters": {"id": f"$response.body#/items/0/{name}"},
    }
    return {"links": {f"first_of_{endpoint.noun}": shown}}


def _page_of(shape: Json) -> Json:
    return {
        "type": "object",
        "required": ["items", "next"],
        "additionalProperties": False,
        "properties": {
            "items": {"type": "array", "items": shape},
            "next": {
                "type": ["string", "null"],
                "description": "the cursor of the next page; null at the end",
            },
        },
    }


def _content(said: str, schema: Json, kind: str = "application/json") -> Json:
    return {"description": said, "content": {kind: {"schema": schema}}}


def _problem(said: str) -> Json:
    return _content(said, {"$ref": _REF.format(model="Problem")}, "application/problem+json")
