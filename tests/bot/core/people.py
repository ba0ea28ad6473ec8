"""Whose events the tests send, and which ports answer them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from bot.core import presses
from bot.core.events import Command, Origin, Person, Photo, PhotoSent, Press, TextSent
from bot.core.pieces import length
from bot.core.presses import Action
from bot.core.replies import Progress, Reply, Shown, Text

E = TypeVar("E", Command, TextSent, PhotoSent, Press)
ANN, BOB = Person("discord", "1001"), Person("discord", "1002")


def origin(person: Person = ANN, chat: str = "c", *, locale: str = "en", update: str | None = None) -> Origin:
    return Origin(person, chat, locale, update, can_hide=True)


def command(
    name: str, *words: str, person: Person = ANN, chat: str = "c", photo: bytes | None = None
) -> Command:
    options = {"text": " ".join(words)} if words else {}
    return Command(origin(person, chat), name, options, Photo(photo) if photo is not None else None)


def text(words: str, person: Person = ANN) -> TextSent:
    return TextSent(origin(person), words)


def selfie(data: bytes = b"selfie", person: Person = ANN, chat: str = "c") -> PhotoSent:
    return PhotoSent(origin(person, chat), Photo(data))


def press(
    action: Action, *args: str, person: Person = ANN, chat: str = "c", of: Person | None = None
) -> Press:
    return Press(origin(person, chat), presses.encode(of or person, action, *args))


def actions(reply: Reply, person: Person = ANN) -> list[tuple[Action, tuple[str, ...]]]:
    """What the buttons of a reply do."""
    found = [presses.decode(person, button.payload) for row in reply.menu for button in row]
    assert all(found), "a button of ours cannot be read"
    return [(one.action, one.args) for one in found if one]


def bright(reply: Reply) -> list[Action]:
    """What the buttons do that stand out from the rest."""
    styles = [button.style for row in reply.menu for button in row]
    pairs = zip(actions(reply), styles, strict=True)
    return [action for (action, _), style in pairs if style in {"primary", "success"}]


def check(reply: Reply) -> None:
    """A reply that every platform can show."""
    assert reply.text or isinstance(reply, Shown)
    assert length(reply.text) <= (1000 if isinstance(reply, Shown) else 2000)
    assert len(reply.menu) <= 5
    for row in reply.menu:
        assert 1 <= len(row) <= 5
    select = None if isinstance(reply, Progress) else reply.select
    assert select is None or 1 <= len(select.options) <= 25
    for button in (*(button for row in reply.menu for button in row), *(select.options if select else ())):
        assert 1 <= length(button.label) <= 40
        assert len(button.payload.encode("ascii")) <= 64
    if isinstance(reply, Shown):
        assert 1 <= length(reply.picture.alt) <= 1024
        assert all(one.low <= one.value <= one.high for one in reply.sliders)


def stopped(replies: list[Reply]) -> Text:
    """The last word of work that was stopped: the answer to who stopped it leads on."""
    for reply in replies:
        check(reply)
    last = replies[-1]
    assert isinstance(last, Text)
    assert (last.code, last.menu) == ("cancelled", ())
    return last


def final(replies: list[Reply]) -> Text | Shown:
    """The last reply, which ends an answer."""
    for reply in replies:
        check(reply)
    assert replies
    last = replies[-1]
    assert isinstance(last, Text | Shown)
    assert last.menu, "a dead end: no button leads on"
    return last


def at(event: E, *, admin: bool = False, channel: str = "c", roles: tuple[str, ...] = (), **more: bool) -> E:
    """The event in the server "guild", by somebody with those rights."""
    where = replace(
        event.origin, community="guild", chat=channel, shared=True, admin=admin, roles=roles, **more
    )
    return replace(event, origin=where)
