"""What the admins of a server or group set, look up, and see of its use. Pure.

Who may is `gate`'s to say, before anything here is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core import charts, menus
from bot.core.effects import Arg, Ask, Choice, Choices, Known, Line, Outcome, Say
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.features.report import ReadLog, Report
from bot.core.flow import Turn
from bot.core.hearing import visible
from bot.core.presses import NAME, Action
from bot.core.state import State
from bot.core.values import paused_line, value_line
from bot.core.wording import LOCALES
from db.community import Block, CommunitySettings

BLOCKS_PAGE, MAX_NOTICE = 20, 300
_QUOTAS = (0, 1, 3, 5, 10, 20, 50, 100)
_COOLDOWNS = (0, 10, 30, 60, 300, 900, 3600)
_HOURS = (1, 6, 24, 72, 168, 720)
_SWITCH = {"on": True, "off": False, "house": None}


@dataclass(frozen=True)
class Change(Ask):
    """Set one value; `page` is shown again afterwards."""

    key: str
    value: Any
    page: str = ""


@dataclass(frozen=True)
class Changed(Outcome):
    settings: CommunitySettings
    page: str


@dataclass(frozen=True)
class BlockPerson(Ask):
    """Serve that person of the platform no longer."""

    person: str


@dataclass(frozen=True)
class ResetQuota(Ask):
    """Give that person of the platform all uses of today again."""

    person: str


@dataclass(frozen=True)
class QuotaReset(Outcome):
    """`tag` stands for the person in the log."""

    tag: str


@dataclass(frozen=True)
class Unblock(Ask):
    tag: str


@dataclass(frozen=True)
class ReadBlocks(Ask):
    """Look up who is blocked."""

    page: int = 0


@dataclass(frozen=True)
class BlocksRead(Outcome):
    blocks: tuple[Block, ...]
    page: int
    total: int


@dataclass(frozen=True)
class TagRole(Ask):
    """What stands for that role of the platform."""

    role: str


@dataclass(frozen=True)
class RoleTagged(Outcome):
    tag: str


# Pages


def _home(known: Known) -> Say:
    settings = known.place.settings
    told: dict[str, Arg] = {key: value_line(key, value) for key, value in settings.model_dump().items()}
    told["paused"], told["language"] = paused_line(settings.paused), told.pop("locale")
    pause = Choice(Line("button-admin-pause"), Action.PAUSE, (), "primary", "notice")
    resume = menus.button("admin-resume", Action.SET, "paused", "off", style="primary")
    menu = (
        _to("channels", "quota", "cooldown"),
        _to("retention_hours", "match_chart", "pack"),
        _to("spoiler", "public", "locale"),
        (pause if settings.paused is None else resume, *_to("blocks")),
        (
            menus.button("admin-log", Action.LOG, "0"),
            menus.button("admin-stats", Action.STATS, "30", "sheet"),
        ),
    )
    return _panel((Line("admin-home", told),), menu)


def _panel(lines: tuple[Line, ...], menu: Choices, code: str = "admin") -> Say:
    """One page; the next one takes its place."""
    return Say(lines, menu, code=code, instead=True)


def _to(*pages: str) -> tuple[Choice, ...]:
    return tuple(
        menus.button(f"admin-{page.replace('_', '-')}", Action.ADMIN, page.replace("_", "-"))
        for page in pages
    )


def _page(state: State, known: Known, page: str) -> Turn:
    if page == "blocks":
        return state, (ReadBlocks(),)
    if build := _PAGES.get(page.replace("-", "_")):
        return state, (build(known),)
    return state, (_home(known),)


def _offered(key: str, values: Sequence[tuple[Line, str]], known: Known) -> Say:
    """The values of one setting, as buttons; the one that is set stands out."""
    current = value_line(key, getattr(known.place.settings, key))
    choices = [
        Choice(
            label, Action.SET, (key.replace("_", "-"), value), "primary" if label == current else "secondary"
        )
        for label, value in values
    ]
    lines = (Line(f"admin-ask-{key.replace('_', '-')}", {"value": current}),)
    return _panel(lines, (*menus.rows(choices, 4)[:4], _BACK))


def _numbers(key: str, values: Sequence[int | None]) -> Callable[[Known], Say]:
    offered = [(value_line(key, value), "house" if value is None else str(value)) for value in values]
    return lambda known: _offered(key, offered, known)


def _names(key: str, names: Callable[[Known], Sequence[str]]) -> Callable[[Known], Say]:
    def page(known: Known) -> Say:
        usable = [name for name in names(known) if re.fullmatch(NAME, name)][:15]
        return _offered(
            key,
            [(value_line(key, None), "house"), *((value_line(key, name), name) for name in usable)],
            known,
        )

    return page


def _switch(key: str, *values: str) -> Callable[[Known], Say]:
    offered = [(value_line(key, _SWITCH[value]), value) for value in values]
    return lambda known: _offered(key, offered, known)


def _channels(known: Known) -> Say:
    settings, here = known.place.settings, known.place.channel
    answers = settings.answers_in(here)
    say = Line("admin-ask-channels", {"value": value_line("channels", settings.channels)})
    now = Line("value-here-on" if answers else "value-here-off")
    some, others = bool(settings.channels), set(settings.channels) != {here}  # none chosen are all
    menu = (
        *(() if some and answers else (menus.button("channels-here", Action.SET, "channels", "here"),)),
        *(
            (menus.button("channels-leave", Action.SET, "channels", "leave"),)
            if some and answers and others
            else ()
        ),
        *((menus.button("channels-all", Action.SET, "channels", "all"),) if some else ()),
    )
    return _panel((say, now), (menu, _BACK))


_BACK = (menus.button("admin-back", Action.ADMIN, "home"),)
_PAGES: dict[str, Callable[[Known], Say]] = {
    "channels": _channels,
    "quota": _numbers("quota", (None, *_QUOTAS)),
    "cooldown": _numbers("cooldown", _COOLDOWNS),
    "retention_hours": _numbers("retention_hours", (None, *_HOURS)),
    "match_chart": _names("match_chart", lambda _: charts.names()),
    "pack": _names("pack", lambda known: known.place.packs),
    "spoiler": _switch("spoiler", "on", "off"),
    "public": _switch("public", "house", "on", "off"),
    "locale": _names("locale", lambda _: LOCALES),
}


# Changes


def _set(state: State, args: Args, known: Known) -> Turn:
    key, said = args[0].replace("-", "_"), args[1]
    settings = known.place.settings
    if key == "channels":
        return state, (Change(key, _moved(settings.channels, said, known.place.channel), "channels"),)
    if key in ("spoiler", "public"):
        return state, (Change(key, _SWITCH.get(said), key),)
    if key == "paused":
        return replace(state, waiting=""), (Change(key, "" if said == "silent" else None),)
    value = None if said == "house" else int(said) if said.isdecimal() else said
    return state, (Change(key, value, key),)


def _moved(channels: tuple[str, ...], said: str, here: str) -> tuple[str, ...]:
    others = tuple(channel for channel in channels if channel != here)
    return {"here": (*others, here), "leave": others, "all": ()}[said]


def _role(state: State, args: Args, known: Known) -> Turn:
    role, said = args
    quotas = {key: value for key, value in known.place.settings.role_quotas.items() if key != role}
    if said != "house":
        quotas[role] = int(said)
    return state, (Change("role_quotas", quotas, "quota"),)


def _ask_role(state: State, tagged: RoleTagged, known: Known) -> Turn:
    role = tagged.tag
    current = known.place.settings.role_quotas.get(role)
    values = [(Line("value-like-all"), "house"), *((value_line("quota", n), str(n)) for n in _QUOTAS)]
    choices = [Choice(label, Action.ROLE, (role, value)) for label, value in values]
    shown = Line("value-like-all") if current is None else value_line("quota", current)
    line = Line("admin-ask-role", {"value": shown})
    return state, (_panel((line,), (*menus.rows(choices, 4), _BACK)),)


def _pause(state: State, _: Args, __: Known) -> Turn:
    """Ask for the words; the next message is the notice."""
    menu = ((menus.button("pause-silent", Action.SET, "paused", "silent"),), _BACK)
    return replace(state, waiting="notice"), (_panel((Line("admin-ask-notice"),), menu, "ask_notice"),)


def _noticed(state: State, text: str, known: Known) -> Turn:
    state = replace(state, waiting="")
    if not (known.place.community and known.place.admin):  # no admin any more, since they were asked
        return state, (Say((Line("admins-only"),), menus.OWN_DATA, code="admins_only"),)
    return state, (Change("paused", visible(text, MAX_NOTICE)),)


def _changed(state: State, changed: Changed, known: Known) -> Turn:
    known = replace(known, place=replace(known.place, settings=changed.settings))
    return _page(state, known, changed.page)


# Blocks


def _blocks(state: State, read: BlocksRead, _: Known) -> Turn:
    pages = max(1, -(-read.total // BLOCKS_PAGE))
    lines = [Line("admin-blocks", {"count": read.total})]
    lines += [Line("admin-page", {"page": read.page + 1, "pages": pages})] if pages > 1 else []
    lines += [Line("admin-block", {"who": block.tag, "when": block.since}) for block in read.blocks]
    choices = [
        Choice(Line("button-unblock", {"who": block.tag}), Action.UNBLOCK, (block.tag,))
        for block in read.blocks
    ]
    turns = menus.turns(Action.BLOCKS, read.page, pages)
    return state, (_panel(tuple(lines), (*menus.rows(choices, 5), (*turns, *_BACK))),)


def _reset(state: State, reset: QuotaReset, _: Known) -> Turn:
    return state, (_panel((Line("admin-reset", {"who": reset.tag}),), (_BACK,)),)


def _unblock(state: State, args: Args, _: Known) -> Turn:
    return state, (Unblock(args[0]),)


# Commands


def _command(state: State, command: Command, known: Known) -> Turn:
    """`/admin`, `/admin log`, `/admin stats 7`, `/admin block` or `reset` with a person, `/admin` with a role."""
    what, *rest = " ".join(
        v for k, v in command.options.items() if k in ("what", "text")
    ).lower().split() or [""]
    person, role = command.options.get("person"), command.options.get("role")
    if what in ("block", "reset"):  # whoever answers a message may want anything else
        person = person or command.options.get("answered")
    state = replace(state, waiting="")
    if role:
        return state, (TagRole(role),)
    if person and what in ("", "block", "reset"):
        return state, (ResetQuota(person) if what == "reset" else BlockPerson(person),)
    if what in ("block", "reset"):
        asked = Line(f"admin-ask-{what}", {"platform": known.person.platform})
        return state, (_panel((asked,), (_BACK,)),)
    if what == "log":
        return state, (ReadLog(0),)
    if what == "stats":
        days = int(rest[0]) if rest and rest[0].isdecimal() and len(rest[0]) < 4 else 30
        return state, (Report(max(1, days)),)
    return _page(state, known, what or "home")


FEATURE = Feature(
    commands={"admin": _command},
    presses={
        Action.ADMIN: lambda state, args, known: _page(replace(state, waiting=""), known, args[0]),
        Action.SET: _set,
        Action.ROLE: _role,
        Action.PAUSE: _pause,
        Action.BLOCKS: lambda state, args, _: (state, (ReadBlocks(int(args[0])),)),
        Action.UNBLOCK: _unblock,
    },
    answers={
        Changed: _changed,
        RoleTagged: _ask_role,
        BlocksRead: _blocks,
        QuotaReset: _reset,
    },
    words={"notice": _noticed},
)
