"""Several photos of one person, clients, priorities and deadlines, as they come over the wire."""

import io

import aiohttp
import numpy as np
import pytest
from skimage import data

from inference.errors import BadRequest, ManyFaces, NoFace, TooLarge, TooLate
from inference.scheduler.orders import ProjectOrder, Sink
from inference.scheduler.scheduler import Standing
from inference.server.jobs import JOBS
from inference.server.ports import DEVICE
from inference.wire import MAX_PHOTOS, JobEvent, ProjectResult
from tests.inference.rig import Paced, Rig, collect, couple, jpeg, serving, until

GREY = jpeg(np.full((300, 300, 3), 127, np.uint8))


async def test_several_photos_of_one_person(rig: Rig, photo: bytes) -> None:
    mirrored = jpeg(data.astronaut()[:, ::-1])
    _, one = await collect(rig.client, photo)
    _, same = await collect(rig.client, [photo])
    _, two = await collect(rig.client, [photo, mirrored])
    assert one.face == same.face
    assert two.face != one.face
    await collect(rig.client, [photo] * MAX_PHOTOS)


@pytest.mark.parametrize(
    ("photos", "told", "place"),
    [
        ([None, GREY], NoFace, 1),
        ([couple(), None], ManyFaces, 0),
        ([None, None, b"nothing"], Exception, 2),
    ],
    ids=["no face", "many faces", "no picture"],
)
async def test_the_error_says_which_photo(
    rig: Rig, photo: bytes, photos: list[bytes | None], told: type[Exception], place: int
) -> None:
    with pytest.raises(told) as caught:
        await collect(rig.client, [given or photo for given in photos])
    assert caught.value.extra["photo"] == place  # type: ignore[attr-defined]
    assert rig.app[JOBS].states() == []


async def test_of_one_photo_no_place_is_told(rig: Rig) -> None:
    with pytest.raises(NoFace) as caught:
        await collect(rig.client, GREY)
    assert "photo" not in caught.value.extra


async def test_too_many_photos_and_too_many_bytes(quick: Paced, photo: bytes) -> None:
    async with serving(quick, body_bytes=2 * len(photo) + 10) as rig:
        await collect(rig.client, [photo] * 2)
        with pytest.raises(TooLarge):
            await collect(rig.client, [photo] * 3)
        with pytest.raises(BadRequest, match="up to 5 image"):
            await collect(rig.client, [b"x"] * (MAX_PHOTOS + 1))
        with pytest.raises(BadRequest, match="box"):
            await collect(rig.client, [photo, photo], box=(1, 2, 3, 4))


async def test_a_deadline_ends_a_job_with_what_it_has(long: Paced, photo: bytes) -> None:
    async with serving(long) as rig:
        events, result = await collect(rig.client, photo, deadline=1)
    assert 0 < result.steps < 100_000
    assert events[-1].job.state == "done"
    assert np.isfinite(result.loss)


async def test_a_deadline_in_the_queue_ends_a_job_with_its_first_picture(busy: Rig, photo: bytes) -> None:
    await busy.post(photo, "first")
    await until(lambda: busy.app[JOBS].states() == ["running"])
    events, result = await collect(busy.client, photo, owner="waits", deadline=1)
    assert any(event.preview for event in events)
    assert (events[-1].job.state, result.steps, result.run_ms) == ("done", 0, 0)
    assert (await busy.client.render(result.face)).startswith(b"\xff\xd8")
    assert not busy.worker._executor._glanced


async def test_a_deadline_before_anything_is_found_is_told(
    busy: Rig, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await busy.post(photo, "first")
    await until(lambda: busy.app[JOBS].states() == ["running"])
    monkeypatch.setattr(busy.worker._executor, "_glance", lambda key: None)
    with pytest.raises(TooLate) as caught:
        await collect(busy.client, photo, owner="waits", deadline=0.2)
    assert caught.value.retryable


async def test_who_waits_is_shown_where_it_begins(busy: Rig, photo: bytes) -> None:
    await busy.post(photo, "first")
    await until(lambda: busy.app[JOBS].states() == ["running"])
    async for news in busy.client.project(photo, owner="second"):
        assert isinstance(news, JobEvent)
        assert news.job.state == "queued"
        assert news.job.position == 1
        if news.preview:
            assert news.preview.startswith("/9j/"), "base64 of a JPEG"
            break


async def test_who_is_queued_is_never_at_position_0(
    busy: Rig, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has just got a slot has no picture yet, and so has not begun."""
    await busy.post(photo, "first")
    await until(lambda: busy.app[JOBS].states() == ["running"])
    monkeypatch.setattr(busy.app[DEVICE], "standing", lambda key: Standing(0, 3))
    _, view = await busy.post(photo, "second")
    assert (view["state"], view["position"], view["eta"]) == ("queued", 1, 3)


async def test_what_was_asked_reaches_the_scheduler(
    rig: Rig, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[ProjectOrder] = []
    project = rig.worker.project

    def note(order: ProjectOrder, sink: Sink) -> None:
        orders.append(order)
        project(order, sink)

    monkeypatch.setattr(rig.worker, "project", note)
    await collect(rig.client, photo, client="a guild", priority="high", steps=3)
    _, result = await collect(rig.client, photo, steps=0)
    told = orders[0].ticket
    assert (told.client, told.priority, told.steps, told.deadline) == ("a guild", "high", 3, None)
    assert result.steps == orders[1].ticket.steps == 0, "the beginning alone is an answer"


async def test_the_wait_is_kept_up_to_date(busy: Rig, photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.server.events.HEARTBEAT_SECONDS", 0.2)
    _, first = await busy.post(photo, "first")
    await until(lambda: busy.app[JOBS].states() == ["running"])
    etas: list[float] = []
    async for news in busy.client.project(photo, owner="second", steps=1):
        assert isinstance(news, JobEvent)
        etas.append(news.job.eta)
        if len(etas) == 6:
            break
    assert len(set(etas)) > 3, "told again while nobody comes or goes"
    await busy.delete(f"/v1/jobs/{first['id']}")


async def test_the_photos_of_a_form_keep_their_order(rig: Rig, photo: bytes) -> None:
    """By hand, parts in another order than the client's."""
    form = aiohttp.FormData()
    form.add_field("image", io.BytesIO(photo), filename="a")
    form.add_field("image", io.BytesIO(GREY), filename="b")
    form.add_field("job", '{"kind": "project", "owner": "me"}')
    async with rig.http.post(f"{rig.url}/v1/jobs", data=form) as answer:
        problem = await answer.json(content_type=None)
    assert (problem["code"], problem["photo"]) == ("no_face", 1)


async def test_the_bots_call(rig: Rig, photo: bytes) -> None:
    """A photo, an owner and no box, as `bot.core` calls it."""
    found = [news async for news in rig.client.project(photo, owner="me", box=None)]
    assert isinstance(found[-1], ProjectResult)
