"""`/us`: one picture of two people, and only while both agree. Pure.

Anybody may press its buttons: whose word counts is for the store to say, which knows the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.core import menus
from bot.core.effects import Arg, Ask, Choice, Choices, Known, Line, Outcome, Range, Say, Show, retry
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.hearing import visible
from bot.core.presses import Action
from bot.core.state import State

HALF, STEP, LOW, HIGH = 50, 20, 10, 90
"""Hundredths of the friend's face."""
_PAIR = re.compile(r"[A-Za-z0-9_-]{12}")
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
    """How a pair stands, or its picture."""

    pair: str


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

    No `pair` where nobody was asked. `friend` is the platform's id of who is asked just now.
    """

    pair: str
    missing: Missing = ""
    both: bool = False
    mine: bool = False
    until: datetime | None = None
    friend: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Mixed(Outcome):
    pair: str
    weight: int


@dataclass(frozen=True)
class PairEnded(Outcome):
    """Whether there was one to end."""

    there_was: bool


def _command(state: State, command: Command, _: Known) -> Turn:
    """`/us @friend` asks; `/us CODE` looks at what was asked."""
    said = command.options.get("text", "").strip()
    if _PAIR.fullmatch(said):
        return state, (Look(said),)
    friend = command.options.get("friend")
    handle = command.options.get("handle") or (said if said.startswith("@") else None)
    if said and not (friend or handle):
        return state, (
            Say((Line("us-unknown", {"code": visible(said, 20)}),), menus.LOST, code="us_unknown"),
        )
    return state, (Invite(friend, handle[:64] if handle else None),)


def _asked(pair: str) -> Choices:
    agree = Choice(Line("button-us-agree"), Action.US_AGREE, (pair,), "success")
    return ((agree, Choice(Line("button-us-no"), Action.US_END, (pair,))),)


def _stands(state: State, now: PairStands, _: Known) -> Turn:
    match now.missing:
        case "":
            pass
        case "consent" | "face":
            # Whoever asked or pressed is told how to get ready, and does it again then.
            agree = _asked(now.pair)[0][:1] if now.pair else ()
            line = Line("us-not-ready", {"again": Line(f"us-again-{'agree' if now.pair else 'ask'}")})
            return state, (Say((line,), (*menus.BEGIN, agree), code="us_not_ready"),)
        case missing:
            return state, (Say((Line(f"us-{missing}"),), menus.LOST, code=f"us_{missing}"),)
    if now.both:
        return state, (Together(now.pair, HALF),)
    assert now.until
    key = "us-waits" if now.mine else "us-invite"
    line = Line(key, {"until": now.until, "code": now.pair})
    return state, (Say((line,), _asked(now.pair), code="us_asked", public=True, to=now.friend),)


def _mixed(state: State, mixed: Mixed, _: Known) -> Turn:
    args: dict[str, Arg] = {"friend": mixed.weight, "asker": 100 - mixed.weight, "code": mixed.pair}
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
    )
    return state, (show,)


def _ended(state: State, ended: PairEnded, _: Known) -> Turn:
    key = "us-ended" if ended.there_was else "us-over"
    stays = (Line(key), Line("not-removed")) if ended.there_was else ()
    return state, (Say((Line(key),), menus.LOST, public=ended.there_was, stays=stays),)


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
