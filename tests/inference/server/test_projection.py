import asyncio
import contextlib
import gc
import io
import weakref
from collections.abc import AsyncIterator, Sequence

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from inference.engine.projection import Projection
from inference.errors import (
    AlreadyRunning,
    BadImage,
    Busy,
    Cancelled,
    InternalError,
    ManyFaces,
    NoFace,
    NotReady,
    TooLarge,
    UnknownPack,
    from_problem,
)
from inference.images import Pixels
from inference.packs.loader import LoadedPack
from inference.server.jobs import JOBS
from inference.server.photos import PHOTOS
from inference.server.ports import SETTINGS
from inference.wire import JobEvent, JobView, ProjectResult, SeedFace
from tests.inference.rig import Paced, Rig, collect, couple, jpeg, serving, until


async def started(rig: Rig, photo: bytes, owner: str = "someone") -> str:
    """A job that has taken its first step."""
    status, view = await rig.post(photo, owner)
    assert status == 202, view
    await until(lambda: rig.app[JOBS].find(view["id"]).step > 0)
    return str(view["id"])


async def test_a_selfie_becomes_a_latent(rig: Rig, photo: bytes) -> None:
    events, result = await collect(rig.client, photo)
    states = [event.job.state for event in events]
    assert states == sorted(states, key=["queued", "running", "done"].index)
    assert states[-1] == "done"
    steps = [event.job.step for event in events]
    assert steps == sorted(steps)
    assert (events[-1].job.step, events[-1].job.steps, result.steps) == (12, 12, 12)
    assert (result.pack, result.version) == ("tiny", "1")
    assert result.run_ms > 0
    assert (await rig.client.render(result.face)).startswith(b"\xff\xd8")
    assert await rig.client.render(result.face) != await rig.client.render(SeedFace(seed=1))


async def test_previews_are_pictures(busy: Rig, photo: bytes) -> None:
    async with contextlib.aclosing(busy.client.project(photo, owner="someone")) as news:
        async for event in news:
            assert isinstance(event, JobEvent)
            if event.preview:
                assert event.preview.startswith("/9j/"), "base64 of a JPEG"
                break


@pytest.mark.parametrize(
    ("photo", "told"),
    [
        (b"this is not a picture", BadImage),
        (b"", BadImage),
        (jpeg(np.full((300, 300, 3), 127, np.uint8)), NoFace),
        (couple()[:3000], BadImage),
        (couple(), ManyFaces),
    ],
    ids=["text", "nothing", "grey", "truncated", "couple"],
)
async def test_photo_errors_answer_at_once(rig: Rig, photo: bytes, told: type[Exception]) -> None:
    with pytest.raises(told) as caught:
        await collect(rig.client, photo)
    assert type(caught.value) is told
    assert rig.app[JOBS].states() == [], "no job was made"


async def test_one_of_several_faces_is_chosen_by_its_box(rig: Rig) -> None:
    with pytest.raises(ManyFaces) as caught:
        await collect(rig.client, couple())
    boxes = caught.value.boxes
    assert len(boxes) == 2
    _, left = await collect(rig.client, couple(), box=boxes[0])
    _, right = await collect(rig.client, couple(), box=boxes[1])
    assert left.face != right.face


async def test_closing_the_generator_cancels_the_job(busy: Rig, photo: bytes) -> None:
    async with contextlib.aclosing(busy.client.project(photo, owner="me")) as news:
        async for event in news:
            assert isinstance(event, JobEvent)
            if event.job.step:
                break
    assert busy.app[JOBS].states() == ["cancelled"]
    status, problem = await busy.get(f"/v1/jobs/{event.job.id}/result")
    assert (status, type(from_problem(problem))) == (410, Cancelled)


async def test_cancelling_the_task_cancels_the_job(busy: Rig, photo: bytes) -> None:
    task = asyncio.create_task(collect(busy.client, photo))
    await until(lambda: busy.app[JOBS].states() == ["running"])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert busy.app[JOBS].states() == ["cancelled"]


async def test_cancelling_during_the_upload_leaves_no_job(busy: Rig, photo: bytes) -> None:
    task = asyncio.create_task(collect(busy.client, photo))
    # On a busy machine the upload may have become a job between two looks.
    await until(lambda: busy.app[PHOTOS]._coming == 1 or bool(busy.app[JOBS].states()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert busy.app[JOBS].states() in ([], ["cancelled"])
    photos = busy.app[PHOTOS]
    await until(lambda: photos._coming == 0 and photos._places._value == busy.app[SETTINGS].uploads)


async def test_delete_tells_the_state(busy: Rig, photo: bytes) -> None:
    name = await started(busy, photo)
    status, view = await busy.delete(f"/v1/jobs/{name}")
    assert (status, view["state"]) == (200, "cancelled")
    assert (await busy.delete(f"/v1/jobs/{name}"))[1]["state"] == "cancelled"
    await started(busy, photo)


@pytest_asyncio.fixture
async def strict(long: Paced) -> AsyncIterator[Rig]:
    """A server that soon gives up the jobs that nobody follows."""
    async with serving(long, orphan_seconds=1) as running:
        yield running


async def test_a_client_that_vanishes_after_the_202_takes_its_job_with_it(strict: Rig, photo: bytes) -> None:
    await strict.post(photo)
    await until(lambda: strict.app[JOBS].states() == ["cancelled"])


async def test_a_listener_that_vanishes_takes_its_job_with_it(strict: Rig, photo: bytes) -> None:
    _, view = await strict.post(photo)
    path = f"{strict.url}/v1/jobs/{view['id']}/events"
    async with aiohttp.ClientSession() as other, other.get(path) as stream:
        await stream.content.readline()
    await until(lambda: strict.app[JOBS].states() == ["cancelled"])


async def test_a_stream_that_breaks_off_frees_the_slot_long_before_an_orphan_goes(
    busy: Rig, photo: bytes
) -> None:
    _, view = await busy.post(photo)
    path = f"{busy.url}/v1/jobs/{view['id']}/events"
    async with aiohttp.ClientSession() as other, other.get(path) as stream:
        await stream.content.readline()
    assert busy.app[SETTINGS].orphan_seconds > 30
    await until(lambda: busy.app[JOBS].states() == ["cancelled"], seconds=3)


async def test_a_stream_that_is_taken_up_again_keeps_the_job(busy: Rig, photo: bytes) -> None:
    _, view = await busy.post(photo)
    path = f"{busy.url}/v1/jobs/{view['id']}/events"
    for _ in range(3):
        async with aiohttp.ClientSession() as other, other.get(path) as stream:
            await stream.content.readline()
        await asyncio.sleep(0.6)
        assert busy.app[JOBS].states() == ["running"]
    async with busy.http.get(path) as stream:
        await asyncio.sleep(1.3)
        assert busy.app[JOBS].states() == ["running"]


async def test_who_listens_or_asks_keeps_the_job(strict: Rig, photo: bytes) -> None:
    _, view = await strict.post(photo)
    path = f"/v1/jobs/{view['id']}"
    for _ in range(15):
        assert (await strict.get(path))[1]["state"] in {"queued", "running"}
        await asyncio.sleep(0.1)
    async with strict.http.get(f"{strict.url}{path}/events") as stays:
        async with aiohttp.ClientSession() as other, other.get(f"{strict.url}{path}/events") as leaves:
            first = (await leaves.content.readline()).decode()
            assert first == "event: progress\n", "a late listener is told the present state at once"
        await asyncio.sleep(1.5)
        assert strict.app[JOBS].states() == ["running"]
        await strict.delete(path)
        assert b"event: cancelled\n" in await stays.content.read()


async def test_who_listens_late_still_gets_the_end(rig: Rig, photo: bytes) -> None:
    _, view = await rig.post(photo)
    await until(lambda: rig.app[JOBS].find(view["id"]).over)
    for _ in range(2):
        async with rig.http.get(f"{rig.url}/v1/jobs/{view['id']}/events") as stream:
            body = await stream.text()
            assert stream.content_type == "text/event-stream"
        name, data = body.strip().split("\n")
        assert name == "event: done"
        assert JobEvent.model_validate_json(data.removeprefix("data: ")).job.state == "done"
    status, result = await rig.get(f"/v1/jobs/{view['id']}/result")
    assert status == 200
    assert ProjectResult.model_validate(result).steps == 12


async def test_a_full_queue_says_when_to_come_back(busy: Rig, photo: bytes) -> None:
    first = await started(busy, photo, "first")
    status, waiting = await busy.post(photo, "second", steps=50)
    assert (status, waiting["state"], waiting["position"]) == (202, "queued", 1)
    view = JobView.model_validate((await busy.get(f"/v1/jobs/{first}"))[1])
    form = aiohttp.FormData({"job": '{"kind": "project", "owner": "third"}', "image": io.BytesIO(photo)})
    async with busy.http.post(f"{busy.url}/v1/jobs", data=form) as answer:
        problem = await answer.json(content_type="application/problem+json")
        assert answer.status == 429, problem
        retry_after = int(answer.headers["Retry-After"])
    error = from_problem(problem)
    assert isinstance(error, Busy)
    assert retry_after - 1 <= error.retry_after <= retry_after
    assert view.eta > 60
    assert error.retry_after == 60, "when the running one is over, but a minute at most"
    with pytest.raises(Busy):
        await collect(busy.client, photo, owner="fourth")


async def test_the_next_in_the_queue_follows(busy: Rig, photo: bytes) -> None:
    first = await started(busy, photo, "first")
    task = asyncio.create_task(collect(busy.client, photo, owner="second"))
    await until(lambda: busy.app[JOBS].states() == ["running", "queued"])
    await busy.delete(f"/v1/jobs/{first}")
    await until(lambda: busy.app[JOBS].states() == ["cancelled", "running"])
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_one_projection_per_owner(busy: Rig, photo: bytes) -> None:
    await started(busy, photo, "me")
    with pytest.raises(AlreadyRunning):
        await collect(busy.client, photo, owner="me")


async def test_an_idempotency_key_gets_the_same_job(long: Paced, photo: bytes) -> None:
    async with serving(long, queue=4) as rig:
        answers = await asyncio.gather(*(rig.post(photo, "me", key="abc") for _ in range(3)))
        assert {status for status, _ in answers} == {202}
        assert len({view["id"] for _, view in answers}) == 1
        status, problem = await rig.post(photo, "me", key="abc", steps=7)
        assert (status, problem["code"]) == (400, "bad_request")
        assert (await rig.post(photo, "me", key="def"))[1]["code"] == "already_running"


async def test_an_idempotency_key_is_of_the_photo_too(busy: Rig, photo: bytes) -> None:
    _, view = await busy.post(photo, key="abc")
    status, problem = await busy.post(couple(), key="abc")
    assert (status, problem["code"]) == (400, "bad_request")
    assert "another photo" in problem["detail"]
    assert (await busy.post(photo, key="abc"))[1]["id"] == view["id"]
    assert len(busy.app[JOBS].find(view["id"]).digest) == 64


async def test_what_is_not_there(busy: Rig, photo: bytes) -> None:
    name = await started(busy, photo)
    status, problem = await busy.get(f"/v1/jobs/{name}/result")
    assert (status, type(from_problem(problem))) == (409, NotReady)
    for answer in (
        await busy.get("/v1/jobs/nobody"),
        await busy.get("/v1/jobs/nobody/result"),
        await busy.get("/v1/jobs/nobody/events"),
        await busy.delete("/v1/jobs/nobody"),
    ):
        assert (answer[0], answer[1]["code"]) == (404, "no_such_job")
    with pytest.raises(UnknownPack):
        await collect(busy.client, photo, pack="other")


async def test_ended_jobs_are_given_up(quick: Paced, photo: bytes) -> None:
    async with serving(quick, keep_jobs=2, keep_seconds=0.5) as rig:
        names = []
        for number in range(3):
            names.append((await rig.post(photo, f"owner {number}"))[1]["id"])
            await rig.app[JOBS].find(names[-1]).end()
        assert (await rig.get(f"/v1/jobs/{names[0]}"))[0] == 404
        assert (await rig.get(f"/v1/jobs/{names[2]}/result"))[0] == 200
        assert (await rig.get(f"/v1/jobs/{names[2]}/result"))[0] == 200, "the answer may have been lost"
        await asyncio.sleep(0.6)
        assert rig.app[JOBS].states() == []


async def test_a_deleted_result_is_gone(rig: Rig, photo: bytes) -> None:
    name = (await rig.post(photo, key="abc"))[1]["id"]
    job = rig.app[JOBS].find(name)
    await job.end()
    assert (await rig.delete(f"/v1/jobs/{name}"))[1]["state"] == "done"
    assert job.result is None
    for path in (f"/v1/jobs/{name}/result", f"/v1/jobs/{name}", f"/v1/jobs/{name}/events"):
        status, problem = await rig.get(path)
        assert (status, problem["code"]) == (404, "no_such_job")
    assert (await rig.post(photo, key="abc"))[1]["id"] != name, "nothing is left of it"


async def test_the_client_lets_the_server_forget(rig: Rig, photo: bytes) -> None:
    events, _ = await collect(rig.client, photo)
    await until(lambda: rig.app[JOBS].states() == [], 2)
    assert (await rig.get(f"/v1/jobs/{events[-1].job.id}/result"))[0] == 404


async def test_a_dead_device_thread_is_told(
    long: Paced, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(long, orphan_seconds=60) as rig:
        name = await started(rig, photo, "running")

        def bug(*_: object) -> None:
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr(rig.worker._mailbox, "advanced", bug)
        await until(lambda: rig.app[JOBS].states() == ["failed"])
        assert (await rig.get(f"/v1/jobs/{name}"))[1]["problem"]["code"] == "internal"
        assert await rig.get("/readyz") == (503, {"status": "broken", "code": "internal"})
        assert not await rig.client.ready()
        async with asyncio.timeout(5):
            status, problem = await rig.post(photo, "other")
            assert (status, problem["code"]) == (500, "internal")
            assert "secret" not in problem["detail"]
            with pytest.raises(InternalError):
                await rig.client.render(SeedFace(seed=1))


class Watching(Paced):
    """Remembers where photos lie, without holding them."""

    def start(self, photos: Sequence[Pixels], steps: int | None = None) -> Projection:
        self.photos += [weakref.ref(photo) for photo in photos]
        return super().start(photos, steps)


@pytest.mark.parametrize("way", ["done", "cancelled"])
async def test_the_photo_is_gone_when_the_job_is(tiny_pack: LoadedPack, photo: bytes, way: str) -> None:
    engine = Watching(tiny_pack, 12 if way == "done" else 100_000)
    engine.photos = []
    async with serving(engine) as rig:
        engine.photos.clear()  # the warm-up's own
        if way == "done":
            await collect(rig.client, photo)
        else:
            await rig.delete(f"/v1/jobs/{await started(rig, photo)}")
        await until(lambda: rig.app[JOBS].states() == ([] if way == "done" else ["cancelled"]))
        assert len(engine.photos) == 1
        gc.collect()
        assert engine.photos[0]() is None


async def test_a_photo_of_too_many_pixels(rig: Rig) -> None:
    huge = io.BytesIO()
    Image.new("1", (9000, 6000)).save(huge, "PNG")
    with pytest.raises(TooLarge):
        await collect(rig.client, huge.getvalue())


async def test_metrics_count_and_name_nobody(rig: Rig, photo: bytes) -> None:
    events, _ = await collect(rig.client, photo, owner="owner-of-the-photo")
    await rig.get("/v1/jobs/nobody-has-this")
    async with rig.http.get(f"{rig.url}/metrics") as answer:
        text = await answer.text()
    assert 'typeface_jobs_total{kind="project",outcome="done"} 1.0' in text
    assert 'route="/v1/jobs/{id}/events"' in text
    assert "typeface_ready 1.0" in text
    for secret in (events[-1].job.id, "owner-of-the-photo", "nobody-has-this"):
        assert secret not in text
