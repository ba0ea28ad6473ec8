"""What a language asks of the words that are put into a text: functions for the Fluent files.

`{ JOSA($type, "은/는") }` is the word with the Korean particle that its last sound wants,
`{ DURATION($seconds) }` is "2 minutes", "2분" or "2 分", and `{ WHEN($until) }` a day and a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_decimal

Final = Literal["vowel", "rieul", "consonant", "unknown"]
"""How a word ends when a Korean reads it aloud; rieul (ㄹ) takes 로 where other consonants take 으로."""
_SOUNDING = re.compile(r"[^\W_]|%")
_READ: Mapping[str, Final] = {
    **dict.fromkeys("036MN", "consonant"),  # 영, 삼, 육, 엠, 엔; 십, 백, 천, 만 and 억 end like 영
    **dict.fromkeys("178LR", "rieul"),  # 일, 칠, 팔, 엘, 알
}
"""Digits and letters that are read one by one; all others end in a vowel."""
_ENDINGS: tuple[tuple[str, Final], ...] = (
    ("ng|[mn]", "consonant"),
    ("l|le", "rieul"),
    ("[bcekpqt]", "unknown"),
    ("[a-z]", "vowel"),
)
"""How an English word ends, the first that fits: Bob and Mark, Jane and Mike differ by more than spelling."""


def final(word: str) -> Final:
    """How `word` ends in a Korean's mouth: Hangul, numbers, names of letters, English words, kana."""
    sounding = _SOUNDING.findall(word)
    last: str = sounding[-1] if sounding else ""
    if "가" <= last <= "힣":
        return {0: "vowel", 8: "rieul"}.get((ord(last) - ord("가")) % 28, "consonant")  # type: ignore[return-value]
    if last in "0123456789" and last:
        return _READ.get(last, "vowel")
    if "ぁ" <= last <= "ヿ":
        return "consonant" if last in "んン" else "vowel"
    if tail := re.search(r"[A-Za-z]+(?=[^A-Za-z]*$)", word):
        return _latin(tail[0])
    return "vowel" if last == "%" else "unknown"


def _latin(tail: str) -> Final:
    if tail.isupper():
        return _READ.get(tail[-1], "vowel")
    return next(kind for pattern, kind in _ENDINGS if re.search(f"(?:{pattern})$", tail.lower()))


def josa(word: str, pair: str) -> str:
    """`word` with its particle of `pair`, which names the one after a consonant first: `은/는`, `으로/로`.

    A word whose sound is not known gets both, as Koreans write it then: `은(는)`, `(으)로`.
    """
    after_consonant, after_vowel = pair.split("/")
    kind = final(word)
    if kind == "unknown":
        return word + ("(으)로" if pair == "으로/로" else f"{after_consonant}({after_vowel})")
    closed = kind == "consonant" or (kind == "rieul" and pair != "으로/로")
    return word + (after_consonant if closed else after_vowel)


def duration(seconds: float, locale: str) -> str:
    """In the largest unit that tells it well: 45 seconds, 2 minutes, 3 hours."""
    return format_timedelta(timedelta(seconds=float(seconds)), locale=locale)


def when(moment: datetime, locale: str) -> str:
    """A day and a time of 24 hours, as the language writes them: Nov 26, 2026 23:05; 2026년 11월 26일 23:05."""
    day, time = (format_skeleton(skeleton, moment, locale=locale) for skeleton in ("yMMMd", "Hm"))
    return f"{day} {time}"


def functions(locale: str) -> dict[str, Callable[..., Any]]:
    """What the Fluent files of `locale` may call."""

    def shown(value: object) -> str:
        return format_decimal(value, locale=locale) if isinstance(value, int | float) else str(value)

    return {
        "JOSA": lambda word, pair: josa(shown(word), str(pair)),
        "DURATION": lambda seconds: duration(seconds, locale),
        "WHEN": lambda moment: when(moment, locale),
    }
