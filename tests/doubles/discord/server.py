"""A Discord on this machine: unmodified clients log in, sync commands, answer interactions over real sockets.

async with DiscordDouble() as discord_double:
    settings = DiscordSettings(discord_double.token, discord_double.api_base, discord_double.gateway_url)
    ...                                              # start the bot
    ann = discord_double.person("ann")
    call = await discord_double.command(ann, "mbti", {"type": "ENFP"})
    picture = await discord_double.until(lambda: [m for m in call.messages if m.attachments])
    await discord_double.press(ann, picture[0], "More me")
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from secrets import token_urlsafe
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.doubles.discord.faults import Fault, Faults
from tests.doubles.discord.gateway import DIRECT_MESSAGES, Gateway
from tests.doubles.discord.rest import API, Rest, Seen
from tests.doubles.discord.world import Attachment, Call, Channel, Json, Message, User, World

T = TypeVar("T")
TOKEN = "double.of-a.token"


class DiscordDouble:
    """The control API for tests. `webhook_limit` is (requests, seconds) for each interaction token."""

    def __init__(self, *, token: str = TOKEN, webhook_limit: tuple[int, float] | None = (5, 2.0)) -> None:
        self.token = token
        self.world = World()
        self.faults = Faults(webhook_limit)
        self._pulse = asyncio.Event()
        self.rest = Rest(self.world, self.faults, token, self._changed)
        self.gateway = Gateway(token, self._ready, self._guilds, self._note)
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        app = self.rest.application()
        app.router.add_get("/gw/", self.gateway.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.rest.base = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self.gateway.close(1001)
        await self._runner.cleanup()
        if self.rest.broken:
            raise ExceptionGroup("the double itself broke", self.rest.broken)

    @property
    def api_base(self) -> str:
        return f"{self.rest.base}{API}"

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/gw/"

    # the world

    def person(self, name: str, locale: str = "en-US") -> User:
        return self.world.add_user(name, locale)

    def channel(self, **fields: Any) -> Channel:
        """A guild's text channel, in a guild of its own."""
        return self.world.add_channel(Channel(self.world.ids.new(), guild=self.world.ids.new(), **fields))

    def dm(self, user: User) -> Channel:
        return self.world.dm_with(user)

    def file(
        self, channel: Channel, data: bytes, name: str = "me.jpg", kind: str = "image/jpeg"
    ) -> Attachment:
        return self.rest.keep(channel, name, data, kind)

    def post(
        self, user: User, channel: Channel, text: str = "", files: tuple[Attachment, ...] = ()
    ) -> Message:
        """A person's message in a channel that the bot does not listen to."""
        return self.world.add_message(channel, user, content=text, attachments=list(files))

    def seen_by(self, user: User, channel: Channel) -> list[Message]:
        """What `user` sees of `channel`: no other person's ephemeral messages."""
        mine = [item for item in self.world.messages.values() if item.channel is channel and not item.deleted]
        return [item for item in mine if item.only_for in {None, user} and not item.loading]

    # what people do

    async def command(
        self,
        user: User,
        name: str,
        options: Mapping[str, str | Attachment] | None = None,
        *,
        channel: Channel | None = None,
        **call: Any,
    ) -> Call:
        """A slash command; it must have been synced, its required options given, its choices kept."""
        spec = self._spec(name, 1)
        given, files = [], {}
        known = {item["name"]: item for item in spec.get("options") or []}
        for key, value in (options or {}).items():
            choices = {choice["value"] for choice in known[key].get("choices") or []}
            assert not choices or value in choices, f"{value} is not offered"
            if isinstance(value, Attachment):
                value.ephemeral = True
                files[value.id] = value.payload()
            raw = value.id if isinstance(value, Attachment) else value
            given.append({"name": key, "type": known[key]["type"], "value": raw})
        data: Json = {"id": spec["id"], "name": name, "type": 1, "options": given}
        if files:
            data["resolved"] = {"attachments": files}
        return await self._interact(2, user, channel or self.dm(user), data, **call)

    async def context_menu(self, user: User, name: str, message: Message, **call: Any) -> Call:
        """The entry `name` of a message's menu."""
        spec = self._spec(name, 3)
        resolved = {"messages": {message.id: message.payload(self.rest.bot_user())}}
        data = {"id": spec["id"], "name": name, "type": 3, "target_id": message.id, "resolved": resolved}
        return await self._interact(2, user, message.channel, data, **call)

    async def press(self, user: User, message: Message, button: str, **call: Any) -> Call:
        """A button by its label or custom_id."""
        custom_id = message.buttons.get(button, button)
        data = {"custom_id": custom_id, "component_type": 2}
        return await self._interact(3, user, message.channel, data, source=message, **call)

    async def write(self, user: User, text: str = "", files: tuple[Attachment, ...] = ()) -> Message:
        """A direct message to the bot."""
        message = self.post(user, self.dm(user), text, files)
        payload = message.payload(self.rest.bot_user()) | {"channel_type": 1}
        await self.gateway.broadcast("MESSAGE_CREATE", payload, DIRECT_MESSAGES)
        return message

    def _spec(self, name: str, kind: int) -> Json:
        found = [item for item in self.world.commands if item["name"] == name and item["type"] == kind]
        assert found, f"{name} was not synced"
        return found[0]

    async def _interact(self, type: int, user: User, channel: Channel, data: Json, **fields: Any) -> Call:
        call_id = self.world.ids.new()
        call = Call(call_id, f"{call_id}-{token_urlsafe(130)}", type, user, channel, data, **fields)
        self.world.calls[call_id] = call
        await self.redeliver(call)
        return call

    async def redeliver(self, call: Call) -> None:
        """Dispatch `call`: the first time, or once more."""
        await self.gateway.broadcast("INTERACTION_CREATE", self._interaction(call))

    def _interaction(self, call: Call) -> Json:
        user, channel = call.user, call.channel
        owners = {"1": user.id} if call.user_installed_only else {"0": channel.guild or "0"}
        body: Json = {
            "id": call.id,
            "application_id": self.rest.application_id,
            "type": call.type,
            "data": call.data,
            "token": call.token,
            "version": 1,
            "channel_id": channel.id,
            "channel": channel.payload(),
            "locale": user.locale,
            "app_permissions": str(2**50 - 1),
            "entitlements": [],
            "authorizing_integration_owners": owners,
            "context": {0: 0, 1: 1, 3: 2}[channel.kind],
            "attachment_size_limit": call.size_limit,
        }
        if channel.guild:
            guild = {"id": channel.guild, "locale": "en-US", "features": []}
            body |= {"guild_id": channel.guild, "guild": guild, "guild_locale": "en-US"}
            body["member"] = self._member(user)
        else:
            body["user"] = user.payload()
        if call.source is not None:
            body["message"] = call.source.payload(self.rest.bot_user())
        return body

    def _member(self, user: User) -> Json:
        return {
            "user": user.payload(),
            "roles": [],
            "permissions": str(2**50 - 1),
            "joined_at": "2025-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    # what goes wrong

    def fail(self, method: str, path: str, *, status: int = 500, **how: Any) -> Fault:
        """Answer requests whose path matches the pattern `path` with an error; see `Fault`."""
        fault = Fault(method, re.compile(path), status, **how)
        self.faults.planned.append(fault)
        return fault

    def freeze(self, seconds: float) -> None:
        """No REST answer for so long."""
        self.faults.freeze(seconds)

    def age(self, call: Call, seconds: float) -> None:
        """Make `call` older."""
        call.born -= seconds

    def dismiss(self, message: Message) -> None:
        """The person closes an ephemeral message."""
        message.deleted = True

    def transcript(self, method: str | None = None, path: str = "") -> list[Seen]:
        """All requests and gateway notes, or those of `method` whose path matches."""
        lines = self.rest.transcript
        return [one for one in lines if method in {None, one.method} and re.search(path, one.path)]

    # waiting

    def _changed(self) -> None:
        self._pulse.set()

    async def until(self, check: Callable[[], T], seconds: float = 15) -> T:
        """Wait until `check` is true and return what it gave."""
        deadline = time.monotonic() + seconds
        while not (value := check()):
            left = deadline - time.monotonic()
            if left <= 0:
                lines = "\n".join(
                    f"{one.method} {one.path} {one.status}" for one in self.rest.transcript[-30:]
                )
                raise AssertionError(f"nothing came within {seconds} s; the last requests:\n{lines}")
            self._pulse.clear()
            try:
                await asyncio.wait_for(self._pulse.wait(), min(left, 0.2))
            except TimeoutError:
                continue
        return value

    # for the gateway

    def _note(self, event: str, body: Json) -> None:
        self.rest.transcript.append(Seen(time.monotonic(), "GATEWAY", event, 0, body))
        self._changed()

    def _guild_ids(self) -> list[str]:
        inside = [item.guild for item in self.world.channels.values() if item.guild and item.bot_inside]
        return list(dict.fromkeys(inside))

    def _ready(self) -> Json:
        return {
            "v": 10,
            "user": self.rest.bot_user(),
            "guilds": [{"id": one, "unavailable": True} for one in self._guild_ids()],
            "resume_gateway_url": self.gateway_url,
            "application": {"id": self.rest.application_id, "flags": 0},
        }

    def _guilds(self) -> list[Json]:
        return [self._guild(one) for one in self._guild_ids()]

    def _guild(self, guild: str) -> Json:
        everyone = {"id": guild, "name": "@everyone", "color": 0, "hoist": False, "position": 0}
        everyone |= {"permissions": "0", "managed": False, "mentionable": False, "flags": 0}
        channels = [item.payload() for item in self.world.channels.values() if item.guild == guild]
        empty = ["members", "threads", "emojis", "stickers", "features", "presences", "voice_states"]
        empty += ["stage_instances", "guild_scheduled_events", "soundboard_sounds"]
        return {
            "id": guild,
            "name": "a guild",
            "owner_id": self.rest.application_id,
            "roles": [everyone],
            "channels": channels,
            "member_count": 2,
            "preferred_locale": "en-US",
            "unavailable": False,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "system_channel_flags": 0,
            "afk_timeout": 60,
            **{name: [] for name in empty},
        }
