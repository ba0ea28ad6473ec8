"""Replies of the core as JSON for the page, and the stream that brings them: server-sent events, in order.

Each has the `number` under which `feeds` keeps it, the `update` that it answers, and a `kind`: `text`, `picture`,
`progress`; `said` is what the person did, `end` the end of that answer. Of the stream itself are `here` (what was
missed has come; `running` are the updates that are worked on) and `beat` (the line is alive).

Pictures travel inside (base64), so that no address of anyone's face ever exists: what the page holds is gone
when it closes.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, replace
from typing import Any

from bot.core.replies import Menu, Picture, Progress, Reply, Select, Shown

END = {"kind": "end"}


def _menu(menu: Menu) -> list[list[dict[str, str]]]:
    return [[{"label": b.label, "payload": b.payload, "style": b.style} for b in row] for row in menu]


def _select(select: Select | None) -> dict[str, Any] | None:
    return None if select is None else {"label": select.label, "options": _menu((select.options,))[0]}


def _picture(picture: Picture | None, covered: bool) -> dict[str, Any] | None:
    if picture is None:
        return None
    return {
        "data": b64encode(picture.data).decode(),
        "poster": b64encode(picture.poster).decode(),
        "type": picture.media_type,
        "name": picture.name,
        "alt": picture.alt,
        "covered": picture.spoiler or covered,
    }


def encode(reply: Reply, *, covered: bool = False) -> dict[str, Any]:
    """A reply as the page reads it: `kind` is text, picture or progress. `covered`: whatever is shown is."""
    body: dict[str, Any] = {"text": reply.text, "menu": _menu(reply.menu)}
    if isinstance(reply, Progress):
        preview = _picture(reply.preview, covered)
        return {"kind": "progress", **body, "fraction": reply.fraction, "preview": preview}
    if isinstance(reply, Shown):
        return {
            "kind": "picture",
            **_shown(_without_doubles(reply)),
            "picture": _picture(reply.picture, covered),
        }
    return {
        "kind": "text",
        **body,
        "select": _select(reply.select),
        "code": reply.code,
        "link": reply.link,
        "instead": reply.instead,
        "ended": reply.ended,
    }


def _without_doubles(shown: Shown) -> Shown:
    """Sliders do what the select and some buttons do on other platforms: those are left out."""
    if not shown.sliders:
        return shown
    taken = tuple(slider.payload for slider in shown.sliders)
    rows = (tuple(one for one in row if not one.payload.startswith(taken)) for row in shown.menu)
    return replace(shown, select=None, menu=tuple(row for row in rows if row))


def _shown(shown: Shown) -> dict[str, Any]:
    return {
        "text": shown.text,
        "menu": _menu(shown.menu),
        "select": _select(shown.select),
        "sliders": [asdict(slider) for slider in shown.sliders],
        "code": shown.code,
        "made": shown.made,
        "whole": shown.whole,
        "instead": shown.instead,
        "pair": shown.pair,
    }
