"""Many faces at once: all sixteen types, a type's looks, nine people of a type to choose from. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.core import flow, menus
from bot.core.blend import Blend
from bot.core.effects import Ask, Choices, Known, Line, Outcome, Portrait, Say, Show
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.features.play import there
from bot.core.flow import Turn
from bot.core.hearing import parse
from bot.core.mbti import TYPES, Gender
from bot.core.presses import Action
from bot.core.state import State

NINE = 9
SheetName = Literal["all", "looks", "surprise"]
SEEDS = 2**31
"""Seeds are below this, so that nine in a row always exist."""


@dataclass(frozen=True)
class DrawSheet(Ask):
    """Draw `faces` in rows of `columns`, each over its caption; `name` says which sheet it is."""

    name: SheetName
    faces: tuple[Portrait, ...]
    captions: tuple[Line, ...]
    columns: int
    public: bool = False


@dataclass(frozen=True)
class SheetDrawn(Outcome):
    sheet: DrawSheet


def _numbered(faces: tuple[Portrait, ...]) -> tuple[Line, ...]:
    return tuple(Line("button-plain", {"text": str(n + 1)}) for n in range(len(faces)))


def _all(state: State, known: Known, gender: Gender | None) -> Turn:
    """All sixteen types, each with its average face."""
    faces = tuple(Portrait(kind, gender or state.gender or "either") for kind in TYPES)
    captions = tuple(Line("button-plain", {"text": kind}) for kind in TYPES)
    return state, (DrawSheet("all", faces, captions, 4, known.public),)


def _looks(state: State, _: Args, known: Known) -> Turn:
    """The type worn by each look of the pack."""
    assert state.type and state.gender
    blends = (
        replace(state.blend, look=n, seed=None) for n in range(min(len(known.looks), menus.MAX_NUMBERS))
    )
    faces = tuple(Portrait(state.type, state.gender, blend) for blend in blends)
    return state, (DrawSheet("looks", faces, _numbered(faces), min(4, len(faces)), known.public),)


def _look(state: State, args: Args, known: Known) -> Turn:
    look = int(args[0])
    if look >= len(known.looks):  # of another pack
        return _looks(state, (), known)
    return flow.render_face(state.blended(replace(state.blend, look=look, seed=None)), known)


def _surprise(state: State, args: Args, known: Known) -> Turn:
    """Nine people of the type, drawn by nine seeds in a row."""
    assert state.type and state.gender
    first = min(int(args[0]), SEEDS - NINE)
    blends = (Blend(look=state.blend.look, seed=first + n) for n in range(NINE))
    faces = tuple(Portrait(state.type, state.gender, blend) for blend in blends)
    return state, (DrawSheet("surprise", faces, _numbered(faces), 3, known.public),)


def _seed(state: State, args: Args, known: Known) -> Turn:
    seed = min(int(args[0]), SEEDS - 1)
    return flow.render_face(state.blended(replace(state.blend, seed=seed)), known)


def _surprise_command(state: State, command: Command, known: Known) -> Turn:
    """`/surprise`, or `/surprise 123`: the seed brings that very face back."""
    said = " ".join(command.options.values()).split()
    seed = next((word for word in said if word.isascii() and word.isdecimal() and len(word) <= 10), None)
    if seed is not None:
        return there(_seed)(state, (seed,), known)
    return there(_surprise)(state, (str(known.dice),), known)


def _all_command(state: State, command: Command, known: Known) -> Turn:
    return _all(state, known, parse(*command.options.values()).gender)


def _menu(sheet: DrawSheet) -> Choices:
    match sheet.name:
        case "all":
            return menus.TYPE_ROWS
        case "looks":
            return menus.numbers(Action.LOOK, [str(n) for n in range(len(sheet.faces))])
    seeds = [str(face.blend.seed) for face in sheet.faces]
    again = menus.button("more-faces", Action.SURPRISE, str(min(int(seeds[-1]) + 1, SEEDS - NINE)))
    return (*menus.numbers(Action.SEED, seeds), (again,))


def _drawn(state: State, outcome: SheetDrawn, known: Known) -> Turn:
    sheet = outcome.sheet
    first = sheet.faces[0]
    args = {"type": first.type, "seed": str(first.blend.seed or 0)}
    show = Show(
        f"typeface-{sheet.name}",
        Line(f"alt-sheet-{sheet.name}", args),
        (Line(f"sheet-{sheet.name}", args),),
        _menu(sheet),
        public=sheet.public,
        made=True,
        publish=known.can_hide and not sheet.public,
    )
    return state, (show,)


def again(name: SheetName, faces: tuple[Portrait, ...], known: Known) -> DrawSheet:
    """A sheet that was drawn before."""
    if name == "all":
        return DrawSheet(
            name, faces, tuple(Line("button-plain", {"text": f.type}) for f in faces), 4, known.public
        )
    return DrawSheet(name, faces, _numbered(faces), 3 if name == "surprise" else 4, known.public)


def _no_looks(state: State, args: Args, known: Known) -> Turn:
    if len(known.looks) < 2:
        return state, (Say((Line("no-looks"),), menus.LOST),)
    return _looks(state, args, known)


FEATURE = Feature(
    commands={
        "all": _all_command,
        "looks": lambda state, _, known: there(_no_looks)(state, (), known),
        "surprise": _surprise_command,
    },
    presses={
        Action.ALL: lambda state, _, known: _all(state, known, None),
        Action.LOOKS: there(_no_looks),
        Action.LOOK: there(_look),
        Action.SURPRISE: there(_surprise),
        Action.SEED: there(_seed),
    },
    answers={SheetDrawn: _drawn},
)
