"""The web application: the page, its files, and the chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from aiohttp import web

from bot.adapters.web import pages, sharing, visitor
from bot.adapters.web.feed import Feed
from bot.adapters.web.feeds import Bounds, Feeds
from bot.adapters.web.incoming import MAX_EVENT_BYTES, EventError, read_event
from bot.adapters.web.reading import CrowdedError, Readers, SlowError
from bot.adapters.web.shield import add_headers, shield
from bot.core import wording
from bot.core.pace import paced
from bot.core.ports import Handler, Sharer

PACE_SECONDS = 0.25
GOODBYE_SECONDS = 1.0
"""How long a stop waits for running answers; then they are cancelled, and pages ask again."""
DIGITS = 18
_PERSONAL = {"Cache-Control": "no-store", "Vary": "Accept-Encoding, Accept-Language, Cookie"}


HANDLER: web.AppKey[Handler] = web.AppKey("handler")
READERS: web.AppKey[Readers] = web.AppKey("readers", Readers)
FEEDS: web.AppKey[Feeds] = web.AppKey("feeds", Feeds)
PAGES: web.AppKey[dict[str, bytes]] = web.AppKey("pages")
ASSETS: web.AppKey[dict[str, pages.Asset]] = web.AppKey("assets")


async def show_page(request: web.Request) -> web.Response:
    """`GET /`, in the language that the person chose, else the one asked for by `?lang=`, else the browser's."""
    person, locale = visitor.welcome(request), await visitor.language(request, request.app[HANDLER])
    response = web.Response(body=request.app[PAGES][locale], content_type="text/html", charset="utf-8")
    response.headers.update({**_PERSONAL, "Content-Language": locale})
    response.enable_compression()
    visitor.remember(request, response, person)
    return response


async def show_words(request: web.Request) -> web.Response:
    """`GET /words`: what an open page needs to speak the language that `GET /` has now."""
    locale = await visitor.language(request, request.app[HANDLER])
    told = pages.data(locale, pages.all_words())
    return web.Response(text=told, content_type="application/json", headers=_PERSONAL)


async def show_asset(request: web.Request) -> web.Response:
    if not (asset := request.app[ASSETS].get(request.match_info["name"])):
        raise web.HTTPNotFound
    headers = {"ETag": f'W/"{asset.etag}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if f'"{asset.etag}"' in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    response = web.Response(body=asset.body, content_type=asset.media_type, charset="utf-8", headers=headers)
    response.enable_compression()
    return response


async def show_health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def chat(request: web.Request) -> web.Response:
    """`POST /chat`: one event (contract: `incoming`), whose answer comes in the feed: 202, or 201 to a newcomer."""
    person = visitor.welcome(request)
    try:
        async with request.app[READERS].read(request.remote) as reading:
            asked, event = await read_event(request, person, reading)
        core = request.app[HANDLER]
        request.app[FEEDS].answer(person, asked, lambda: paced(core.handle(event), PACE_SECONDS, time))
    except SlowError:
        return web.json_response({"code": "too_slow"}, status=408, headers={"Connection": "close"})
    except CrowdedError:
        return web.json_response({"code": "busy"}, status=429, headers={"Retry-After": "5"})
    except EventError as error:
        return web.json_response({"code": "bad_request", "detail": str(error)}, status=400)
    response = web.Response(
        status=202 if visitor.known(request) else 201, headers={"Cache-Control": "no-store"}
    )
    visitor.remember(request, response, person)
    return response


async def listen(request: web.Request) -> web.StreamResponse:
    """`GET /feed?after=`: what was said to this browser after that number, then all that comes (contract: `outgoing`).

    Without a number it begins now. Whoever has no cookie of ours has no feed.
    """
    if (person := visitor.known(request)) is None:
        return web.Response(status=204)
    try:
        with request.app[FEEDS].listening(person) as feed:
            return await _tell(request, feed, request.query.get("after", ""))
    except CrowdedError:
        return web.json_response({"code": "busy"}, status=429, headers={"Retry-After": "5"})


async def _tell(request: web.Request, feed: Feed, after: str) -> web.StreamResponse:
    # No proxy may keep lines back, or keep a copy.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Type": "text/event-stream"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    async for lines in feed.follow(int(after) if after.isdecimal() and len(after) < DIGITS else None):
        await response.write(b"".join(b"data: " + line + b"\n\n" for line in lines))
    return response


async def _tidying(app: web.Application) -> AsyncIterator[None]:
    """Nothing is kept for longer than it may, though nobody says anything."""
    task = asyncio.create_task(app[FEEDS].tidying())
    yield
    task.cancel()


async def _say_goodbye(app: web.Application) -> None:
    await app[FEEDS].close(GOODBYE_SECONDS)


def build(handler: Sharer, bounds: Bounds, *, covered: bool = False) -> web.Application:
    """The application, ready to be served; it starts nothing. `covered`: every picture is, until it is uncovered."""
    app = web.Application(middlewares=[shield], client_max_size=MAX_EVENT_BYTES)
    app[HANDLER] = handler
    app[pages.COVERED] = covered
    app[READERS] = Readers()
    app[FEEDS] = Feeds(bounds, covered=covered)
    handler.reach("web", app[FEEDS].push)
    app[PAGES] = {locale: pages.render(locale) for locale in wording.LOCALES}
    app[ASSETS] = pages.assets()
    app.on_response_prepare.append(add_headers)
    app.router.add_get("/", show_page)
    app.router.add_get("/words", show_words)
    app.router.add_get("/page/{name}", show_asset)
    app.router.add_get("/healthz", show_health)
    app.router.add_post("/chat", chat)
    app.router.add_get("/feed", listen)
    app.cleanup_ctx.append(_tidying)
    app.on_shutdown.append(_say_goodbye)
    sharing.add(app, handler)
    return app
