"""What the conversation wants done, and what came of it: values between `conversation` and `service`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.blend import Blend
from bot.core.charts import Chart
from bot.core.mbti import Gender
from bot.core.photos import HeldPhoto
from bot.core.presses import Action
from bot.core.replies import Style
from db.records import Held, Receipt

Arg = str | int | datetime


@dataclass(frozen=True)
class Line:
    """One paragraph: a key of `texts/` and its arguments."""

    key: str
    args: Mapping[str, Arg] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A button before it has a language and an owner."""

    label: Line
    action: Action
    args: tuple[str, ...] = ()
    style: Style = "secondary"


Choices = tuple[tuple[Choice, ...], ...]


# What can be rendered.
@dataclass(frozen=True)
class TypeFace:
    """The average face of a type."""

    type: str
    gender: Gender


@dataclass(frozen=True)
class MatchFace:
    """The face of the type that matches `type` best: of `partners`, the first."""

    type: str
    partners: tuple[str, ...]
    gender: Gender


@dataclass(frozen=True)
class Blended:
    """The person's latent `face` blended with a type's. `serial` counts pictures; `public`: for everyone."""

    face: str
    type: str
    gender: Gender
    blend: Blend
    serial: int
    public: bool = False


Wanted = TypeFace | MatchFace | Blended


# Effects: `Render`, `Project`, `Compose`, `ReadHeld` and `Forget` are answered by an outcome, and come last.
@dataclass(frozen=True)
class Say:
    lines: tuple[Line, ...]
    menu: Choices = ()
    code: str | None = None


@dataclass(frozen=True)
class Show:
    """Show the picture that was made last. `name` is the file's name without its ending."""

    name: str
    alt: Line
    lines: tuple[Line, ...]
    menu: Choices = ()
    code: str | None = None
    public: bool = False


@dataclass(frozen=True)
class Hold:
    """Keep the photo of this event in memory; `spare` as in `HeldPhoto`."""

    spare: bool = False


@dataclass(frozen=True)
class Spare:
    """The face of the photo in memory is found: from now on it is spare."""


@dataclass(frozen=True)
class Drop:
    """Let the photo in memory go."""


@dataclass(frozen=True)
class Consent:
    """The person has agreed."""


@dataclass(frozen=True)
class Prefer:
    match_gender: Gender


@dataclass(frozen=True)
class OpenSession:
    type: str
    gender: Gender


@dataclass(frozen=True)
class CloseSession:
    outcome: str


@dataclass(frozen=True)
class CancelJob:
    job: int


@dataclass(frozen=True)
class Render:
    wanted: Wanted


@dataclass(frozen=True)
class Project:
    """Find the latent of the photo in memory; `pick` chooses one of its boxes."""

    job: int
    pick: int | None = None


@dataclass(frozen=True)
class Compose:
    """Put the blended face into the photo in memory; `pick` chooses one of its boxes."""

    job: int
    wanted: Blended
    pick: int | None = None


@dataclass(frozen=True)
class ReadHeld:
    """Look up all that is held about the person."""


@dataclass(frozen=True)
class Forget:
    """Cancel all work of the person, drop their photos, erase what is stored."""


Effect = (
    Say | Show | Hold | Spare | Drop | Consent | Prefer | OpenSession | CloseSession | CancelJob
    | Render | Project | Compose | ReadHeld | Forget
)  # fmt: skip


# Outcomes.
@dataclass(frozen=True)
class Rendered:
    wanted: Wanted


@dataclass(frozen=True)
class Projected:
    """The latent was found and is kept as `face`."""

    job: int
    face: str


@dataclass(frozen=True)
class Composed:
    """The face is in the photo `token`."""

    job: int
    wanted: Blended
    token: str


@dataclass(frozen=True)
class ManyFound:
    """The photo `token` has several faces; `drawn` says whether there is a picture with their numbers."""

    job: int
    token: str
    count: int
    drawn: bool


@dataclass(frozen=True)
class Failed:
    """`work` is what was wanted, or the job's number; `code` as in `inference.errors`, or our own."""

    work: Wanted | int
    code: str
    seconds: int = 0


@dataclass(frozen=True)
class HeldRead:
    held: Held


@dataclass(frozen=True)
class Forgotten:
    receipt: Receipt


Outcome = Rendered | Projected | Composed | ManyFound | Failed | HeldRead | Forgotten


@dataclass(frozen=True)
class Known:
    """What the conversation may know about the world at this moment.

    `photo` is in memory and waits for its face to be found; `kept` is the one in memory, whether it waits or
    is spare. `running`: a job on a photo of this person runs in this chat now. `last_face`: this person's
    newest latent, from any chat. `room`: the photo of this event can be held. `hours` is how long latents are
    kept.
    """

    consented: bool
    chart: Chart
    photo: HeldPhoto | None = None
    kept: HeldPhoto | None = None
    match_gender: Gender | None = None
    last_face: str | None = None
    running: bool = False
    room: bool = True
    can_hide: bool = False
    hours: int = 24
