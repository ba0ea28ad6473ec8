"""`/card`: one picture to share, with the type's face, oneself in it and the best match. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core import captions, flow, menus
from bot.core.effects import Ask, Choice, Known, Line, Outcome, Show, recall, retry
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.making import Made, of
from bot.core.portrait import Portrait
from bot.core.presses import Action
from bot.core.state import State

MAX_LINE = 120


@dataclass(frozen=True)
class DrawCard(Ask):
    """The type's own face; the person in it, if there is one; the match; and what the person wants to say on it.

    `code` when it is made again.
    """

    made: Made
    public: bool = False
    code: str = ""

    @property
    def again(self) -> Choice | None:
        """What was written on it is on no button, but behind its code."""
        if self.code:
            return recall(self.code, self.public)
        return None if self.made.line else retry(Action.CARD)


@dataclass(frozen=True)
class CardDrawn(Outcome):
    card: DrawCard


def begin(state: State, known: Known, line: str = "") -> Turn:
    if not (state.type and state.gender):
        return flow.choose(state, known, state.type, state.gender)
    mine = of(flow.portrait(state, known))
    plain = replace(mine, face=None, blend=state.blend.plain())
    match = Portrait(known.chart[state.type][0], known.match_gender or state.gender)
    faces = (plain, mine, match) if mine.face else (plain, match)
    return replace(state, waiting=""), (DrawCard(Made("card", faces, line[:MAX_LINE]), known.public),)


def _command(state: State, command: Command, known: Known) -> Turn:
    return begin(state, known, " ".join(command.options.values()))


def _pressed(state: State, _: Args, known: Known) -> Turn:
    return begin(state, known)


def _drawn(state: State, outcome: CardDrawn, known: Known) -> Turn:
    card = outcome.card
    show = Show(
        f"typeface-{card.made.faces[0].type}-card",
        captions.picture(card.made),
        (Line("card"),),
        menus.carded(state),
        public=card.public,
        made=True,
        publish=known.can_hide and not card.public,
    )
    return state, (show,)


FEATURE = Feature(commands={"card": _command}, presses={Action.CARD: _pressed}, answers={CardDrawn: _drawn})
