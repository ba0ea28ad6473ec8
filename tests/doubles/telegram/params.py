"""The parameters of a call, however they came: query, urlencoded form, JSON or multipart, all merged."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.doubles.telegram.errors import bad

OBJECTS = frozenset(
    {"reply_markup", "media", "commands", "allowed_updates", "reply_parameters", "scope", "message_ids"}
    | {"entities", "caption_entities", "link_preview_options", "menu_button", "reaction", "results", "button"}
)


@dataclass(frozen=True)
class Upload:
    name: str
    data: bytes = field(repr=False)


@dataclass
class Params:
    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        return str(self.values.get(name, default))

    def number(self, name: str, default: int = 0) -> int:
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            raise bad(f"parameter {name} must be a number") from None

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in {"true", "1"}

    def thing(self, name: str) -> Any:
        """An object or list, which mostly travels as JSON text."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None

    def shown(self) -> dict[str, Any]:
        """For the transcript: objects parsed, uploads by name."""
        values = {k: self.thing(k) if k in OBJECTS else v for k, v in self.values.items()}
        return {**values, **self.files}


async def read(request: web.Request) -> Params:
    params = Params(dict(request.query))
    kind = request.content_type
    if kind == "application/json":
        body = await request.json()
        params.values.update(body if isinstance(body, dict) else {})
    elif kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                params.files[name] = Upload(value.filename, value.file.read())
            else:
                params.values[name] = value
    return params
