"""The page and its files, read once from the package; its words are put in for each language."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files

from aiohttp import web

from bot.core import wording
from bot.core.commands import COMMANDS, CommandSpec
from bot.core.events import MAX_PHOTO_BYTES
from bot.core.mbti import TYPES

COVERED: web.AppKey[bool] = web.AppKey("covered", bool)
"""Whether every picture is covered until its button is pressed."""
MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOR_READERS = {
    "css": (
        re.compile(rb"/\*.*?\*/\n?|^ +|(?<=[{};:,>]) +|;? +(?=[}])| +(?=[{>])|\n", re.DOTALL | re.MULTILINE),
        b"",
    ),
    "js": (
        re.compile(
            rb"""^[ ]*(?://|/\*\*|\*(?:[ /]|$)).*\n | ^[ ]+ | ^\n | (?<=[{(\[,;])\n
            | (?P<words>"(?:[^"\\\n]|\\.)*" | `(?:[^`\\]|\\.)*`) | [ ]*(?P<mark>[=?:{}(),;<>&|]+)[ ]*""",
            re.MULTILINE | re.VERBOSE,
        ),
        rb"\g<words>\g<mark>",
    ),
}
"""Comments on lines of their own, and spaces that say nothing: for who reads the files here; they are not sent."""
_WORD = re.compile(r"\{\{web-([a-z-]+)\}\}")
_NAMED = re.compile(r'(?=aria-label="\{\{web-([a-z-]+)\}\}")')
_SAID = re.compile(r"(?=>\{\{web-([a-z-]+)\}\}<)")
"""Where words stand in the page: `data-name` and `data-said` tell scripts which, for the day they change."""
SCRIPT_WORDS = (
    *("you", "bot", "thinking", "working", "save", "open", "choose"),
    *("photo-sent", "photo-back", "photo-only"),
    *("covered", "uncover", "reset"),
    *("share", "link", "copy", "copied"),
    *("retry", "not-sent", "lost", "lost-photo", "failed", "crowded", "forbidden", "slow"),
    *("sending", "call-back"),
)
"""Keys of `web.ftl`, without `web-`, that scripts show."""


@dataclass(frozen=True)
class Asset:
    body: bytes
    media_type: str
    etag: str


def assets() -> dict[str, Asset]:
    """Scripts, style and icon by file name."""
    found: dict[str, Asset] = {}
    for file in files("bot.adapters.web").joinpath("page").iterdir():
        kind = file.name.rpartition(".")[2]
        if media_type := MEDIA_TYPES.get(kind):
            body = file.read_bytes()
            if kind in _FOR_READERS:
                needless, sent = _FOR_READERS[kind]
                body = needless.sub(sent, body)
            found[file.name] = Asset(body, media_type, hashlib.sha256(body).hexdigest()[:16])
    return found


def pick_locale(accept_language: str) -> str:
    """The language of the page from an `Accept-Language` header: the first wanted one that we speak.

    >>> pick_locale("fr-CH, ko;q=0.8, en;q=0.9")
    'en'
    """
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:500].split(","):
        tag, _, weight = part.partition(";q=")
        with suppress(ValueError):
            wanted.append((float(weight or 1), tag.strip()))
    for weighed, tag in sorted(wanted, key=lambda pair: -pair[0]):
        if weighed > 0 and tag.partition("-")[0].lower() in wording.LOCALES:
            return wording.pick(tag)
    return wording.LOCALES[0]


def _command(spec: CommandSpec, locale: str) -> dict[str, object]:
    choices = [option.choices for option in spec.options if option.choices]
    return {"name": spec.name, "about": wording.say(locale, f"command-{spec.name}"), "choices": choices}


def _template() -> str:
    return files("bot.adapters.web").joinpath("page", "index.html").read_text("utf-8")


def all_words() -> frozenset[str]:
    """Keys like `SCRIPT_WORDS`, of all that the page says."""
    return frozenset({*SCRIPT_WORDS, *_WORD.findall(_template())})


def data(locale: str, keys: Iterable[str] = SCRIPT_WORDS) -> str:
    """What the scripts need to know in one language, as JSON that can stand inside a `<script>` data block."""
    told = {
        "locale": locale,
        "types": TYPES,
        "commands": [_command(spec, locale) for spec in COMMANDS if "web" in spec.platforms],
        "maxPhotoBytes": MAX_PHOTO_BYTES,
        "words": {key: wording.say(locale, f"web-{key}") for key in keys},
    }
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")


def _languages(locale: str) -> str:
    """Links to the page in each language, by its own name."""
    links = []
    for one in wording.LOCALES:
        current = ' aria-current="page"' if one == locale else ""
        name = wording.say(one, f"choice-{one}")
        links.append(f'<li><a href="/?lang={one}" hreflang="{one}" lang="{one}"{current}>{name}</a></li>')
    return "\n          ".join(links)


def _tiles() -> str:
    """A button for each type. Its face is drawn later but has its size from the beginning, so nothing moves."""
    face = '<svg viewBox="0 0 100 100" aria-hidden="true"></svg>'
    rows = (f'<button type="button" class="tile">{face}<span>{one}</span></button>' for one in TYPES)
    return "\n          ".join(rows)


def _types(locale: str) -> str:
    """The sixteen types, for who reads without scripts."""
    told = ((wording.say(locale, f"title-{one}"), wording.say(locale, f"about-{one}")) for one in TYPES)
    rows = (f"<li><b>{html.escape(title)}</b><span>{html.escape(about)}</span></li>" for title, about in told)
    return "\n          ".join(rows)


def render(locale: str) -> bytes:
    """The page in one language of `wording.LOCALES`."""
    marked = _SAID.sub(r' data-said="\1"', _NAMED.sub(r'data-name="\1" ', _template()))
    filled = _WORD.sub(lambda match: html.escape(wording.say(locale, f"web-{match[1]}")), marked)
    return (
        filled.replace("{{locale}}", locale)
        .replace("{{languages}}", _languages(locale))
        .replace("{{tiles}}", _tiles())
        .replace("{{types}}", _types(locale))
        .replace("{{data}}", data(locale))
        .encode()
    )
