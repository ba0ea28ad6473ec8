"""The controls under a face that is played with: how it is mixed, and along what it is moved. Pure data."""

from __future__ import annotations

from bot.core import captions
from bot.core.blend import HIGH, LOW, STEP, UNIT
from bot.core.effects import Choice, Choices, Direction, Known, Line, Range, Selection
from bot.core.portrait import Portrait
from bot.core.presses import Action, carried
from bot.core.state import State

SMALL, LARGE = UNIT // 2, UNIT * 3 // 2
"""Tenths that one press moves a face."""
MAX_SELECT = 25


def button(key: str, action: Action, *args: str) -> Choice:
    return Choice(Line(f"button-{key}"), action, args)


def chosen(known: Known, wanted: Portrait) -> Direction | None:
    """The direction that the buttons move along: the one that was asked for, else the pack's first."""
    there = {direction.name: direction for direction in known.directions[:MAX_SELECT]}
    return there.get(wanted.direction) or next(iter(there.values()), None)


def history(state: State) -> tuple[Choice, ...]:
    undo = (button("undo", Action.UNDO),) if state.history else ()
    return (*undo, button("redo", Action.REDO)) if state.future else undo


def _bounded(value: int) -> str:
    return str(min(HIGH, max(LOW, value)))


def mix(state: State, wanted: Portrait) -> Choices:
    """How much of the type there is, and which parts of the face take it."""
    blend = wanted.blend
    weight = tuple(
        Choice(Line("button-plain", {"text": sign}), Action.MIX, ("weight", _bounded(blend.weight + by)))
        for sign, by in (("− −", -STEP), ("−", -5), ("+", 5), ("+ +", STEP))
        if _bounded(blend.weight + by) != str(blend.weight)
    )
    kept = {"shape": blend.keep_shape, "features": blend.keep_features, "colours": blend.keep_colours}
    toggles = tuple(
        button(f"free-{part}" if is_kept else f"keep-{part}", Action.MIX, part, str(int(not is_kept)))
        for part, is_kept in kept.items()
    )
    return (weight, toggles, (*history(state), button("done", Action.AGAIN)))


def edit(state: State, known: Known, wanted: Portrait) -> Choices:
    """Move the face along the chosen direction."""
    direction = chosen(known, wanted)
    last = (*history(state), button("done", Action.AGAIN))
    if direction is None:
        return (last,)
    amount = wanted.blend.amount(direction.name)
    moves = tuple(
        Choice(Line("button-plain", {"text": sign}), Action.MOVE, (carried(direction.name), str(to)))
        for sign, by in (("− −", -LARGE), ("−", -SMALL), ("+", SMALL), ("+ +", LARGE))
        if (to := min(direction.high, max(direction.low, amount + by))) != amount
    )
    clear = (button("unedited", Action.UNEDITED),) if wanted.blend.edits else ()
    return (moves, (*clear, *last))


def select(known: Known, wanted: Portrait) -> Selection | None:
    """The directions that there are."""
    direction = chosen(known, wanted)
    if wanted.panel != "edit" or direction is None:
        return None
    options = tuple(
        Choice(
            captions.direction(one.name),
            Action.EDIT,
            (carried(one.name),),
            "primary" if one == direction else "secondary",
        )
        for one in known.directions[:MAX_SELECT]
    )
    return Selection(Line("select-direction"), options)


def ranges(known: Known, wanted: Portrait) -> tuple[Range, ...]:
    """The same as sliders, for a page."""
    blend = wanted.blend
    if wanted.panel == "mix":
        return (
            Range(
                Line("slider-weight", {"type": wanted.type}), Action.MIX, ("weight",), LOW, HIGH, blend.weight
            ),
        )
    if wanted.panel != "edit":
        return ()
    return tuple(
        Range(
            captions.direction(one.name),
            Action.MOVE,
            (carried(one.name),),
            one.low,
            one.high,
            blend.amount(one.name),
            "tenths",
            captions.group(one.name),
        )
        for one in known.directions[:MAX_SELECT]
    )
