"""Aiohttp's runner, but for one thing: what it refuses before any route is a problem document too."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from inference.errors import BadRequest, InternalError
from inference.server import problems


class Runner(web.AppRunner):
    """Serves an application; nobody's address is logged, and a client that hangs up ends its handler."""

    def __init__(self, app: web.Application, *, shutdown_timeout: float = 1) -> None:
        super().__init__(
            app,
            access_log=None,  # it would hold addresses and job ids; /metrics counts instead
            handler_cancellation=True,
            shutdown_timeout=shutdown_timeout,
        )

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **made._kwargs,
        )


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    """Not HTTP, a line too long, an expectation that nobody meets: aiohttp answers these in plain text."""

    async def finish_response(self, request: Any, resp: Any, start_time: float | None) -> Any:
        if resp.status >= 400 and resp.content_type.startswith("text/"):
            refused = (
                BadRequest("This is not HTTP that can be read.") if resp.status < 500 else InternalError()
            )
            resp = problems.response(refused)
            resp.force_close()
        return await super().finish_response(request, resp, start_time)
