"""Links that show one picture to whoever has them, and nothing else: made, and ended by their owner. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core import codes, menus
from bot.core.effects import Ask, Known, Line, Outcome, Say
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.presses import Action
from bot.core.state import State


@dataclass(frozen=True)
class MakeLink(Ask):
    """Make a link to the person's own picture `code`."""

    code: str


@dataclass(frozen=True)
class LinkMade(Outcome):
    """The link's `token`, and until when it is good."""

    code: str
    token: str
    until: datetime


@dataclass(frozen=True)
class NotLinked(Outcome):
    """Why there is no link: nobody knows the picture `code` (`unknown_code`), or it is a film (`no_film`)."""

    code: str
    why: str


@dataclass(frozen=True)
class EndLinks(Ask):
    code: str


@dataclass(frozen=True)
class LinksEnded(Outcome):
    code: str
    count: int


def _command(state: State, command: Command, known: Known) -> Turn:
    code = codes.picture(command.said)
    if code is None:
        return state, (Say((Line("ask-share-code"),), menus.GALLERY, code="ask_code"),)
    return _share(state, (code,), known)


def _share(state: State, args: Args, known: Known) -> Turn:
    if not known.can_share:
        return state, (Say((Line("share-elsewhere"),), menus.GALLERY, code="only_web"),)
    return state, (MakeLink(args[0]),)


def _made(state: State, outcome: LinkMade, _: Known) -> Turn:
    end = menus.button("unshare", Action.UNSHARE, outcome.code)
    menu = ((end, menus.button("gallery", Action.GALLERY, "0")),)
    line = Line("link-made", {"code": outcome.code, "until": outcome.until})
    return state, (Say((line,), menu, link=outcome.token),)


def _not_made(state: State, outcome: NotLinked, _: Known) -> Turn:
    key = "no-such-code" if outcome.why == "unknown_code" else "share-no-film"
    return state, (Say((Line(key, {"code": outcome.code}),), menus.GALLERY, code=outcome.why),)


def _unshare(state: State, args: Args, _: Known) -> Turn:
    return state, (EndLinks(args[0]),)


def _ended(state: State, outcome: LinksEnded, _: Known) -> Turn:
    line = Line("links-ended", {"code": outcome.code, "count": outcome.count})
    return state, (Say((line,), menus.GALLERY),)


FEATURE = Feature(
    commands={"share": _command},
    presses={Action.SHARE: _share, Action.UNSHARE: _unshare},
    answers={LinkMade: _made, NotLinked: _not_made, LinksEnded: _ended},
)
