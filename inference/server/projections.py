"""The routes of jobs: order a projection or a morph, ask for it, fetch it, cancel it."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web

from inference.errors import BadRequest, Stopping
from inference.films.files import MEDIA_TYPES as FILM_TYPES
from inference.server import forms
from inference.server.jobs import JOBS, Job
from inference.server.photos import PHOTOS
from inference.server.ports import CATALOGUE, DEVICE, GATE, SETTINGS
from inference.wire import JobRequest, MorphRequest, ProjectResult, Wire

_KEY_LENGTH = 200
_CANCEL_SECONDS = 2.0
_PRIVATE = {"Cache-Control": "no-store"}


async def create(request: web.Request) -> web.Response:
    """`POST /v1/jobs`: what is wrong with a photo is answered at once; else the job is queued."""
    _let_in(request)
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= _KEY_LENGTH:
        raise BadRequest(f"An Idempotency-Key has 1 to {_KEY_LENGTH} characters.")
    if request.content_type == "application/json":
        return await _morph(request, key)
    photos = request.app[PHOTOS]
    upload = forms.JobUpload(request, request.app[SETTINGS])
    await upload.begin()  # who sends nothing takes no place
    async with photos.place(queued=not request.app[JOBS].knows(key)):
        _let_in(request)
        form = await upload.form()
        digest = await photos.work(request.app[JOBS].digest, form.images) if key else b""
        pack = await request.app[CATALOGUE].find(form.job.pack)
        if job := _repeated(request, form.job, key, digest):
            return _accepted(request, job)
        request.app[DEVICE].admit(form.job.owner)
        faces = await photos.prepare(form.images, pack.framing, form.job.box)
    _let_in(request)
    # The same request may have come twice while the face was looked for.
    job = _repeated(request, form.job, key, digest)
    if job is None:
        job = request.app[JOBS].submit(form.job, pack, faces, key)
        job.digest = digest
    return _accepted(request, job)


async def _morph(request: web.Request, key: str | None) -> web.Response:
    """A morph needs no photo, and so no form."""
    asked = forms.JOB.validate_json(await request.read())
    if not isinstance(asked, MorphRequest):
        raise BadRequest("A projection needs photos: send multipart/form-data with the parts job and image.")
    pack = await request.app[CATALOGUE].find(asked.pack)
    job = _repeated(request, asked, key, b"")
    return _accepted(request, job or request.app[JOBS].morph(asked, pack, key))


async def show(request: web.Request) -> web.Response:
    """`GET /v1/jobs/{id}`."""
    jobs = request.app[JOBS]
    job = jobs.find(request.match_info["id"])
    jobs.heard(job)
    return _json(jobs.view(job))


async def result(request: web.Request) -> web.Response:
    """`GET /v1/jobs/{id}/result`."""
    job = request.app[JOBS].find(request.match_info["id"])
    outcome = job.outcome()
    if isinstance(outcome, ProjectResult):
        return _json(outcome)
    form = request.query.get("format", next(iter(outcome)))
    for made, data in outcome.items():
        if made == form:
            return web.Response(body=data, content_type=FILM_TYPES[made], headers=_PRIVATE)
    raise BadRequest(f"This morph was made as {', '.join(outcome)}.")


async def cancel(request: web.Request) -> web.Response:
    """`DELETE /v1/jobs/{id}`: the job leaves before its next step; one that is complete is forgotten."""
    jobs = request.app[JOBS]
    job = jobs.find(request.match_info["id"])
    jobs.cancel(job)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_CANCEL_SECONDS):
            await job.end()
    if job.over and job.state != "cancelled":
        jobs.forget(job)
    return _json(jobs.view(job))


def _let_in(request: web.Request) -> None:
    if not request.app[GATE].open:
        raise Stopping


def _repeated(request: web.Request, asked: JobRequest, key: str | None, digest: bytes) -> Job | None:
    job = request.app[JOBS].repeated(asked.owner, key)
    if job is not None and (job.request != asked or job.digest != digest):
        raise BadRequest("This Idempotency-Key was used with another request, or another photo.")
    return job


def _accepted(request: web.Request, job: Job) -> web.Response:
    jobs = request.app[JOBS]
    jobs.heard(job)
    return _json(jobs.view(job), status=202, headers={"Location": f"/v1/jobs/{job.id}"})


def _json(model: Wire, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        text=model.model_dump_json(),
        status=status,
        content_type="application/json",
        headers={**_PRIVATE, **(headers or {})},
    )
