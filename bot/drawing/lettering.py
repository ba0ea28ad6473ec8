"""Words on pictures: what can be written at all, how large, and where lines break.

What people call themselves may hold anything: `legible` makes of it what the fonts can draw, and no box stands for what
they cannot.
"""

from __future__ import annotations

import unicodedata

from inference.fonts.letters import Font, Weight, covers, font

CUT = "…"
_NOT_FIRST = frozenset(
    "、。，．・：；？！ー」』）】〉》〕］｝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〜…,.:;?!)]}%"
)
_NOT_LAST = frozenset("「『（【〈《〔［｛([{")


def legible(text: str, most: int = 200) -> str:
    """What of `text` can be drawn, on one line, of at most `most` characters; it may be nothing.

    Letters in fancy dress become plain ones; what the fonts lack (right-to-left scripts, emoji), what has no shape,
    and marks piled up on a letter are left out.
    """
    found: list[str] = []
    for sign in unicodedata.normalize("NFC", text[: 20 * most]):
        plain = sign if covers("bold", sign) else unicodedata.normalize("NFKC", sign)
        found.extend(_shape(part) for part in plain)
    return " ".join("".join(sign for sign in found if sign).split())[:most].rstrip()


def fit(text: str, weight: Weight, width: float, largest: int, smallest: int) -> tuple[str, Font]:
    """`text` on one line of at most `width` px: in the largest size that goes in, and cut where none does."""
    size = largest
    while (long := font(weight, size, text).getlength(text)) > width and size > smallest:
        size = max(smallest, min(size - 1, int(size * width / long)))
    chosen = font(weight, size, text)
    return cut(text, chosen, width), chosen


def cut(text: str, chosen: Font, width: float) -> str:
    """As much of `text` as goes into `width` px, with an ellipsis where some is left out."""
    if chosen.getlength(text) <= width:
        return text
    kept = len(text)
    while kept and chosen.getlength(text[:kept].rstrip() + CUT) > width:
        kept -= 1
    return text[:kept].rstrip() + CUT


def wrap(text: str, chosen: Font, width: float, lines: int) -> list[str]:
    """`text` on at most `lines` lines of at most `width` px, about equally long; the last is cut where more is left.

    Lines break at spaces, in Japanese between letters too, and within a word only where it is longer than a line.
    """
    broken = _broken(text, chosen, width)
    if len(broken) > lines:
        joint = " " if " " in text else ""
        return [*broken[: lines - 1], cut(joint.join(broken[lines - 1 :]), chosen, width)]
    return _balanced(text, chosen, width, broken)


def _balanced(text: str, chosen: Font, width: float, broken: list[str]) -> list[str]:
    """As many lines, none much shorter than the others; no word is broken for that."""
    best, step = broken, width / 24
    longest = max(map(chosen.getlength, _pieces(text, chosen, width)), default=width)
    while len(broken) == len(best) and width - step > longest:
        best, width = broken, width - step
        broken = _broken(text, chosen, width)
    return best


def _broken(text: str, chosen: Font, width: float) -> list[str]:
    found, line = [], ""
    for piece in _pieces(text, chosen, width):
        if line and chosen.getlength((line + piece).rstrip()) > width:
            found.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*found, line.rstrip()] if line.strip() else found


def _pieces(text: str, chosen: Font, width: float) -> list[str]:
    """What no line breaks: words with the space behind them, Japanese letters, and single letters of endless words."""
    pieces: list[str] = []
    for sign in text:
        if pieces and not _may_break(pieces[-1], sign):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    whole = [[piece] if chosen.getlength(piece.rstrip()) <= width else list(piece) for piece in pieces]
    return [part for parts in whole for part in parts]


def _may_break(before: str, sign: str) -> bool:
    if sign == " " or sign in _NOT_FIRST or before[-1] in _NOT_LAST:
        return False
    return before[-1] == " " or _japanese(sign) or _japanese(before[-1])


def _japanese(sign: str) -> bool:
    return "\u3000" <= sign <= "\u30ff" or "\u3400" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uff60"


def _shape(sign: str) -> str:
    """The character if it can be drawn, a space for any that is blank, else nothing."""
    kind = unicodedata.category(sign)
    if kind.startswith("Z") or sign in "\t\n\r\v\f":
        return " "
    drawn = kind[0] in "LNPS" and covers("bold", sign) and not unicodedata.name(sign, "").endswith(" FILLER")
    return sign if drawn else ""
