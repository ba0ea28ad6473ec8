"""The server's composition: the table of routes, and what enters and leaves with the application."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from inference.films.files import MEDIA_TYPES as FILM_TYPES
from inference.images import MEDIA_TYPES
from inference.server import auth, contract, events, forms, health, problems, projections, renders
from inference.server.contract import Route, model
from inference.server.jobs import JOBS, Jobs
from inference.server.metrics import METRICS, Metrics
from inference.server.morphs import Morphs
from inference.server.photos import PHOTOS, Photos
from inference.server.ports import CATALOGUE, DEVICE, GATE, SETTINGS, Catalogue, Device, Gate, PackSource
from inference.server.renders import RENDERS, Renders
from inference.settings import Settings
from inference.wire import (
    MAX_PHOTOS,
    JobEvent,
    JobView,
    MorphRequest,
    PackInfo,
    ProjectRequest,
    ProjectResult,
    RenderRequest,
    ServerState,
)

_JSON = "application/json"
_TEXT = {"type": "string"}
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_STATUS = {"type": "object", "properties": {"status": _TEXT}, "required": ["status"]}
_PHOTO_RENDER = {
    "type": "object",
    "properties": {"render": model(RenderRequest), "image": _BINARY},
    "required": ["render", "image"],
}
_FORM = {
    "type": "object",
    "properties": {
        "job": model(ProjectRequest),
        "image": {"type": "array", "items": _BINARY, "minItems": 1, "maxItems": MAX_PHOTOS},
    },
    "required": ["job", "image"],
}


async def packs(request: web.Request) -> web.Response:
    """`GET /v1/packs`."""
    found = [pack.info.model_dump(mode="json") for pack in request.app[CATALOGUE].packs]
    return web.json_response(found)


def routes() -> tuple[Route, ...]:
    """All routes; the application and its contract are both made of this table."""
    return (
        Route("GET", "/v1/packs", packs, "Packs", {_JSON: {"type": "array", "items": model(PackInfo)}}),
        _render_route(),
        *_job_routes(),
        Route("GET", "/v1/state", health.state, "What the server does", {_JSON: model(ServerState)}),
        Route("GET", "/healthz", health.alive, "Alive", {_JSON: _STATUS}),
        Route("GET", "/readyz", health.ready, "Warm, and taking work", {_JSON: _STATUS}),
        Route("GET", "/metrics", health.metrics, "Prometheus metrics", {"text/plain": _TEXT}),
        Route("GET", "/openapi.json", contract.handler(routes), "This document", {_JSON: {"type": "object"}}),
    )


def _render_route() -> Route:
    pictures = dict.fromkeys(MEDIA_TYPES.values(), _BINARY)
    return Route(
        "POST",
        "/v1/render",
        renders.render,
        "A picture of an expression",
        pictures,
        body={_JSON: model(RenderRequest), "multipart/form-data": _PHOTO_RENDER},
        failures=(400, 404, 413, 415, 422, 429, 503),
    )


def _job_routes() -> tuple[Route, ...]:
    job = {_JSON: model(JobView)}
    return (
        Route(
            "POST",
            "/v1/jobs",
            projections.create,
            "Find the latent of a person, from one photo or several; or turn faces into one another",
            job,
            body={"multipart/form-data": _FORM, _JSON: model(MorphRequest)},
            status=202,
            failures=(400, 404, 409, 413, 415, 422, 429, 503),
        ),
        Route("GET", "/v1/jobs/{id}", projections.show, "Where a job stands", job, failures=(404,)),
        Route(
            "GET",
            "/v1/jobs/{id}/events",
            events.events,
            "Progress: events queued, progress, done, failed, cancelled",
            {"text/event-stream": model(JobEvent)},
            failures=(404,),
        ),
        Route(
            "GET",
            "/v1/jobs/{id}/result",
            projections.result,
            "The latent; of a morph, the file of a `format`",
            {_JSON: model(ProjectResult), **dict.fromkeys(FILM_TYPES.values(), _BINARY)},
            failures=(400, 404, 409, 410),
        ),
        Route(
            "DELETE",
            "/v1/jobs/{id}",
            projections.cancel,
            "Cancel a job, or forget a finished one",
            job,
            failures=(404,),
        ),
    )


def build(settings: Settings, device: Device, source: PackSource) -> web.Application:
    """The application; `device` is started and stopped with it, `source` has been read."""
    app = web.Application(
        middlewares=[problems.middleware, auth.middleware], client_max_size=forms.RENDER_BYTES
    )
    app[SETTINGS] = settings
    app[DEVICE] = device
    app[CATALOGUE] = Catalogue(source, device)
    app[GATE] = Gate()
    app[METRICS] = Metrics()
    app[RENDERS] = Renders(device)
    forms.keep_quiet()
    app.add_routes([web.route(route.method, route.path, route.handler) for route in routes()])
    app.cleanup_ctx.extend([_work, _pool, _hangups])
    return app


async def _work(app: web.Application) -> AsyncIterator[None]:
    """The device and the registry of jobs."""
    device = app[DEVICE]
    morphs = Morphs(app[RENDERS], app[SETTINGS].width)
    app[JOBS] = Jobs(device, morphs, app[SETTINGS], app[METRICS])
    device.start()
    yield
    await morphs.close()
    await asyncio.to_thread(device.stop)


async def _pool(app: web.Application) -> AsyncIterator[None]:
    """The threads that read photos."""
    settings = app[SETTINGS]
    pool = ThreadPoolExecutor(settings.photo_threads, thread_name_prefix="photo")
    app[PHOTOS] = Photos(pool, app[DEVICE], settings, app[METRICS])
    yield
    pool.shutdown(wait=False, cancel_futures=True)


async def _hangups(app: web.Application) -> AsyncIterator[None]:
    """SIGHUP reads the packs' folders again."""
    loop, readings = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def read() -> None:
        task = loop.create_task(app[CATALOGUE].reread())
        readings.add(task)
        task.add_done_callback(readings.discard)

    loop.add_signal_handler(signal.SIGHUP, read)
    yield
    loop.remove_signal_handler(signal.SIGHUP)
    for task in readings:
        task.cancel()
