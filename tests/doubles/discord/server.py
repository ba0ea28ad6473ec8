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
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.doubles.discord.faults import Fault, Faults
from tests.doubles.discord.gateway import DIRECT_MESSAGES, Gateway
from tests.doubles.discord.rates import Rates
from tests.doubles.discord.rest import API, Rest, Seen
from tests.doubles.discord.world import THREAD, Attachment, Call, Channel, Json, Message, User, World

T = TypeVar("T")
TOKEN = "double.of-a.token"


@dataclass(frozen=True)
class Role:
    id: str
    name: str = "role"

    def payload(self) -> Json:
        body: Json = {"id": self.id, "name": self.name, "color": 0, "hoist": False, "position": 1}
        return body | {"permissions": "0", "managed": False, "mentionable": False, "flags": 0}


@dataclass
class Resolved:
    """The `resolved` of an interaction: what its ids stand for."""

    data: dict[str, Json] = field(default_factory=dict)

    def add(self, value: str | Attachment | User | Role) -> str:
        """What stands in an option for `value`."""
        if isinstance(value, str):
            return value
        if isinstance(value, Attachment):
            value.ephemeral = True
        kind = {Attachment: "attachments", User: "users", Role: "roles"}[type(value)]
        self.data.setdefault(kind, {})[value.id] = value.payload()
        return value.id


class DiscordDouble:
    """The control API for tests. `rates` counts requests; without limits nothing is too much."""

    def __init__(self, *, token: str = TOKEN, rates: Rates | None = None) -> None:
        self.token = token
        self.world = World()
        self.faults = Faults(rates or Rates())
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

    def thread(self, parent: Channel) -> Channel:
        """A thread in a text channel, or a post in a forum."""
        inside = Channel(self.world.ids.new(), kind=THREAD, guild=parent.guild, parent=parent.id)
        return self.world.add_channel(inside)

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
        mine = [item for item in channel.messages if not item.deleted]
        return [item for item in mine if item.only_for in {None, user} and not item.loading]

    # what people do

    async def command(
        self,
        user: User,
        name: str,
        options: Mapping[str, str | Attachment | User | Role] | None = None,
        *,
        channel: Channel | None = None,
        **call: Any,
    ) -> Call:
        """A slash command; it must have been synced, its required options given, its choices kept."""
        spec = self._spec(name, 1)
        self._offered(spec, channel or self.dm(user), call)
        given, resolved = [], Resolved()
        known = {item["name"]: item for item in spec.get("options") or []}
        for key, value in (options or {}).items():
            choices = {choice["value"] for choice in known[key].get("choices") or []}
            assert not choices or value in choices, f"{value} is not offered"
            given.append({"name": key, "type": known[key]["type"], "value": resolved.add(value)})
        data: Json = {"id": spec["id"], "name": name, "type": 1, "options": given}
        if resolved.data:
            data["resolved"] = resolved.data
        return await self._interact(2, user, channel or self.dm(user), data, **call)

    async def typing(
        self, user: User, name: str, option: str, typed: str, *, channel: Channel | None = None
    ) -> Call:
        """What `user` has written so far of an option that is completed."""
        spec = self._spec(name, 1)
        known = {item["name"]: item for item in spec["options"]}
        assert known[option].get("autocomplete"), f"{option} is not completed"
        given = [{"name": option, "type": known[option]["type"], "value": typed, "focused": True}]
        data: Json = {"id": spec["id"], "name": name, "type": 1, "options": given}
        return await self._interact(4, user, channel or self.dm(user), data)

    def _offered(self, spec: Json, channel: Channel, call: Mapping[str, Any]) -> None:
        """Discord shows a command only where it says that it is."""
        contexts = spec.get("contexts") or [0, 1, 2]
        assert channel.context in contexts, f"{spec['name']} is not offered here"
        install = int(bool(call.get("user_installed_only")))
        assert install in (spec.get("integration_types") or [0]), f"{spec['name']} is not installed so"

    async def user_menu(self, user: User, name: str, target: User, channel: Channel, **call: Any) -> Call:
        """The entry `name` of a person's menu."""
        spec = self._spec(name, 2)
        self._offered(spec, channel, call)
        resolved = Resolved()
        data = {"id": spec["id"], "name": name, "type": 2, "target_id": resolved.add(target)}
        return await self._interact(2, user, channel, data | {"resolved": resolved.data}, **call)

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

    async def choose(self, user: User, message: Message, *labels: str, number: int = 0, **call: Any) -> Call:
        """Options of a string select, by their labels; `number` counts the message's selects."""
        select = message.selects[number]
        values = {option["label"]: option["value"] for option in select["options"]}
        chosen = [values[label] for label in labels]
        assert select.get("min_values", 1) <= len(chosen) <= select.get("max_values", 1)
        data = {"custom_id": select["custom_id"], "component_type": 3, "values": chosen}
        return await self._interact(3, user, message.channel, data, source=message, **call)

    async def choose_person(self, user: User, message: Message, target: User, *, number: int = 0) -> Call:
        """A person of a user select."""
        select = message.selects[number]
        assert select["type"] == 5, "not a user select"
        resolved = Resolved()
        data = {"custom_id": select["custom_id"], "component_type": 5, "values": [resolved.add(target)]}
        return await self._interact(
            3, user, message.channel, data | {"resolved": resolved.data}, source=message
        )

    async def submit(self, opened: Call, *texts: str) -> Call:
        """Send the form that `opened` was answered with, its fields filled with `texts` in order."""
        assert opened.callback is not None and opened.callback["type"] == 9, "no form was opened"
        rows = []
        for item, text in zip(opened.fields, texts, strict=True):
            assert text or not item.get("required", True), f"{item['label']} must be filled"
            assert item.get("min_length", 0) <= len(text) <= item.get("max_length", 4000)
            filled = {"type": 4, "custom_id": item["custom_id"], "value": text}
            labelled = {"type": 18, "component": filled}
            rows.append(labelled if item["labelled"] else {"type": 1, "components": [filled]})
        data = {"custom_id": opened.callback["data"]["custom_id"], "components": rows}
        return await self._interact(5, opened.user, opened.channel, data, source=opened.source)

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

    async def _interact(
        self, type: int, user: User, channel: Channel, data: Json, *, ago: float = 0.0, **fields: Any
    ) -> Call:
        """`ago`: its id says that it is so many seconds old, as a client reckons when its token ends."""
        call_id = self.world.ids.new(ago)
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
            "context": channel.context,
            "attachment_size_limit": call.size_limit,
        }
        if channel.guild:
            guild = {"id": channel.guild, "locale": "en-US", "features": []}
            body |= {"guild_id": channel.guild, "guild": guild, "guild_locale": "en-US"}
            body["member"] = self._member(user)
            self._add_members(call.data)
        else:
            body["user"] = user.payload()
        if call.source is not None:
            body["message"] = call.source.payload(self.rest.bot_user())
        return body

    def _add_members(self, data: Json) -> None:
        """In a guild people are resolved as members too, without what their user says already."""
        resolved = data.get("resolved", {})
        if ids := list(resolved.get("users", {})):
            whole = {one: self._member(self.world.users[one]) for one in ids}
            left_out = {"user", "deaf", "mute"}
            resolved["members"] = {
                one: {key: value for key, value in member.items() if key not in left_out}
                for one, member in whole.items()
            }

    def _member(self, user: User) -> Json:
        return {
            "user": user.payload(),
            "roles": list(user.roles),
            "permissions": str(user.permissions),
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
