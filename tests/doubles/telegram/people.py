"""The people in the chats: what a test lets them do."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.telegram.feed import Feed
from tests.doubles.telegram.world import BOT, Wire, World

COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]+)?")
MENTION = re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{5,32}(?!\w)")
RIGHTS = (
    *("manage_chat", "delete_messages", "manage_video_chats", "restrict_members", "promote_members"),
    *("change_info", "invite_users", "post_stories", "edit_stories", "delete_stories"),
)
"""What an administrator may or may not do; Telegram tells all of it."""
ADMIN: Wire = {"can_be_edited": False, "is_anonymous": False}
_numbers = itertools.count(1)


def entities(text: str) -> list[Wire]:
    """Commands and mentions as Telegram marks them; offsets are in UTF-16 units."""
    found = [("bot_command", m) for m in COMMAND.finditer(text)] + [
        ("mention", m) for m in MENTION.finditer(text)
    ]
    return [
        {
            "type": kind,
            "offset": len(text[: m.start()].encode("utf-16-le")) // 2,
            "length": len(m[0].encode("utf-16-le")) // 2,
        }
        for kind, m in found
    ]


@dataclass(frozen=True)
class Group:
    """A group; in privacy mode the bot is told of commands and of replies to itself only."""

    chat: Wire
    privacy: bool = True

    @property
    def id(self) -> int:
        return int(self.chat["id"])

    def tells(self, message: Wire) -> bool:
        if not self.privacy or (message.get("reply_to_message") or {}).get("from") == BOT:
            return True
        text = message.get("text") or message.get("caption") or ""
        commands = COMMAND.findall(text)
        return any("@" not in c or c.lower().endswith(f"@{BOT['username']}") for c in commands)


@dataclass
class Someone:
    """A person with a private chat with the bot; what they do returns the message, or the update."""

    world: World = field(repr=False)
    feed: Feed = field(repr=False)
    user: Wire
    last_update: Wire | None = None

    @property
    def id(self) -> int:
        return int(self.user["id"])

    def text(self, text: str, group: Group | None = None, **more: Any) -> Wire:
        return self._send({"text": text, "entities": entities(text) or None, **more}, group)

    def photo(self, data: bytes, caption: str = "", group: Group | None = None, **more: Any) -> Wire:
        return self._send({"photo": self.world.files.photo(data), **self._caption(caption), **more}, group)

    def document(
        self, data: bytes, mime: str = "image/jpeg", *, caption: str = "", size: int | None = None
    ) -> Wire:
        """A file as it is; `size` claims more bytes than are really there."""
        stored = self.world.files.keep(data, ".bin", size)
        document = {**stored.wire(), "mime_type": mime, "file_name": "picture"}
        return self._send({"document": document, **self._caption(caption)})

    def album(self, *photos: bytes, caption: str = "") -> list[Wire]:
        """Photos sent as one; each is an update of its own, and the first bears the caption."""
        group = f"album{next(_numbers)}"
        first = [self.photo(photos[0], caption, media_group_id=group)]
        return [*first, *(self.photo(data, media_group_id=group) for data in photos[1:])]

    def sticker(self) -> Wire:
        stored = self.world.files.keep(b"webp", ".webp").wire()
        shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        return self._send({"sticker": {**stored, **shape}})

    def send(self, kind: str, content: Wire, group: Group | None = None, **more: Any) -> Wire:
        """A message of a kind that says nothing to us: `voice`, `poll`, `location` and so on."""
        return self._send({kind: content, **more}, group)

    def file(self, **about: Any) -> Wire:
        """A file as a voice message, a round video and the like have it."""
        return {**self.world.files.keep(b"bytes", ".bin").wire(), **about}

    def animation(self) -> Wire:
        stored = self.world.files.keep(b"mp4", ".mp4").wire()
        moving = {**stored, "width": 9, "height": 9, "duration": 1}
        return self._send({"animation": moving, "document": {**stored, "mime_type": "image/gif"}})

    def tap(self, message: Wire, data: str, age: float = 0) -> Wire | None:
        """Press a button; `age` is for how many seconds the press has been under way.

        Of a message that is deleted by now Telegram tells no more than where it was.
        """
        query, where = f"q{next(_numbers)}", (message["chat"]["id"], message["message_id"])
        self.world.ask(query, age)
        if where not in self.world.messages:
            message = {"chat": message["chat"], "message_id": where[1], "date": 0}
        press = {"id": query, "from": self.user, "message": message, "chat_instance": "1", "data": data}
        self.last_update = self.feed.put("callback_query", press)
        return self.last_update

    def query(self, text: str) -> Wire | None:
        query = f"i{next(_numbers)}"
        self.world.ask(query, 0)
        return self.feed.put("inline_query", {"id": query, "from": self.user, "query": text, "offset": ""})

    def edit(self, message: Wire, text: str) -> Wire:
        message |= {"text": text, "entities": entities(text), "edit_date": int(time.time())}
        self.feed.put("edited_message", message)
        return message

    def rise(self, group: Group, **more: bool) -> None:
        """Become an administrator of the group; `more` are further rights."""
        rights: Wire = {f"can_{name}": False for name in RIGHTS}
        self.world.rights[group.id, self.id] = {"status": "administrator", **ADMIN, **rights, **more}

    def found(self, group: Group) -> None:
        """Be its creator."""
        self.world.rights[group.id, self.id] = {"status": "creator", "is_anonymous": False}

    def fall(self, group: Group) -> None:
        self.world.rights.pop((group.id, self.id), None)

    def block(self, *, told: bool = True) -> None:
        """Block the bot; without `told` it hears of it when it writes."""
        self.world.shut[self.id] = "bot was blocked by the user"
        if told:
            self._membership("kicked")

    def unblock(self) -> None:
        self.world.shut.pop(self.id, None)
        self._membership("member")

    def again(self) -> None:
        """The last update is delivered a second time."""
        assert self.last_update is not None
        self.feed.deliver(self.last_update)

    def _membership(self, status: str) -> None:
        member: Wire = {"user": BOT, "status": status, "until_date": 0}
        change = {"chat": self.world.chats[self.id], "from": self.user, "date": int(time.time())}
        self.feed.put("my_chat_member", {**change, "old_chat_member": member, "new_chat_member": member})

    def _caption(self, caption: str) -> Wire:
        return {"caption": caption or None, "caption_entities": entities(caption) or None}

    def _send(self, content: Wire, group: Group | None = None) -> Wire:
        chat = group.chat if group else self.world.chats[self.id]
        message = self.world.post(chat, self.user, content)
        if group is None or group.tells(message):
            self.last_update = self.feed.put("message", message)
        return message
