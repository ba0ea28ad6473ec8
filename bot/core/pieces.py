"""Long texts, cut for platforms that bound a message."""

from __future__ import annotations

from collections.abc import Iterator


def length(text: str) -> int:
    """In UTF-16 units, as platforms count."""
    return len(text.encode("utf-16-le")) // 2


def pieces(text: str, limit: int) -> Iterator[str]:
    """Cut a text into pieces of at most `limit` units where it hurts least: at a line's end, else between words."""
    while length(text) > limit:
        head = text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")
        cut = max(head.rfind("\n"), 0) or max(head.rfind(" "), 0) or len(head)
        yield text[:cut]
        text = text[cut:].lstrip()
    yield text
