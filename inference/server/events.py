"""`GET /v1/jobs/{id}/events`: a job's progress as server-sent events.

A listener is told of states, not of changes: it gets the present one at once, then whatever is newest. So a
slow one falls behind by nothing, a late one misses nothing, and no queue grows.
"""

from __future__ import annotations

import asyncio
import base64

from aiohttp import web

from inference import images
from inference.images import Pixels
from inference.server.jobs import JOBS, Job
from inference.wire import ENDED, JobEvent

HEARTBEAT_SECONDS = 5.0
EVENT_SECONDS = 0.1
"""The least time between two events of a running job."""


async def events(request: web.Request) -> web.StreamResponse:
    """Stream until the job is over, or the client goes away."""
    jobs = request.app[JOBS]
    job = jobs.find(request.match_info["id"])
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    async with jobs.listening(job):
        await response.prepare(request)
        seen, shown = -1, 0
        while True:
            await _news(job, seen, response)
            seen, preview, number = job.version, job.preview, job.preview_version
            fresh = preview if number != shown else None
            shown = number
            view = jobs.view(job)
            event = JobEvent(job=view, preview=await _jpeg(job, fresh))
            await response.write(_lines(event))
            if view.state in ENDED:
                return response
            await asyncio.sleep(EVENT_SECONDS)


async def _news(job: Job, seen: int, response: web.StreamResponse) -> None:
    """Wait for a change, or for as long as an estimate holds for one who waits.

    Comments keep the connection alive and find out when it is dead.
    """
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await job.change(seen)
                return
        except TimeoutError:
            if job.state == "queued":
                return
            await response.write(b": \n\n")


async def _jpeg(job: Job, pixels: Pixels | None) -> str | None:
    if pixels is None:
        return None
    size = job.request.preview_size
    return base64.b64encode(await asyncio.to_thread(images.encode, pixels, size=size, format="jpeg")).decode()


def _lines(event: JobEvent) -> bytes:
    name = "progress" if event.job.state == "running" else event.job.state
    return f"event: {name}\ndata: {event.model_dump_json()}\n\n".encode()
