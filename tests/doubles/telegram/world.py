"""What Telegram knows: chats, their messages, who blocked whom, the bot's menu, open button presses."""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.telegram.errors import TOO_OLD, RefusedError, bad, forbidden
from tests.doubles.telegram.media import Files

Wire = dict[str, Any]
QUERY_SECONDS = 15
BOT: Wire = {
    "id": 7000001,
    "is_bot": True,
    "first_name": "Typeface",
    "username": "typeface_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}
ANONYMOUS: Wire = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Who Telegram says has done what a group's admin did without a name."""


@dataclass
class World:
    """All of it in plain JSON shapes, as it travels."""

    chats: dict[int, Wire] = field(default_factory=dict)
    messages: dict[tuple[int, int], Wire] = field(default_factory=dict)
    posted: dict[int, list[Wire]] = field(default_factory=lambda: defaultdict(list))
    """By chat, all that was ever sent."""
    shown: list[tuple[Wire, str]] = field(default_factory=list)
    """Every picture that a message of the bot's had, by its file_id."""
    shut: dict[int, str] = field(default_factory=dict)
    migrated: dict[int, int] = field(default_factory=dict)
    rights: dict[tuple[int, int], Wire] = field(default_factory=dict)
    menus: dict[tuple[str, str], list[Wire]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    files: Files = field(default_factory=Files)
    queries: dict[str, float] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)
    """Seconds from each press or inline question to its answer."""
    reactions: list[Wire] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(100))

    def chat(self, given: str) -> Wire:
        """The chat that the bot writes to. Raises when it does not exist, or does not want the bot."""
        try:
            chat = self.chats[int(given)]
        except (ValueError, KeyError):
            raise bad("chat not found") from None
        if new := self.migrated.get(chat["id"]):
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise RefusedError(400, words, migrate_to_chat_id=new)
        if reason := self.shut.get(chat["id"]):
            raise forbidden(reason)
        return chat

    def post(self, chat: Wire, sender: Wire | None, content: Wire) -> Wire:
        """Add a message; None members of `content` are left out."""
        number = next(self._ids)
        message: Wire = {"message_id": number, "date": int(time.time()), "chat": chat}
        if sender is not None:
            message["from"] = sender
        message |= {k: v for k, v in content.items() if v is not None}
        self.messages[chat["id"], number] = message
        self.posted[chat["id"]].append(message)
        self.look(message)
        return message

    def look(self, message: Wire) -> None:
        """A message has come or changed."""
        if message.get("from") == BOT and (photo := message.get("photo")):
            self.shown.append((message, photo[-1]["file_id"]))

    def own(self, chat: int, number: int, missing: str, foreign: str) -> Wire:
        """A message of the bot's own."""
        message = self.messages.get((chat, number))
        if message is None:
            raise bad(missing)
        if message.get("from") != BOT:
            raise bad(foreign)
        return message

    def of_bot(self, chat: int) -> list[Wire]:
        """The bot's messages that stand in a chat now, oldest first."""
        there = self.posted.get(chat, [])
        return [m for m in there if m.get("from") == BOT and (chat, m["message_id"]) in self.messages]

    def ask(self, query: str, age: float) -> None:
        """A button was pressed; for 15 s the bot may answer."""
        self.queries[query] = time.monotonic() - age + QUERY_SECONDS

    def answer(self, query: str) -> None:
        left = self.queries.pop(query, 0.0) - time.monotonic()
        if left < 0:
            raise bad(TOO_OLD)
        self.answered.append(QUERY_SECONDS - left)
