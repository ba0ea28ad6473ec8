"""The main job's answers to what came of its effects. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.core import captions, composing, flow, menus, panels
from bot.core.blend import of_type
from bot.core.effects import (
    Choices,
    CloseSession,
    Compose,
    Composed,
    ComposeOriginal,
    Drop,
    Failed,
    Forgotten,
    HeldRead,
    Job,
    Known,
    Line,
    ManyFound,
    OriginalComposed,
    Outcome,
    Project,
    Projected,
    Render,
    Rendered,
    Say,
    Show,
    Spare,
)
from bot.core.filming import Film
from bot.core.flow import Turn
from bot.core.portrait import MatchFace, Portrait
from bot.core.state import State

PHOTO_CODES = frozenset(
    {
        "bad_image",
        "too_large",
        "no_face",
        "face_too_small",
        "face_cut",
        "photo_gone",
        "not_a_photo",
        "forwarded",
    }
)
"""The photo cannot be used: another one is needed."""
FACE_CODES = frozenset({"bad_latent", "face_gone"})
"""The kept face cannot be used any more: a new selfie is needed."""


def _rendered(state: State, outcome: Rendered, known: Known) -> Turn:
    wanted = outcome.wanted
    if isinstance(wanted, MatchFace):
        return _match_shown(state, wanted, known)
    assert isinstance(wanted, Portrait)
    if wanted.face or wanted.panel:
        return _face_shown(state, outcome, wanted, known)
    return _type_shown(state, wanted, known)


def introduction(kind: str) -> tuple[Line, Line]:
    """A type's title and description."""
    return Line(f"title-{kind}"), Line(f"about-{kind}")


def _type_shown(state: State, wanted: Portrait, known: Known) -> Turn:
    show = Show(
        f"typeface-{wanted.type}",
        captions.alt(wanted),
        (*introduction(wanted.type), *captions.made_of(wanted.blend, known)),
        menus.type_as(wanted),
        public=wanted.public,
        made=True,
        publish=known.can_hide and not wanted.public,
    )
    if (state.type, state.gender) != (wanted.type, wanted.gender):
        # The person has asked for another type meanwhile; that answer goes on.
        return state, (replace(show, menu=menus.BEGIN),)
    state, effects = flow.offer_selfie(state, known)
    return state, (show, *effects)


def _face_shown(state: State, rendered: Rendered, wanted: Portrait, known: Known) -> Turn:
    name = f"typeface-{wanted.type}-me" if wanted.face else f"typeface-{wanted.type}"
    show = Show(
        name,
        captions.alt(wanted),
        captions.face(wanted, known),
        menus.face(state, known, wanted),
        public=wanted.public,
        select=panels.select(known, wanted),
        ranges=panels.ranges(known, wanted),
        made=True,
        instead=rendered.instead,
    )
    return state, (show,)


def _match_shown(state: State, wanted: MatchFace, known: Known) -> Turn:
    first, *others = wanted.partners
    lines = [Line("match-caption", {"mine": wanted.type}), *introduction(first)]
    if others:
        lines.append(Line("match-others", {"types": ", ".join(others)}))
    alt = Line(f"alt-type-{wanted.gender}", {"type": first})
    menu = menus.matched(state)
    show = Show(
        f"typeface-match-{first}",
        alt,
        tuple(lines),
        menu,
        public=wanted.public,
        made=True,
        publish=known.can_hide and not wanted.public,
    )
    return state, (CloseSession("matched"), show)


def _projected(state: State, outcome: Projected, known: Known) -> Turn:
    if state.job != outcome.job:
        return flow.stopped(state)
    # A new photo is a new beginning; but a type's face that was played with stays as it is.
    state = state.afresh() if state.face else replace(state, blend=of_type(state.blend))
    state = replace(state, job=None, photo_sent=False, face=outcome.face)
    if state.type and state.gender:
        state, effects = flow.render_blend(state, known)
        return state, (Spare(), *effects)
    state, effects = flow.advance(state, replace(known, photo=None, running=False))
    return state, (Spare(), Say((Line("face-found"),)), *effects)


def _composed(state: State, outcome: Composed, known: Known) -> Turn:
    return composing.done(state, outcome, known) if state.job == outcome.job else flow.stopped(state)


def _original_composed(state: State, outcome: OriginalComposed, _: Known) -> Turn:
    return composing.original_done(state, outcome) if state.job == outcome.job else flow.stopped(state)


def _many_found(state: State, found: ManyFound, _: Known) -> Turn:
    if state.job != found.job:
        return flow.stopped(state)
    composes = state.doing == "compose"
    menu = menus.faces(found.token, found.count, composing=composes)
    state = replace(state, job=None, doing="photo", waiting="photo" if composes else "selfie")
    lines = (Line("error-many-faces", {"count": found.count}),)
    if not found.drawn:
        return state, (Say(lines, menu, code="many_faces"),)
    alt = Line("alt-boxes", {"count": found.count})
    return state, (Show("typeface-which-face", alt, lines, menu, code="many_faces"),)


def _failed(state: State, failed: Failed, known: Known) -> Turn:
    state = replace(state, published="")  # what was to be shown to everyone may be asked for once more
    if isinstance(failed.ask, Job):
        if state.job != failed.ask.job:
            return flow.stopped(state)
        state = replace(state, job=None, doing=state.doing if failed.code == "stopping" else "photo")
    if failed.code in PHOTO_CODES and isinstance(failed.ask, Project | Compose | ComposeOriginal):
        return _photo_refused(state, failed, known)
    if failed.code in FACE_CODES:
        return _face_refused(state, failed, known)
    return state, (_error(failed, menus.again(failed.ask)),)


def _photo_refused(state: State, failed: Failed, known: Known) -> Turn:
    """Another photo is needed."""
    state = replace(state, photo_sent=False)
    if isinstance(failed.ask, Project):
        state = replace(state, waiting="selfie")
        return state, (Drop(), _error(failed, menus.other_selfie(state, known)))
    state, asked = composing.ask(state, "ask-photo-gone")
    gone = failed.code == "photo_gone"
    return state, (Drop(), *(asked if gone else (_error(failed, menus.OTHER_PHOTO),)))


def _face_refused(state: State, failed: Failed, known: Known) -> Turn:
    """Another selfie is needed; the face that is played with now may be another one than an old picture's."""
    old = isinstance(failed.ask, Film) and failed.ask.code
    if isinstance(failed.ask, Job | Render) and not old:
        state, known = replace(state, face=None), replace(known, last_face=None)
    state = replace(state, waiting="selfie")
    return state, (_error(failed, menus.selfie(state, known)),)


def _error(failed: Failed, menu: Choices) -> Say:
    return Say((error_line(failed.code, failed.seconds),), menu, code=failed.code)


KNOWN_CODES = frozenset(
    {*PHOTO_CODES, *FACE_CODES, "busy", "already_running", "cancelled", "stopping", "unreachable", "internal"}
    | {"unauthorized", "bad_pack", "store_down", "too_late", "out_of_memory"}
    | {"quota_used", "cooldown", "setting_refused", "block_self"}
)


_WAITS = frozenset({"busy", "quota_used", "cooldown"})
"""They tell how long to wait."""


def error_line(code: str, seconds: int = 0) -> Line:
    """The sentence for an error code; a code without a sentence of its own is ours to repair."""
    name = code if code in KNOWN_CODES else "internal"
    args = {"seconds": max(1, seconds)} if name in _WAITS else {}
    return Line(f"error-{name.replace('_', '-')}", args)


def _privacy(state: State, read: HeldRead, known: Known) -> Turn:
    held = read.held
    days = {"conversation_days": held.conversation_days, "session_days": held.session_days}
    lines = [
        Line("privacy", {"hours": known.hours, **days}),
        Line("privacy-seen", {"who": Line(f"seen-{seen(known)}")}),
    ]
    if known.consented:
        lines.append(Line("privacy-agreed"))
    if known.kept:
        lines.append(Line("privacy-photo"))
    if held.faces and held.until:
        lines.append(Line("privacy-faces", {"count": len(held.faces), "until": held.until}))
    else:
        lines.append(Line("privacy-no-face"))
    return state, (Say(tuple(lines), menus.PRIVACY),)


def seen(known: Known) -> str:
    """Who sees a person's pictures here: the asker alone, all who are here, or whoever they are shown to."""
    if known.can_hide:
        return "public" if known.public else "hidden"
    return "group" if known.shared else "private"


def _receipt(state: State, forgotten: Forgotten, _: Known) -> Turn:
    receipt = forgotten.receipt
    lines = [Line("forgotten", {"faces": receipt.faces})]
    if receipt.key:
        lines.append(Line("forgotten-key"))
    return state, (Say(tuple(lines), menus.BEGIN, code="forgotten"),)


ANSWERS: dict[type[Outcome], Callable[[State, Any, Known], Turn]] = {
    Rendered: _rendered,
    Projected: _projected,
    Composed: _composed,
    OriginalComposed: _original_composed,
    ManyFound: _many_found,
    Failed: _failed,
    HeldRead: _privacy,
    Forgotten: _receipt,
}
