"""Bearer token: asked for everywhere but at the health routes, when the server has one."""

from __future__ import annotations

import hmac

from aiohttp import web

from inference.errors import Unauthorized
from inference.server.ports import SETTINGS
from inference.server.problems import Handler

OPEN = frozenset({"/healthz", "/readyz"})


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in who holds the token; compared in constant time."""
    token = request.app[SETTINGS].token
    if token is not None and request.path not in OPEN:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, f"Bearer {token}".encode()):
            raise Unauthorized
    return await handler(request)
