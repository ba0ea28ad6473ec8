"""What is kept about a person: told, handed over, and forgotten after being asked twice. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import menus
from bot.core.effects import Ask, Choice, Forget, Known, Line, Outcome, ReadHeld, Say, Show, retry
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.presses import Action
from bot.core.state import State


@dataclass(frozen=True)
class HandOver(Ask):
    """Put all that is kept about the person into one file."""

    @property
    def again(self) -> Choice:
        return retry(Action.MY_DATA)


@dataclass(frozen=True)
class HandedOver(Outcome):
    """The file is made: so many pictures are in it, and so many faces as numbers."""

    pictures: int
    faces: int


def _ask_forget(state: State, _: Command | Args, __: Known) -> Turn:
    sure = menus.button("forget-sure", Action.FORGET_SURE, style="danger")
    menu = ((sure,), (menus.button("my-data", Action.MY_DATA), menus.button("keep", Action.HELP)))
    return state, (Say((Line("ask-forget"),), menu, code="ask_forget"),)


def _forget(_: State, __: Args, ___: Known) -> Turn:
    return State(), (Forget(),)


def _held(state: State, _: Command, __: Known) -> Turn:
    return state, (ReadHeld(),)


def _hand_over(state: State, _: Args, known: Known) -> Turn:
    """It holds what was made in private chats, too: where others would read it, it is not sent."""
    if known.shared and not known.can_hide:
        return state, (Say((Line("my-data-private"),), menus.PRIVACY, code="my_data_private"),)
    return state, (HandOver(),)


def _handed_over(state: State, outcome: HandedOver, _: Known) -> Turn:
    args = {"pictures": outcome.pictures, "faces": outcome.faces}
    show = Show("typeface-my-data", Line("alt-my-data"), (Line("my-data", args),), menus.PRIVACY, whole=True)
    return state, (show,)


FEATURE = Feature(
    commands={"privacy": _held, "mydata": _held, "forget": _ask_forget},
    presses={
        Action.FORGET: _ask_forget,
        Action.FORGET_SURE: _forget,
        Action.MY_DATA: _hand_over,
    },
    answers={HandedOver: _handed_over},
)
