"""Play with the face: mix it, move it along the pack's directions, undo, redo, and back to the type. Pure.

All of it works on the type's face too, before there is a selfie. The picture that a control makes takes the place of
the one that it is under, as with a slider; to open the controls, and to be done, are messages of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.core import captions, flow, menus, presses
from bot.core.blend import HIGH, LOW, UNIT
from bot.core.effects import Direction, Known, Line, Render, Say
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.hearing import visible
from bot.core.named import everywhere, meant
from bot.core.presses import Action
from bot.core.state import State

_PARTS = {"shape": "coarse", "features": "middle", "colours": "fine"}
"""The parts of a face, and the layers that they are."""
_SAID = {
    part: [part, layers, *everywhere(Line(f"part-{part}"))]
    for part, layers in {**_PARTS, "all": "all"}.items()
}


def there(show: Callable[[State, Args, Known], Turn]) -> Callable[[State, Args, Known], Turn]:
    """Only when there is a face to play with; else towards one."""

    def pressed(state: State, args: Args, known: Known) -> Turn:
        if not (state.type and state.gender):
            return flow.choose(state, known, state.type, state.gender)
        return show(state, args, known)

    return pressed


def _mix(state: State, args: Args, known: Known) -> Turn:
    what, value = args[0], int(args[1])
    if state.face is None:
        return flow.blend_last(state, known)
    blend = state.blend
    if what == "weight":
        blend = replace(blend, weight=min(HIGH, max(LOW, value)))
    elif what != "open":
        blend = blend.keeping({what: value == 1})
    return flow.render_face(state.blended(blend), known, panel="mix", instead=what != "open")


def _edit(state: State, args: Args, known: Known) -> Turn:
    if not known.directions:
        return state, (Say((Line("no-directions"),), menus.LOST),)
    direction = _direction(args[0], known)
    name = direction.name if direction else ""
    return flow.render_face(state, known, panel="edit", direction=name, instead=args[0] != "")


def _direction(carried: str, known: Known) -> Direction | None:
    """None where it is of another pack."""
    return next((one for one in known.directions if presses.carried(one.name) == carried), None)


def _move(state: State, args: Args, known: Known) -> Turn:
    direction, amount = _direction(args[0], known), int(args[1])
    if direction is None:
        return _edit(state, ("",), known)
    blend = state.blend.edited(direction.name, min(direction.high, max(direction.low, amount)))
    return flow.render_face(state.blended(blend), known, panel="edit", direction=direction.name, instead=True)


def _unedited(state: State, _: Args, known: Known) -> Turn:
    plain = state.blended(replace(state.blend, edits=()))
    return flow.render_face(plain, known, panel="edit", instead=True)


def _undo(state: State, _: Args, known: Known) -> Turn:
    return flow.render_face(state.undone(), known, instead=True)


def _redo(state: State, _: Args, known: Known) -> Turn:
    return flow.render_face(state.redone(), known, instead=True)


def _undo_typed(state: State, args: Args, known: Known) -> Turn:
    """A typed command says that there is nothing; a button pressed twice keeps its picture."""
    if not state.history:
        return state, (Say((Line("nothing-to-undo"),), menus.filmed(state), code="nothing_to_undo"),)
    return _undo(state, args, known)


def _redo_typed(state: State, args: Args, known: Known) -> Turn:
    if not state.future:
        return state, (Say((Line("nothing-to-redo"),), menus.filmed(state), code="nothing_to_redo"),)
    return _redo(state, args, known)


def _plain(state: State, _: Args, known: Known) -> Turn:
    """Back to the type: its own face, while the person's waits for "use my last selfie"."""
    wanted = replace(flow.portrait(state, known), face=None, blend=state.blend.plain(), panel="type")
    return replace(state, waiting=""), (Render(wanted),)


def _mix_command(state: State, command: Command, known: Known) -> Turn:
    """`/mix shape 40`: the parts that take the type, and how much of it."""
    said = command.said.replace("%", " ").split()
    weights = [int(word) for word in said if word.isdecimal() and len(word) < 4]
    parts = [part for word in said if (part := meant(word, _SAID))]
    if len(weights) > 1 or len(weights) + len(parts) < len(said):
        named = tuple(Line(f"part-{part}") for part in _SAID)
        how = Line("mix-how", {"word": visible(command.said, 20), "parts": named})
        return flow.not_understood(state, how, menus.button("mix", Action.MIX, "open", "0"))
    blend = state.blend
    if parts:
        blend = blend.keeping({part: not {part, "all"} & set(parts) for part in _PARTS})
    if weights:
        blend = replace(blend, weight=min(HIGH, max(LOW, weights[0])))
    if not (state.type and state.gender and (state.face or known.last_face)):
        return flow.advance(state, known)
    state = replace(state, face=state.face or known.last_face)
    return flow.render_face(state.blended(blend), known, panel="mix")


def _edit_command(state: State, command: Command, known: Known) -> Turn:
    """`/edit smile 1.5`; without an amount, the controls of that direction."""
    names = {one.name: [one.name, *everywhere(captions.direction(one.name))] for one in known.directions}
    said = command.said.strip()
    if not names or not said:
        return there(_edit)(state, ("",), known)
    if direction := meant(said, names):
        return there(_edit)(state, (presses.carried(direction),), known)
    *words, last = said.split()
    direction, amount = meant(" ".join(words), names), _tenths(last)
    if direction and amount is not None:
        return there(_move)(state, (presses.carried(direction), str(amount)), known)
    told = [name for name in names if captions.group(name) is None] or names
    offered = tuple(map(captions.direction, told))
    how = Line("edit-how", {"word": visible(command.said, 20), "names": offered})
    return flow.not_understood(state, how, menus.button("edit", Action.EDIT, ""))


def _tenths(word: str) -> int | None:
    try:
        return round(float(word.replace("−", "-").replace(",", ".")) * UNIT) if len(word) < 8 else None
    except (ValueError, OverflowError):
        return None


def _panel(show: Callable[[State, Args, Known], Turn]) -> Callable[[State, Command, Known], Turn]:
    return lambda state, _, known: there(show)(state, (), known)


FEATURE = Feature(
    commands={
        "mix": _mix_command,
        "edit": _edit_command,
        "undo": _panel(_undo_typed),
        "redo": _panel(_redo_typed),
    },
    presses={
        Action.MIX: there(_mix),
        Action.EDIT: there(_edit),
        Action.MOVE: there(_move),
        Action.UNEDITED: there(_unedited),
        Action.UNDO: there(_undo),
        Action.REDO: there(_redo),
        Action.PLAIN: there(_plain),
    },
)
