"""The gateway half: HELLO, IDENTIFY, READY, heartbeats, RESUME, and ways to break a connection.

Traps here: one compression context for a whole connection, each payload flushed in a binary frame; the `d` of
RESUMED is an object.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from aiohttp import WSMsgType, web

from tests.doubles.discord.world import Json

GUILDS, DIRECT_MESSAGES = 1 << 0, 1 << 12
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15


class _Zlib:
    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def pack(self, text: str) -> bytes:
        return self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)


class _Zstd:
    """Asked for by clients that have the package `zstandard`, which is then here too."""

    def __init__(self) -> None:
        zstd = import_module("zstandard")
        self._stream, self._flush = zstd.ZstdCompressor().compressobj(), zstd.COMPRESSOBJ_FLUSH_BLOCK

    def pack(self, text: str) -> bytes:
        return bytes(self._stream.compress(text.encode()) + self._stream.flush(self._flush))


@dataclass(eq=False)
class Session:
    """What outlives a connection: every dispatch with its number, for RESUME."""

    id: str
    intents: int
    seq: int = 0
    log: list[Json] = field(default_factory=list)
    connection: Connection | None = None


@dataclass(eq=False)
class Connection:
    socket: web.WebSocketResponse
    codec: _Zlib | _Zstd | None
    session: Session | None = None

    async def send(self, op: int, d: Any, **more: Any) -> None:
        text = json.dumps({"op": op, "d": d, "s": None, "t": None, **more})
        if self.codec is None:
            await self.socket.send_str(text)
        else:
            await self.socket.send_bytes(self.codec.pack(text))


class Gateway:
    """All connections and sessions. `ready` makes the READY payload, `greet` each GUILD_CREATE after it."""

    def __init__(
        self,
        token: str,
        ready: Callable[[], Json],
        greet: Callable[[], list[Json]],
        note: Callable[[str, Json], None],
    ) -> None:
        self.token, self._ready, self._greet, self._note = token, ready, greet, note
        self.heartbeat_ms = 41_250
        self.drop_acks = False
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self.counts: dict[str, int] = {"identify": 0, "resume": 0, "heartbeat": 0}

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        compress = request.query.get("compress")
        codec = {None: lambda: None, "zlib-stream": _Zlib, "zstd-stream": _Zstd}[compress]()
        connection = Connection(socket, codec)
        self.connections.append(connection)
        await connection.send(10, {"heartbeat_interval": self.heartbeat_ms})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._receive(connection, json.loads(frame.data))
        except ConnectionError:
            pass  # the client went away while it was being answered
        finally:
            self.connections.remove(connection)
            if connection.session and connection.session.connection is connection:
                connection.session.connection = None
        return socket

    async def _receive(self, connection: Connection, packet: Json) -> None:
        op: int = packet["op"]
        d: Any = packet.get("d")
        if op == 1:
            self.counts["heartbeat"] += 1
            if not self.drop_acks:
                await connection.send(11, None)
        elif op == 2:
            await self._identify(connection, d)
        elif op == 6:
            await self._resume(connection, d)
        elif connection.session is None:
            await connection.socket.close(code=4003, message=b"Not authenticated")
        elif op != 3:
            await connection.socket.close(code=4001, message=b"Unknown opcode")

    async def _identify(self, connection: Connection, d: Json) -> None:
        self.counts["identify"] += 1
        self._note("IDENTIFY", {"intents": d["intents"]})
        refusal = self._refuse(connection, d)
        if refusal is not None:
            await connection.socket.close(code=refusal)
            return
        session = Session(f"session-{self.counts['identify']}", d["intents"], connection=connection)
        connection.session = session
        self.sessions[session.id] = session
        await self.dispatch(session, "READY", self._ready() | {"session_id": session.id})
        if session.intents & GUILDS:
            for guild in self._greet():
                await self.dispatch(session, "GUILD_CREATE", guild)

    def _refuse(self, connection: Connection, d: Json) -> int | None:
        if connection.session is not None:
            return 4005
        if d["token"] != self.token:
            return 4004
        return 4014 if d["intents"] & PRIVILEGED else None

    async def _resume(self, connection: Connection, d: Json) -> None:
        self.counts["resume"] += 1
        self._note("RESUME", {"seq": d["seq"]})
        session = self.sessions.get(d["session_id"])
        if session is None or d["token"] != self.token or d["seq"] is None or d["seq"] > session.seq:
            await connection.send(9, False)
            return
        connection.session, session.connection = session, connection
        for packet in [one for one in session.log if one["s"] > d["seq"]]:
            await connection.send(packet["op"], packet["d"], s=packet["s"], t=packet["t"])
        session.seq += 1
        await connection.send(0, {}, s=session.seq, t="RESUMED")

    async def dispatch(self, session: Session, event: str, d: Json) -> None:
        session.seq += 1
        packet = {"op": 0, "d": d, "s": session.seq, "t": event}
        session.log.append(packet)
        if session.connection is not None and not session.connection.socket.closed:
            try:
                await session.connection.send(0, d, s=session.seq, t=event)
            except ConnectionError:
                session.connection = None  # kept in the log for RESUME

    async def broadcast(self, event: str, d: Json, intent: int = 0) -> None:
        """To the newest session, as one bot has one; with `intent` only when that was asked for."""
        session = next(reversed(self.sessions.values()), None)
        assert session is not None, "no bot is connected"
        if not intent or session.intents & intent:
            await self.dispatch(session, event, d)

    async def op7(self) -> None:
        for connection in list(self.connections):
            await connection.send(7, None)

    async def op9(self, resumable: bool = False) -> None:
        """Tell every connection that its session is invalid; unless `resumable`, forget the sessions too."""
        for connection in list(self.connections):
            if connection.session and not resumable:
                self.sessions.pop(connection.session.id, None)
            await connection.send(9, resumable)

    async def close(self, code: int) -> None:
        """Close every connection with `code`; 1006 cuts the line without a close frame."""
        for connection in list(self.connections):
            if code == 1006:
                transport = connection.socket._req.transport if connection.socket._req else None
                if transport is not None:
                    transport.abort()
            else:
                await asyncio.wait_for(connection.socket.close(code=code), 5)
