"""What became of a community: the log of its settings, and its numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.core import menus
from bot.core.effects import Ask, Choice, Choices, Known, Line, Outcome, Say, Show
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.presses import Action
from bot.core.state import State
from bot.core.values import paused_line, plain, value_line
from db.community import AuditEntry

LOG_PAGE = 8
Form = Literal["sheet", "csv", "json"]
_DAYS = (7, 30, 90, 365)
_BACK = (menus.button("admin-back", Action.ADMIN, "home"),)


@dataclass(frozen=True)
class ReadLog(Ask):
    page: int


@dataclass(frozen=True)
class LogRead(Outcome):
    entries: tuple[AuditEntry, ...]
    page: int
    total: int


@dataclass(frozen=True)
class Report(Ask):
    """The community's numbers of the last days: drawn, or as a file."""

    days: int
    form: Form = "sheet"


@dataclass(frozen=True)
class Reported(Outcome):
    days: int
    form: Form


def _log(state: State, args: Args, _: Known) -> Turn:
    return state, (ReadLog(int(args[0])),)


def _logged(state: State, read: LogRead, _: Known) -> Turn:
    pages = max(1, -(-read.total // LOG_PAGE))
    lines = [Line("admin-log", {"count": read.total, "page": read.page + 1, "pages": pages})]
    lines += [_entry(entry) for entry in read.entries]
    turns = menus.turns(Action.LOG, read.page, pages)
    return state, (Say(tuple(lines), (turns, _BACK), code="admin", instead=True),)


def _entry(entry: AuditEntry) -> Line:
    key = entry.key.replace("_", "-")
    tell = paused_line if entry.key == "paused" else lambda value: value_line(entry.key, value)
    old, new = tell(entry.old), tell(entry.new)
    who = plain(entry.who) if entry.who else Line("admin-forgotten")
    what = Line(f"setting-{key}")
    return Line("admin-entry", {"when": entry.at, "who": who, "what": what, "old": old, "new": new})


def _stats(state: State, args: Args, _: Known) -> Turn:
    form: Form = "csv" if args[1] == "csv" else "json" if args[1] == "json" else "sheet"
    return state, (Report(int(args[0]), form),)


def _reported(state: State, outcome: Reported, _: Known) -> Turn:
    spans: tuple[Choice, ...] = tuple(
        Choice(Line("button-days", {"count": days}), Action.STATS, (str(days), "sheet")) for days in _DAYS
    )
    files = tuple(
        Choice(plain(form.upper()), Action.STATS, (str(outcome.days), form)) for form in ("csv", "json")
    )
    menu: Choices = (spans, (*files, *_BACK))
    line = Line("admin-stats", {"count": outcome.days})
    whole = outcome.form != "sheet"
    return state, (Show("typeface-stats", line, (line,), menu, code="admin", whole=whole, instead=not whole),)


FEATURE = Feature(
    presses={Action.LOG: _log, Action.STATS: _stats},
    answers={LogRead: _logged, Reported: _reported},
)
