"""The conversation itself: a state and what happened give the new state and what is to be done. Pure.

`service` runs the effects and brings back what came of them, so that every decision is made here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from bot.core import buttons, composing, flow, gate, menus, outcomes
from bot.core.effects import (
    Choices,
    Effect,
    Ended,
    Hold,
    Job,
    Known,
    Line,
    Outcome,
    Quick,
    Say,
    Show,
)
from bot.core.events import MAX_PHOTO_BYTES, Command, Event, Photo, PhotoSent, Press, TextSent
from bot.core.feature import Feature
from bot.core.features import (
    admin,
    card,
    film,
    health,
    language,
    links,
    made,
    mine,
    play,
    quiz,
    report,
    sheets,
    types,
    us,
)
from bot.core.flow import Turn
from bot.core.hearing import HELLO, HELP, Asked, parse, words
from bot.core.mbti import Gender, distance, near
from bot.core.photos import HeldPhoto
from bot.core.presses import Action, decode
from bot.core.state import State

_MAX_WORDS = 12
"""More words than these are talk, not a request."""
_QUIET = frozenset({Action.RETRY, Action.CANCEL, Action.FORGET_SURE})
"""Presses that need no word about work that was interrupted: they deal with it."""


def step(state: State, event: Event | Outcome, known: Known) -> Turn:
    """Decide.

    At most one effect is answered by an outcome, and it is the last; without one, the last is what is said.
    """
    if isinstance(event, Outcome):
        return _introduced(*_brought(state, event, known))
    interrupted = _interrupted(state, known) if state.job is not None and not known.running else None
    if interrupted:
        state = replace(state, job=None)
    refused = gate.refusal(event, known)
    if interrupted and not refused and isinstance(event, Command) and event.name == "back":
        # That is where they stand: a face below it would hide the button that goes on.
        return state, (interrupted,)
    state, effects = (state, (refused,)) if refused else _answered(state, event, known)
    if interrupted and _tells(event) and not isinstance(effects[-1], Job):
        effects = (interrupted, *effects)
    return _introduced(state, effects)


def _answered(state: State, event: Event, known: Known) -> Turn:
    """With what has come of a picture of two meanwhile, first."""
    state, news = us.news(state, event, known)
    state, effects = _decide(state, event, known)
    return state, (*news, *effects)


def _brought(state: State, outcome: Outcome, known: Known) -> Turn:
    """Where somebody was blocked, or all of us sent away, while they worked, the work is kept and not shown."""
    state, effects = _ANSWERS[type(outcome)](state, outcome, known)
    if isinstance(outcome, Ended) and (refused := gate.closed(known.place)):
        return state, (*(effect for effect in effects if isinstance(effect, Quick)), refused)
    return us.returned(state, outcome, effects, known)


def _interrupted(state: State, known: Known) -> Say:
    gone = "-gone" if state.doing == "compose" and not known.kept else ""
    return Say((Line(f"interrupted-{state.doing}{gone}"),), menus.stopped(state.doing), code="interrupted")


def _tells(event: Event) -> bool:
    """Whether this event is answered with a word about the work that a restart has interrupted."""
    if isinstance(event, PhotoSent):
        return False
    if isinstance(event, Command):
        return event.name != "me" and event.photo is None
    pressed = decode(event.origin.person, event.payload) if isinstance(event, Press) else None
    return pressed is None or pressed.action not in _QUIET


def _introduced(state: State, effects: tuple[Effect, ...]) -> Turn:
    """Tell once, with the first answer, that all of this is for fun, and whose trade mark MBTI is."""
    spoken = next((n for n, effect in enumerate(effects) if isinstance(effect, Say | Show)), None)
    if state.greeted or spoken is None:
        return state, effects
    first = cast(Say | Show, effects[spoken])
    if first.lines[0].key == "forgotten":
        return state, effects
    # A question comes last: what is said after it would stand between it and its buttons.
    asks = isinstance(first, Say) and (first.code or "").startswith(("ask_", "unknown_type"))
    at = len(first.lines) - asks
    told = replace(first, lines=(*first.lines[:at], Line("disclaimer"), *first.lines[at:]))
    return replace(state, greeted=True), (*effects[:spoken], told, *effects[spoken + 1 :])


def _decide(state: State, event: Event, known: Known) -> Turn:
    match event:
        case Command():
            return _command(state, event, known)
        case TextSent(_, text):
            return _text(state, text, known)
        case PhotoSent(_, photo):
            return _photo(state, photo, known)
        case Press(origin, payload, text):
            pressed = decode(origin.person, payload)
            if pressed is None:
                return state, (Say((Line("bad-button"),), menus.LOST, code="bad_button"),)
            if not pressed.mine:
                return state, (Say((Line("not-yours"),), menus.BEGIN, code="not_yours"),)
            turn = _PRESSES[pressed.action](state, pressed.args, known)
            return turn if text is None else _filled(turn, text, known)


def _filled(asked: Turn, text: str, known: Known) -> Turn:
    """A form was filled in: what the press would ask for came along with it."""
    handler = _WORDS.get(asked[0].waiting)
    return (handler and handler(asked[0], text, known)) or asked


# Commands


def _command(state: State, command: Command, known: Known) -> Turn:
    if state.waiting == "photo" and command.name != "back" and not (command.name == "me" and command.photo):
        state = replace(state, waiting="")  # a command leaves the wait for a photo to put the face into
    if handler := _COMMANDS.get(command.name):
        return handler(state, command, known)
    told = flow.helped(known, Line("unknown-command"))
    return state, (replace(told, code="unknown_command"),)


def _help(state: State, _: Command, known: Known) -> Turn:
    return state, (flow.helped(known),)


def _start(state: State, _: Command, __: Known) -> Turn:
    return state, (Say((Line("welcome"),), menus.WELCOME),)


def _me(state: State, command: Command, known: Known) -> Turn:
    return _photo(state, command.photo, known) if command.photo else _again(state, known)


def _match(state: State, command: Command, known: Known) -> Turn:
    return flow.match(state, known, parse(*command.options.values()).gender)


def _mbti(state: State, command: Command, known: Known) -> Turn:
    first: tuple[Effect, ...] = ()
    state = replace(state, matching=False)
    if command.photo:
        first = _held(state, command.photo, known)
    if Hold() in first:
        state, known = replace(state, photo_sent=True), replace(known, photo=HeldPhoto("", b"", 0))
    state, effects = _asked(state, parse(*command.options.values()), known)
    return state, (*first, *effects)


def _held(state: State, photo: Photo, known: Known) -> tuple[Effect, ...]:
    """Keep a photo that came with a command, or say why not."""
    if said := _refusal(photo, known, ()):
        return (said,)
    return (flow.busy(state),) if known.running else (Hold(),)


def _asked(state: State, asked: Asked, known: Known) -> Turn:
    if asked.unknown:
        return _unknown(state, asked)
    return flow.choose(state, known, asked.type, asked.gender)


def _unknown(state: State, asked: Asked) -> Turn:
    assert asked.unknown
    types = near(asked.unknown)
    line = Line("error-unknown-type", {"word": asked.unknown[:12].upper(), "types": ", ".join(types)})
    state = replace(state, gender=asked.gender or state.gender, waiting="type")  # what was shown before stays
    return state, (Say((line,), menus.near(types), code="unknown_type"),)


def _again(state: State, known: Known) -> Turn:
    if known.running:
        return state, (flow.busy(state),)
    if known.photo or state.photo_sent:
        return flow.advance(state, known)
    return flow.blend_last(state, known)


# Photos and words


def _refusal(photo: Photo, known: Known, menu: Choices) -> Say | None:
    """Why this photo cannot be kept, if it cannot."""
    problem = photo.problem or ("too_large" if len(photo.data) > MAX_PHOTO_BYTES else None)
    if problem:
        return Say((outcomes.error_line(problem),), menu, code=problem)
    return None if known.room else Say((Line("no-room"),), menu, code="busy")


def _photo(state: State, photo: Photo, known: Known) -> Turn:
    awaited = composing.awaited(state, known)
    if said := _refusal(photo, known, menus.OTHER_PHOTO if awaited else menus.other_selfie(state, known)):
        return state, (said,)
    if known.running:
        return state, (flow.busy(state),)
    if awaited:
        return composing.photo(state, known)
    state = replace(state, photo_sent=True)
    if state.type and state.gender is None:
        state, effects = flow.ask_gender(state, Line("consent-photo"))
    else:
        state, effects = flow.advance(state, replace(known, photo=HeldPhoto("", b"", 0)))
    return state, (Hold(), *effects)


def _text(state: State, text: str, known: Known) -> Turn:
    if (handler := _WORDS.get(state.waiting)) and (turn := handler(state, text, known)):
        return turn
    found = words(text)
    asked = parse(text) if len(found) <= _MAX_WORDS else Asked()
    if asked.type:
        return flow.choose(state, known, asked.type, asked.gender)
    if heard := {*found} & (HELLO | HELP):
        return state, (Say((Line("welcome"),), menus.WELCOME) if heard & HELLO else flow.helped(known),)
    if asked.gender and state.waiting in {"type", "gender", "match"}:
        return _gender_said(state, asked.gender, known)
    if asked.unknown and len(found) == 1 and _meant(asked.unknown, state):
        return _unknown(state, asked)
    return _lost(state, known)


def _meant(word: str, state: State) -> bool:
    """Whether a word that is no type was perhaps meant as one."""
    return distance(word.upper()[:8], near(word)[0]) <= (2 if state.waiting == "type" else 1)


def _gender_said(state: State, gender: Gender, known: Known) -> Turn:
    if state.waiting == "match":
        return flow.match(state, known, gender)
    return flow.choose(state, known, state.type, gender)


def _lost(state: State, known: Known) -> Turn:
    """Words that make no sense: a short help, and the buttons of the question that is open."""
    menu = _open(state, known) or menus.LOST
    key, code = (f"lost-{state.waiting}", f"ask_{state.waiting}") if state.waiting else ("lost", "lost")
    return state, (Say((Line(key),), menu, code=code),)


def _open(state: State, known: Known) -> Choices:
    """The buttons of the question that was asked last, if one is open."""
    return {
        "type": menus.ASK_TYPE,
        "gender": menus.GENDER_ROW,
        "match": menus.MEET_ROW,
        "consent": menus.CONSENT,
        "selfie": menus.selfie(state, known),
        "photo": menus.PHOTO,
        "quiz": menus.QUIZ,
    }.get(state.waiting, ())


def _back(state: State, _: Command, known: Known) -> Turn:
    """Where somebody stands who comes back: the work that runs, the open question, or the face with its buttons."""
    if known.running:
        return flow.advance(state, known)
    if not state.greeted:
        return state, (Say((Line("welcome"),), menus.WELCOME),)
    if not known.last_face:  # none is kept any longer
        state = replace(state, face=None)
    face = Line("back-face", {"type": state.type}) if state.type and state.face else None
    where = Line("back-type", {"type": state.type}) if state.type else None
    # Nobody is asked to agree without the words.
    consent = Line("consent", {"hours": known.hours}) if state.waiting == "consent" else None
    lines = tuple(line for line in (Line("back"), face or where, consent) if line)
    menu = _open(state, known)
    if not menu and state.type and state.gender:
        state, shown = flow.render_face(state, known, panel="" if state.face else "type")
        return state, (Say(lines, code="back"), *shown)
    halfway = 0 < len(state.answers) < quiz.TOTAL
    resume = menus.QUIZ if halfway else ()
    gallery = (menus.button("gallery", Action.GALLERY, "0"),)
    return state, (Say(lines, menu or (*resume, *menus.BEGIN, gallery), code="back"),)


_MAIN = Feature(
    commands={
        "help": _help,
        "start": _start,
        "back": _back,
        "mbti": _mbti,
        "me": _me,
        "match": _match,
    },
    presses=buttons.PRESSES,
    answers=outcomes.ANSWERS,
)
FEATURES: tuple[Feature, ...] = (
    _MAIN,
    *(one.FEATURE for one in (play, sheets, film, card, made, links, mine, quiz, language)),
    *(one.FEATURE for one in (us, admin, health, report, types)),
)
"""All that the conversation can do; a new feature is one more."""
_COMMANDS = {name: handler for feature in FEATURES for name, handler in feature.commands.items()}
_PRESSES = {action: handler for feature in FEATURES for action, handler in feature.presses.items()}
_ANSWERS = {kind: handler for feature in FEATURES for kind, handler in feature.answers.items()}
_WORDS: dict[str, Callable[[State, str, Known], Turn | None]] = {
    waiting: handler for feature in FEATURES for waiting, handler in feature.words.items()
}
