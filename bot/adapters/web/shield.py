"""What keeps other sites, and what the page itself must never do, away from a person's chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    # Scripts and styles are our files alone: no inline code, no other host, no string that becomes markup.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; "
        "connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def is_secure(request: web.Request) -> bool:
    """Whether the browser speaks https: to us, or to the proxy before us."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"


def from_elsewhere(request: web.Request) -> bool:
    """Whether a browser sent this from a page that is not ours.

    Browsers say so in `Sec-Fetch-Site`, which no script can set; where they leave it out (plain http beyond
    loopback) the `Origin` must name the host that was asked. What carries neither is no browser, and holds no
    one's cookie.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site != "same-origin"
    if origin := request.headers.get("Origin"):
        return urlsplit(origin).netloc.lower() != request.host.lower()
    return False


@web.middleware
async def shield(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site has a browser send."""
    if request.method not in {"GET", "HEAD"} and from_elsewhere(request):
        raise web.HTTPForbidden(text="This request comes from another site.")
    return await handler(request)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal: it also reaches streams and errors."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
