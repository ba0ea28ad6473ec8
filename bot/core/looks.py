"""The looks of a pack, such as older or darker: what they are called, and which one is meant. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import named
from bot.core.effects import Line
from bot.core.hearing import visible

NAMED = ("mean", "lighter", "darker", "younger", "older", "lighter-older", "darker-older")
"""Those that have a name in every language."""
_LONGEST = 30
"""Characters of another name, so that its button can be read on a phone."""


def name(looks: Sequence[str], number: int) -> Line:
    """What the look is called; one that has no name here is called what the pack calls it, or its number."""
    given = looks[number] if number < len(looks) else str(number + 1)
    return (
        Line(f"look-{given}") if given in NAMED else Line("button-plain", {"text": visible(given, _LONGEST)})
    )


def label(looks: Sequence[str], number: int) -> Line:
    """Its number, as on the sheet, and its name."""
    return Line("button-look", {"number": str(number + 1), "look": name(looks, number)})


def meant(looks: Sequence[str], said: str) -> int | None:
    """The look that a number or a name means, in any language; None for none of these looks."""
    if said.isdecimal() and len(said) < 4:
        return int(said) - 1 if 0 < int(said) <= len(looks) else None
    return named.meant(said, {number: _names(given) for number, given in enumerate(looks)})


def _names(given: str) -> list[str]:
    return [given, *(named.everywhere(Line(f"look-{given}")) if given in NAMED else [])]
