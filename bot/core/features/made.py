"""Pictures that were made: a code tells how and makes one again, the gallery pages through them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core import captions, codes, filming, flow, menus
from bot.core.blend import of_type
from bot.core.effects import Ask, Choice, Known, Line, Outcome, Prefer, Render, Say, Show, retry
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.features.card import DrawCard
from bot.core.features.sheets import DrawSheet
from bot.core.flow import Turn
from bot.core.making import Made
from bot.core.outcomes import seen
from bot.core.portrait import Portrait
from bot.core.presses import Action
from bot.core.state import State


@dataclass(frozen=True)
class ReadMaking(Ask):
    """Look a code up; `public`: to show everyone what it stands for."""

    code: str
    public: bool = False


@dataclass(frozen=True)
class MakingRead(Outcome):
    """How the picture `code` was made, and when; nothing when nobody knows, or it is another person's."""

    code: str
    made: Made | None
    when: datetime | None
    public: bool = False


@dataclass(frozen=True)
class ReadGallery(Ask):
    """`instead`: the page takes the place of another one."""

    page: int
    instead: bool = False

    @property
    def again(self) -> Choice:
        return retry(Action.GALLERY, str(self.page))


@dataclass(frozen=True)
class GalleryRead(Outcome):
    """One page of the person's pictures; `drawn` says whether there is a sheet of them; `instead` as it was asked."""

    codes: tuple[str, ...]
    page: int
    pages: int
    total: int
    drawn: bool
    instead: bool = False


@dataclass(frozen=True)
class ReadEntry(Ask):
    """Look up one picture of the gallery."""

    code: str


@dataclass(frozen=True)
class EntryRead(Outcome):
    """What the picture is, when it was made, and how many links lead to it; no `made` when there is none."""

    code: str
    made: Made | None = None
    when: datetime | None = None
    links: int = 0


@dataclass(frozen=True)
class DropMaking(Ask):
    code: str


@dataclass(frozen=True)
class MakingDropped(Outcome):
    code: str
    dropped: bool


@dataclass(frozen=True)
class Original(Ask):
    """Make the picture again, larger and without loss; of a film, a sheet of its faces."""

    code: str

    @property
    def again(self) -> Choice:
        return retry(Action.ORIGINAL, self.code)


@dataclass(frozen=True)
class OriginalMade(Outcome):
    code: str
    made: Made


def _show_command(state: State, command: Command, _: Known) -> Turn:
    """`/show CODE`, however it is written."""
    code = codes.picture(command.said)
    if code is None:
        return state, (Say((Line("ask-code"),), menus.GALLERY, code="ask_code"),)
    return state, (ReadMaking(code),)


def _read(state: State, outcome: MakingRead, known: Known) -> Turn:
    """Tell how the picture was made, and make it again: from there on it can be played with."""
    made = outcome.made
    if made is None:
        line = Line("no-such-code", {"code": outcome.code})
        return state, (Say((line,), menus.GALLERY, code="unknown_code"),)
    if outcome.public:
        return _again(state, outcome.code, made, replace(known, public=True))
    when = (Line("made-when", {"when": outcome.when}),) if outcome.when else ()
    told = Say((Line("made-how", {"code": outcome.code}), captions.told(made), *when))
    state, effects = _again(state, outcome.code, made, known)
    return state, (told, *effects)


def _again(state: State, code: str, made: Made, known: Known) -> Turn:
    match made.kind:
        case "face":
            return _face_again(state, made.faces[0], known)
        case "film":
            return filming.shoot(state, known, made, code=code)
        case "card":
            return state, (DrawCard(made, known.public, code),)
    return state, (DrawSheet(made, known.public, code),)


def _face_again(state: State, made: Portrait, known: Known) -> Turn:
    before = state
    state = replace(state, type=made.type, gender=made.gender, face=made.face or state.face)
    same = (before.type, before.gender, before.face) == (state.type, state.gender, state.face)
    blend = made.blend if made.face else of_type(made.blend)
    state = state.blended(blend) if same else replace(state.afresh(), blend=blend)
    wanted = replace(flow.portrait(state, known), face=made.face, panel="" if made.face else "edit")
    state = replace(state, waiting="", shown=state.shown + 1)
    return state, (Render(replace(wanted, serial=state.shown)),)


def _gallery(state: State, args: Args, _: Known) -> Turn:
    return state, (ReadGallery(int(args[0])),)


def _leaf(state: State, args: Args, _: Known) -> Turn:
    return state, (ReadGallery(int(args[0]), instead=True),)


def _page(state: State, outcome: GalleryRead, _: Known) -> Turn:
    if not outcome.codes:
        empty = Say((Line("gallery-empty"),), menus.LOST, code="gallery_empty", instead=outcome.instead)
        return state, (empty,)
    codes = menus.rows([menus.plain(code, Action.MADE, code) for code in outcome.codes], 3)
    lines = (Line("gallery", {"total": outcome.total, "page": outcome.page + 1, "pages": outcome.pages}),)
    turns = menus.turns(Action.PAGE, outcome.page, outcome.pages)
    menu = (*codes, (*turns, menus.button("begin", Action.BEGIN)))
    if not outcome.drawn:
        return state, (Say(lines, menu, instead=outcome.instead),)
    alt = Line("alt-gallery", {"count": len(outcome.codes)})
    return state, (Show("typeface-gallery", alt, lines, menu, instead=outcome.instead),)


def _entry(state: State, args: Args, _: Known) -> Turn:
    """One picture of the gallery."""
    return state, (ReadEntry(args[0]),)


def _entry_read(state: State, entry: EntryRead, known: Known) -> Turn:
    """What it is, and what to do with it."""
    code = entry.code
    if entry.made is None:
        return state, (Say((Line("no-such-code", {"code": code}),), menus.GALLERY, code="unknown_code"),)
    share = (menus.button("share", Action.SHARE, code),)
    unshare = (menus.button("unshare", Action.UNSHARE, code),) if entry.links else ()
    still = (menus.button("original", Action.ORIGINAL, code),) if entry.made.kind != "film" else ()
    menu = (
        (*(share if still else ()), *unshare) if known.can_share else (),
        (menus.button("show-again", Action.RECALL, code, style="primary"), *still),
        (
            menus.button("toss", Action.TOSS, code, style="danger"),
            menus.button("gallery", Action.PAGE, "0"),
        ),
    )
    when = (Line("made-when", {"when": entry.when}),) if entry.when else ()
    links = (Line("links-open", {"count": entry.links}),) if entry.links else ()
    told = (captions.told(entry.made), *when, *links, Line("gallery-one", {"code": code}))
    return state, (Say(told, menu),)


def _recall(state: State, args: Args, _: Known) -> Turn:
    return state, (ReadMaking(args[0]),)


def _publish(state: State, args: Args, _: Known) -> Turn:
    published = flow.publish(state, args[0])
    return (published, (ReadMaking(args[0], public=True),)) if published else flow.already_shown(state)


def _withdraw(state: State, _: Args, __: Known) -> Turn:
    """What others saw goes away; it may be shown to them once more."""
    said = Say((Line("withdrawn"),), menus.GALLERY, code="withdrawn", stays=(Line("not-removed"),))
    return replace(state, published=""), (said,)


def _original(state: State, args: Args, _: Known) -> Turn:
    return state, (Original(args[0]),)


def _original_made(state: State, outcome: OriginalMade, _: Known) -> Turn:
    show = Show(
        f"typeface-{outcome.code}",
        captions.picture(outcome.made),
        (Line("original", {"code": outcome.code}),),
        menus.GALLERY,
        whole=True,
    )
    return state, (show,)


def _toss(state: State, args: Args, _: Known) -> Turn:
    sure = menus.button("toss-sure", Action.TOSS_SURE, args[0], style="danger")
    menu = ((sure, menus.button("gallery", Action.PAGE, "0")),)
    return state, (Say((Line("ask-toss", {"code": args[0]}),), menu, code="ask_toss", instead=True),)


def _toss_sure(state: State, args: Args, _: Known) -> Turn:
    return state, (DropMaking(args[0]),)


def _tossed(state: State, outcome: MakingDropped, _: Known) -> Turn:
    key = "tossed" if outcome.dropped else "no-such-code"
    return state, (Say((Line(key, {"code": outcome.code}),), menus.GALLERY, instead=True),)


def _visible(state: State, public: bool, known: Known) -> Turn:
    """Where nothing can be hidden, or nobody else is, that is said: no button there shows or hides a face."""
    key = f"now-{'public' if public else 'private'}" if known.can_hide else f"seen-{seen(known)}"
    return state, (Prefer(public=public), Say((Line(key),), menus.GALLERY))


FEATURE = Feature(
    commands={
        "show": _show_command,
        "gallery": lambda state, _, __: (state, (ReadGallery(0),)),
        "public": lambda state, _, known: _visible(state, True, known),
        "private": lambda state, _, known: _visible(state, False, known),
    },
    presses={
        Action.GALLERY: _gallery,
        Action.PAGE: _leaf,
        Action.MADE: _entry,
        Action.RECALL: _recall,
        Action.ORIGINAL: _original,
        Action.PUBLISH: _publish,
        Action.WITHDRAW: _withdraw,
        Action.TOSS: _toss,
        Action.TOSS_SURE: _toss_sure,
        Action.PUBLIC: lambda state, args, known: _visible(state, args == ("1",), known),
    },
    answers={
        MakingRead: _read,
        GalleryRead: _page,
        MakingDropped: _tossed,
        EntryRead: _entry_read,
        OriginalMade: _original_made,
    },
)
