"""How the house stands, for those who run it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import menus
from bot.core.effects import Arg, Ask, Known, Line, Outcome, Say
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.presses import Action
from bot.core.state import State
from db.records import Failure
from inference.wire import PackInfo, ServerState

FAILURES = 5


@dataclass(frozen=True)
class ReadHealth(Ask):
    """Look at the server and at what went wrong last."""


@dataclass(frozen=True)
class HealthRead(Outcome):
    """`server` is None while it does not answer, and then `code` says why; `version` is the bot's own."""

    server: ServerState | None
    code: str
    packs: tuple[PackInfo, ...]
    failures: tuple[Failure, ...]
    version: str


def _ask(state: State, _: Command | Args, __: Known) -> Turn:
    return state, (ReadHealth(),)


def _shown(state: State, read: HealthRead, _: Known) -> Turn:
    server = read.server
    if server is None:
        lines = [Line("health-away", {"code": read.code})]
    else:
        args: dict[str, Arg] = {
            "waiting": server.waiting,
            "running": server.running,
            "device": ", ".join(server.devices),
        }
        lines = [Line("health-ready" if server.ready else "health-warming", args)]
    told = Line("health-version", {"bot": read.version, "server": server.version if server else "?"})
    lines.append(told)
    lines += [
        Line("health-pack", {"name": pack.name, "version": pack.version, "size": pack.resolution})
        for pack in read.packs[:10]
    ]
    lines += [
        Line("health-failure", {"when": failure.at, "what": failure.kind, "code": failure.code})
        for failure in read.failures
    ] or [Line("health-no-failure")]
    menu = ((menus.button("refresh", Action.HEALTH, style="primary"), menus.button("begin", Action.BEGIN)),)
    return state, (Say(tuple(lines), menu, code="health"),)


FEATURE = Feature(commands={"health": _ask}, presses={Action.HEALTH: _ask}, answers={HealthRead: _shown})
