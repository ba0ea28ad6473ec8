import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import numpy as np
import pytest
from aiohttp import web

from inference.client import Client
from inference.engine.projection import Projection
from inference.errors import (
    BadImage,
    Busy,
    NoFace,
    PhotoError,
    TypefaceError,
    Unreachable,
    _classes,
    from_problem,
)
from inference.packs.loader import LoadedPack
from inference.server.jobs import JOBS
from inference.transport import Server, Timeouts
from inference.wire import JobEvent, ProjectResult, SeedFace
from tests.inference.rig import Paced, Rig, collect, jpeg, serving, until

QUICK = Timeouts(connect=1, request=1, upload=2, silence=1, farewell=1)


async def test_nobody_answers() -> None:
    """A port that was free a moment ago."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with Client(f"http://127.0.0.1:{port}") as client, asyncio.timeout(20):
        assert not await client.ready()
        for call in (client.packs(), client.render(SeedFace(seed=1)), collect(client, b"photo")):
            with pytest.raises(Unreachable) as caught:
                await call
            assert str(port) not in caught.value.detail


async def run(handlers: dict[tuple[str, str], Any]) -> tuple[str, web.AppRunner]:
    app = web.Application()
    for (method, path), handler in handlers.items():
        app.router.add_route(method, path, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}", runner


async def test_a_server_that_is_silent_or_speaks_otherwise() -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async def other(_: web.Request) -> web.Response:
        return web.Response(text="<html>", status=502)

    url, runner = await run({("GET", "/v1/packs"): silent, ("POST", "/v1/render"): other})
    try:
        async with Client(url, timeouts=QUICK, attempts=1) as client:
            with pytest.raises(Unreachable):
                await client.packs()
            with pytest.raises(Unreachable, match="502"):
                await client.render(SeedFace(seed=1))
    finally:
        await runner.cleanup()


async def test_a_server_that_starts_again_elsewhere_is_found() -> None:
    """At each request, with the token that is good there; while there is none nobody is asked."""
    heard: list[tuple[str, str | None]] = []

    def server(name: str) -> dict[tuple[str, str], Any]:
        async def packs(request: web.Request) -> web.Response:
            heard.append((name, request.headers.get("Authorization")))
            return web.json_response([])

        return {("GET", "/v1/packs"): packs}

    (one, first), (two, second) = await run(server("one")), await run(server("two"))
    now: Server | None = Server(one, "a")
    try:
        async with Client("", find=lambda: now, attempts=1) as client:
            await client.packs()
            now = None
            with pytest.raises(Unreachable):
                await client.packs()
            now = Server(two + "/", "b")
            await client.packs()
    finally:
        await first.cleanup()
        await second.cleanup()
    assert heard == [("one", "Bearer a"), ("two", "Bearer b")]


async def test_an_answer_in_another_language() -> None:
    async def packs(_: web.Request) -> web.Response:
        return web.json_response({"hello": "world"})

    url, runner = await run({("GET", "/v1/packs"): packs})
    try:
        async with Client(url, timeouts=QUICK) as client:
            with pytest.raises(Unreachable, match="language"):
                await client.packs()
    finally:
        await runner.cleanup()


class Gated(Paced):
    """An engine that goes on only while its gate is open."""

    def __init__(self, pack: LoadedPack, paced: int) -> None:
        super().__init__(pack, paced)
        self.gate = threading.Event()
        self.gate.set()

    def advance(self, projections: Sequence[Projection]) -> None:
        assert self.gate.wait(20), "nobody opened the gate"
        super().advance(projections)


class Breaking:
    """A proxy before the real server, that breaks connections when it is told to."""

    def __init__(self, rig: Rig, engine: Gated) -> None:
        self.rig = rig
        self.engine = engine
        self.broken = 0
        self.seen: list[str] = []
        self.before: dict[str, Callable[[], Awaitable[None]]] = {}
        self._left: dict[str, int] = {}

    def breaks(self, what: str, times: int) -> None:
        self._left[what] = times

    async def handle(self, request: web.Request) -> web.StreamResponse:
        kind = f"{request.method} {request.path.rpartition('/')[2]}"
        self.seen.append(kind)
        if kind in self.before:
            await self.before[kind]()
        data = await request.read()
        headers = {k: v for k, v in request.headers.items() if k in {"Content-Type", "Idempotency-Key"}}
        target = self.rig.url + request.path
        async with self.rig.http.request(request.method, target, data=data or None, headers=headers) as found:
            answer = web.StreamResponse(status=found.status, headers={"Content-Type": found.content_type})
            breaks = self._left.get(kind, 0) > 0
            if breaks and kind != "GET events":
                self._break(request, kind)
            await answer.prepare(request)
            async for line in found.content:
                await answer.write(line)
                if breaks and line == b"\n":
                    self._break(request, kind)
            return answer

    def _break(self, request: web.Request, kind: str) -> None:
        self._left[kind] -= 1
        self.broken += 1
        assert request.transport is not None
        request.transport.abort()
        raise ConnectionResetError


@pytest.fixture
async def breaking(tiny_pack: Any) -> AsyncIterator[tuple[Client, Breaking]]:
    engine = Gated(tiny_pack, 25)
    async with serving(engine) as rig:
        proxy = Breaking(rig, engine)
        url, runner = await run({("*", "/{path:.*}"): proxy.handle})
        async with Client(url) as client:
            yield client, proxy
        await runner.cleanup()


async def test_a_broken_stream_is_taken_up_again(breaking: tuple[Client, Breaking], photo: bytes) -> None:
    client, proxy = breaking
    proxy.breaks("GET events", 2)
    proxy.engine.gate.clear()

    async def go_on_when_both_are_broken() -> None:
        if proxy.broken == 2:
            proxy.engine.gate.set()

    proxy.before["GET events"] = go_on_when_both_are_broken
    events, result = await collect(client, photo)
    assert proxy.broken == 2
    assert proxy.seen.count("GET events") == 3
    assert (events[-1].job.state, result.steps) == ("done", 25)
    steps = [event.job.step for event in events]
    assert steps == sorted(steps)


async def test_a_repeated_submission_makes_one_job(breaking: tuple[Client, Breaking], photo: bytes) -> None:
    client, proxy = breaking
    proxy.breaks("POST jobs", 1)
    await collect(client, photo)
    assert proxy.seen.count("POST jobs") == 2
    assert proxy.seen.count("GET result") == 1


async def test_short_requests_are_repeated(breaking: tuple[Client, Breaking]) -> None:
    client, proxy = breaking
    proxy.breaks("GET packs", 2)
    proxy.breaks("POST render", 1)
    assert await client.packs()
    assert await client.render(SeedFace(seed=1))
    assert proxy.broken == 3


async def test_a_job_that_was_lost_is_told_as_unreachable(
    breaking: tuple[Client, Breaking], photo: bytes
) -> None:
    client, proxy = breaking
    proxy.breaks("GET events", 1)
    news = client.project(photo, owner="me")
    assert isinstance(await anext(news), JobEvent)
    proxy.rig.app[JOBS]._jobs.clear()  # as after a restart of the server
    with pytest.raises(Unreachable):
        async for _ in news:
            pass


@pytest.mark.parametrize("when", ["GET events", "in mid-job", "GET result"])
async def test_a_job_that_was_given_up_meanwhile_is_told_as_unreachable(
    breaking: tuple[Client, Breaking], photo: bytes, when: str
) -> None:
    """The connection was away too long: the server has cancelled the job, or does not know it any more."""
    client, proxy = breaking
    jobs = proxy.rig.app[JOBS]

    async def forget() -> None:
        for job in list(jobs._jobs.values()):
            jobs.forget(job)

    proxy.before[when] = forget
    with pytest.raises(Unreachable, match="lost the job"):
        async for _ in client.project(photo, owner="me"):
            if when == "in mid-job":
                jobs.cancel(next(iter(jobs._jobs.values())))


async def test_errors_come_back_as_the_same_class() -> None:
    kinds = _classes(TypefaceError)
    assert len(kinds) > 20
    for kind in kinds:
        again = from_problem(kind("some detail").problem())
        assert again.detail == "some detail"
        assert type(again) is (BadImage if kind is PhotoError else kind), "only leaves travel"


async def test_busy_is_not_repeated(photo: bytes) -> None:
    calls = 0

    async def full(_: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        return web.json_response(Busy(retry_after=7).problem(), status=429)

    url, runner = await run({("POST", "/v1/jobs"): full})
    try:
        async with Client(url) as client:
            with pytest.raises(Busy) as caught:
                await collect(client, photo)
        assert (calls, caught.value.retry_after) == (1, 7)
    finally:
        await runner.cleanup()


async def test_no_connection_before_the_first_request() -> None:
    client = Client("http://127.0.0.1:1")
    await client.close()
    await client.close()


async def test_the_client_may_be_used_after_an_error(rig: Rig, photo: bytes) -> None:
    with pytest.raises(NoFace):
        await collect(rig.client, jpeg(np.full((200, 200, 3), 99, np.uint8)))
    _, result = await collect(rig.client, photo)
    assert isinstance(result, ProjectResult)


@pytest.mark.parametrize("served", [True, False])
async def test_a_photo_that_failed_is_let_go(rig: Rig, served: bool) -> None:
    """No cycle of frames and errors holds it until somebody collects garbage."""
    photo = jpeg(np.full((200, 200, 3), 99, np.uint8))
    url = rig.url if served else "http://127.0.0.1:9"
    async with Client(url, attempts=2) as client:
        gc.collect()
        gc.disable()
        try:
            before = sys.getrefcount(photo)
            for work in (collect(client, photo), client.compose(photo, SeedFace(seed=1))):
                with pytest.raises(TypefaceError):
                    await work
                del work
            await until(lambda: sys.getrefcount(photo) == before, 3)
        finally:
            gc.enable()
