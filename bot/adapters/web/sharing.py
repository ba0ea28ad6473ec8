"""`GET /s/TOKEN`: a page that shows what somebody shares, and nothing else; it works without JavaScript.

It asks nothing of who looks, not even a cookie, and keeps nothing.
"""

from __future__ import annotations

import html
import re
import time
from collections import Counter
from collections.abc import Callable
from importlib.resources import files

from aiohttp import web

from bot.adapters.web import pages, visitor
from bot.adapters.web.reading import is_stranger
from bot.adapters.web.shield import is_secure
from bot.core import wording
from bot.core.ports import Shared, Sharer, SharingError

_CORE: web.AppKey[Sharer] = web.AppKey("sharer")
PATH = "/s/{token:[A-Za-z0-9_-]{22}}"
LOOKS = 60
"""A minute, of a stranger's address."""
_SQUARE = (512, 512)
_SHAPES = {"shared-title-card": (1200, 630)}
"""The room that a picture has on the page before it is there."""
_SLOT = re.compile(r"\{\{([a-z-]+)\}\}")
_UNSEEN = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Vary": "Accept-Language"}


class Looks:
    """Counts looks by address, anew each minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._minute, self._counted = clock, 0, Counter[str]()

    def room(self, address: str | None) -> bool:
        """Whether this address may look once more."""
        minute = int(self._clock() // 60)
        if minute != self._minute:
            self._minute, self._counted = minute, Counter()
        if not (address and is_stranger(address)):
            return True
        self._counted[address] += 1
        return self._counted[address] <= LOOKS


_LOOKS: web.AppKey[Looks] = web.AppKey("looks", Looks)


def _fill(locale: str, title: str, note: str, *, tags: str = "", picture: str = "") -> str:
    """The template; `tags` and `picture` are markup, all else is text."""
    slots = {"locale": locale, "title": html.escape(title), "note": html.escape(note)}
    slots |= {"tags": tags, "picture": picture}
    template = files("bot.adapters.web").joinpath("page", "shared.html").read_text("utf-8")
    return _SLOT.sub(
        lambda match: slots[match[1]] if match[1] in slots else html.escape(wording.say(locale, match[1])),
        template,
    )


def _tags(request: web.Request, locale: str, title: str, alt: str) -> str:
    """What a chat or a timeline shows of the link: Open Graph, with addresses in full. What is covered is not there."""
    base = f"{'https' if is_secure(request) else 'http'}://{request.host}{request.path}"
    properties = {
        "og:type": "website",
        "og:site_name": "Typeface",
        "og:title": title,
        "og:description": wording.say(locale, "web-shared-note"),
        "og:url": base,
        "twitter:card": "summary",
    }
    if not request.app[pages.COVERED]:
        properties |= {
            "og:image": f"{base}/picture.jpg",
            "og:image:type": "image/jpeg",
            "og:image:alt": alt,
            "twitter:card": "summary_large_image",
        }
    return "\n  ".join(
        f'<meta property="{name}" content="{html.escape(value)}">' for name, value in properties.items()
    )


def _page(request: web.Request, locale: str, shared: Shared) -> str:
    title = wording.say(locale, shared.title, **shared.args)
    alt = wording.say(locale, shared.alt, **shared.args)
    width, height = _SHAPES.get(shared.title, _SQUARE)
    picture = (
        f'<img class="face" src="{html.escape(request.path)}/picture.jpg" width="{width}" height="{height}" '
        f'alt="{html.escape(alt)}">'
    )
    if request.app[pages.COVERED]:
        words = html.escape(wording.say(locale, "web-uncover"))
        picture = f'<details class="veil"><summary class="pill">{words}</summary>{picture}</details>'
    note = wording.say(locale, "web-shared-note")
    return _fill(locale, title, note, tags=_tags(request, locale, title, alt), picture=picture)


def _gone(locale: str) -> web.Response:
    said = (wording.say(locale, "web-shared-gone"), wording.say(locale, "web-shared-gone-more"))
    return web.Response(text=_fill(locale, *said), status=404, content_type="text/html", headers=_UNSEEN)


def _busy(request: web.Request, locale: str, status: int) -> web.Response:
    """With a way to try it again, which needs no JavaScript."""
    said = (wording.say(locale, "web-shared-busy"), wording.say(locale, "web-shared-busy-more"))
    again = f'<a class="pill" href="{html.escape(request.path)}">{html.escape(wording.say(locale, "web-retry"))}</a>'
    text = _fill(locale, *said, picture=again)
    headers = {**_UNSEEN, "Retry-After": "60"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


async def show(request: web.Request) -> web.Response:
    """The page, once its picture is there to be fetched."""
    if not request.app[_LOOKS].room(request.remote):
        return _busy(request, visitor.wanted_language(request), 429)
    core, token = request.app[_CORE], request.match_info["token"]
    locale = await visitor.language(request, core)
    try:
        shared = await core.sharing.look(token)
        picture = await core.sharing.picture(token, locale) if shared else None
    except SharingError:
        return _busy(request, locale, 503)
    if shared is None or picture is None:
        return _gone(locale)
    return web.Response(text=_page(request, locale, shared), content_type="text/html", headers=_UNSEEN)


async def show_picture(request: web.Request) -> web.Response:
    """Its picture."""
    if not request.app[_LOOKS].room(request.remote):
        raise web.HTTPTooManyRequests(headers={"Retry-After": "60"})
    locale = await visitor.language(request, request.app[_CORE])
    try:
        picture = await request.app[_CORE].sharing.picture(request.match_info["token"], locale)
    except SharingError:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "10"}) from None
    if picture is None:
        raise web.HTTPNotFound(headers=_UNSEEN)
    # A timeline's server on another site fetches it; nothing of it is to be kept.
    return web.Response(body=picture, content_type="image/jpeg", headers=_UNSEEN)


async def gone(request: web.Request) -> web.Response:
    """What never was a link."""
    return _gone(await visitor.language(request, request.app[_CORE]))


def add(app: web.Application, core: Sharer) -> None:
    """Serve the links of `core`."""
    app[_CORE], app[_LOOKS] = core, Looks()
    app.router.add_get(PATH, show)
    app.router.add_get(f"{PATH}/picture.jpg", show_picture)
    app.router.add_get("/s/{rest:.*}", gone)
