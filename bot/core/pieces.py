"""Long texts, cut for platforms that bound a message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

JOINER = "\u200d"
CLUSTER = 32
"""Signs that at most stand together as one, such as a family or a flag."""


def length(text: str) -> int:
    """In UTF-16 units, as platforms count."""
    return len(text.encode("utf-16-le")) // 2


def pieces(text: str, limit: int) -> Iterator[str]:
    """Cut a text into pieces of at most `limit` units where it hurts least: at a line's end, else between words.

    So addresses, commands and mentions stay whole; a word longer than a piece is cut between signs that look like two.
    """
    while length(text) > limit and length(text := text.strip()) > limit:
        head = text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")
        cut = _border(text, len(head)) or _between(text, len(head))
        yield text[:cut]
        text = text[cut:].lstrip()
    yield text


def _border(text: str, most: int) -> int:
    """Where the last line ends of which there is at least half a piece, else the last word; 0 for nowhere."""
    line = text.rfind("\n", most // 2, most + 1)
    word = max((gap.start() for gap in re.finditer(r"\s+", text[: most + 1])), default=0)
    return word if line < 0 or not text[:line].strip() else line


def _between(text: str, most: int) -> int:
    """Where two signs meet that do not make up one."""
    for at in range(most, max(most - CLUSTER, 0), -1):
        if not _together(text[at - 1], text[at]):
            return at
    return most


def _together(before: str, after: str) -> bool:
    tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    flag = all("\U0001f1e6" <= sign <= "\U0001f1ff" for sign in (before, after))
    return JOINER in (before, after) or tone or flag or unicodedata.category(after).startswith("M")
