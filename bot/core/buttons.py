"""The main job's answers to buttons, one function an action. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from bot.core import composing, filming, flow, menus
from bot.core.blend import Blend
from bot.core.effects import CancelJob, Consent, Known, Line, ReadHeld, Say, Spare
from bot.core.flow import Turn
from bot.core.mbti import Gender
from bot.core.presses import Action
from bot.core.state import State

Args = tuple[str, ...]


def _begin(state: State, _: Args, known: Known) -> Turn:
    return flow.choose(state, known, None, None)


def _types(state: State, _: Args, known: Known) -> Turn:
    return flow.ask_type(state, known)


def _type(state: State, args: Args, known: Known) -> Turn:
    return flow.choose(state, known, args[0], None)


def _type_as(state: State, args: Args, known: Known) -> Turn:
    return flow.choose(state, known, args[0], cast(Gender, args[1]))


def _gender(state: State, args: Args, known: Known) -> Turn:
    return flow.choose(state, known, state.type, cast(Gender, args[0]))


def _help(state: State, _: Args, known: Known) -> Turn:
    return state, (flow.helped(known),)


def _privacy(state: State, _: Args, __: Known) -> Turn:
    return state, (ReadHeld(),)


def _match(state: State, _: Args, known: Known) -> Turn:
    return flow.match(state, known, None)


def _other_match(state: State, _: Args, __: Known) -> Turn:
    return flow.ask_match(state)


def _meet(state: State, args: Args, known: Known) -> Turn:
    return flow.match(state, known, cast(Gender, args[0]))


def _agree(state: State, _: Args, known: Known) -> Turn:
    if not known.consented and not state.consent_asked:
        return flow.expired(state)
    state, effects = flow.advance(state, replace(known, consented=True))
    return state, effects if known.consented else (Consent(), *effects)


def _decline(state: State, _: Args, known: Known) -> Turn:
    return flow.decline(state, known)


def _selfie(state: State, _: Args, known: Known) -> Turn:
    return flow.advance(replace(state, photo_sent=False), replace(known, photo=None))


def _again(state: State, _: Args, known: Known) -> Turn:
    return (state, (flow.busy(state),)) if known.running else flow.blend_last(state, known)


def _pick(state: State, args: Args, known: Known) -> Turn:
    token, number = args[0], int(args[1])
    if known.running:
        return state, (flow.busy(state),)
    if not (state.type and state.gender and known.consented):
        return flow.advance(state, known)
    photo = known.kept
    if photo is None or photo.token != token or number >= len(photo.boxes):
        return flow.ask_selfie(state, replace(known, photo=None), gone=True)
    # Nobody has seen this face in the photo yet: what was looked at before is not shown to everyone any more.
    state, effects = flow.project(replace(state, shown=state.shown + 1, photo_sent=True), known, number)
    return state, (Spare(False), *effects)  # so that it can be tried again, when it fails


def _cancel(state: State, args: Args, known: Known) -> Turn:
    job = int(args[0])
    if state.job != job or not known.running:
        return state, (Say((Line("nothing-runs"),), menus.LOST),)
    said = Say((Line("error-cancelled"),), menus.stopped(state.doing))
    return replace(state, job=None, doing="photo"), (CancelJob(job), said)


def _retry_photo(state: State, known: Known) -> Turn:
    if known.running:
        return state, (flow.busy(state),)
    if state.type and state.gender and known.consented and known.photo is None:
        if state.face and known.kept:  # it was done after all
            return flow.render_blend(state, known)
        return flow.ask_selfie(state, known, gone=True)
    return flow.advance(state, known)


def _retry(state: State, args: Args, known: Known) -> Turn:
    match args[0]:
        case "photo":
            return _retry_photo(state, known)
        case "match":
            return flow.match(state, known, None)
        case "type":
            return flow.choose(state, known, state.type, state.gender)
        case "compose":
            return composing.begin(state, known)
        case "film":
            return filming.begin(state, known)
        case _:
            return _blended(lambda state, _: state)(state, args, known)


def _blended(change: Callable[[State, Args], State]) -> Callable[[State, Args, Known], Turn]:
    """Change how the face is blended and show it, if there still is one."""

    def pressed(state: State, args: Args, known: Known) -> Turn:
        if not (state.face and state.type and state.gender):
            return flow.expired(state)
        return flow.render_blend(change(state, args), known)

    return pressed


def _to(change: Callable[[Blend, bool], Blend]) -> Callable[[State, Args, Known], Turn]:
    return _blended(lambda state, args: state.blended(change(state.blend, args == ("1",))))


def _show(state: State, args: Args, known: Known) -> Turn:
    # Only the picture that the asker looked at last is shown to everyone: an older one's button brings the
    # newest back to the asker alone, with a button of its own.
    if not (state.face and state.type and state.gender):
        return flow.expired(state)
    if int(args[0]) != state.shown:
        return flow.render_blend(state, known)
    published = flow.publish(state, args[0])
    return flow.render_blend(published, known, public=True) if published else flow.already_shown(state)


def _place(state: State, args: Args, known: Known) -> Turn:
    return composing.place(state, known, args[0], int(args[1]))


PRESSES: dict[Action, Callable[[State, Args, Known], Turn]] = {
    Action.BEGIN: _begin,
    Action.TYPES: _types,
    Action.TYPE: _type,
    Action.TYPE_AS: _type_as,
    Action.GENDER: _gender,
    Action.HELP: _help,
    Action.PRIVACY: _privacy,
    Action.MATCH: _match,
    Action.OTHER_MATCH: _other_match,
    Action.MATCH_GENDER: _meet,
    Action.AGREE: _agree,
    Action.DECLINE: _decline,
    Action.SELFIE: _selfie,
    Action.AGAIN: _again,
    Action.PICK: _pick,
    Action.CANCEL: _cancel,
    Action.RETRY: _retry,
    Action.MORE_ME: _to(lambda blend, _: blend.towards_person()),
    Action.MORE_TYPE: _to(lambda blend, _: blend.towards_type()),
    Action.SHAPE: _to(lambda blend, on: replace(blend, keep_shape=on)),
    Action.COLOURS: _to(lambda blend, on: replace(blend, keep_colours=on)),
    Action.SHOW: _show,
    Action.COMPOSE: lambda state, _, known: composing.begin(state, known),
    Action.PLACE: _place,
    Action.PHOTO_ORIGINAL: lambda state, args, known: composing.original(state, known, int(args[0]), args[1]),
    Action.OTHER_PHOTO: lambda state, _, known: composing.other(state, known),
    Action.REVEAL: lambda state, args, known: composing.reveal(state, known, args, sure=False),
    Action.REVEAL_SURE: lambda state, args, known: composing.reveal(state, known, args, sure=True),
}
