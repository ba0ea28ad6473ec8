"""What the core answers, free of any platform; adapters render these.

All texts are plain (no markup) in the person's language. One event is answered by any number of `Progress` replies and
at least one `Text` or `Shown`, of which the last ends the answer; a duplicate delivery is answered by nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["percent", "tenths"]
Style = Literal["primary", "secondary", "success", "danger"]
BAR = 10
"""Characters of a bar."""
SELECT_COLUMNS = 2
MAX_PAYLOAD_BYTES = 64
"""The least that any platform carries (Telegram's callback_data)."""


@dataclass(frozen=True)
class Button:
    """`payload` comes back in a `Press`; at most 64 bytes of ASCII. `label` is at most 40 characters.

    `form` names what is to be written (`core/forms.py`): a platform that has forms opens one and sends the press with
    its text; elsewhere the press is answered by a question, and the next message is the text.
    """

    label: str
    payload: str
    style: Style = "secondary"
    form: str = ""


@dataclass(frozen=True)
class Select:
    """One of at most 25 is chosen; the one that is now has the style "primary". Elsewhere it is rows of buttons."""

    label: str
    options: tuple[Button, ...]


@dataclass(frozen=True)
class Slider:
    """A value from `low` to `high`: `payload` with the value behind it comes back. For pages; others have buttons.

    `unit` says how the value is told: 15 is 15 % or +1.5. Those of one `group` may be folded under its name.
    """

    label: str
    payload: str
    low: int
    high: int
    value: int
    unit: Unit = "percent"
    group: str = ""


Suggested = Literal["types", "directions", "looks", "codes"]
"""What is offered while an option is typed."""


@dataclass(frozen=True)
class Suggestion:
    """`label` is read by the person, `value` is what the command gets; at most 100 characters each."""

    label: str
    value: str


Menu = tuple[tuple[Button, ...], ...]
"""Rows of buttons: at most 5 rows of 5, which every platform can show."""


@dataclass(frozen=True)
class Picture:
    """An encoded picture and its alternative text. `name` is a file name with an extension.

    `media_type` is `image/...`; `video/mp4` for a film, which then has a JPEG as its `poster`; or
    `application/zip` for a file that is only handed over. `spoiler`: it is covered until somebody taps it.
    """

    data: bytes = field(repr=False)
    media_type: str
    name: str
    alt: str
    poster: bytes = field(default=b"", repr=False)
    spoiler: bool = False


def _rows(select: Select | None, menu: Menu) -> Menu:
    options = select.options if select else ()
    return (*(options[at : at + SELECT_COLUMNS] for at in range(0, len(options), SELECT_COLUMNS)), *menu)


@dataclass(frozen=True)
class Text:
    """A message; with a `menu` it asks something.

    `code` says what could not be done (`no_face`), or what is asked (`ask_type`). `link` is the token of a link that
    shows one picture, for the web to make an address of. With `stays` the message whose button was pressed goes
    away, where others see it too; where it cannot, that is said instead. `to` is the
    platform's id of somebody who is asked by this, and should hear of it. `instead`: it takes the place of the message
    whose button was pressed, as the next page does; where none was, or that one cannot be changed, it is a new message.
    `ended` is the picture of two that must not be seen any more.
    """

    text: str
    menu: Menu = ()
    code: str | None = None
    public: bool = False
    select: Select | None = None
    link: str | None = None
    stays: str = ""
    to: str | None = field(default=None, repr=False)
    instead: bool = False
    ended: str = ""

    @property
    def rows(self) -> Menu:
        """The select, as rows of buttons, and the menu: for platforms that have no selects."""
        return _rows(self.select, self.menu)


@dataclass(frozen=True)
class Shown:
    """A picture with its caption (at most 1,000 characters) and buttons.

    `public`: the asker decided that everyone in the chat may see it; otherwise, where the platform can, only the asker.
    `made` is the code that tells how the picture was made. `whole`: send it as a file, not as a compressed picture.
    `instead` as in `Text`. `pair`: it is that picture of two.
    """

    picture: Picture
    text: str = ""
    menu: Menu = ()
    code: str | None = None
    public: bool = False
    select: Select | None = None
    sliders: tuple[Slider, ...] = ()
    made: str | None = None
    whole: bool = False
    instead: bool = False
    pair: str = ""

    @property
    def rows(self) -> Menu:
        """The select, as rows of buttons, and the menu: for platforms that have no selects."""
        return _rows(self.select, self.menu)


@dataclass(frozen=True)
class Progress:
    """Work goes on: the adapter edits one progress message in place. `fraction` is 0 to 1, None when it is unknown."""

    text: str
    fraction: float | None = None
    preview: Picture | None = None
    menu: Menu = ()

    @property
    def drawn(self) -> str:
        """The text over a bar of characters, for platforms that have no bar of their own."""
        if self.fraction is None:
            return self.text
        full = round(min(max(self.fraction, 0.0), 1.0) * BAR)
        return f"{self.text}\n{'▰' * full}{'▱' * (BAR - full)}"


Reply = Text | Shown | Progress
