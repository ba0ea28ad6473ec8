"""A film in which the type's face becomes one's own, and that the match's: what comes next. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.core import captions, flow, menus
from bot.core.effects import Choice, Ended, Job, Known, Line, Show, recall, retry
from bot.core.flow import Turn
from bot.core.making import Made, of
from bot.core.portrait import Portrait
from bot.core.presses import Action
from bot.core.state import State

Form = Literal["mp4", "webp"]


@dataclass(frozen=True)
class Film(Job):
    """Turn the faces into one another, and the last into the first: as a film, or as an animated picture.

    `code` when it is made again.
    """

    made: Made
    public: bool = False
    form: Form = "mp4"
    code: str = ""

    @property
    def again(self) -> Choice:
        return recall(self.code, self.public) if self.code else retry(Action.FILM_AS, self.form)


@dataclass(frozen=True)
class Filmed(Ended):
    film: Film


def begin(state: State, known: Known, form: Form = "mp4") -> Turn:
    """Type, oneself, match: as many of them as there are."""
    if known.running:
        return state, (flow.busy(state),)
    if not (state.type and state.gender):
        return flow.choose(state, known, state.type, state.gender)
    plain = replace(of(flow.portrait(state, known)), face=None, blend=state.blend.plain())
    me = (of(flow.portrait(state, known)),) if state.face else ()
    match = Portrait(known.chart[state.type][0], known.match_gender or state.gender)
    return shoot(state, known, Made("film", (plain, *me, match)), form)


def shoot(state: State, known: Known, made: Made, form: Form = "mp4", code: str = "") -> Turn:
    """Begin the film."""
    if known.running:
        return state, (flow.busy(state),)
    job = state.jobs + 1
    state = replace(state, waiting="", job=job, jobs=job, doing="film")
    return state, (Film(job, made, known.public, form, code),)


def done(state: State, outcome: Filmed, known: Known) -> Turn:
    """Show the film, unless it was cancelled meanwhile."""
    if state.job != outcome.job:
        return flow.stopped(state)
    state = replace(state, job=None, doing="photo")
    made = outcome.film.made
    args = {"first": made.faces[0].type, "last": made.faces[-1].type}
    key = "film" if made.open else "film-mine"
    show = Show(
        "typeface-film",
        captions.picture(made),
        (Line(key, args),),
        menus.filmed(state, "mp4" if outcome.film.form == "webp" else "webp"),
        public=outcome.film.public,
        made=True,
        publish=known.can_hide and not outcome.film.public,
    )
    return state, (show,)
