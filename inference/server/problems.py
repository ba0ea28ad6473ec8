"""Every failure leaves as an RFC 9457 problem document, and every request is counted."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from pydantic import ValidationError

from inference.errors import (
    BadRequest,
    Busy,
    InternalError,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    TypefaceError,
    Unauthorized,
)
from inference.server.metrics import METRICS

MEDIA_TYPE = "application/problem+json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger(__name__)


def response(error: TypefaceError) -> web.Response:
    """The answer that tells of `error`."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    return web.json_response(error.problem(), status=error.status, content_type=MEDIA_TYPE, headers=headers)


def bad_request(error: ValidationError) -> BadRequest:
    """What pydantic found, in words and without the values that were sent."""
    found = [
        f"{'.'.join(str(part) for part in item['loc']) or 'body'}: {_said(item['type'], item['msg'])}"
        for item in error.errors(include_url=False, include_context=False, include_input=False)[:5]
    ]
    return BadRequest("; ".join(found))


def _said(kind: str, message: str) -> str:
    """Pydantic's words; ours where it speaks of its own parts, or repeats what was sent."""
    if kind == "union_tag_not_found":
        return "Say of which kind it is, by the field kind"
    if kind == "union_tag_invalid":
        return f"The kind is one of {message.rpartition('expected tags: ')[2]}"
    return message.removeprefix("Value error, ").removeprefix("Assertion failed, ")


def from_http(error: web.HTTPException) -> TypefaceError:
    """Aiohttp's own refusals in our words."""
    if isinstance(error, web.HTTPNotFound):
        return NotFound()
    if isinstance(error, web.HTTPMethodNotAllowed):
        return MethodNotAllowed(f"This route takes {', '.join(sorted(error.allowed_methods))}.")
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return TooLarge("The body has more bytes than are read.")
    return BadRequest(error.reason) if error.status < 500 else InternalError()


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except TypefaceError as error:
        return response(error)
    except ValidationError as error:
        return response(bad_request(error))
    except web.RequestPayloadError:
        return response(BadRequest("The body is malformed or cut off."))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        answer = response(from_http(error))
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer
    except ConnectionError:
        raise  # the client went away while it was written to: nobody is left to tell
    except Exception:
        log.exception("a request failed", route=route_of(request), method=request.method)
        return response(InternalError())


def route_of(request: web.Request) -> str:
    """The route's template, which names no id."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "other"


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into problems; count and time requests by route."""
    began = time.perf_counter()
    status = 499  # the client went away, and the handler with it
    try:
        answer = await _answer(request, handler)
        status = answer.status
        return answer
    finally:
        method = request.method if request.method in {"GET", "HEAD", "POST", "DELETE"} else "other"
        metrics = request.app[METRICS]
        metrics.requests.labels(route_of(request), method, str(status)).inc()
        metrics.request_seconds.labels(route_of(request), method).observe(time.perf_counter() - began)
