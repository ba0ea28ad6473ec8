"""What a person does in a chat, in the words of the core; adapters translate their platform's updates into these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Platform = Literal["discord", "telegram", "web", "terminal"]
MAX_PHOTO_BYTES = 20 * 2**20
"""Adapters download no more than this of a photo; what is larger arrives as `Photo(problem="too_large")`."""


@dataclass(frozen=True)
class Person:
    """Who acts. `id` is the platform's own id: it stays in memory, is never logged, and is kept as a keyed hash."""

    platform: Platform
    id: str = field(repr=False)


NOBODY = Person("web", "")


@dataclass(frozen=True)
class Origin:
    """Where an event comes from.

    `update` is the platform's unique id of the update: what is delivered twice is handled once. `shared`: other people
    read this chat too. `can_hide`: replies can be shown to the asker alone first (Discord's ephemeral messages).
    `can_share`: one picture can be shown to others by a link.
    `locale` is the platform's language tag of the person, such as `ko` or `en-GB`, empty when it is not told with
    this update. `community` is the platform's id of the server or group that the chat belongs to, if it does. `name`
    and `handle` are how the platform shows and addresses the person. `admin`: the platform lets the person manage the
    community; `owner`: the bot is theirs. `roles` are the ids of the person's roles in the community,
    `channel` is the channel's id when the chat is a thread in it.
    """

    person: Person
    chat: str = field(repr=False)
    locale: str = "en"
    update: str | None = field(default=None, repr=False)
    shared: bool = False
    can_hide: bool = False
    can_share: bool = False
    community: str | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    handle: str = field(default="", repr=False)
    admin: bool = False
    owner: bool = False
    roles: tuple[str, ...] = ()
    channel: str = field(default="", repr=False)


@dataclass(frozen=True)
class Photo:
    """A photo's bytes as sent, or why there are none (`problem`: an error code such as `too_large`, `photo_gone`)."""

    data: bytes = field(default=b"", repr=False)
    problem: str | None = None


@dataclass(frozen=True)
class Command:
    """`/name option...`. Options are as the person gave them; free text after the name is the option `text`."""

    origin: Origin
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    photo: Photo | None = None

    @property
    def said(self) -> str:
        """All options, as if they had been written one after another."""
        return " ".join(self.options.values()).strip()


@dataclass(frozen=True)
class TextSent:
    origin: Origin
    text: str = field(repr=False)


@dataclass(frozen=True)
class PhotoSent:
    origin: Origin
    photo: Photo


@dataclass(frozen=True)
class Press:
    """A button of one of our replies was pressed; `payload` is what the button carried, and may be forged.

    `text` is what was written into the form that the button opened, None when it opened none.
    """

    origin: Origin
    payload: str
    text: str | None = field(default=None, repr=False)


Event = Command | TextSent | PhotoSent | Press
