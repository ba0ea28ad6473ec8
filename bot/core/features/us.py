"""`/us`: one picture of two people, and only while both agree. Pure.

Anybody may press its buttons: whose word counts is for the store to say, which knows the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.core import menus
from bot.core.codes import read, spelled
from bot.core.effects import (
    Arg,
    Ask,
    Choice,
    Choices,
    Effect,
    Known,
    Line,
    Outcome,
    Range,
    Rendered,
    Say,
    Show,
    retry,
)
from bot.core.events import Command, Event, Press
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.hearing import visible
from bot.core.portrait import Portrait
from bot.core.presses import OPEN, Action, decode
from bot.core.state import State

HALF, STEP, LOW, HIGH = 50, 20, 10, 90
"""Hundredths of the friend's face."""
NAMELESS = frozenset({"web"})
"""Platforms where nobody has a handle, so that whoever is asked by one could never answer."""
Missing = Literal["", "over", "consent", "face", "friend", "packs"]


@dataclass(frozen=True)
class Invite(Ask):
    """Ask somebody: the platform's id, else the handle; with neither, whoever agrees first."""

    friend: str | None = None
    handle: str | None = None


@dataclass(frozen=True)
class Agree(Ask):
    pair: str


@dataclass(frozen=True)
class Look(Ask):
    """How a pair stands, or its picture; `quiet`: nobody has asked for it, so nothing is said to everyone."""

    pair: str
    quiet: bool = False


@dataclass(frozen=True)
class Together(Ask):
    """Mix the two; `weight` is the friend's share."""

    pair: str
    weight: int

    @property
    def again(self) -> Choice:
        return retry(Action.US_MIX, self.pair, str(self.weight))


@dataclass(frozen=True)
class End(Ask):
    pair: str


@dataclass(frozen=True)
class PairStands(Outcome):
    """`missing` says what stands in the way, if something does; `both` that nothing does.

    No `pair` where nobody was asked. `friend` is the platform's id of who is asked just now. `quiet` as in `Look`.
    """

    pair: str
    missing: Missing = ""
    both: bool = False
    mine: bool = False
    until: datetime | None = None
    friend: str | None = field(default=None, repr=False)
    quiet: bool = False


@dataclass(frozen=True)
class Mixed(Outcome):
    pair: str
    weight: int


@dataclass(frozen=True)
class PairEnded(Outcome):
    """Whether there was one to end."""

    pair: str
    there_was: bool


def _command(state: State, command: Command, _: Known) -> Turn:
    """`/us @friend` asks; `/us CODE` looks at what was asked."""
    said = (command.options.get("code") or command.options.get("text", "")).strip()
    if pair := read(said):
        return state, (Look(pair),)
    friend = command.options.get("friend") or command.options.get("answered")
    handle = command.options.get("handle") or (said if said.startswith("@") else None)
    if said and not (friend or handle):
        return state, (
            Say((Line("us-unknown", {"code": visible(said, 20)}),), menus.LOST, code="us_unknown"),
        )
    if handle and not friend and command.origin.person.platform in NAMELESS:
        return state, (Say((Line("us-nameless"),), menus.LOST, code="us_nameless"),)
    return state, (Invite(friend, handle[:64] if handle else None),)


def agreed(pair: str) -> Say:
    """Both have agreed: the picture is there to be seen."""
    see = menus.button("us-see", Action.US_MIX, pair, str(HALF), style="primary")
    return Say((Line("us-agreed"),), ((see,),))


def news(state: State, event: Event, known: Known) -> tuple[State, tuple[Say, ...]]:
    """What has come of the picture of two since it was spoken of, for who could not be told when it came.

    Where others read along, it was said there.
    """
    if not state.pair or (known.pair and not known.pair.both) or _about_pairs(event):
        return state, ()
    gone = Say(
        (Line("us-gone", {"code": spelled(state.pair)}),), menus.LOST, code="us_over", ended=state.pair
    )
    told = agreed(state.pair) if known.pair else gone
    return _closed(state, state.pair), () if known.shared else (told,)


def _about_pairs(event: Event) -> bool:
    if isinstance(event, Press):
        pressed = decode(event.origin.person, event.payload)
        return pressed is not None and pressed.action in OPEN
    return isinstance(event, Command) and event.name == "us"


def returned(state: State, outcome: Outcome, effects: tuple[Effect, ...], known: Known) -> Turn:
    """Who was asked before they had a face has one now, and sees it: the invitation comes next.

    Where they were asked, or where nobody else reads it.
    """
    pair = state.pair if state.unready else "" if known.shared else known.unready
    face = isinstance(outcome, Rendered) and isinstance(outcome.wanted, Portrait) and outcome.wanted.face
    if not (pair and face and isinstance(effects[-1], Show)):
        return state, effects
    return replace(state, unready=False), (*effects, Look(pair, quiet=True))


def _closed(state: State, pair: str) -> State:
    """Nothing more is awaited of that pair."""
    return replace(state, pair="", unready=False) if state.pair == pair else state


def _asked(now: PairStands, known: Known) -> tuple[str, Choices]:
    """What is said while not both have agreed: whoever has is not asked once more, unless others read it."""
    agree = menus.button("us-agree", Action.US_AGREE, now.pair, style="success")
    no = menus.button("us-no", Action.US_END, now.pair)
    if not now.mine:
        return "us-invite", ((agree, no),)
    too = menus.button("us-agree-too", Action.US_AGREE, now.pair, style="success")
    back = menus.button("us-back", Action.US_END, now.pair)
    return ("us-waits", ((too, back),)) if known.shared else ("us-mine", ((back,),))


def _stands(state: State, now: PairStands, known: Known) -> Turn:
    match now.missing:
        case "":
            pass
        case "consent" | "face":
            return _not_ready(state, now.pair, known)
        case missing:
            ended = now.pair if missing == "over" else ""
            said = Say((Line(f"us-{missing}"),), menus.LOST, code=f"us_{missing}", ended=ended)
            return _closed(state, now.pair), (said,)
    if now.both:
        return _closed(state, now.pair), (agreed(now.pair) if now.quiet else Together(now.pair, HALF),)
    assert now.until
    key, menu = _asked(now, known)
    line = Line(key, {"until": now.until, "code": spelled(now.pair)})
    said = Say((line,), menu, code="us_asked", public=not now.quiet, to=now.friend)
    return replace(state, pair=now.pair, unready=False), (said,)


def _not_ready(state: State, pair: str, known: Known) -> Turn:
    """Whoever pressed is told how to get ready, and asked again then; whoever wanted to ask does it again."""
    agree = (menus.button("us-agree", Action.US_AGREE, pair, style="success"),) if pair else ()
    again = ("agree-here" if known.shared else "agree") if pair else "ask"
    line = Line("us-not-ready", {"again": Line(f"us-again-{again}")})
    said = Say((line,), (*menus.BEGIN, agree), code="us_not_ready")
    return (replace(state, pair=pair, unready=True) if pair else state), (said,)


def _mixed(state: State, mixed: Mixed, _: Known) -> Turn:
    args: dict[str, Arg] = {"friend": mixed.weight, "asker": 100 - mixed.weight, "code": spelled(mixed.pair)}
    shares = (
        ("us-more-asker", max(LOW, mixed.weight - STEP)),
        ("us-more-friend", min(HIGH, mixed.weight + STEP)),
    )
    more = tuple(
        menus.button(key, Action.US_MIX, mixed.pair, str(weight))
        for key, weight in shares
        if weight != mixed.weight
    )
    slider = Range(Line("slider-us"), Action.US_MIX, (mixed.pair,), LOW, HIGH, mixed.weight)
    show = Show(
        "typeface-us",
        Line("alt-us", args),
        (Line("us", args),),
        (more, (menus.button("us-end", Action.US_END, mixed.pair, style="danger"),)),
        public=True,
        ranges=(slider,),
        pair=mixed.pair,
    )
    return _closed(state, mixed.pair), (show,)


def _ended(state: State, ended: PairEnded, _: Known) -> Turn:
    key = "us-ended" if ended.there_was else "us-over"
    stays = (Line(key), Line("not-removed")) if ended.there_was else ()
    said = Say((Line(key),), menus.LOST, public=ended.there_was, stays=stays, ended=ended.pair)
    return _closed(state, ended.pair), (said,)


def _mix(state: State, args: Args, _: Known) -> Turn:
    return state, (Together(args[0], min(HIGH, max(LOW, int(args[1])))),)


FEATURE = Feature(
    commands={"us": _command},
    presses={
        Action.US_AGREE: lambda state, args, _: (state, (Agree(args[0]),)),
        Action.US_MIX: _mix,
        Action.US_END: lambda state, args, _: (state, (End(args[0]),)),
    },
    answers={PairStands: _stands, Mixed: _mixed, PairEnded: _ended},
)
