"""What `t.me/BOT?start=PAYLOAD` stands for: `mbti_ENFP`, `mbti_ENFP_female`, `show_CODE`, `us_CODE`, `quiz`. Pure.

Telegram hands the payload on as `/start PAYLOAD`; it takes 64 of `A-Z a-z 0-9 _ -`. Anybody can write one.
"""

from __future__ import annotations

import re

from bot.core.mbti import GENDERS, TYPES

_REST = {
    "mbti": re.compile(f"({'|'.join(TYPES)})(_({'|'.join(GENDERS)}))?", re.IGNORECASE),
    "show": re.compile("[0-9A-Za-z]{4,12}"),
    "us": re.compile("[A-Za-z0-9_-]{4,60}"),
    "quiz": re.compile(""),
}
"""What may follow a command's name."""


def payload(kind: str, gender: str = "") -> str:
    """The payload that leads to a type's face."""
    return "_".join(filter(None, ("mbti", kind, gender)))


def linked(given: str) -> tuple[str, str]:
    """The command and its text that a payload stands for; the plain start for what stands for nothing."""
    name, _, rest = given.partition("_")
    if name not in _REST or not _REST[name].fullmatch(rest):
        return "start", ""
    return name, rest.replace("_", " ") if name == "mbti" else rest
