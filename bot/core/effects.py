"""What the conversation wants done, and what came of it: values between `conversation` and `service`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeAlias

from bot.core.charts import Chart
from bot.core.events import NOBODY, Person
from bot.core.mbti import Gender
from bot.core.photos import HeldPhoto
from bot.core.place import NOWHERE, Place
from bot.core.portrait import Portrait, Wanted
from bot.core.presses import Action
from bot.core.replies import Style, Unit
from db.records import Held, Pair, Receipt

Arg: TypeAlias = "str | int | datetime | Line | tuple[Line, ...]"
"""Lines among the arguments are said in the person's language; several become a list."""


class Effect:
    """What the conversation wants done."""


class Quick(Effect):
    """Done before the state is saved, and answered by nothing."""


class Ask(Effect):
    """Done after the state is saved, and answered by an outcome: it comes last."""

    @property
    def again(self) -> Choice | None:
        """The button that asks for the same once more, when it has failed; None where there is none."""
        return None


class Outcome:
    """What came of an `Ask`: the conversation decides what comes next."""


@dataclass(frozen=True)
class Line:
    """One paragraph: a key of `texts/` and its arguments."""

    key: str
    args: Mapping[str, Arg] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A button before it has a language and an owner; `form` as in `Button`."""

    label: Line
    action: Action
    args: tuple[str, ...] = ()
    style: Style = "secondary"
    form: str = ""


Choices = tuple[tuple[Choice, ...], ...]


def retry(action: Action, *args: str) -> Choice:
    return Choice(Line("button-retry"), action, args, "primary")


def recall(code: str, public: bool) -> Choice:
    """What a code stands for, once more."""
    return retry(Action.PUBLISH if public else Action.RECALL, code)


@dataclass(frozen=True)
class Selection:
    """One of many, before it has a language: a select where the platform has one."""

    label: Line
    options: tuple[Choice, ...]


@dataclass(frozen=True)
class Range:
    """A slider: `action` with `args` and the value. Those of one `group` are shown together, folded."""

    label: Line
    action: Action
    args: tuple[str, ...]
    low: int
    high: int
    value: int
    unit: Unit = "percent"
    group: Line | None = None


# Effects.
@dataclass(frozen=True)
class Say(Effect):
    """With `stays` the message whose button was pressed goes away; where it cannot, they are said instead.

    `to`, `instead` and `ended` as in `Text`.
    """

    lines: tuple[Line, ...]
    menu: Choices = ()
    code: str | None = None
    select: Selection | None = None
    public: bool = False
    link: str | None = None
    stays: tuple[Line, ...] = ()
    to: str | None = field(default=None, repr=False)
    instead: bool = False
    ended: str = ""


@dataclass(frozen=True)
class Show(Effect):
    """Show the picture that was made last. `name` is the file's name without its ending.

    `made`: under it stands the code that tells how it was made, when it has one. `whole`: it is sent as a file, so
    that no platform compresses it again. `publish`: only the asker sees it, and a button shows it to everyone.
    `instead` as in `Text`, `pair` as in `Shown`.
    """

    name: str
    alt: Line
    lines: tuple[Line, ...]
    menu: Choices = ()
    code: str | None = None
    public: bool = False
    select: Selection | None = None
    ranges: tuple[Range, ...] = ()
    made: bool = False
    whole: bool = False
    publish: bool = False
    instead: bool = False
    pair: str = ""


@dataclass(frozen=True)
class Hold(Quick):
    """Keep the photo of this event in memory; `spare` as in `HeldPhoto`."""

    spare: bool = False


@dataclass(frozen=True)
class Spare(Quick):
    """The face of the photo in memory is found: from now on it is spare; or it is to be found once more."""

    spare: bool = True


@dataclass(frozen=True)
class Drop(Quick):
    """Let the photo in memory go."""


@dataclass(frozen=True)
class Consent(Quick):
    """The person has agreed."""


@dataclass(frozen=True)
class Prefer(Quick):
    """What the person wants from now on; None leaves it as it was. `language` is one of `LOCALES`, or "auto"."""

    match_gender: Gender | None = None
    public: bool | None = None
    language: str | None = None


@dataclass(frozen=True)
class OpenSession(Quick):
    type: str
    gender: Gender


@dataclass(frozen=True)
class CloseSession(Quick):
    outcome: str


@dataclass(frozen=True)
class CancelJob(Quick):
    job: int


@dataclass(frozen=True)
class Render(Ask):
    """`instead` as in `Text`."""

    wanted: Wanted
    instead: bool = False

    @property
    def again(self) -> Choice:
        match self.wanted:
            case Portrait(panel="mix"):
                return retry(Action.MIX, "open", "0")
            case Portrait(panel="edit", direction=direction):
                return retry(Action.EDIT, direction)
            case Portrait(panel="type"):
                return retry(Action.PLAIN)
            case Portrait(face=face):
                return retry(Action.RETRY, "blend" if face else "type")
        return retry(Action.RETRY, "match")


@dataclass(frozen=True)
class Job(Ask):
    """Long work with progress, one at a time for a person and chat; it can be cancelled.

    `costs` a use of the person's quota, unless it makes what they have had once more.
    """

    costs: ClassVar[bool] = True
    job: int


@dataclass(frozen=True)
class Project(Job):
    """Find the latent of the photo in memory; `pick` chooses one of its boxes."""

    pick: int | None = None

    @property
    def again(self) -> Choice:
        return retry(Action.RETRY, "photo")


@dataclass(frozen=True)
class Compose(Job):
    """Put the blended face into the photo in memory; `pick` chooses one of its boxes."""

    wanted: Portrait
    pick: int | None = None

    @property
    def again(self) -> Choice:
        return retry(Action.RETRY, "compose")


@dataclass(frozen=True)
class ComposeOriginal(Job):
    """Put the face that has this `serial` into the photo `token` in memory again, without loss."""

    costs = False
    serial: int
    token: str

    @property
    def again(self) -> Choice:
        return retry(Action.PHOTO_ORIGINAL, str(self.serial), self.token)


@dataclass(frozen=True)
class ReadHeld(Ask):
    """Look up all that is held about the person."""


@dataclass(frozen=True)
class Forget(Ask):
    """Cancel all work of the person, drop their photos, erase what is stored."""


# Outcomes.
@dataclass(frozen=True)
class Ended(Outcome):
    """The job is over."""

    job: int


@dataclass(frozen=True)
class Rendered(Outcome):
    """`instead` as it was asked."""

    wanted: Wanted
    instead: bool = False


@dataclass(frozen=True)
class Projected(Ended):
    """The latent was found and is kept as `face`."""

    face: str


@dataclass(frozen=True)
class Composed(Ended):
    """The face is in the photo `token`."""

    wanted: Portrait
    token: str


@dataclass(frozen=True)
class OriginalComposed(Ended):
    """The face is in the photo, and the picture is a file that has lost nothing."""

    wanted: Portrait


@dataclass(frozen=True)
class ManyFound(Ended):
    """The photo `token` has several faces; `drawn` says whether there is a picture with their numbers."""

    token: str
    count: int
    drawn: bool


@dataclass(frozen=True)
class Failed(Outcome):
    """`ask` is what was asked for; `code` as in `inference.errors`, or our own; `seconds` tells how long to wait."""

    ask: Ask
    code: str
    seconds: int = 0


@dataclass(frozen=True)
class HeldRead(Outcome):
    held: Held


@dataclass(frozen=True)
class Forgotten(Outcome):
    receipt: Receipt


@dataclass(frozen=True)
class Direction:
    """What a face can be moved along, and how far, in tenths of the pack's unit."""

    name: str
    low: int
    high: int


@dataclass(frozen=True)
class Known:
    """What the conversation may know about the world at this moment.

    `photo` is in memory and waits for its face to be found; `kept` is the one in memory, whether it waits or
    is spare. `running`: a job on a photo of this person runs in this chat now. `last_face`: this person's newest
    latent, from any chat. `room`: the photo of this event can be held. `hours` is how long latents are kept.
    `public`: the person's pictures are for everyone in the chat at once. `can_share`: a picture can be shown to
    others by a link. `directions` and `looks` are what the faces can be moved along and worn by. `dice` is a fresh
    random number below 2^31. `language` is the one that the person chose, if they did. `place`: where the person is,
    and what is set there. `shared`: others read this chat too. `pair` is how `State.pair` stands; None when it is over.
    `unready` is a picture of two that the person wants, in any chat, and lacks a face for. `person` is whose
    conversation it is.
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
    can_share: bool = False
    hours: int = 24
    public: bool = False
    directions: tuple[Direction, ...] = ()
    looks: tuple[str, ...] = ("mean",)
    dice: int = 0
    language: str | None = None
    place: Place = NOWHERE
    shared: bool = False
    pair: Pair | None = None
    unready: str = ""
    person: Person = NOBODY
