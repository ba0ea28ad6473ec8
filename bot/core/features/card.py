"""`/card`: one picture to share, with the type's face, oneself in it and the best match. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core import flow, menus
from bot.core.effects import Ask, Known, Line, Outcome, Portrait, Show
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.making import of
from bot.core.presses import Action
from bot.core.state import State

MAX_LINE = 120


@dataclass(frozen=True)
class DrawCard(Ask):
    """The type's own face; the person in it, if there is one; the match. `line` is what the person wants on it."""

    plain: Portrait
    mine: Portrait | None
    match: Portrait
    line: str = ""
    public: bool = False


@dataclass(frozen=True)
class CardDrawn(Outcome):
    card: DrawCard


def begin(state: State, known: Known, line: str = "") -> Turn:
    if not (state.type and state.gender):
        return flow.choose(state, known, state.type, state.gender)
    mine = of(flow.portrait(state, known))
    plain = replace(mine, face=None, blend=state.blend.plain())
    match = Portrait(known.chart[state.type][0], known.match_gender or state.gender)
    card = DrawCard(plain, mine if mine.face else None, match, line[:MAX_LINE], known.public)
    return replace(state, waiting=""), (card,)


def _command(state: State, command: Command, known: Known) -> Turn:
    return begin(state, known, " ".join(command.options.values()))


def _pressed(state: State, _: Args, known: Known) -> Turn:
    return begin(state, known)


def _drawn(state: State, outcome: CardDrawn, known: Known) -> Turn:
    card = outcome.card
    args = {"type": card.plain.type, "match": card.match.type}
    show = Show(
        f"typeface-{card.plain.type}-card",
        Line("alt-card-mine" if card.mine else "alt-card", args),
        (Line("card"),),
        menus.filmed(state),
        public=card.public,
        made=True,
        publish=known.can_hide and not card.public,
    )
    return state, (show,)


FEATURE = Feature(commands={"card": _command}, presses={Action.CARD: _pressed}, answers={CardDrawn: _drawn})
