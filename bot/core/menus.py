"""The buttons under the replies, as data."""

from __future__ import annotations

from typing import Literal

from bot.core.blend import HIGH, LOW
from bot.core.effects import Blended, Choice, Choices, Known, Line
from bot.core.mbti import GENDERS, TYPES
from bot.core.presses import Action
from bot.core.replies import Style
from bot.core.state import State

Work = Literal["photo", "type", "blend", "match", "compose"]
MAX_NUMBERS = 20


def button(key: str, action: Action, *args: str, style: Style = "secondary") -> Choice:
    return Choice(Line(f"button-{key}"), action, args, style)


def plain(text: str, action: Action, *args: str) -> Choice:
    """A button whose label is the same in every language."""
    return Choice(Line("button-plain", {"text": text}), action, args)


BEGIN: Choices = ((button("begin", Action.BEGIN, style="primary"),),)
WELCOME: Choices = (
    (button("begin", Action.BEGIN, style="primary"),),
    (button("help", Action.HELP), button("privacy", Action.PRIVACY)),
)
LOST: Choices = ((button("begin", Action.BEGIN, style="primary"), button("help", Action.HELP)),)
TYPE_ROWS: Choices = tuple(
    tuple(plain(kind, Action.TYPE, kind) for kind in TYPES[row : row + 4]) for row in range(0, 16, 4)
)
GENDER_ROW: Choices = (tuple(Choice(Line(f"choice-{g}"), Action.GENDER, (g,)) for g in GENDERS),)
MEET_ROW: Choices = (tuple(Choice(Line(f"choice-{g}"), Action.MATCH_GENDER, (g,)) for g in GENDERS),)
CONSENT: Choices = (
    (button("agree", Action.AGREE, style="success"),),
    (button("decline", Action.DECLINE), button("privacy", Action.PRIVACY)),
)
PRIVACY: Choices = (
    (button("begin", Action.BEGIN, style="primary"), button("forget", Action.FORGET, style="danger")),
)
AFTER_PHOTO: Choices = ((button("match", Action.MATCH, style="primary"), button("other-type", Action.TYPES)),)
PHOTO: Choices = ((button("blend-back", Action.AGAIN, style="primary"),), *AFTER_PHOTO)
"""While a photo to put the face into is waited for."""
OFFER: Choices = ((button("send-selfie", Action.SELFIE, style="success"),), *AFTER_PHOTO)


def near(types: tuple[str, ...]) -> Choices:
    """The types that were perhaps meant, and the way to all."""
    return (
        tuple(plain(kind, Action.TYPE, kind) for kind in types),
        (button("all-types", Action.TYPES),),
    )


def selfie(state: State, known: Known) -> Choices:
    """While a selfie is waited for."""
    last = ((button("again", Action.AGAIN, style="primary"),),) if state.face or known.last_face else ()
    return (*last, *AFTER_PHOTO)


def retry(work: Work) -> Choices:
    return ((Choice(Line("button-retry"), Action.RETRY, (work,), "primary"), button("help", Action.HELP)),)


def cancel(job: int) -> Choices:
    return ((button("cancel", Action.CANCEL, str(job)),),)


def faces(token: str, count: int, *, composing: bool = False) -> Choices:
    """One button for each numbered face: to find it, or to put another one in its place."""
    chosen, another = (Action.PLACE, Action.OTHER_PHOTO) if composing else (Action.PICK, Action.SELFIE)
    numbers = [plain(str(n + 1), chosen, token, str(n)) for n in range(min(count, MAX_NUMBERS))]
    rows = tuple(tuple(numbers[at : at + 5]) for at in range(0, len(numbers), 5))
    return (*rows, (button("new-photo", another),))


def blended(state: State, known: Known, shown: Blended) -> Choices:
    """Under a blended face: what can still be changed about it."""
    blend = shown.blend
    weight = (
        *([button("more-me", Action.MORE_ME)] if blend.weight > LOW else []),
        *(
            [Choice(Line("button-more-type", {"type": shown.type}), Action.MORE_TYPE)]
            if blend.weight < HIGH
            else []
        ),
    )
    keep = (
        button(
            "free-shape" if blend.keep_shape else "keep-shape", Action.SHAPE, str(int(not blend.keep_shape))
        ),
        button(
            "free-colours" if blend.keep_colours else "keep-colours",
            Action.COLOURS,
            str(int(not blend.keep_colours)),
        ),
    )
    hidden = known.can_hide and not shown.public
    extra = (
        *([button("undo", Action.UNDO)] if state.history else []),
        *([button("show", Action.SHOW, str(shown.serial))] if hidden else []),
        button("new-photo", Action.SELFIE),
    )
    compose = button("in-photo", Action.COMPOSE, style="success")
    return (weight, keep, extra, (compose, button("match", Action.MATCH, style="primary")))


def composed(known: Known, shown: Blended, token: str) -> Choices:
    """Under the person's photo with the blended face in it."""
    hidden = known.can_hide and not shown.public
    return (
        (button("blend-back", Action.AGAIN, style="primary"), button("other-photo", Action.OTHER_PHOTO)),
        (button("show", Action.REVEAL, str(shown.serial), token),) if hidden else (),
        (button("match", Action.MATCH),),
    )


def reveal(serial: int, token: str) -> Choices:
    """Before everyone sees the person's own photo."""
    sure = button("reveal", Action.REVEAL_SURE, str(serial), token, style="danger")
    return ((sure,), (button("blend-back", Action.AGAIN),))


def matched(state: State) -> Choices:
    """Under the match: whom to meet, and what to do next."""
    back = (button("blend-back", Action.AGAIN),) if state.face else (button("send-selfie", Action.SELFIE),)
    return ((button("other-match", Action.OTHER_MATCH), *back), (button("other-type", Action.TYPES),))
