"""Who may do what, where: each event passes here, at each press anew. Pure.

What concerns a person's own data is never refused, nor is an admin's way back to the settings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot.core import menus
from bot.core.commands import COMMANDS
from bot.core.effects import Known, Line, Say
from bot.core.events import Command, Event, Press, TextSent
from bot.core.place import Place
from bot.core.presses import Action, decode

Need = Literal["anyone", "admin", "owner"]
_NEEDS: dict[str, Need] = {f"/{spec.name}": spec.may for spec in COMMANDS}
_TOGETHER = frozenset({f"/{spec.name}" for spec in COMMANDS if spec.community} | {Action.COUNT})
_OWN_DATA = frozenset({"/privacy", "/mydata", "/forget"})
_ADMINS = frozenset(
    {Action.ADMIN, Action.SET, Action.ROLE, Action.PAUSE, Action.BLOCKS, Action.UNBLOCK}
    | {Action.LOG, Action.STATS}
)
_OWNERS = frozenset({Action.HEALTH})
_ALWAYS = frozenset(
    {Action.PRIVACY, Action.MY_DATA, Action.FORGET, Action.FORGET_SURE, Action.CANCEL}
    | {Action.US_END, Action.UNSHARE, Action.TOSS, Action.TOSS_SURE, Action.WITHDRAW}
)
"""To take one's own away is never refused, nor to see what there is."""


def refusal(event: Event, known: Known) -> Say | None:
    """Why nothing comes of this event, if so."""
    place, wish = known.place, _wish(event)
    if said := _not_allowed(wish, place):
        return _with_id(said, known) if said.code == "owners_only" else said
    if _needs(wish) != "anyone" or wish in _OWN_DATA or wish in _ALWAYS:
        return None
    return closed(place)


def asks_for_rights(event: Event) -> bool:
    """Whether it matters to this event if its person is an admin; platforms that must ask ask only then."""
    return isinstance(event, TextSent) or _needs(_wish(event)) == "admin"


def _wish(event: Event) -> str:
    """`/command` or the action, which may have the same name; nothing for words, photos and others' buttons."""
    if isinstance(event, Command):
        return f"/{event.name}"
    pressed = decode(event.origin.person, event.payload) if isinstance(event, Press) else None
    return pressed.action if pressed and pressed.mine else ""


def _needs(wish: str) -> Need:
    return "admin" if wish in _ADMINS else "owner" if wish in _OWNERS else _NEEDS.get(wish, "anyone")


def _not_allowed(wish: str, place: Place) -> Say | None:
    needs = _needs(wish)
    if needs == "owner" and not place.owner:
        return _say("owners-only")
    if (needs == "admin" or wish in _TOGETHER) and not place.community:
        return _say("only-in-community")
    if needs == "admin" and not place.admin:
        return _say("admins-only")
    return None


def _with_id(said: Say, known: Known) -> Say:
    """What whoever runs the bot writes into its settings to be known as that, where nobody else reads it."""
    person, read_by_others = known.person, known.shared and not known.can_hide
    if read_by_others or person.platform == "web":  # there it is the secret of a browser
        return said
    owner = f"{person.platform}:{person.id}"
    return replace(said, lines=(*said.lines, Line("owners-only-id", {"owner": owner})))


def closed(place: Place) -> Say | None:
    """Why nobody, or not this person, is answered there; what long work has brought is not shown there, either."""
    settings = place.settings
    if place.blocked:
        return _say("blocked")
    if settings.paused is not None:
        lines = (Line("paused-notice", {"text": settings.paused}),) if settings.paused else ()
        return Say((Line("paused"), *lines), menus.OWN_DATA, code="paused")
    return None if settings.answers_in(place.channel) else _say("off-here")


def _say(key: str) -> Say:
    return Say((Line(key),), menus.OWN_DATA, code=key.replace("-", "_"))
