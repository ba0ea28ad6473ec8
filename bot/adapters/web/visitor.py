"""Who is at the other end: a random cookie is the person."""

from __future__ import annotations

import re
import secrets

from aiohttp import web

from bot.adapters.web import pages
from bot.adapters.web.shield import is_secure
from bot.core import wording
from bot.core.events import Origin, Person
from bot.core.ports import Handler

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
DAYS_30 = 30 * 24 * 3600


def _cookie_name(request: web.Request) -> str:
    # The prefix makes browsers refuse a cookie that a neighbouring host or plain http planted.
    return "__Host-typeface" if is_secure(request) else "typeface"


def known(request: web.Request) -> str | None:
    """The person's id, when the cookie holds one of ours."""
    value = request.cookies.get(_cookie_name(request), "")
    return value if _ID.fullmatch(value) else None


def welcome(request: web.Request) -> str:
    """The person's id, known or new: 128 random bits."""
    return known(request) or secrets.token_urlsafe(16)


def remember(request: web.Request, response: web.StreamResponse, person: str) -> None:
    """Hand out the cookie, or make it last another 30 days."""
    response.set_cookie(
        _cookie_name(request),
        person,
        max_age=DAYS_30,
        httponly=True,
        samesite="Strict",
        secure=is_secure(request),
        path="/",
    )


def wanted_language(request: web.Request) -> str:
    """What the address asks for by `?lang=`, else what the browser wants."""
    asked = request.query.get("lang", "")
    return (
        asked if asked in wording.LOCALES else pages.pick_locale(request.headers.get("Accept-Language", ""))
    )


async def language(request: web.Request, core: Handler) -> str:
    """In which language to meet whoever asks: what they chose in the conversation, else what is wanted."""
    person, wanted = known(request), wanted_language(request)
    return await core.language(Origin(Person("web", person), person, wanted)) if person else wanted
