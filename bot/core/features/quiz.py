"""The quiz: twenty statements answered by buttons, with breaks and second thoughts, and the type that they sound like.

`State.answers` has a digit for each statement that was answered; any of them can be changed until the last is there.
Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.core import flow, menus
from bot.core.balances import STATEMENTS, STEPS, balances, types
from bot.core.effects import Arg, Ask, Choice, Choices, Known, Line, Outcome, Say, Show
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.presses import Action
from bot.core.state import State

TOTAL = len(STATEMENTS)
RESULT = "typeface-quiz"


@dataclass(frozen=True)
class DrawBalances(Ask):
    """Draw what `answers`, one digit a statement, add up to."""

    answers: str


@dataclass(frozen=True)
class BalancesDrawn(Outcome):
    answers: str


def _begin(state: State, known: Known) -> Turn:
    number = known.dice if known.dice != state.quiz else known.dice + 1
    state = replace(state, quiz=number, answers="", waiting="")
    return _ask(state, 0, Line("quiz-begin"))


def _ask(state: State, at: int, *before: Line) -> Turn:
    """The statement `at`, with the answer that it has already, if it has one."""
    args: dict[str, Arg] = {"number": at + 1, "total": TOTAL, "statement": Line(f"quiz-{at + 1}")}
    given = state.answers[at : at + 1]
    line = Line("quiz-ask-again", {**args, "answer": int(given) + 1}) if given else Line("quiz-ask", args)
    state = replace(state, waiting="" if given else "quiz")
    return state, (Say((*before, line), _menu(state, at, given), code="ask_quiz"),)


def _menu(state: State, at: int, given: str) -> Choices:
    quiz = str(state.quiz)
    steps = tuple(
        Choice(
            Line("button-plain", {"text": str(step + 1)}),
            Action.ANSWER,
            (quiz, str(at), str(step)),
            "primary" if str(step) == given else "secondary",
        )
        for step in range(STEPS)
    )
    back = (menus.button("quiz-back", Action.QUIZ_BACK, quiz, str(at - 1)),) if at else ()
    on = (menus.button("quiz-go-on", Action.QUIZ_ON),) if given else ()
    return (steps, (*back, *on, menus.button("quiz-pause", Action.QUIZ_PAUSE)))


def _go_on(state: State, known: Known) -> Turn:
    """Where the person stands: at the beginning, in the middle, or after the end."""
    if state.quiz is None:
        return _begin(state, known)
    if len(state.answers) == TOTAL:
        return _over(state)
    return _ask(state, len(state.answers), *((Line("quiz-resumed"),) if state.answers else ()))


def _over(state: State) -> Turn:
    menu = (
        (menus.button("quiz-result", Action.QUIZ_RESULT, style="primary"),),
        (menus.button("quiz-anew", Action.QUIZ_ANEW, str(state.quiz)), menus.button("begin", Action.BEGIN)),
    )
    return state, (Say((Line("quiz-over"),), menu, code="quiz_over"),)


def _old(state: State, quiz: str) -> Turn | None:
    """What to say to a button of a quiz that is not the one under way, or is finished."""
    if quiz != str(state.quiz):
        menu = ((menus.button("quiz", Action.QUIZ, style="primary"), menus.button("begin", Action.BEGIN)),)
        return state, (Say((Line("quiz-old"),), menu, code="expired"),)
    return _over(state) if len(state.answers) == TOTAL else None


def _answer(state: State, args: Args, _: Known) -> Turn:
    """An answer, or another one to a statement that has one; then on to the first that has none."""
    if old := _old(state, args[0]):
        return old
    at, answers = min(int(args[1]), len(state.answers)), state.answers
    changed = answers[at : at + 1] not in ("", args[2])
    state = replace(state, answers=answers[:at] + args[2] + answers[at + 1 :])
    if len(state.answers) == TOTAL:
        return replace(state, waiting=""), (DrawBalances(state.answers),)
    return _ask(state, len(state.answers), *((Line("quiz-changed"),) if changed else ()))


def _typed(state: State, text: str, known: Known) -> Turn | None:
    """A number, for the statement that is open; other words mean what they mean elsewhere."""
    said = unicodedata.normalize("NFKC", text.strip())
    if said not in {str(step + 1) for step in range(STEPS)}:
        return None
    return _answer(state, (str(state.quiz), str(len(state.answers)), str(int(said) - 1)), known)


def _back(state: State, args: Args, _: Known) -> Turn:
    return _old(state, args[0]) or _ask(state, min(int(args[1]), len(state.answers)))


def _pause(state: State, _: Args, known: Known) -> Turn:
    if state.quiz is None or len(state.answers) == TOTAL:
        return _go_on(state, known)
    menu = (
        (menus.button("quiz-go-on", Action.QUIZ_ON, style="primary"), menus.button("begin", Action.BEGIN)),
    )
    state = replace(state, waiting="")
    return state, (Say((Line("quiz-paused", {"number": len(state.answers) + 1}),), menu),)


def _anew(state: State, args: Args, known: Known) -> Turn:
    """Begin again; pressed twice, it does not throw the new answers away."""
    return _begin(state, known) if args[0] == str(state.quiz) else _go_on(state, known)


def _result(state: State, _: Args, known: Known) -> Turn:
    if len(state.answers) == TOTAL:
        return state, (DrawBalances(state.answers),)
    return _go_on(state, known)


def _drawn(state: State, outcome: BalancesDrawn, known: Known) -> Turn:
    """The chart, and on to the faces: of the one type that fits, or of those that fit equally well."""
    found = balances(outcome.answers)
    shares = {letter: share for one in found for letter, share in zip(one.pair, one.percents, strict=True)}
    alt, fitting = Line("quiz-alt", shares), types(found)
    if len(fitting) == 1:
        show = Show(RESULT, alt, (Line("quiz-done", {"type": fitting[0]}),), instead=True)
        state, effects = flow.choose(state, known, fitting[0], None)
        return state, (show, *effects)
    if not (state.type and state.gender):  # else the face that there is stays until another one is chosen
        state, _ = flow.ask_type(state, known)
    buttons = [menus.plain(kind, Action.TYPE, kind) for kind in fitting]
    lines, menu = (Line("quiz-close"),), menus.rows(buttons, 4)
    return state, (Show(RESULT, alt, lines, menu, code="ask_type", instead=True),)


def _turned(
    handler: Callable[[State, Args, Known], Turn],
) -> Callable[[State, Args, Known], Turn]:
    """For the quiz's own buttons: what they lead to takes the place of the statement that they stood under."""

    def pressed(state: State, args: Args, known: Known) -> Turn:
        state, effects = handler(state, args, known)
        return state, tuple(replace(one, instead=True) if isinstance(one, Say) else one for one in effects)

    return pressed


FEATURE = Feature(
    commands={"quiz": lambda state, _, known: _go_on(state, known)},
    presses={
        Action.QUIZ: lambda state, _, known: _go_on(state, known),
        Action.QUIZ_ON: _turned(lambda state, _, known: _go_on(state, known)),
        Action.ANSWER: _turned(_answer),
        Action.QUIZ_BACK: _turned(_back),
        Action.QUIZ_PAUSE: _turned(_pause),
        Action.QUIZ_ANEW: _turned(_anew),
        Action.QUIZ_RESULT: _turned(_result),
    },
    answers={BalancesDrawn: _drawn},
    words={"quiz": _typed},
)
