"""Things that people call by name, in any language: which one is meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from bot.core.effects import Line
from bot.core.wording import LOCALES, say

Thing = TypeVar("Thing")


def everywhere(line: Line) -> list[str]:
    """A line, whose arguments are plain texts, in each language."""
    args = {name: str(value) for name, value in line.args.items()}
    return [say(locale, line.key, **args) for locale in LOCALES]


def meant(said: str, things: Mapping[Thing, Iterable[str]]) -> Thing | None:
    """The first of `things`, given with its names, that has a name of the same words in any order; else None.

    Nothing is meant by no words.
    """
    wanted = _words(said)
    return next((thing for thing, names in things.items() if wanted and wanted in map(_words, names)), None)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))
