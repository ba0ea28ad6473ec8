"""The community's map of types: how many of each there are, of those who want to be counted. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import menus
from bot.core.effects import Ask, Choice, Known, Line, Outcome, Show
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.presses import Action
from bot.core.state import State


@dataclass(frozen=True)
class ReadTypes(Ask):
    """Look up and draw the map."""


@dataclass(frozen=True)
class Count(Ask):
    """Count this person as `type`; None: no longer. Then the map."""

    type: str | None


@dataclass(frozen=True)
class TypesRead(Outcome):
    """The map is drawn: how many of each type; `mine` is as what this person is counted."""

    counts: tuple[tuple[str, int], ...]
    mine: str | None


def _read(state: State, _: Command | Args, __: Known) -> Turn:
    return state, (ReadTypes(),)


def _count(state: State, args: Args, _: Known) -> Turn:
    return state, (Count(state.type if args == ("1",) else None),)


def _shown(state: State, read: TypesRead, _: Known) -> Turn:
    total = sum(number for _, number in read.counts)
    told = ", ".join(f"{kind} {number}" for kind, number in read.counts)
    lines = [Line("types-map", {"count": total})]
    lines.append(Line("types-mine", {"type": read.mine}) if read.mine else Line("types-not-mine"))
    join: tuple[Choice, ...] = ()
    if read.mine:
        join = (menus.button("types-leave", Action.COUNT, "0"),)
    elif state.type:
        join = (menus.button("types-join", Action.COUNT, "1", style="success"),)
    menu = ((*join, menus.button("begin", Action.BEGIN)),)
    return state, (Show("typeface-types", Line("alt-types", {"types": told or "0"}), tuple(lines), menu),)


FEATURE = Feature(commands={"types": _read}, presses={Action.COUNT: _count}, answers={TypesRead: _shown})
