"""The one table of commands: every platform registers, parses and describes its commands from here.

Texts are keyed by name in `texts/`: `command-mbti` describes a command, `option-mbti-type` an option, `choice-female` a
choice. Names of commands stay English in every language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.core.mbti import GENDERS, TYPES


@dataclass(frozen=True)
class Option:
    """One option. With `choices` only those values are offered; others may be typed where a platform allows."""

    name: str
    kind: Literal["text", "photo"] = "text"
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class CommandSpec:
    name: str
    options: tuple[Option, ...] = ()


COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec("start"),
    CommandSpec("help"),
    CommandSpec(
        "mbti", (Option("type", choices=TYPES), Option("gender", choices=GENDERS), Option("photo", "photo"))
    ),
    CommandSpec("me", (Option("photo", "photo"),)),
    CommandSpec("match", (Option("gender", choices=GENDERS),)),
    CommandSpec("privacy"),
    CommandSpec("forget"),
)

_LINE = re.compile(r"/([A-Za-z][A-Za-z0-9_-]{0,31})(?:\s+(.*))?", re.DOTALL)


def split(line: str) -> tuple[str, str] | None:
    """Read a typed command: `/mbti ENFP female` is ("mbti", "ENFP female"); None when it is no command."""
    if not (match := _LINE.fullmatch(line.strip())):
        return None
    return match[1].lower(), (match[2] or "").strip()
