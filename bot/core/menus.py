"""The buttons under the replies, as data."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import looks, panels
from bot.core.blend import HIGH, LOW
from bot.core.effects import Ask, Choice, Choices, Known, Line, retry
from bot.core.mbti import GENDERS, TYPES
from bot.core.portrait import Portrait
from bot.core.presses import Action
from bot.core.replies import Style
from bot.core.state import State, Work

MAX_NUMBERS = 20
MAX_ROWS, MAX_COLUMNS = 5, 5


def button(key: str, action: Action, *args: str, style: Style = "secondary") -> Choice:
    return Choice(Line(f"button-{key}"), action, args, style)


def plain(text: str, action: Action, *args: str) -> Choice:
    """A button whose label is the same in every language."""
    return Choice(Line("button-plain", {"text": text}), action, args)


BEGIN: Choices = ((button("begin", Action.BEGIN, style="primary"),),)
WELCOME: Choices = (
    (button("begin", Action.BEGIN, style="primary"), button("quiz", Action.QUIZ)),
    (button("help", Action.HELP), button("privacy", Action.PRIVACY)),
)
LOST: Choices = ((button("begin", Action.BEGIN, style="primary"), button("help", Action.HELP)),)
TYPE_ROWS: Choices = tuple(
    tuple(plain(kind, Action.TYPE, kind) for kind in TYPES[row : row + 4]) for row in range(0, 16, 4)
)
ASK_TYPE: Choices = (*TYPE_ROWS, (button("quiz", Action.QUIZ),))
GENDER_ROW: Choices = (tuple(Choice(Line(f"choice-{g}"), Action.GENDER, (g,)) for g in GENDERS),)
MEET_ROW: Choices = (tuple(Choice(Line(f"choice-{g}"), Action.MATCH_GENDER, (g,)) for g in GENDERS),)
CONSENT: Choices = (
    (button("agree", Action.AGREE, style="success"),),
    (button("decline", Action.DECLINE), button("privacy", Action.PRIVACY)),
)
PRIVACY: Choices = (
    (button("begin", Action.BEGIN, style="primary"), button("my-data", Action.MY_DATA)),
    (button("forget", Action.FORGET, style="danger"),),
)
OWN_DATA: Choices = ((button("privacy", Action.PRIVACY),),)
"""Where nothing else is done: what concerns a person's own data always is."""
AFTER_PHOTO: Choices = ((button("match", Action.MATCH), button("other-type", Action.TYPES)),)
PHOTO: Choices = ((button("blend-back", Action.AGAIN, style="primary"),), *AFTER_PHOTO)
"""While a photo to put the face into is waited for."""
OTHER_PHOTO: Choices = (
    (button("new-photo", Action.OTHER_PHOTO, style="primary"), button("blend-back", Action.AGAIN)),
    *AFTER_PHOTO,
)
"""After one that the face cannot be put into."""


def offer(known: Known) -> Choices:
    """After a type's face, when its consent was asked before."""
    return ((button("send-selfie", Action.SELFIE, style="success"),), *AFTER_PHOTO, play(known))


QUIZ: Choices = ((button("quiz-go-on", Action.QUIZ, style="primary"),),)
"""While a statement is open."""
GALLERY: Choices = ((button("begin", Action.BEGIN, style="primary"), button("gallery", Action.GALLERY, "0")),)


def rows(choices: Sequence[Choice], columns: int) -> Choices:
    return tuple(tuple(choices[at : at + columns]) for at in range(0, len(choices), columns))


def turns(action: Action, page: int, pages: int) -> tuple[Choice, ...]:
    """To the pages before and after this one, newest first."""
    newer = (button("newer", action, str(page - 1)),) if page else ()
    older = (button("older", action, str(page + 1)),) if page + 1 < pages else ()
    return (*newer, *older)


def numbers(action: Action, values: Sequence[str]) -> Choices:
    """Buttons 1, 2, 3 ... for what stands numbered on a picture."""
    return rows([plain(str(n + 1), action, value) for n, value in enumerate(values)], 5)


def wear(known: Known, chosen: int) -> Choices:
    """A button for each look, by number and name; the one that is worn stands out."""
    named = [
        Choice(
            looks.label(known.looks, number),
            Action.LOOK,
            (str(number),),
            "primary" if number == chosen else "secondary",
        )
        for number in range(min(len(known.looks), MAX_NUMBERS))
    ]
    return rows(named, 3 if len(named) <= 3 * (MAX_ROWS - 1) else MAX_COLUMNS)


def published(menu: Choices, code: str) -> Choices:
    """With a button that shows everyone what the code stands for."""
    show = button("show", Action.PUBLISH, code)
    return (*menu, (show,)) if len(menu) < MAX_ROWS else (*menu[:-1], (*menu[-1], show))


def posted(menu: Choices) -> Choices:
    """With a button that takes away again what others see, where there is room for one."""
    take = button("withdraw", Action.WITHDRAW)
    if len(menu) < MAX_ROWS:
        return (*menu, (take,))
    room = next((n for n in reversed(range(len(menu))) if len(menu[n]) < MAX_COLUMNS), None)
    return menu if room is None else (*menu[:room], (*menu[room], take), *menu[room + 1 :])


def near(types: tuple[str, ...]) -> Choices:
    """The types that were perhaps meant, and the way to all."""
    return (
        tuple(plain(kind, Action.TYPE, kind) for kind in types),
        (button("all-types", Action.TYPES),),
    )


def selfie(state: State, known: Known) -> Choices:
    """While a selfie is waited for."""
    last = ((button("again", Action.AGAIN, style="primary"),),) if state.face or known.last_face else ()
    return (*last, *_instead(state, known))


def other_selfie(state: State, known: Known) -> Choices:
    """After one that cannot be used: another one before all else."""
    last = (button("again", Action.AGAIN),) if state.face or known.last_face else ()
    return ((button("new-photo", Action.SELFIE, style="primary"), *last), *_instead(state, known))


def _instead(state: State, known: Known) -> Choices:
    """What else can be done than send a selfie."""
    return (*AFTER_PHOTO, *((play(known),) if state.type and state.gender else ()))


def stopped(work: Work) -> Choices:
    """Work that was stopped."""
    return ((retry(Action.RETRY, work), button("help", Action.HELP)),)


def again(ask: Ask) -> Choices:
    """What has failed can be asked for once more, where there is a button for it."""
    return ((ask.again, button("help", Action.HELP)),) if ask.again else LOST


def cancel(job: int) -> Choices:
    return ((button("cancel", Action.CANCEL, str(job)),),)


def faces(token: str, count: int, *, composing: bool = False) -> Choices:
    """One button for each numbered face: to find it, or to put another one in its place."""
    chosen, another = (Action.PLACE, Action.OTHER_PHOTO) if composing else (Action.PICK, Action.SELFIE)
    numbered = [plain(str(n + 1), chosen, token, str(n)) for n in range(min(count, MAX_NUMBERS))]
    return (*rows(numbered, 5), (button("new-photo", another),))


def face(state: State, known: Known, shown: Portrait) -> Choices:
    """Under a face: what can still be done with it."""
    if shown.panel == "mix" and shown.face:
        return panels.mix(state, shown)
    if shown.panel == "edit":
        return panels.edit(state, known, shown)
    if shown.face is None:
        return (play(known), (*panels.history(state), _mine(state)), *AFTER_PHOTO, *type_as(shown))
    return _blended(state, known, shown)


def type_as(shown: Portrait) -> Choices:
    """Under a type's picture: the same type with another face than a woman's, a man's or either."""
    others = (gender for gender in GENDERS if gender != shown.gender)
    return (tuple(button(f"as-{gender}", Action.TYPE_AS, shown.type, gender) for gender in others),)


def _mine(state: State) -> Choice:
    """Back to one's own face in the type's, or towards it."""
    return button("blend-back", Action.AGAIN) if state.face else button("send-selfie", Action.SELFIE)


def play(known: Known) -> tuple[Choice, ...]:
    """What can be done with any face."""
    return (
        *([button("edit", Action.EDIT, "")] if known.directions else []),
        *([button("looks", Action.LOOKS)] if len(known.looks) > 1 else []),
        Choice(Line("button-surprise"), Action.SURPRISE, (str(known.dice),)),
        button("all-faces", Action.ALL),
    )


def _blended(state: State, known: Known, shown: Portrait) -> Choices:
    blend = shown.blend
    weight = (
        *([button("more-me", Action.MORE_ME)] if blend.weight > LOW else []),
        *(
            [Choice(Line("button-more-type", {"type": shown.type}), Action.MORE_TYPE)]
            if blend.weight < HIGH
            else []
        ),
        *panels.history(state),
    )
    hidden = known.can_hide and not shown.public
    extra = (
        *([button("show", Action.SHOW, str(shown.serial))] if hidden else []),
        button("new-photo", Action.SELFIE),
        button("plain-type", Action.PLAIN),
        button("gallery", Action.GALLERY, "0"),
    )
    main = (
        button("in-photo", Action.COMPOSE, style="success"),
        button("match", Action.MATCH, style="primary"),
        button("film", Action.FILM),
        button("card", Action.CARD),
    )
    return (weight, (button("mix", Action.MIX, "open", "0"), *play(known)), main, extra)


def composed(known: Known, shown: Portrait, token: str) -> Choices:
    """Under the person's photo with the blended face in it."""
    hidden = known.can_hide and not shown.public
    return (
        (button("blend-back", Action.AGAIN, style="primary"), button("other-photo", Action.OTHER_PHOTO)),
        (
            button("original", Action.PHOTO_ORIGINAL, str(shown.serial), token),
            *([button("show", Action.REVEAL, str(shown.serial), token)] if hidden else []),
        ),
        (button("match", Action.MATCH),),
    )


def filmed(state: State, other: str = "") -> Choices:
    """Under a film, which can also be had in the `other` form."""
    again = button(f"film-{other}", Action.FILM_AS, other) if other else button("film", Action.FILM)
    return ((_mine(state), again, button("card", Action.CARD)), *AFTER_PHOTO)


def carded(state: State) -> Choices:
    """Under a card."""
    more = button("film", Action.FILM), button("gallery", Action.GALLERY, "0")
    return ((_mine(state), *more), *AFTER_PHOTO)


def reveal(serial: int, token: str) -> Choices:
    """Before everyone sees the person's own photo."""
    sure = button("reveal", Action.REVEAL_SURE, str(serial), token, style="danger")
    return ((sure,), (button("blend-back", Action.AGAIN),))


def matched(state: State) -> Choices:
    """Under the match: whom to meet, and what to do next."""
    return ((button("other-match", Action.OTHER_MATCH), _mine(state)), (button("other-type", Action.TYPES),))
