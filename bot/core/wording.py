"""What the bot says, in the person's language: Fluent files in `texts/LOCALE/`."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from bot.core.grammar import functions

LOCALES: tuple[str, ...] = ("en", "ko", "ja")
"""The languages that texts exist in; the first is the fallback."""
AUTO = "auto"
"""No language of the person's own choice: as the platform says."""
FOLDER = Path(__file__).parent / "texts"


class MissingTextError(Exception):
    """No text has this key, or it cannot be formatted with these arguments: our own bug."""


@cache
def _bundle(locale: str) -> FluentBundle:
    bundle = FluentBundle([locale], functions=functions(locale), use_isolating=False)
    for path in sorted((FOLDER / locale).glob("*.ftl")):
        bundle.add_resource(FluentResource(path.read_text("utf-8")))
    return bundle


def pick(tag: str) -> str:
    """The best of `LOCALES` for a platform's language tag, such as `ko-KR`, `ja_JP.UTF-8` or `en-GB`."""
    return spoken(tag) or LOCALES[0]


def spoken(tag: str) -> str | None:
    """The one of `LOCALES` that a language tag names; None when texts in it do not exist."""
    language = tag.replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else None


def say(locale: str, key: str, **args: str | int | float | datetime) -> str:
    """The text of `key` in `locale` (one of `LOCALES`).

    Raises:
        MissingTextError: there is no such key, or an argument is missing.
    """
    bundle = _bundle(locale)
    if not bundle.has_message(key):
        raise MissingTextError(f"no text {key!r} in {locale!r}")
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise MissingTextError(f"the text {key!r} in {locale!r} is empty")
    text, errors = bundle.format_pattern(pattern, args)
    if errors:
        raise MissingTextError(f"the text {key!r} in {locale!r}: {errors[0]!r}")
    return str(text)
