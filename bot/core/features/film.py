"""`/morph`: the type's face becomes one's own, and that the match's, in a looping film. Pure."""

from __future__ import annotations

from bot.core import filming
from bot.core.feature import Feature
from bot.core.presses import Action

FEATURE = Feature(
    commands={"morph": lambda state, _, known: filming.begin(state, known)},
    presses={Action.FILM: lambda state, _, known: filming.begin(state, known)},
    answers={filming.Filmed: filming.done},
)
