"""Many faces at once: all sixteen types, a type's looks, nine people of a type to choose from. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core import captions, flow, looks, menus
from bot.core.blend import Blend
from bot.core.effects import Arg, Ask, Choice, Choices, Known, Line, Outcome, Say, Show, recall, retry
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.features.play import there
from bot.core.flow import Turn
from bot.core.hearing import parse, visible
from bot.core.making import Made
from bot.core.mbti import TYPES, Gender
from bot.core.portrait import Portrait
from bot.core.presses import Action
from bot.core.state import State

NINE = 9
SEEDS = 2**31
"""Seeds are below this, so that nine in a row always exist."""


@dataclass(frozen=True)
class DrawSheet(Ask):
    """Draw a sheet: all types, a type's looks, or nine people; `code` when it is made again."""

    made: Made
    public: bool = False
    code: str = ""

    @property
    def again(self) -> Choice:
        if self.code:
            return recall(self.code, self.public)
        match self.made.kind:
            case "all":
                return retry(Action.ALL)
            case "looks":
                return retry(Action.LOOKS)
        return retry(Action.SURPRISE, str(self.made.faces[0].blend.seed))


@dataclass(frozen=True)
class SheetDrawn(Outcome):
    sheet: DrawSheet


def _all(state: State, known: Known, gender: Gender | None) -> Turn:
    """All sixteen types, each with its average face."""
    faces = tuple(Portrait(kind, gender or state.gender or "either") for kind in TYPES)
    return state, (DrawSheet(Made("all", faces), known.public),)


def _looks(state: State, _: Args, known: Known) -> Turn:
    """The type worn by each look of the pack."""
    assert state.type and state.gender
    blends = (
        replace(state.blend, look=n, seed=None) for n in range(min(len(known.looks), menus.MAX_NUMBERS))
    )
    faces = tuple(Portrait(state.type, state.gender, blend) for blend in blends)
    return state, (DrawSheet(Made("looks", faces), known.public),)


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
    return state, (DrawSheet(Made("surprise", faces), known.public),)


def _seed(state: State, args: Args, known: Known) -> Turn:
    seed = min(int(args[0]), SEEDS - 1)
    return flow.render_face(state.blended(replace(state.blend, seed=seed)), known)


def _surprise_command(state: State, command: Command, known: Known) -> Turn:
    """`/surprise`, or `/surprise 123`: the seed brings that very face back."""
    said = command.said
    if not said:
        return there(_surprise)(state, (str(known.dice),), known)
    if said.isascii() and said.isdecimal() and len(said) <= 10:
        return there(_seed)(state, (said,), known)
    dice = menus.button("surprise", Action.SURPRISE, str(known.dice))
    return flow.not_understood(state, Line("surprise-how", {"word": visible(said, 20)}), dice)


def _looks_command(state: State, command: Command, known: Known) -> Turn:
    """`/looks`, or one of them by its number or name."""
    said = command.said
    if not said or len(known.looks) < 2:
        return there(_no_looks)(state, (), known)
    number = looks.meant(known.looks, said)
    if number is not None:
        return there(_look)(state, (str(number),), known)
    menu = menus.wear(known, state.blend.look)
    names = tuple(choice.label for row in menu for choice in row)
    line = Line("looks-how", {"word": visible(said, 20), "looks": names})
    return state, (Say((line,), menu, code="not_understood"),)


def _all_command(state: State, command: Command, known: Known) -> Turn:
    return _all(state, known, parse(*command.options.values()).gender)


def _menu(sheet: Made, known: Known, worn: int) -> Choices:
    match sheet.kind:
        case "all":
            return menus.TYPE_ROWS
        case "looks":
            return menus.wear(known, worn)
    seeds = [str(face.blend.seed) for face in sheet.faces]
    again = menus.button("more-faces", Action.SURPRISE, str(min(int(seeds[-1]) + 1, SEEDS - NINE)))
    return (*menus.numbers(Action.SEED, seeds), (again,))


def _drawn(state: State, outcome: SheetDrawn, known: Known) -> Turn:
    sheet, public = outcome.sheet.made, outcome.sheet.public
    first = sheet.faces[0]
    worn = state.blend.look
    look = looks.name(known.looks, worn)
    args: dict[str, Arg] = {"type": first.type, "seed": str(first.blend.seed or 0), "look": look}
    show = Show(
        f"typeface-{sheet.kind}",
        captions.picture(sheet),
        (Line(f"sheet-{sheet.kind}", args),),
        _menu(sheet, known, worn),
        public=public,
        made=True,
        publish=known.can_hide and not public,
    )
    return state, (show,)


def _no_looks(state: State, args: Args, known: Known) -> Turn:
    if len(known.looks) < 2:
        return state, (Say((Line("no-looks"),), menus.LOST),)
    return _looks(state, args, known)


FEATURE = Feature(
    commands={
        "all": _all_command,
        "looks": _looks_command,
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
