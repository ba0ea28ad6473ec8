"""The people on Discord: in direct messages, in channels and threads."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tests.crowd.player import Player, Said
from tests.crowd.watch import Watch
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call, Channel, Message


class OnDiscord(Player):
    """With a `room` all is asked and answered there, for this person's eyes only; without one in direct messages."""

    def __init__(self, number: int, watch: Watch, double: DiscordDouble, room: Channel | None) -> None:
        super().__init__(number, watch)
        self._double = double
        self._who = double.person(f"person{number}")
        self._room, self._direct = room or double.dm(self._who), room is None
        self.calls: list[Call] = []

    async def command(self) -> None:
        asked = {"type": self.type}
        self.calls.append(await self._double.command(self._who, "mbti", asked, channel=self._room))

    async def selfie(self, photo: bytes) -> None:
        file = self._double.file(self._room, photo)
        if self._direct:
            await self._double.write(self._who, files=(file,))
        else:
            self.calls.append(
                await self._double.command(self._who, "me", {"photo": file}, channel=self._room)
            )

    async def press(self, said: Said, label: str) -> None:
        assert isinstance(said.key, Message)
        self.calls.append(await self._double.press(self._who, said.key, label))

    def unread(self, known: Collection[object]) -> Iterator[Said]:
        there = (m for m in self._messages() if not m.deleted and not m.loading)
        return (_seen(message) for message in there if message not in known)

    def looks(self) -> Iterator[bytes]:
        for message in self._messages():
            for look in message.history:
                yield from look.pictures

    def _messages(self) -> list[Message]:
        """Of the bot, and for this person."""
        there = self._room.messages
        return [m for m in there if m.author is None and (self._direct or m.only_for is self._who)]


def _seen(message: Message) -> Said:
    data = message.attachments[0].data if message.attachments else None
    return Said(message, message.content, frozenset(message.buttons), data)
