"""What a Telegram message says: its text, the command in front of it, and whom it is for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Message, User
from telegram.constants import ChatType, MessageEntityType

from bot.adapters.telegram.links import linked
from bot.core.commands import COMMANDS

KNOWN = frozenset(spec.name for spec in COMMANDS)


@dataclass(frozen=True)
class Words:
    """What a message says to us."""

    text: str = ""
    command: str | None = None
    addressed: bool = False

    def linked(self) -> Words:
        """A deep link comes as `/start PAYLOAD`."""
        if self.command != "start" or not self.text:
            return self
        command, text = linked(self.text)
        return Words(text, command, self.addressed)


def _cut(text: str, offset: int, length: int) -> str:
    """Telegram counts in UTF-16 units."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def words(message: Message, me: User) -> Words:
    """The text or caption, the command in front of it, and whether it is for us (in private it is)."""
    text = message.text or message.caption or ""
    replied = message.reply_to_message and message.reply_to_message.from_user
    addressed = message.chat.type == ChatType.PRIVATE or bool(replied and replied.id == me.id)
    for entity in message.entities or message.caption_entities or ():
        said = _cut(text, entity.offset, entity.length)
        if entity.type == MessageEntityType.BOT_COMMAND and entity.offset == 0:
            return _command(said, text[len(said) :].strip(), addressed, me)
        if said.lower() == f"@{me.username}".lower() or (entity.user and entity.user.id == me.id):
            addressed = True
            text = text.replace(said, "", 1) if message.chat.type != ChatType.PRIVATE else text
    return Words(text.strip(), None, addressed)


def _command(said: str, rest: str, addressed: bool, me: User) -> Words:
    """`/mbti@typeface_bot`: of commands that name no bot only those that we know are ours in a group."""
    name, _, bot = said[1:].lower().partition("@")
    if bot:
        ours = bot == (me.username or "").lower()
        return Words(rest, name, True) if ours else Words()
    return Words(rest, name, addressed or name in KNOWN)


def named(message: Message, option: str, me: User) -> dict[str, str]:
    """Whom a command is about, by the platform's id: `option` who is mentioned, `answered` whose message it answers.

    Of a mentioned @username Telegram tells no id: that is the `handle`. In a topic, whatever answers nothing else
    answers the message that opened it.
    """
    text = message.text or message.caption or ""
    for entity in message.entities or message.caption_entities or ():
        said = _cut(text, entity.offset, entity.length)
        if entity.type == MessageEntityType.TEXT_MENTION and entity.user and entity.user.id != me.id:
            return {option: str(entity.user.id)}
        if entity.type == MessageEntityType.MENTION and said.lower() != f"@{me.username}".lower():
            return {"handle": said[1:]}
    replied = message.reply_to_message
    if not replied or replied.sender_chat or replied.forum_topic_created:
        return {}
    author = replied.from_user
    return {"answered": str(author.id)} if author and not author.is_bot else {}
