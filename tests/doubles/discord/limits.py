"""The limits that Discord holds bots to; what goes over them is refused with 50035, as the real one does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.doubles.discord.world import COMPONENTS_V2, Json

NAME = re.compile(r"[-_\w]{1,32}")
EMBED_LIMITS = {"title": 256, "description": 4096}
REQUEST_BYTES = 25 * 2**20


class RefusedError(Exception):
    """A REST answer that is not a success."""

    def __init__(self, status: int, code: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message, **extra}


def invalid(path: str, why: str) -> RefusedError:
    errors = {path: {"_errors": [{"code": "INVALID", "message": why}]}}
    return RefusedError(400, 50035, "Invalid Form Body", errors=errors)


def _most(path: str, value: Any, limit: int) -> None:
    if value is not None and len(value) > limit:
        raise invalid(path, f"Must be {limit} or fewer in length.")


def _embed(index: int, embed: Json) -> int:
    path = f"embeds.{index}"
    for name, limit in EMBED_LIMITS.items():
        _most(f"{path}.{name}", embed.get(name), limit)
    fields = embed.get("fields", [])
    _most(f"{path}.fields", fields, 25)
    for item in fields:
        _most(f"{path}.fields.name", item["name"], 256)
        _most(f"{path}.fields.value", item["value"], 1024)
    footer = embed.get("footer", {}).get("text", "")
    _most(f"{path}.footer", footer, 2048)
    texts = [embed.get("title") or "", embed.get("description") or "", footer]
    return sum(map(len, texts)) + sum(len(item["name"]) + len(item["value"]) for item in fields)


def _button(path: str, button: Json) -> None:
    custom_id = button.get("custom_id") or ""
    if not 1 <= len(custom_id) <= 100:
        raise invalid(f"{path}.custom_id", "Must be between 1 and 100 in length.")
    _most(f"{path}.label", button.get("label"), 80)
    if not button.get("label") and not button.get("emoji"):
        raise invalid(f"{path}.label", "A button needs a label or an emoji.")
    if button.get("style") not in {1, 2, 3, 4}:
        raise invalid(f"{path}.style", "Unknown style.")


SELECTS = {3, 5, 6, 7, 8}
"""String, user, role, mentionable and channel."""


def _select(path: str, select: Json) -> None:
    if not 1 <= len(select.get("custom_id") or "") <= 100:
        raise invalid(f"{path}.custom_id", "Must be between 1 and 100 in length.")
    _most(f"{path}.placeholder", select.get("placeholder"), 150)
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if not 0 <= least <= most <= 25:
        raise invalid(f"{path}.max_values", "Between min_values and 25.")
    if select["type"] == 3:
        _select_options(f"{path}.options", select.get("options") or [], most)


def _select_options(path: str, options: list[Json], most: int) -> None:
    if not 1 <= len(options) <= 25:
        raise invalid(path, "Must be between 1 and 25 in length.")
    for option in options:
        for name in ("label", "value"):
            if not 1 <= len(option.get(name) or "") <= 100:
                raise invalid(f"{path}.{name}", "Must be between 1 and 100 in length.")
        _most(f"{path}.description", option.get("description"), 100)
    if len({option["value"] for option in options}) != len(options):
        raise invalid(f"{path}.value", "The specified option value is already used")
    if most > len(options) or sum(bool(option.get("default")) for option in options) > most:
        raise invalid(path, "More values than can be chosen.")


def _row(path: str, row: Json) -> Iterable[str]:
    items = row.get("components", [])
    if row.get("type") != 1 or not items:
        raise invalid(path, "Rows of type 1 with something in them only.")
    _most(path, items, 5)
    for number, item in enumerate(items):
        if item["type"] == 2:
            _button(f"{path}.{number}", item)
        elif item["type"] in SELECTS and len(items) == 1:
            _select(f"{path}.{number}", item)
        else:
            raise invalid(f"{path}.{number}", "A row takes buttons, or one select.")
        yield item["custom_id"]


def check_modal(modal: Json) -> list[Json]:
    """Refuse a form that Discord would refuse; the fields of one that it shows."""
    if not 1 <= len(modal.get("custom_id") or "") <= 100:
        raise invalid("custom_id", "Must be between 1 and 100 in length.")
    if not 1 <= len(modal.get("title") or "") <= 45:
        raise invalid("title", "Must be between 1 and 45 in length.")
    rows = modal.get("components") or []
    if not 1 <= len(rows) <= 5:
        raise invalid("components", "Must be between 1 and 5 in length.")
    return [_field(f"components.{number}", row) for number, row in enumerate(rows)]


def _field(path: str, row: Json) -> Json:
    """A text input, in a row of its own or in a label (type 18)."""
    label = row.get("label") if row["type"] == 18 else row["components"][0].get("label")
    field: Json = row["component"] if row["type"] == 18 else row["components"][0]
    if row["type"] not in {1, 18} or field["type"] != 4 or field.get("style") not in {1, 2}:
        raise invalid(path, "Text inputs only.")
    if not 1 <= len(label or "") <= 45:
        raise invalid(f"{path}.label", "Must be between 1 and 45 in length.")
    if not 1 <= len(field.get("custom_id") or "") <= 100:
        raise invalid(f"{path}.custom_id", "Must be between 1 and 100 in length.")
    _most(f"{path}.placeholder", field.get("placeholder"), 100)
    if not 0 <= field.get("min_length", 0) <= field.get("max_length", 4000) <= 4000:
        raise invalid(f"{path}.max_length", "Between min_length and 4000.")
    return field | {"label": label, "labelled": row["type"] == 18}


def check_suggestions(choices: list[Json]) -> None:
    """Refuse answers to an autocomplete that Discord would refuse."""
    _most("choices", choices, 25)
    for choice in choices:
        _localised("choices", choice, 100)
        if not 1 <= len(str(choice["value"])) <= 100:
            raise invalid("choices.value", "Must be between 1 and 100 in length.")


def _components(body: Json) -> None:
    rows = body.get("components") or []
    if body.get("flags", 0) & COMPONENTS_V2:
        _most("components", rows, 40)
        if body.get("content") or body.get("embeds"):
            raise invalid("content", "Not together with components V2.")
        return
    _most("components", rows, 5)
    ids = [one for number, row in enumerate(rows) for one in _row(f"components.{number}", row)]
    if len(ids) != len(set(ids)):
        raise invalid("components", "Component custom id cannot be duplicated")


def check_message(body: Json, file_names: Iterable[str]) -> None:
    """Refuse a message that Discord would refuse."""
    _most("content", body.get("content"), 2000)
    embeds = body.get("embeds") or []
    _most("embeds", embeds, 10)
    if sum(_embed(number, embed) for number, embed in enumerate(embeds)) > 6000:
        raise invalid("embeds", "Embed size exceeds maximum size of 6000")
    names = set(file_names)
    for embed in embeds:
        url = embed.get("image", {}).get("url", "")
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
            raise invalid("embeds.image.url", "No such attachment.")
    for item in body.get("attachments") or []:
        _most("attachments.description", item.get("description"), 1024)
    _components(body)


def _localised(path: str, command: Json, name_limit: int) -> None:
    for text in [command.get("name", ""), *(command.get("name_localizations") or {}).values()]:
        if not 1 <= len(text) <= name_limit:
            raise invalid(f"{path}.name", f"Must be between 1 and {name_limit} in length.")
    texts = [command.get("description"), *(command.get("description_localizations") or {}).values()]
    for text in texts:
        if text is not None and len(text) > 100:
            raise invalid(f"{path}.description", "Must be between 1 and 100 in length.")


def _slash_name(path: str, item: Json) -> None:
    for name in [item["name"], *(item.get("name_localizations") or {}).values()]:
        if not NAME.fullmatch(name) or name != name.lower():
            raise invalid(f"{path}.name", "String value did not validate against validation regex.")


def _option(path: str, option: Json) -> None:
    _slash_name(path, option)
    _localised(path, option, 32)
    if not option.get("description"):
        raise invalid(f"{path}.description", "This field is required")
    choices = option.get("choices") or []
    _most(f"{path}.choices", choices, 25)
    for choice in choices:
        _localised(f"{path}.choices", choice, 100)
        _most(f"{path}.choices.value", str(choice["value"]), 100)
    if len({choice["value"] for choice in choices}) != len(choices):
        raise invalid(f"{path}.choices", "Values must be unique.")
    if choices and option.get("autocomplete"):
        raise invalid(f"{path}.autocomplete", "Not together with choices.")


def _weight(item: Json) -> int:
    """Characters that count for the limit of 8,000: the longest translation of each text, and all below."""
    total = 0
    for name in ("name", "description"):
        texts = [item.get(name) or "", *(item.get(f"{name}_localizations") or {}).values()]
        total += max(map(len, texts))
    total += len(str(item.get("value", "")))
    return total + sum(_weight(child) for key in ("options", "choices") for child in item.get(key) or [])


def check_commands(commands: list[Json]) -> None:
    """Refuse a command list that Discord would refuse."""
    kinds = [command.get("type", 1) for command in commands]
    for kind, limit in ((1, 100), (2, 15), (3, 15)):
        if kinds.count(kind) > limit:
            raise RefusedError(400, 30032, f"Maximum number of application commands reached ({limit})")
    if len({(command["name"], kind) for command, kind in zip(commands, kinds, strict=True)}) != len(commands):
        raise invalid("name", "Application command names must be unique")
    for number, command in enumerate(commands):
        path = str(number)
        _localised(path, command, 32)
        if kinds[number] == 1:
            _slash_name(path, command)
            if not command.get("description"):
                raise invalid(f"{path}.description", "This field is required")
        _most(f"{path}.options", command.get("options"), 25)
        for option in command.get("options") or []:
            _option(f"{path}.options", option)
        if _weight(command) > 8000:
            raise invalid(path, "Command exceeds maximum size (8000)")
