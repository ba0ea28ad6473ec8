"""A Telegram update as the core's event: who, where, and what. Pure; nothing is fetched here."""

from __future__ import annotations

from dataclasses import dataclass, field

from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType, MessageEntityType

from bot.adapters.telegram.downloads import Attachment, attachment
from bot.adapters.telegram.links import linked
from bot.core.commands import COMMANDS
from bot.core.events import Command, Event, Origin, Person, Photo, PhotoSent, Press, TextSent

KNOWN = frozenset(spec.name for spec in COMMANDS)
PEOPLE = {spec.name: option.name for spec in COMMANDS for option in spec.options if option.kind == "person"}
"""The option of each command that names a person."""


@dataclass(frozen=True)
class Place:
    """Where the answer goes. In groups it answers a message, so that everyone sees whom it is for."""

    chat: int = field(repr=False)
    thread: int | None = None
    reply_to: int | None = None
    shared: bool = False


@dataclass(frozen=True)
class Incoming:
    """An event, its photo still to be fetched from `attached`. What bears the same `once` is one act."""

    event: Event
    place: Place
    attached: Attachment | None = None
    query: str | None = None
    once: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Notice:
    """A text of the platform's own that answers without the core."""

    key: str
    place: Place
    origin: Origin


@dataclass(frozen=True)
class _Words:
    """What a message says to us."""

    text: str = ""
    command: str | None = None
    addressed: bool = False

    def linked(self) -> _Words:
        """A deep link comes as `/start PAYLOAD`."""
        if self.command != "start" or not self.text:
            return self
        command, text = linked(self.text)
        return _Words(text, command, self.addressed)


def read(update: Update, me: User) -> Incoming | Notice | None:
    """What the update says to the bot `me`; None when it is not for us."""
    if update.callback_query:
        return _press(update.callback_query, str(update.update_id))
    message = update.message
    if message and message.sender_chat:
        return _faceless(message, me)
    if message and message.from_user and not message.from_user.is_bot:
        return _message(message, message.from_user, str(update.update_id), me)
    return None


def _origin(user: User, chat: int, update: str, shared: bool) -> Origin:
    return Origin(
        Person("telegram", str(user.id)),
        str(chat),
        user.language_code or "",
        update,
        shared,
        community=str(chat) if shared else None,
        name=user.full_name,
        handle=user.username or "",
    )


def _press(query: CallbackQuery, update: str) -> Incoming | None:
    if query.message is None or query.data is None:
        return None
    chat = query.message.chat
    shared = chat.type != ChatType.PRIVATE
    thread = query.message.message_thread_id if isinstance(query.message, Message) else None
    place = Place(chat.id, thread, query.message.message_id if shared else None, shared)
    once = f"press {query.from_user.id} {chat.id} {query.message.message_id} {query.data}"
    event = Press(_origin(query.from_user, chat.id, update, shared), query.data)
    return Incoming(event, place, query=query.id, once=once)


def _place(message: Message) -> Place:
    shared = message.chat.type != ChatType.PRIVATE
    thread = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, thread, message.message_id if shared else None, shared)


def _message(message: Message, user: User, update: str, me: User) -> Incoming | None:
    words = _words(message, me).linked()
    place = _place(message)
    if place.shared and not words.addressed:
        return None
    origin = _origin(user, place.chat, update, place.shared)
    attached = attachment(message)
    once = f"album {place.chat} {message.media_group_id}" if message.media_group_id else None
    if words.command is not None:
        attached = attached or _own_photo(message.reply_to_message, user)
        options = {"text": words.text} if words.text else {}
        if words.command in PEOPLE:
            options |= _named(message, PEOPLE[words.command], me)
        photo = Photo(problem="photo_gone") if attached else None
        return Incoming(Command(origin, words.command, options, photo), place, attached, once=once)
    if attached:
        return Incoming(PhotoSent(origin, Photo(problem="photo_gone")), place, attached, once=once)
    if message.text is None:  # a service message: someone joined, a message was pinned
        return None
    event = TextSent(origin, words.text) if words.text else Command(origin, "help")
    return Incoming(event, place)


def _named(message: Message, option: str, me: User) -> dict[str, str]:
    """Whom a command is about: `option` is the platform's id, where Telegram tells it, `handle` the @username.

    The author of the message that the command answers, or who is mentioned in it.
    """
    text = message.text or message.caption or ""
    for entity in message.entities or message.caption_entities or ():
        said = _cut(text, entity.offset, entity.length)
        if entity.type == MessageEntityType.TEXT_MENTION and entity.user and entity.user.id != me.id:
            return {option: str(entity.user.id)}
        if entity.type == MessageEntityType.MENTION and said.lower() != f"@{me.username}".lower():
            return {"handle": said[1:]}
    replied = message.reply_to_message
    author = replied.from_user if replied and not replied.sender_chat else None
    return {option: str(author.id)} if author and not author.is_bot else {}


def _own_photo(replied: Message | None, user: User) -> Attachment | None:
    """A command that answers one's own photo is about it; about another person's photo it is not."""
    if replied is None or replied.from_user is None or replied.from_user.id != user.id:
        return None
    return attachment(replied) if replied.photo or replied.document else None


def _faceless(message: Message, me: User) -> Notice | None:
    """A command in the name of a group or channel: all its admins would be one person, and share one face."""
    if _words(message, me).command is None:
        return None
    place, sender = _place(message), message.sender_chat
    person = Person("telegram", str(sender.id if sender else place.chat))
    community = str(place.chat) if place.shared else None
    return Notice("telegram-anonymous", place, Origin(person, str(place.chat), "", community=community))


def _cut(text: str, offset: int, length: int) -> str:
    """Telegram counts in UTF-16 units."""
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def _words(message: Message, me: User) -> _Words:
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
    return _Words(text.strip(), None, addressed)


def _command(said: str, rest: str, addressed: bool, me: User) -> _Words:
    """`/mbti@typeface_bot`: of commands that name no bot only those that we know are ours in a group."""
    name, _, bot = said[1:].lower().partition("@")
    if bot:
        ours = bot == (me.username or "").lower()
        return _Words(rest, name, True) if ours else _Words()
    return _Words(rest, name, addressed or name in KNOWN)
