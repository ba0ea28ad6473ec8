"""Where one person stands in one chat: small, JSON, and without any picture or latent."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from bot.core.blend import FIRST, HIGH, LOW, MAX_EDITS, Blend
from bot.core.mbti import GENDERS, TYPES, Gender

VERSION = 6
_READ = (1, 2, 3, 4, 5, VERSION)
"""Earlier versions knew less: what they saved is read as it is."""
MAX_HISTORY = 12
Work = Literal["photo", "compose", "film"]
"""Jobs: a face is found in a photo, put into one; faces become a film."""
Waiting = Literal["", "type", "gender", "consent", "selfie", "photo", "match", "notice", "quiz"]


@dataclass(frozen=True)
class State:
    """A conversation.

    `waiting` is the question that was asked last: "selfie" for a photo to find the face in, "photo" for one
    to put it into, "notice" for what people are told while the bot is paused, "quiz" for the next statement's answer.
    `consent_asked`: the words of the consent were shown. `matching`: the match was asked for
    before the type was known. `photo_sent`: a photo was sent whose face is not found yet, whether or not it
    is still in memory. `face` is the id of the person's latent in the store, `blend` how it is blended now,
    `history` how it was before, oldest first, and `future` what was undone, to be done again; `shown` numbers
    the blend that was looked at last, in a photo or not, and `published` tells which of these, or which code, was shown
    to everyone last. `job` is the number of the job that runs, and `doing` what it does, or did when it was cut. `quiz`
    tells the quiz that was begun last from earlier ones, `answers` has a digit for each of its statements that was
    answered. `pair` is the picture of two that was spoken of last, while it is open; `unready`: its invitation is shown
    once more when the person has a face.
    """

    type: str | None = None
    gender: Gender | None = None
    waiting: Waiting = ""
    greeted: bool = False
    consent_asked: bool = False
    matching: bool = False
    photo_sent: bool = False
    face: str | None = None
    blend: Blend = FIRST
    history: tuple[Blend, ...] = ()
    future: tuple[Blend, ...] = ()
    shown: int = 0
    published: str = ""
    job: int | None = None
    jobs: int = 0
    doing: Work = "photo"
    quiz: int | None = None
    answers: str = ""
    pair: str = ""
    unready: bool = False

    def blended(self, blend: Blend) -> State:
        """With a new blend, the old one to come back to."""
        if blend == self.blend:
            return self
        return replace(self, blend=blend, history=(*self.history, self.blend)[-MAX_HISTORY:], future=())

    def undone(self) -> State:
        """One blend back, if there is a history."""
        if not self.history:
            return self
        future = (*self.future, self.blend)[-MAX_HISTORY:]
        return replace(self, blend=self.history[-1], history=self.history[:-1], future=future)

    def redone(self) -> State:
        """What was undone last, if anything was."""
        if not self.future:
            return self
        history = (*self.history, self.blend)[-MAX_HISTORY:]
        return replace(self, blend=self.future[-1], history=history, future=self.future[:-1])

    def afresh(self) -> State:
        """With the first blend, and nothing to come back to."""
        return replace(self, blend=FIRST, history=(), future=())

    def to_json(self) -> str:
        return json.dumps({"version": VERSION, **asdict(self)}, separators=(",", ":"))


def read_blend(value: Any) -> Blend:
    """A blend from its JSON; raises ValueError or TypeError for what is none."""
    blend = Blend(**{**value, "edits": tuple((name, amount) for name, amount in value.get("edits", ()))})
    flags = (blend.keep_shape, blend.keep_features, blend.keep_colours)
    good = (
        type(blend.weight) is int
        and LOW <= blend.weight <= HIGH
        and all(type(flag) is bool for flag in flags)
        and type(blend.look) is int
        and blend.look >= 0
        and (blend.seed is None or (type(blend.seed) is int and 0 <= blend.seed < 2**32))
        and len(blend.edits) <= MAX_EDITS
        and all(type(name) is str and type(amount) is int and amount for name, amount in blend.edits)
    )
    if not good:
        raise ValueError("no blend")
    return blend


def _blends(values: Any) -> tuple[Blend, ...]:
    return tuple(read_blend(value) for value in values)[-MAX_HISTORY:]


def _checked(state: State) -> State:
    flags = (state.greeted, state.consent_asked, state.matching, state.photo_sent, state.unready)
    good = (
        state.type in (None, *TYPES)
        and state.gender in (None, *GENDERS)
        and state.waiting in get_args(Waiting)
        and state.doing in get_args(Work)
        and isinstance(state.face, str | None)
        and all(type(flag) is bool for flag in flags)
        and all(type(n) is int and n >= 0 for n in (state.shown, state.jobs))
        and (state.job is None or type(state.job) is int)
        and (state.quiz is None or (type(state.quiz) is int and 0 <= state.quiz < 2**32))
        and re.fullmatch("[0-9A-Z]{0,20}", state.published)
        and re.fullmatch("[0-4]{0,20}", state.answers)
        and (state.quiz is not None or not state.answers)
        and re.fullmatch("[A-Za-z0-9_-]{0,12}", state.pair)
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
        fields["blend"] = read_blend(fields["blend"])
        fields["history"], fields["future"] = _blends(fields["history"]), _blends(fields.get("future", ()))
        if fields.pop("composing", False):
            fields["doing"] = "compose"
        return _checked(State(**fields))
    except (ValueError, TypeError, KeyError, AttributeError):
        return State()
