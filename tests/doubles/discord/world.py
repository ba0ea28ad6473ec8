"""What a Discord holds, as far as a bot can see it: people, channels, messages, attachments, interactions."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

DISCORD_EPOCH_MS = 1_420_070_400_000
EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
CALLBACK_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0

THREAD = 11

Json = dict[str, Any]
THREAD_METADATA: Json = {
    "archived": False,
    "auto_archive_duration": 1440,
    "archive_timestamp": "2026-01-01T00:00:00+00:00",
    "locked": False,
}


class Snowflakes:
    """Ids that carry their time of birth, as Discord's do."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def new(self, ago: float = 0.0) -> str:
        """An id, as it would have been given so many seconds `ago`."""
        born = int((time.time() - ago) * 1000) - DISCORD_EPOCH_MS
        return str((born << 22) | (next(self._count) & 0x3FFFFF))


@dataclass(eq=False)
class User:
    """A person. `takes_dms` False: a bot may not write to them (50007). `roles` and `permissions` hold in any guild."""

    id: str
    name: str
    locale: str = "en-US"
    takes_dms: bool = True
    roles: tuple[str, ...] = ()
    permissions: int = 2**50 - 1

    def payload(self) -> Json:
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name.title(),
            "avatar": None,
            "bot": False,
        }


@dataclass(eq=False)
class Channel:
    """`kind` 0 is a guild's text channel, 1 a direct message, 3 a group of people, 11 a thread or forum post.

    `parent` is the channel, or forum, that a thread hangs in. `bot_inside` False: the app is there only as a person's
    own app, or two other people write to each other. `attach_files` False: files are refused; `may_send` False: the bot
    may post nothing by itself. `locked`: a moderator has archived the thread for good.
    """

    id: str
    kind: int = 0
    name: str = "general"
    guild: str | None = None
    parent: str | None = None
    recipients: tuple[User, ...] = ()
    bot_inside: bool = True
    attach_files: bool = True
    messages: list[Message] = field(default_factory=list, repr=False)
    """All that were ever there, the oldest first."""
    may_send: bool = True
    locked: bool = False

    @property
    def context(self) -> int:
        """0 in a guild, 1 in a direct message with the bot, 2 in another private channel."""
        return 0 if self.guild else 1 if self.kind == 1 and self.bot_inside else 2

    def payload(self) -> Json:
        body: Json = {"id": self.id, "type": self.kind, "last_message_id": None, "flags": 0}
        if self.guild is None:
            return body | {"recipients": [user.payload() for user in self.recipients]}
        body |= {"name": self.name, "guild_id": self.guild, "parent_id": self.parent, "nsfw": False}
        body |= {"rate_limit_per_user": 0, "permissions": str(2**50 - 1)}
        if self.kind == THREAD:
            counts: Json = {"message_count": 1, "member_count": 1}
            shut = {"archived": self.locked, "locked": self.locked}
            return body | counts | {"owner_id": self.id, "thread_metadata": THREAD_METADATA | shut}
        return body | {"position": 0, "topic": None, "permission_overwrites": []}


@dataclass(eq=False)
class Attachment:
    """A file on the CDN; `expires` is monotonic time, `size` what the payload claims."""

    id: str
    name: str
    data: bytes
    content_type: str
    url: str
    size: int
    description: str | None = None
    ephemeral: bool = False
    gone: bool = False
    expires: float = float("inf")

    def payload(self) -> Json:
        body: Json = {
            "id": self.id,
            "filename": self.name,
            "size": self.size,
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        }
        if self.description is not None:
            body["description"] = self.description
        return body | ({"ephemeral": True} if self.ephemeral else {})


@dataclass(frozen=True)
class Look:
    """How a message looked at one time."""

    at: float
    content: str
    files: tuple[str, ...]
    labels: tuple[str, ...]
    pictures: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(eq=False)
class Message:
    """A message; `history` is every look that it had, newest last. `only_for`: who sees an ephemeral one."""

    id: str
    channel: Channel
    author: User | None
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    only_for: User | None = None
    loading: bool = False
    deleted: bool = False
    allowed_mentions: Json | None = None
    history: list[Look] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def buttons(self) -> dict[str, str]:
        """Label to custom_id."""
        return {item["label"]: item["custom_id"] for item in self._items if item["type"] == 2}

    @property
    def selects(self) -> list[Json]:
        return [item for item in self._items if item["type"] in {3, 5, 6, 7, 8}]

    @property
    def _items(self) -> list[Json]:
        return [item for row in self.components for item in row.get("components", [])]

    def remember(self) -> None:
        files = tuple(item.name for item in self.attachments)
        pictures = tuple(item.data for item in self.attachments)
        self.history.append(Look(time.monotonic(), self.content, files, tuple(self.buttons), pictures))

    def payload(self, application: Json) -> Json:
        author = self.author.payload() if self.author else application
        return {
            "id": self.id,
            "type": 0,
            "channel_id": self.channel.id,
            "author": author,
            "content": self.content,
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [item.payload() for item in self.attachments],
            "embeds": self.embeds,
            "components": self.components,
            "pinned": False,
            "flags": self.flags | (1 << 7 if self.loading else 0),
        }


@dataclass(eq=False)
class Call:
    """One interaction: what was asked, how the bot called back, and the messages it made or changed by this token."""

    id: str
    token: str
    type: int
    user: User
    channel: Channel
    data: Json
    source: Message | None = None
    size_limit: int = 10 * 2**20
    user_installed_only: bool = False
    born: float = field(default_factory=time.monotonic)
    answered_after: float | None = None
    callback: Json | None = None
    original: Message | None = None
    made: list[Message] = field(default_factory=list)
    followups: int = 0
    fields: list[Json] = field(default_factory=list)
    """Of the form that was opened."""

    @property
    def age(self) -> float:
        return time.monotonic() - self.born

    @property
    def messages(self) -> list[Message]:
        """What stands there now: made or changed by this call, not deleted, not only "thinking"."""
        return [item for item in self.made if not item.deleted and not item.loading]


class World:
    """Everything, by id."""

    def __init__(self) -> None:
        self.ids = Snowflakes()
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, Message] = {}
        self.files: dict[str, Attachment] = {}
        self.calls: dict[str, Call] = {}
        self.commands: list[Json] = []
        self.application: Json = {}
        """What the owner changed of the application's settings."""

    def add_user(self, name: str, locale: str = "en-US") -> User:
        user = User(self.ids.new(), name, locale)
        return self.users.setdefault(user.id, user)

    def add_channel(self, channel: Channel) -> Channel:
        return self.channels.setdefault(channel.id, channel)

    def dm_with(self, user: User) -> Channel:
        """The one channel between the bot and a person."""
        for channel in self.channels.values():
            if channel.context == 1 and channel.recipients == (user,):
                return channel
        return self.add_channel(Channel(self.ids.new(), kind=1, name="", recipients=(user,)))

    def add_message(self, channel: Channel, author: User | None, **fields: Any) -> Message:
        message = Message(self.ids.new(), channel, author, **fields)
        return self.add(message)

    def add(self, message: Message) -> Message:
        message.channel.messages.append(message)
        return self.messages.setdefault(message.id, message)
