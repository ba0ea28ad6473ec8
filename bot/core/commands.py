"""The one table of commands: every platform registers, parses and describes its commands from here.

Texts are keyed by name in `texts/`: `command-mbti` describes a command, `option-mbti-type` an option, `choice-female` a
choice. Names of commands stay English in every language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from bot.core.events import Platform
from bot.core.mbti import GENDERS, TYPES

ALL_PLATFORMS: frozenset[Platform] = frozenset(get_args(Platform))


@dataclass(frozen=True)
class Option:
    """One option. With `choices` only those values are offered; others may be typed where a platform allows.

    `suggest` names what is offered while it is typed. A `person` arrives as the platform's id.
    """

    name: str
    kind: Literal["text", "photo", "person"] = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    suggest: Literal["", "types", "directions", "codes"] = ""


@dataclass(frozen=True)
class CommandSpec:
    """One command. `may`: who may use it; `community`: only where there is one; `platforms`: where it exists."""

    name: str
    options: tuple[Option, ...] = ()
    may: Literal["anyone", "admin", "owner"] = "anyone"
    community: bool = False
    platforms: frozenset[Platform] = ALL_PLATFORMS


COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec("start"),
    CommandSpec("help"),
    CommandSpec(
        "mbti", (Option("type", choices=TYPES), Option("gender", choices=GENDERS), Option("photo", "photo"))
    ),
    CommandSpec("me", (Option("photo", "photo"),)),
    CommandSpec("match", (Option("gender", choices=GENDERS),)),
    CommandSpec("mix", (Option("layers", choices=("all", "coarse", "middle", "fine")), Option("weight"))),
    CommandSpec("edit", (Option("direction", suggest="directions"), Option("amount"))),
    CommandSpec("undo"),
    CommandSpec("redo"),
    CommandSpec("surprise", (Option("seed"),)),
    CommandSpec("looks"),
    CommandSpec("all", (Option("gender", choices=GENDERS),)),
    CommandSpec("show", (Option("code", suggest="codes"),)),
    CommandSpec("gallery"),
    CommandSpec("public"),
    CommandSpec("private"),
    CommandSpec("privacy"),
    CommandSpec("mydata"),
    CommandSpec("forget"),
)

_LINE = re.compile(r"/([A-Za-z][A-Za-z0-9_-]{0,31})(?:\s+(.*))?", re.DOTALL)


def split(line: str) -> tuple[str, str] | None:
    """Read a typed command: `/mbti ENFP female` is ("mbti", "ENFP female"); None when it is no command."""
    if not (match := _LINE.fullmatch(line.strip())):
        return None
    return match[1].lower(), (match[2] or "").strip()
