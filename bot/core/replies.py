"""What the core answers, free of any platform; adapters render these.

All texts are plain (no markup) in the person's language. One event is answered by any number of `Progress` replies and
at least one `Text` or `Shown`, of which the last ends the answer; a duplicate delivery is answered by nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Style = Literal["primary", "secondary", "success", "danger"]
BAR = 10
"""Characters of a bar."""
MAX_PAYLOAD_BYTES = 64
"""The least that any platform carries (Telegram's callback_data)."""


@dataclass(frozen=True)
class Button:
    """`payload` comes back in a `Press`; at most 64 bytes of ASCII. `label` is at most 40 characters."""

    label: str
    payload: str
    style: Style = "secondary"


Menu = tuple[tuple[Button, ...], ...]
"""Rows of buttons: at most 5 rows of 5, which every platform can show."""


@dataclass(frozen=True)
class Picture:
    """An encoded picture and its alternative text. `name` is a file name with an extension."""

    data: bytes = field(repr=False)
    media_type: str
    name: str
    alt: str


@dataclass(frozen=True)
class Text:
    """A message; with a `menu` it asks something.

    `code` says what could not be done (`no_face`), or what is asked (`ask_type`).
    """

    text: str
    menu: Menu = ()
    code: str | None = None
    public: bool = False


@dataclass(frozen=True)
class Shown:
    """A picture with its caption (at most 1,000 characters) and buttons.

    `public`: the asker decided that everyone in the chat may see it; otherwise, where the platform can, only the asker.
    """

    picture: Picture
    text: str = ""
    menu: Menu = ()
    code: str | None = None
    public: bool = False


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
