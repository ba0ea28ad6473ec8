"""`/morph`: the type's face becomes one's own, and that the match's, in a loop. Pure."""

from __future__ import annotations

from typing import cast

from bot.core import filming
from bot.core.effects import Known
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.filming import Form
from bot.core.flow import Turn
from bot.core.presses import Action
from bot.core.state import State


def _command(state: State, command: Command, known: Known) -> Turn:
    webp = "webp" in " ".join(command.options.values()).lower()
    return filming.begin(state, known, "webp" if webp else "mp4")


def _pressed(state: State, args: Args, known: Known) -> Turn:
    return filming.begin(state, known, cast(Form, args[0]))


FEATURE = Feature(
    commands={"morph": _command},
    presses={
        Action.FILM: lambda state, _, known: filming.begin(state, known),
        Action.FILM_AS: _pressed,
    },
    answers={filming.Filmed: filming.done},
)
