"""The blended face in the person's own photo: what comes next. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.core import flow, menus
from bot.core.effects import (
    Compose,
    Composed,
    ComposeOriginal,
    Hold,
    Known,
    Line,
    OriginalComposed,
    Say,
    Show,
)
from bot.core.flow import Turn
from bot.core.photos import HeldPhoto
from bot.core.portrait import Portrait
from bot.core.state import State

Args = tuple[str, ...]


def begin(state: State, known: Known, pick: int | None = None, *, public: bool = False) -> Turn:
    """Put the face, as it is blended now, into the photo in memory, or ask for one.

    It is for the asker alone, whatever holds for faces here, until they say for this photo that it is `public`.
    """
    if known.running:
        return state, (flow.busy(state),)
    if not (state.face and state.type and state.gender):
        return flow.expired(state)
    if not known.consented:
        return flow.advance(state, known)
    if known.kept is None:
        return ask(
            replace(state, doing="photo"), "ask-photo-lost" if state.doing == "compose" else "ask-photo-gone"
        )
    job = state.jobs + 1
    state = replace(state, waiting="", job=job, jobs=job, doing="compose", shown=state.shown + (not public))
    wanted = replace(flow.portrait(state, known), public=public)
    return state, (Compose(job, wanted, pick),)


def ask(state: State, key: str) -> Turn:
    """Ask for a photo to put the face into; `key` says why."""
    return replace(state, waiting="photo"), (Say((Line(key),), menus.PHOTO, code="ask_photo"),)


def other(state: State, known: Known) -> Turn:
    """The person would like the face in another photo."""
    if known.running:
        return state, (flow.busy(state),)
    return ask(state, "ask-photo") if _blended(state) else flow.expired(state)


def awaited(state: State, known: Known) -> bool:
    """Whether the next photo is one to put the face into."""
    return state.waiting == "photo" and _blended(state) and known.consented


def _blended(state: State) -> bool:
    return bool(state.face and state.type and state.gender)


def photo(state: State, known: Known) -> Turn:
    """The photo that was asked for has come: it waits for nothing but this."""
    state = replace(state, photo_sent=False)
    state, effects = begin(state, replace(known, photo=None, kept=HeldPhoto("", b"", 0)))
    return state, (Hold(spare=True), *effects)


def place(state: State, known: Known, token: str, number: int) -> Turn:
    """One of several faces was chosen."""
    kept = known.kept
    there = kept is not None and kept.token == token and number < len(kept.boxes)
    if there or known.running or not _blended(state):
        return begin(state, known, number)
    return ask(state, "ask-photo-gone")


def done(state: State, composed: Composed, known: Known) -> Turn:
    """Show the photo; `state.job` was this composition."""
    wanted = composed.wanted
    show = replace(
        _shown(wanted, "composed-caption"),
        menu=menus.composed(known, wanted, composed.token),
        public=wanted.public,
    )
    return replace(state, job=None, doing="photo"), (show,)


def _shown(wanted: Portrait, caption: str) -> Show:
    args = {"type": wanted.type}
    return Show(f"typeface-{wanted.type}-photo", Line("alt-composed", args), (Line(caption, args),))


def original(state: State, known: Known, serial: int, token: str) -> Turn:
    """The picture `serial` of the photo `token` as a file, for as long as that photo is in memory."""
    if known.running:
        return state, (flow.busy(state),)
    kept = known.kept
    if kept is None or kept.token != token or serial not in kept.composed:
        return ask(state, "photo-original-gone") if _blended(state) else flow.expired(state)
    job = state.jobs + 1
    return replace(state, waiting="", job=job, jobs=job, doing="compose"), (
        ComposeOriginal(job, serial, token),
    )


def original_done(state: State, composed: OriginalComposed) -> Turn:
    """Hand the file over, to the asker alone; `state.job` was this composition."""
    show = replace(_shown(composed.wanted, "photo-original"), menu=menus.PHOTO, whole=True)
    return replace(state, job=None, doing="photo"), (show,)


def reveal(state: State, known: Known, args: Args, *, sure: bool) -> Turn:
    """Show everyone the photo that the asker looked at last: it is asked once more, since it is their own photo.

    An older picture's button, or one of another photo, brings the newest back to the asker alone.
    """
    serial, token = int(args[0]), args[1]
    looked_at = serial == state.shown and known.kept is not None and known.kept.token == token
    if looked_at and not sure and not known.running and _blended(state):
        return state, (Say((Line("ask-reveal"),), menus.reveal(serial, token), code="ask_reveal"),)
    if not looked_at or known.running:
        return begin(state, known)
    published = flow.publish(state, args[0])
    return begin(published, known, public=True) if published else flow.already_shown(state)
