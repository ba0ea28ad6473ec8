"""The conversation's answers to what came of its effects. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.core import composing, flow, menus
from bot.core.blend import Blend
from bot.core.effects import (
    Arg,
    Blended,
    Choices,
    CloseSession,
    Composed,
    Drop,
    Failed,
    Forgotten,
    HeldRead,
    Known,
    Line,
    ManyFound,
    MatchFace,
    Outcome,
    Projected,
    Rendered,
    Say,
    Show,
    Spare,
    TypeFace,
    Wanted,
)
from bot.core.flow import Turn
from bot.core.state import State

PHOTO_CODES = frozenset({"bad_image", "too_large", "no_face", "face_too_small", "face_cut", "photo_gone"})
"""The photo cannot be used: another one is needed."""
FACE_CODES = frozenset({"bad_latent", "face_gone"})
"""The kept face cannot be used any more: a new selfie is needed."""


def answer(state: State, outcome: Outcome, known: Known) -> Turn:
    """What to do now that `outcome` is known."""
    match outcome:
        case Rendered():
            turn = _shown(state, outcome.wanted, known)
        case Projected(job, face):
            turn = _projected(state, job, face, known)
        case Composed(job):
            turn = composing.done(state, outcome, known) if state.job == job else _stopped(state)
        case ManyFound():
            turn = _many_found(state, outcome)
        case Failed():
            turn = _failed(state, outcome, known)
        case HeldRead():
            turn = state, (_privacy(outcome, known),)
        case Forgotten():
            turn = state, (_receipt(outcome),)
    return turn


def _shown(state: State, wanted: Wanted, known: Known) -> Turn:
    match wanted:
        case TypeFace():
            return _type_shown(state, wanted, known)
        case Blended():
            return _blend_shown(state, wanted, known)
        case MatchFace():
            return _match_shown(state, wanted)


def introduction(kind: str) -> tuple[Line, Line]:
    """A type's title and description."""
    return Line(f"title-{kind}"), Line(f"about-{kind}")


def _type_shown(state: State, wanted: TypeFace, known: Known) -> Turn:
    alt = Line(f"alt-type-{wanted.gender}", {"type": wanted.type})
    show = Show(f"typeface-{wanted.type}", alt, introduction(wanted.type))
    if (state.type, state.gender) != (wanted.type, wanted.gender):
        # The person has asked for another type meanwhile; that answer goes on.
        return state, (replace(show, menu=menus.BEGIN),)
    state, effects = flow.offer_selfie(state, known)
    return state, (show, *effects)


def _blend_shown(state: State, wanted: Blended, known: Known) -> Turn:
    percent: dict[str, Arg] = {"type": wanted.type, "percent": wanted.blend.weight}
    alt = Line("alt-blend", percent)
    menu = menus.blended(state, known, wanted)
    lines = (_caption(wanted.blend, percent),)
    return state, (Show(f"typeface-{wanted.type}-me", alt, lines, menu, public=wanted.public),)


def _caption(blend: Blend, percent: dict[str, Arg]) -> Line:
    """How much is whose: what is kept is the person's own, and the weight holds for the rest."""
    if not (blend.keep_shape or blend.keep_colours):
        return Line("blend-caption", {**percent, "mine": 100 - blend.weight})
    kept = "both" if blend.keep_shape and blend.keep_colours else "shape" if blend.keep_shape else "colours"
    return Line("blend-caption-kept", {**percent, "kept": kept})


def _match_shown(state: State, wanted: MatchFace) -> Turn:
    first, *others = wanted.partners
    lines = [Line("match-caption", {"mine": wanted.type}), *introduction(first)]
    if others:
        lines.append(Line("match-others", {"types": ", ".join(others)}))
    alt = Line(f"alt-type-{wanted.gender}", {"type": first})
    show = Show(f"typeface-match-{first}", alt, tuple(lines), menus.matched(state))
    return state, (CloseSession("matched"), show)


def _stopped(state: State) -> Turn:
    """The work was cancelled: the answer to the button has said so, and leads on."""
    return state, (Say((Line("stopped"),), code="cancelled"),)


def _projected(state: State, job: int, face: str, known: Known) -> Turn:
    if state.job != job:
        return _stopped(state)
    state = replace(state, job=None, photo_sent=False, face=face, blend=Blend(), history=())
    if state.type and state.gender:
        state, effects = flow.render_blend(state, known)
        return state, (Spare(), *effects)
    state, effects = flow.advance(state, replace(known, photo=None, running=False))
    return state, (Spare(), Say((Line("face-found"),)), *effects)


def _many_found(state: State, found: ManyFound) -> Turn:
    if state.job != found.job:
        return _stopped(state)
    menu = menus.faces(found.token, found.count, composing=state.composing)
    state = replace(state, job=None, composing=False, waiting="photo" if state.composing else "selfie")
    lines = (Line("error-many-faces", {"count": found.count}),)
    if not found.drawn:
        return state, (Say(lines, menu, code="many_faces"),)
    alt = Line("alt-boxes", {"count": found.count})
    return state, (Show("typeface-which-face", alt, lines, menu, code="many_faces"),)


def _work(wanted: Wanted) -> menus.Work:
    match wanted:
        case TypeFace():
            return "type"
        case MatchFace():
            return "match"
        case Blended():
            return "blend"


def _failed(state: State, failed: Failed, known: Known) -> Turn:
    if not isinstance(failed.work, int):
        return _unmade(state, failed, known, _work(failed.work))
    if state.job != failed.work:
        return _stopped(state)
    work = flow.work(state)
    return _unmade(replace(state, job=None, composing=False), failed, known, work)


def _unmade(state: State, failed: Failed, known: Known, work: menus.Work) -> Turn:
    """What did not come about, and the way on: with another photo, another face, or just once more."""
    if failed.code in PHOTO_CODES and work == "compose":
        state, asked = composing.ask(replace(state, photo_sent=False), gone=True)
        gone = failed.code == "photo_gone"
        return state, (Drop(), *(asked if gone else (_error(failed, menus.PHOTO),)))
    if failed.code in PHOTO_CODES:
        state = replace(state, waiting="selfie", photo_sent=False)
        return state, (Drop(), _error(failed, menus.selfie(state, known)))
    if failed.code in FACE_CODES:
        state = replace(state, face=None, waiting="selfie")
        return state, (_error(failed, menus.selfie(state, replace(known, last_face=None))),)
    return state, (_error(failed, menus.retry(work)),)


def _error(failed: Failed, menu: Choices) -> Say:
    return Say((error_line(failed.code, failed.seconds),), menu, code=failed.code)


KNOWN_CODES = frozenset(
    {*PHOTO_CODES, *FACE_CODES, "busy", "already_running", "cancelled", "stopping", "unreachable", "internal"}
    | {"unauthorized", "bad_pack", "store_down", "many_faces", "too_late", "out_of_memory"}
)


def error_line(code: str, seconds: int = 0) -> Line:
    """The sentence for an error code; a code without a sentence of its own is ours to repair."""
    name = code if code in KNOWN_CODES else "internal"
    args = {"seconds": max(1, seconds)} if name == "busy" else {}
    return Line(f"error-{name.replace('_', '-')}", args)


def _privacy(read: HeldRead, known: Known) -> Say:
    held = read.held
    days = {"conversation_days": held.conversation_days, "session_days": held.session_days}
    lines = [Line("privacy", {"hours": known.hours, **days})]
    if known.consented:
        lines.append(Line("privacy-agreed"))
    if known.kept:
        lines.append(Line("privacy-photo"))
    if held.faces and held.until:
        lines.append(Line("privacy-faces", {"count": len(held.faces), "until": held.until}))
    else:
        lines.append(Line("privacy-no-face"))
    return Say(tuple(lines), menus.PRIVACY)


def _receipt(forgotten: Forgotten) -> Say:
    receipt = forgotten.receipt
    lines = [Line("forgotten", {"faces": receipt.faces})]
    if receipt.key:
        lines.append(Line("forgotten-key"))
    return Say(tuple(lines), menus.BEGIN)
