"""What operators and their machines ask: liveness, readiness, metrics."""

from __future__ import annotations

from importlib.metadata import version

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from inference.errors import InternalError
from inference.server.jobs import JOBS
from inference.server.metrics import METRICS
from inference.server.ports import DEVICE, GATE, SETTINGS
from inference.wire import ServerState


async def alive(_request: web.Request) -> web.Response:
    """`GET /healthz`: the process answers."""
    return web.json_response({"status": "alive"})


async def ready(request: web.Request) -> web.Response:
    """`GET /readyz`: 200 when warm and taking work, else 503 with the reason."""
    device = request.app[DEVICE]
    if not request.app[GATE].open:
        status = "stopping"
    elif device.ready:
        status = "ready"
    elif device.broken is None:
        status = "warming up"
    else:
        broken = {"status": "broken", "code": InternalError.code}
        return web.json_response(broken, status=503)
    return web.json_response({"status": status}, status=200 if status == "ready" else 503)


async def state(request: web.Request) -> web.Response:
    """`GET /v1/state`."""
    app, states = request.app, request.app[JOBS].states()
    found = ServerState(
        ready=app[DEVICE].ready and app[GATE].open,
        waiting=states.count("queued"),
        running=states.count("running"),
        devices=list(app[SETTINGS].devices or (app[SETTINGS].device,)),
        version=version("typeface"),
    )
    return web.json_response(found.model_dump())


async def metrics(request: web.Request) -> web.Response:
    """`GET /metrics`."""
    measured, states = request.app[METRICS], request.app[JOBS].states()
    measured.waiting.set(states.count("queued"))
    measured.running.set(states.count("running"))
    measured.ready.set(request.app[DEVICE].ready)
    return web.Response(
        body=generate_latest(measured.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )
