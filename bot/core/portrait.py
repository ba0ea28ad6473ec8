"""A picture of one face: what is to be rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.core.blend import WHOLE, Blend
from bot.core.mbti import Gender

Panel = Literal["", "mix", "edit", "type"]


class Wanted:
    """A picture of one face that can be rendered."""


@dataclass(frozen=True)
class Portrait(Wanted):
    """The face of a type, with the person's latent `face` blended in when there is one.

    `serial` counts pictures of the person's own face; `public`: for everyone in the chat; `panel` names the buttons
    that belong under it, and the direction that they move along.
    """

    type: str
    gender: Gender
    blend: Blend = WHOLE
    face: str | None = None
    serial: int = 0
    public: bool = False
    panel: Panel = ""
    direction: str = ""


@dataclass(frozen=True)
class MatchFace(Wanted):
    """The face of the type that matches `type` best: of `partners`, the first."""

    type: str
    partners: tuple[str, ...]
    gender: Gender
    public: bool = False
