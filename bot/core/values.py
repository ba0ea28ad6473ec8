"""A community's settings in words. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.core.effects import Line


def plain(text: object) -> Line:
    return Line("button-plain", {"text": str(text)})


def value_line(key: str, value: Any) -> Line:
    """A setting's value in words."""
    if value is None:
        return Line(
            {"quota": "value-no-limit", "block": "value-none", "reset": "value-none"}.get(key, "value-house")
        )
    told = _VALUES.get(key)
    return told(value) if told else plain(value)


_VALUES: dict[str, Callable[[Any], Line]] = {
    "channels": lambda value: Line("value-channels", {"count": len(value)}),
    "role_quotas": lambda value: Line("value-role-quotas", {"count": len(value)}),
    "quota": lambda value: Line("value-a-day", {"count": value}),
    "cooldown": lambda value: Line("value-seconds", {"seconds": value}) if value else Line("value-none"),
    "retention_hours": lambda value: Line("value-seconds", {"seconds": value * 3600}),
    "spoiler": lambda value: Line("value-on" if value else "value-off"),
    "public": lambda value: Line("value-public" if value else "value-private"),
    "locale": lambda value: Line("value-language", {"text": value}),
    "paused": lambda _: Line("value-paused"),
}


def paused_line(paused: str | None) -> Line:
    return Line("value-answering") if paused is None else Line("value-paused")
