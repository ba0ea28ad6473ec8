"""Lines as wide as a terminal: broken between words, and between Japanese letters, but inside nothing that is copied.

A wide letter takes two columns. Whoever reads on a terminal may copy a code, a link, a path or a command with what is
written after it, so these stay whole, even where they alone are wider than the terminal.
"""

from __future__ import annotations

import re

from rich.cells import cell_len

GLUE = "\u00a0"
"""A space at which no line ends; it is written as a plain one."""
_COMMAND = re.compile(r"(?<![\w/])/[a-z]+(?: (?:@?[A-Z0-9][\w-]*|@\w+)\b)*")
_OPENS = "([「『（【〔〈《“‘"
_CLOSES = ")]、。，．・：；？！」』）】〕〉》”’…‥ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.!?:;"
_ALONE = "ぁ-ゖァ-ヿ一-鿿㐀-䶿豈-﫿ｦ-ﾟ"
"""Letters that lines may end after; Korean is written with spaces between its words, and broken there."""
_PIECE = re.compile(
    rf"(?P<gap>[^\S{GLUE}]*)(?P<word>[{re.escape(_OPENS)}]*(?:[{_ALONE}]|(?:(?![{_ALONE}])\S|{GLUE}[{_ALONE}]?)+)[{re.escape(_CLOSES)}]*)"
)


def glued(text: str) -> str:
    """The text with no place for a line to end."""
    return text.replace(" ", GLUE)


def wrapped(text: str, width: int) -> str:
    """One line of text as lines of at most `width` columns, but for what is wider and must stay whole."""
    lines, room = [""], width
    for piece in _PIECE.finditer(_COMMAND.sub(lambda command: glued(command[0]), text)):
        gap, word = piece["gap"], piece["word"]
        if cell_len(gap + word) > room and lines[-1]:
            lines.append("")
            gap, room = "", width
        lines[-1] += gap + word
        room -= cell_len(gap + word)
    return "\n".join(lines).replace(GLUE, " ")
