"""Where one person stands in one chat: small, JSON, and without any picture or latent."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from bot.core.blend import HIGH, LOW, Blend
from bot.core.mbti import GENDERS, TYPES, Gender

VERSION = 2
_READ = (1, VERSION)
"""Version 1 knew no composing: what it saved is read as it is."""
MAX_HISTORY = 12
_FIRST = Blend()
Waiting = Literal["", "type", "gender", "consent", "selfie", "photo", "match"]


@dataclass(frozen=True)
class State:
    """A conversation.

    `waiting` is the question that was asked last: "selfie" for a photo to find the face in, "photo" for one
    to put it into. `consent_asked`: the words of the consent were shown. `matching`: the match was asked for
    before the type was known. `photo_sent`: a photo was sent whose face is not found yet, whether or not it
    is still in memory. `face` is the id of the person's latent in the store, `blend` how it is blended now
    and `history` how it was before, oldest first; `shown` numbers the blend that was looked at last, in a
    photo or not. `job` is the number of the job that runs on a photo: with `composing` a composition, else a
    projection.
    """

    type: str | None = None
    gender: Gender | None = None
    waiting: Waiting = ""
    greeted: bool = False
    consent_asked: bool = False
    matching: bool = False
    photo_sent: bool = False
    face: str | None = None
    blend: Blend = _FIRST
    history: tuple[Blend, ...] = ()
    shown: int = 0
    job: int | None = None
    jobs: int = 0
    composing: bool = False

    def blended(self, blend: Blend) -> State:
        """With a new blend, the old one to come back to."""
        return replace(self, blend=blend, history=(*self.history, self.blend)[-MAX_HISTORY:])

    def undone(self) -> State:
        """One blend back; call it only when there is a history."""
        return replace(self, blend=self.history[-1], history=self.history[:-1])

    def to_json(self) -> str:
        return json.dumps({"version": VERSION, **asdict(self)}, separators=(",", ":"))


def _blend(value: Any) -> Blend:
    weight, shape, colours = value["weight"], value["keep_shape"], value["keep_colours"]
    if (
        type(weight) is not int
        or not LOW <= weight <= HIGH
        or type(shape) is not bool
        or type(colours) is not bool
    ):
        raise ValueError("no blend")
    return Blend(weight, shape, colours)


def _checked(state: State) -> State:
    flags = (state.greeted, state.consent_asked, state.matching, state.photo_sent, state.composing)
    good = (
        state.type in (None, *TYPES)
        and state.gender in (None, *GENDERS)
        and state.waiting in get_args(Waiting)
        and isinstance(state.face, str | None)
        and all(type(flag) is bool for flag in flags)
        and all(type(n) is int and n >= 0 for n in (state.shown, state.jobs))
        and (state.job is None or type(state.job) is int)
    )
    if not good:
        raise ValueError("no state")
    return state


def from_json(text: str | None) -> State:
    """The state that was saved; a fresh one for none, for a later version's and for what cannot be read."""
    try:
        fields = json.loads(text or "")
        if fields.pop("version") not in _READ:
            return State()
        fields["blend"] = _blend(fields["blend"])
        fields["history"] = tuple(_blend(value) for value in fields["history"])[-MAX_HISTORY:]
        return _checked(State(**fields))
    except (ValueError, TypeError, KeyError, AttributeError):
        return State()
