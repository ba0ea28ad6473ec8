"""`GET /openapi.json`: the contract, from the models and the table of routes that the server runs by."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, get_args

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from inference.server.problems import MEDIA_TYPE
from inference.wire import (
    FilmFormat,
    JobEvent,
    JobView,
    MorphRequest,
    PackInfo,
    Problem,
    ProjectRequest,
    ProjectResult,
    RenderRequest,
    ServerState,
)

_MODELS: tuple[type[BaseModel], ...] = (
    JobEvent,
    JobView,
    MorphRequest,
    PackInfo,
    ServerState,
    Problem,
    ProjectRequest,
    ProjectResult,
    RenderRequest,
)
_REFERENCE = "#/components/schemas/{model}"
Schema = dict[str, Any]


@dataclass(frozen=True)
class Route:
    """A route and what the contract says of it.

    Attributes:
        body: media type -> schema of the request.
        answer: media type -> schema of the answer.
        status: of a good answer.
        failures: the statuses of problem documents that a client must expect.
    """

    method: str
    path: str
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    summary: str
    answer: dict[str, Schema]
    body: dict[str, Schema] | None = None
    status: int = 200
    failures: tuple[int, ...] = ()


def model(kind: type[BaseModel]) -> Schema:
    """A reference to a model's schema."""
    return {"$ref": _REFERENCE.format(model=kind.__name__)}


def document(routes: Sequence[Route]) -> Schema:
    """The OpenAPI 3.1 document of `routes`."""
    _, schemas = models_json_schema([(kind, "validation") for kind in _MODELS], ref_template=_REFERENCE)
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Typeface inference", "version": _version()},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"bearer": []}],
    }


def _operation(route: Route) -> Schema:
    problem = {"content": {MEDIA_TYPE: {"schema": model(Problem)}}}
    operation: Schema = {
        "summary": route.summary,
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}.{route.handler.__name__}",
        "parameters": _parameters(route),
        "responses": {
            str(route.status): {"description": "Success", "content": _content(route.answer)},
            **{str(status): {"description": "Problem", **problem} for status in route.failures},
            "default": {"description": "Problem", **problem},
        },
    }
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content(route.body)}
    return operation


def _content(schemas: dict[str, Schema]) -> Schema:
    return {media: {"schema": schema} for media, schema in schemas.items()}


def _parameters(route: Route) -> list[Schema]:
    found = []
    if "{id}" in route.path:
        found.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    if route.method == "POST" and route.path.endswith("/jobs"):
        text = "The same key gets the same job back."
        key: Schema = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
        found.append({**key, "description": text})
    if route.path.endswith("/result"):
        text = "Of a morph: which of its files; the first that was asked for."
        form: Schema = {"name": "format", "in": "query", "schema": {"enum": list(get_args(FilmFormat))}}
        found.append({**form, "description": text})
    return found


def _version() -> str:
    try:
        return version("typeface")
    except PackageNotFoundError:
        return "0"


def handler(routes: Callable[[], Sequence[Route]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The route that answers the document; built on first use."""
    built: list[str] = []

    async def openapi(_request: web.Request) -> web.Response:
        """`GET /openapi.json`."""
        if not built:
            built.append(json.dumps(document(routes())))
        return web.Response(text=built[0], content_type="application/json")

    return openapi
