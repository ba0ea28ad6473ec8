"""Requests wait here for their turn, before Discord has to refuse one.

Discord takes 50 a second of a bot, whatever they are about, and five of a kind in five seconds in a channel; what
belongs to an interaction counts for its token alone. The library reads what Discord's answers say of each route's
limit, and so keeps to those of tokens. But it learns of the 50 only by running into them (and gives a message up
after five tries), and until it has seen a route's first answer it keeps two counts of one channel, each of which
uses up what there is.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from yarl import URL

from bot.core.turns import Rate, Turns

EVERY, CHANNEL = Rate(50, 1), Rate(5, 5)
FREE = ("interactions", "webhooks")


@dataclass(frozen=True)
class Limits:
    """Discord's: of all requests, and of those of one kind in one channel."""

    every: Rate = EVERY
    channel: Rate = CHANNEL

    def of(self, key: Hashable) -> Sequence[Rate]:
        return (self.channel,) if key else ()


def key_of(method: str, url: URL) -> Hashable | None:
    """What a request counts for: `()` for the bot alone, None for nothing, as files and the gateway are."""
    match url.parts[1:]:
        case ["api", _, kind, *_] if kind in FREE:
            return None
        case ["api", _, "channels", channel, what, *_]:
            return method, channel, what
        case ["api", *_]:
            return ()
    return None


def paced(limits: Limits) -> aiohttp.TraceConfig:
    """What the library's session is given to let each request wait."""
    turns, trace = Turns(limits.every, limits.of), aiohttp.TraceConfig()

    async def begin(_: object, request: SimpleNamespace, asked: aiohttp.TraceRequestStartParams) -> None:
        request.key = key_of(asked.method, asked.url)
        if request.key is not None:
            await turns.begin(request.key)

    async def end(_: object, request: SimpleNamespace, __: object) -> None:
        if request.key is not None:
            turns.end(request.key)

    trace.on_request_start.append(begin)
    trace.on_request_end.append(end)
    trace.on_request_exception.append(end)
    return trace
