"""A Telegram update as the core's event: who, where, and what. Pure; nothing is fetched here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.adapters.telegram.downloads import Attachment, attachment
from bot.adapters.telegram.words import Words, named, words
from bot.core.commands import COMMANDS
from bot.core.events import Command, Event, Origin, Person, Photo, PhotoSent, Press, TextSent

PEOPLE = {spec.name: option.name for spec in COMMANDS for option in spec.options if option.kind == "person"}
"""The option of each command that names a person."""


@dataclass(frozen=True)
class Pressed:
    """The message whose button was pressed. `text`: it is words alone, and no picture under which there are some."""

    message: int
    text: bool


@dataclass(frozen=True)
class Place:
    """Where the answer goes. In groups it answers a message, so that everyone sees whom it is for.

    `pressed` is there as long as it may be changed.
    """

    chat: int = field(repr=False)
    thread: int | None = None
    reply_to: int | None = None
    shared: bool = False
    pressed: Pressed | None = None

    def moved(self, chat: int) -> Place:
        """In the supergroup that the group has become, where no message of the group can be answered or changed."""
        return replace(self, chat=chat, thread=None, reply_to=None, pressed=None)


@dataclass(frozen=True)
class Incoming:
    """An event, its photo still to be fetched from `attached`. What bears the same `once` is one act.

    `said` stands for what the message says: it changes when the message is edited.
    """

    event: Event
    place: Place
    attached: Attachment | None = None
    query: str | None = None
    once: str | None = field(default=None, repr=False)
    said: str = field(default="", repr=False)


@dataclass(frozen=True)
class Notice:
    """A text of the platform's own that answers without the core; `said` as of `Incoming`."""

    key: str
    place: Place
    origin: Origin
    said: str = field(default="", repr=False)


@dataclass(frozen=True)
class Moved:
    """A group has become a supergroup, with another id."""

    old: int = field(repr=False)
    new: int = field(repr=False)


@dataclass(frozen=True)
class Left:
    """A person has blocked the bot, or a group has thrown it out."""

    chat: int = field(repr=False)


def read(update: Update, me: User) -> Incoming | Notice | Moved | Left | None:
    """What the update says to the bot `me`; None when it is not for us."""
    if update.callback_query:
        return _press(update.callback_query, str(update.update_id))
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    if update.edited_message:
        return _edited(update.edited_message, str(update.update_id), me)
    return _sent(update.message, str(update.update_id), me) if update.message else None


def _sent(message: Message, update: str, me: User) -> Incoming | Notice | Moved | None:
    if moved := _moved(message):
        return moved
    if message.sender_chat:
        return _faceless(message, me)
    if message.from_user and not message.from_user.is_bot:
        return _message(message, message.from_user, update, me)
    return None


def _membership(change: ChatMemberUpdated) -> Left | None:
    return Left(change.chat.id) if change.new_chat_member.status == ChatMemberStatus.BANNED else None


def _moved(message: Message) -> Moved | None:
    """Telegram says so in the old group, and in the new one."""
    if message.migrate_to_chat_id:
        return Moved(message.chat.id, message.migrate_to_chat_id)
    if message.migrate_from_chat_id:
        return Moved(message.migrate_from_chat_id, message.chat.id)
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
    message = query.message if isinstance(query.message, Message) else None  # else it is deleted, or too old
    thread = message.message_thread_id if message else None
    pressed = _changeable(message) if message else None
    place = Place(chat.id, thread, query.message.message_id if shared else None, shared, pressed)
    once = f"press {query.from_user.id} {chat.id} {query.message.message_id} {query.data}"
    event = Press(_origin(query.from_user, chat.id, update, shared), query.data)
    return Incoming(event, place, query=query.id, once=once)


def _changeable(message: Message) -> Pressed | None:
    """Texts and photos; a film, or a file that was asked for, stays."""
    text = message.text is not None
    return Pressed(message.message_id, text) if text or message.photo else None


def _place(message: Message) -> Place:
    shared = message.chat.type != ChatType.PRIVATE
    thread = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, thread, message.message_id if shared else None, shared)


def _message(message: Message, user: User, update: str, me: User) -> Incoming | None:
    said, place = words(message, me).linked(), _place(message)
    ours = message.via_bot and message.via_bot.id == me.id  # what our inline mode has put there
    if ours or (place.shared and (not said.addressed or _laughs(message, said))):
        return None
    event = _event(message, said, _origin(user, place.chat, update, place.shared), me)
    attached = attachment(message)
    if isinstance(event, Command) and said.command:
        attached = attached or _own_photo(message.reply_to_message, user)
    if attached and isinstance(event, Command):
        event = replace(event, photo=Photo(problem="photo_gone"))
    return (
        Incoming(event, place, attached, once=_album(message, attached), said=_content(message))
        if event
        else None
    )


def _laughs(message: Message, said: Words) -> bool:
    """In a group a sticker under one of our pictures is meant for everybody."""
    return said.command is None and bool(message.sticker or message.animation or message.dice)


def _event(message: Message, said: Words, origin: Origin, me: User) -> Command | PhotoSent | TextSent | None:
    """What was sent, its photo still to be fetched; None for a service message: someone joined, one was pinned."""
    if said.command is not None:
        options = {"text": said.text} if said.text else {}
        if said.command in PEOPLE:
            options |= named(message, PEOPLE[said.command], me)
        return Command(origin, said.command, options)
    if attachment(message):
        return PhotoSent(origin, Photo(problem="photo_gone"))
    if message.text is None:
        return None
    return TextSent(origin, said.text) if said.text else Command(origin, "help")


def _album(message: Message, attached: Attachment | None) -> str | None:
    """Of an album one photo counts, and one of what is none."""
    if message.media_group_id is None:
        return None
    return f"album {message.chat.id} {message.media_group_id} {attached.problem if attached else None}"


def _content(message: Message) -> str:
    """Stays the same for as long as the message says the same; holds nothing of it."""
    files = message.photo or ([message.document] if message.document else [])
    text = message.text or message.caption or ""
    content = hash((text, *(file.file_unique_id for file in files)))
    return f"{message.chat.id} {message.message_id} {content}"


def _edited(message: Message, update: str, me: User) -> Notice | None:
    """What was changed after we had it: nothing is done twice, and nobody waits for it."""
    user = message.from_user
    if user is None or user.is_bot or message.sender_chat:
        return None
    changed = _message(message, user, update, me)
    if changed is None:
        return None
    return Notice("telegram-edited", changed.place, changed.event.origin, changed.said)


def _own_photo(replied: Message | None, user: User) -> Attachment | None:
    """A command that answers one's own photo is about it; about another person's photo it is not."""
    if replied is None or replied.from_user is None or replied.from_user.id != user.id:
        return None
    return attachment(replied) if replied.photo or replied.document else None


def _faceless(message: Message, me: User) -> Notice | None:
    """A command in the name of a group or channel: all its admins would be one person, and share one face."""
    if words(message, me).command is None:
        return None
    place, sender = _place(message), message.sender_chat
    person = Person("telegram", str(sender.id if sender else place.chat))
    community = str(place.chat) if place.shared else None
    return Notice("telegram-anonymous", place, Origin(person, str(place.chat), "", community=community))
