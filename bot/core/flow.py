"""What comes next in a conversation: each function gives the new state and what is to be done. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.core import menus
from bot.core.effects import Choice, Drop, Effect, Known, Line, OpenSession, Prefer, Project, Render, Say
from bot.core.mbti import Gender
from bot.core.portrait import MatchFace, Panel, Portrait
from bot.core.presses import Action
from bot.core.state import State

Turn = tuple[State, tuple[Effect, ...]]


def ask_type(state: State, known: Known) -> Turn:
    """Ask which type with sixteen buttons."""
    key = "match-needs-type" if state.matching else "ask-type-photo" if known.photo else "ask-type"
    line = Line(key)
    return replace(state, type=None, waiting="type"), (Say((line,), menus.ASK_TYPE, code="ask_type"),)


def ask_gender(state: State, *before: Line) -> Turn:
    assert state.type
    lines = (*before, Line("ask-gender", {"type": state.type}))
    return replace(state, waiting="gender"), (Say(lines, menus.GENDER_ROW, code="ask_gender"),)


def choose(state: State, known: Known, kind: str | None, gender: Gender | None) -> Turn:
    """A type, a gender, both or none are given: ask for what is missing, else show the type's face.

    Whose face it is holds for the next types too, until another gender is given. When the type was asked for the
    match's sake, the match comes next.
    """
    gender = gender or state.gender
    if (kind, gender) != (state.type, state.gender):
        # Another blend from here on: what was looked at before is not what "show everyone" would show.
        state = replace(state.afresh(), type=kind, gender=gender, shown=state.shown + 1)
    matching, state = state.matching, replace(state, matching=False)
    if kind is None:
        return ask_type(state, known)
    if matching:
        return match(state, known, None)
    if gender is None:
        return ask_gender(state)
    wanted = Portrait(kind, gender, state.blend.plain(), public=known.public)
    return replace(state, waiting=""), (OpenSession(kind, gender), Render(wanted))


def advance(state: State, known: Known) -> Turn:
    """On towards the blended face: ask for whatever is missing, and begin when nothing is."""
    if known.running and state.job is not None:
        return state, (Say((Line(f"still-{state.doing}"),), menus.cancel(state.job), code="still_running"),)
    if state.type is None:
        return ask_type(replace(state, matching=False), known)
    if state.gender is None:
        return ask_gender(state)
    if not known.consented:
        return ask_consent(state, known, again=bool(known.photo) and state.waiting == "consent")
    if known.photo is None:
        return ask_selfie(state, known, gone=state.photo_sent)
    return project(state, known)


def offer_selfie(state: State, known: Known) -> Turn:
    """After a type's face: towards one's own in it; at once, while the photo that it was found in is in memory.

    The consent's words, once asked, are not said again under every face.
    """
    if known.consented and state.face and known.kept and not known.photo and not known.running:
        return render_blend(state, known)
    if known.photo and state.consent_asked and not known.consented:
        return ask_consent(state, known, again=True)
    if known.consented or known.photo or known.running or not state.consent_asked:
        return advance(state, known)
    say = Say((Line("offer-selfie"),), menus.offer(known), code="ask_selfie")
    return replace(state, waiting="selfie"), (say,)


def ask_consent(state: State, known: Known, *, again: bool = False) -> Turn:
    """Ask whether a selfie may be looked at; `again`, in short, while the whole question is open."""
    lines = (Line("consent-photo"),) if known.photo else ()
    words = Line("consent-again" if again else "consent", {"hours": known.hours})
    say = Say((*lines, words), menus.CONSENT, code="ask_consent")
    return replace(state, waiting="consent", consent_asked=True), (say,)


def ask_selfie(state: State, known: Known, *, gone: bool = False) -> Turn:
    """Ask for a selfie; with `gone` because the one that was sent is no longer in memory."""
    line = Line("error-photo-gone" if gone else "ask-selfie")
    say = Say((line,), menus.selfie(state, known), code="photo_gone" if gone else "ask_selfie")
    return replace(state, waiting="selfie", photo_sent=False), (say,)


def project(state: State, known: Known, pick: int | None = None) -> Turn:
    """Begin the work on the photo in memory."""
    assert known.consented and (known.photo or known.kept) and not known.running
    job = state.jobs + 1
    return replace(state, waiting="", job=job, jobs=job, doing="photo"), (Project(job, pick),)


def portrait(state: State, known: Known, *, public: bool = False) -> Portrait:
    """The face as it is made now: the person's own blended with the type's, or the type's alone."""
    assert state.type and state.gender
    public, blend = public or known.public, state.blend
    if known.place.pack:
        blend = blend.within(len(known.looks), {one.name for one in known.directions})
    return Portrait(state.type, state.gender, blend, state.face, state.shown, public)


def render_face(
    state: State,
    known: Known,
    *,
    public: bool = False,
    panel: Panel = "",
    direction: str = "",
    instead: bool = False,
) -> Turn:
    """Show the face as it is made now, with the buttons of `panel`; `instead` as in `Text`."""
    state = replace(state, shown=state.shown + (not public), waiting="")
    wanted = replace(portrait(state, known, public=public), panel=panel, direction=direction)
    return state, (Render(wanted, instead),)


def render_blend(state: State, known: Known, *, public: bool = False) -> Turn:
    """Show the person's face as it is blended now."""
    face = state.face or known.last_face
    assert face and state.type and state.gender
    return render_face(replace(state, face=face), known, public=public)


def blend_last(state: State, known: Known) -> Turn:
    """Blend the last selfie with the current type as it was left, or go on towards a first one."""
    if not ((state.face or known.last_face) and state.type and state.gender):
        return advance(state, known)
    if state.face is None:
        state = state.afresh()
    return render_blend(state, known)


def publish(state: State, what: str) -> State | None:
    """To show everyone `what`; None when it was shown last, so that ten quick presses are one picture."""
    return None if state.published == what else replace(state, published=what)


def already_shown(state: State) -> Turn:
    menu = ((menus.button("blend-back", Action.AGAIN, style="primary"),), *menus.BEGIN)
    return state, (Say((Line("already-shown"),), menu, code="already_shown"),)


def match(state: State, known: Known, gender: Gender | None) -> Turn:
    """Meet the type that matches best; whom to meet is asked once and remembered."""
    prefer: tuple[Effect, ...] = (Prefer(gender),) if gender and gender != known.match_gender else ()
    if state.type is None:
        state, effects = ask_type(replace(state, matching=True), known)
        return state, (*prefer, *effects)
    gender = gender or known.match_gender
    if gender is None:
        return ask_match(state)
    wanted = MatchFace(state.type, known.chart[state.type], gender, known.public)
    return replace(state, waiting=""), (*prefer, Render(wanted))


def ask_match(state: State) -> Turn:
    return replace(state, waiting="match"), (Say((Line("ask-match"),), menus.MEET_ROW, code="ask_match"),)


def ask_again(state: State, known: Known) -> tuple[Effect, ...]:
    """What says the open question once more, and changes nothing; empty where none is open, or a photo is awaited."""
    match state.waiting:
        case "type":
            return ask_type(state, known)[1]
        case "gender":
            return ask_gender(state)[1]
        case "match":
            return ask_match(state)[1]
        case "consent":
            return ask_consent(state, known)[1]
    return ()


def busy(state: State) -> Say:
    """One job on a photo at a time."""
    menu = menus.cancel(state.job) if state.job is not None else menus.LOST
    return Say((Line(f"already-{state.doing}"),), menu, code="already_running")


def decline(state: State, known: Known) -> Turn:
    """No photo then. Consent that was given before stands until /forget."""
    key = "declined-later" if known.consented else "declined"
    menu = menus.PRIVACY if known.consented else menus.AFTER_PHOTO
    return replace(state, waiting="", photo_sent=False), (Drop(), Say((Line(key),), menu))


def helped(known: Known, *before: Line) -> Say:
    """What can be done on the platform, and at a terminal how."""
    platform = known.person.platform
    here = (Line("help-terminal"),) if platform == "terminal" else ()
    return Say((*before, Line("help", {"platform": platform}), *here), menus.WELCOME)


def not_understood(state: State, how: Line, way: Choice) -> Turn:
    """What was written after a command is not what it takes: `how` it is written, and the `way` without writing."""
    return state, (Say((how,), ((way,), *menus.LOST), code="not_understood"),)


def expired(state: State) -> Turn:
    """A button whose time is over, and a way on."""
    return state, (Say((Line("expired"),), menus.BEGIN, code="expired"),)


def stopped(state: State) -> Turn:
    """The work was cancelled: the answer to the button has said so, and leads on."""
    return state, (Say((Line("stopped"),), code="cancelled"),)
