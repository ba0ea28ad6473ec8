"""The one table of commands: every platform registers, parses and describes its commands from here.

Texts are keyed by name in `texts/`: `command-mbti` describes a command, `option-mbti-type` an option, `choice-female` a
choice. Names of commands stay English in every language.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

from bot.core.events import Platform
from bot.core.mbti import GENDERS, TYPES
from bot.core.replies import Suggested
from bot.core.wording import AUTO, LOCALES

ALL_PLATFORMS: frozenset[Platform] = frozenset(get_args(Platform))


@dataclass(frozen=True)
class Option:
    """One option. With `choices` only those values are offered; others may be typed where a platform allows.

    `suggest` names what is offered while it is typed, in place of `choices` where the platform can do that. A
    `person` and a `role` arrive as the platform's id.
    """

    name: str
    kind: Literal["text", "photo", "person", "role"] = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    suggest: Suggested | None = None


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
        "mbti",
        (
            Option("type", choices=TYPES, suggest="types"),
            Option("gender", choices=GENDERS),
            Option("photo", "photo"),
        ),
    ),
    CommandSpec("quiz"),
    CommandSpec("me", (Option("photo", "photo"),)),
    CommandSpec("match", (Option("gender", choices=GENDERS),)),
    CommandSpec("mix", (Option("layers", choices=("all", "coarse", "middle", "fine")), Option("weight"))),
    CommandSpec("edit", (Option("direction", suggest="directions"), Option("amount"))),
    CommandSpec("undo"),
    CommandSpec("redo"),
    CommandSpec("surprise", (Option("seed"),)),
    CommandSpec("looks", (Option("look", suggest="looks"),)),
    CommandSpec("all", (Option("gender", choices=GENDERS),)),
    CommandSpec("us", (Option("friend", "person"), Option("code"))),
    CommandSpec("morph", (Option("format", choices=("mp4", "webp")),)),
    CommandSpec("card", (Option("line"),)),
    CommandSpec("show", (Option("code", suggest="codes"),)),
    CommandSpec("gallery"),
    CommandSpec("back", platforms=frozenset({"web", "terminal"})),
    CommandSpec("share", (Option("code", suggest="codes"),), platforms=frozenset({"web"})),
    CommandSpec("public"),
    CommandSpec("private"),
    CommandSpec("language", (Option("language", choices=(*LOCALES, AUTO)),)),
    CommandSpec("privacy"),
    CommandSpec("mydata"),
    CommandSpec("forget"),
    CommandSpec("types", community=True),
    CommandSpec("health", may="owner"),
    CommandSpec(
        "admin",
        (
            Option("what", choices=("settings", "log", "stats", "block", "reset")),
            Option("person", "person"),
            Option("role", "role"),
        ),
        may="admin",
        community=True,
    ),
)

_NAME = re.compile("/([A-Za-z][A-Za-z0-9_-]{0,31})")


def split(line: str) -> tuple[str, str] | None:
    """Read a typed command: `/mbti ENFP female` is ("mbti", "ENFP female"); None when it is no command.

    The name may be in full width, as Japanese keyboards write it: `／ｍｂｔｉ`.
    """
    name, *rest = line.split(maxsplit=1) or [""]
    if not (match := _NAME.fullmatch(unicodedata.normalize("NFKC", name[:64]))):
        return None
    return match[1].lower(), "".join(rest).strip()
