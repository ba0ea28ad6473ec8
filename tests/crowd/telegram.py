"""The people on Telegram, in private chats and in groups."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from tests.crowd.player import Player, Said
from tests.crowd.watch import Watch
from tests.doubles.telegram.people import Group
from tests.doubles.telegram.server import Telegram
from tests.doubles.telegram.world import BOT

Wire = dict[str, Any]


class OnTelegram(Player):
    """In a group the bot answers by replying, and is told of commands and replies only."""

    def __init__(self, number: int, watch: Watch, telegram: Telegram, group: Group | None) -> None:
        super().__init__(number, watch)
        self._telegram, self._group = telegram, group
        self._who = telegram.person(f"Person {number}")
        self._place = group.id if group else self._who.id
        self._pressed: set[object] = set()

    async def command(self) -> None:
        at = f"@{BOT['username']}" if self._group else ""
        self._who.text(f"/mbti{at} {self.type}", self._group)

    async def selfie(self, photo: bytes) -> None:
        asked = self._telegram.world.messages[self._place, self.read[-1].key]
        more = {"reply_to_message": asked} if self._group else {}
        self._who.photo(photo, group=self._group, **more)

    async def press(self, said: Said, label: str) -> None:
        message = self._telegram.world.messages[self._place, said.key]
        self._pressed.add(said.key)
        self._who.tap(message, next(b["callback_data"] for b in buttons(message) if b["text"] == label))

    def unread(self, known: Collection[object]) -> Iterator[Said]:
        there = self._telegram.world.of_bot(self._place)
        return (self._seen(m) for m in there if m["message_id"] not in known and self._mine(m))

    def looks(self) -> Iterator[bytes]:
        for message, file_id in self._telegram.world.shown:
            if message["chat"]["id"] == self._place and self._mine(message):
                yield self._telegram.world.files.by_id(file_id).data

    def _mine(self, message: Wire) -> bool:
        """In a group the bot answers a person, or the message whose button they pressed."""
        answers = message.get("reply_to_message", {})
        return (
            not self._group
            or answers.get("from") == self._who.user
            or answers.get("message_id") in self._pressed
        )

    def _seen(self, message: Wire) -> Said:
        photo = message.get("photo")
        data = self._telegram.world.files.by_id(photo[-1]["file_id"]).data if photo else None
        text = message.get("text") or message.get("caption") or ""
        return Said(message["message_id"], text, frozenset(b["text"] for b in buttons(message)), data)


def buttons(message: Wire) -> list[Wire]:
    return [button for row in message.get("reply_markup", {}).get("inline_keyboard", []) for button in row]
