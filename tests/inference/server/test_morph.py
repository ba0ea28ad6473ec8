"""Morphs through a real server: order, follow, fetch, cancel, refuse."""

import asyncio
import contextlib
import io
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Any

import av
import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from inference import images
from inference.errors import AlreadyRunning, Busy, InternalError, UnknownLabel, UnknownPack
from inference.films import timeline
from inference.packs.loader import LoadedPack
from inference.server import morphs
from inference.server.jobs import JOBS
from inference.wire import Face, FacePicture, Film, JobEvent, LabelFace, SeedFace
from tests.inference.rig import Paced, Rig, collect, serving, until

PEOPLE: list[Face] = [SeedFace(seed=1), SeedFace(seed=2)]


async def filmed(rig: Rig, faces: Sequence[Face] = PEOPLE, **asked: Any) -> tuple[list[JobEvent], Film]:
    events: list[JobEvent] = []
    async for news in rig.client.morph(faces, **({"owner": "someone", "seconds": 1, "size": 64} | asked)):
        if isinstance(news, Film):
            return events, news
        events.append(news)
    raise AssertionError("no film")


async def order(rig: Rig, **asked: Any) -> tuple[int, Any]:
    body = {"kind": "morph", "owner": "someone", "seconds": 1, "size": 64}
    body |= {"faces": [face.model_dump() for face in PEOPLE]} | asked
    async with rig.http.post(f"{rig.url}/v1/jobs", json=body) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_faces_become_a_film(rig: Rig) -> None:
    events, film = await filmed(rig, seconds=2)
    assert list(film.files) == ["mp4", "webp", "jpeg"]
    assert {event.job.kind for event in events} == {"morph"}
    assert events[-1].job.state == "done"
    steps = [event.job.step for event in events]
    assert steps == sorted(steps)
    assert events[-1].job.steps == len(timeline.plan(PEOPLE, 2))
    assert any(event.preview for event in events)
    with av.open(io.BytesIO(film.files["mp4"])) as opened:
        frames = [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]
    assert len(frames) == 2 * timeline.RATE
    assert Image.open(io.BytesIO(film.files["webp"])).size == (64, 64)
    assert all(images.synthetic(film.files[form]) for form in ("webp", "jpeg"))  # type: ignore[index]


async def test_the_film_shows_the_faces_that_were_asked_for(rig: Rig) -> None:
    _, film = await filmed(rig, formats=["mp4"])
    assert list(film.files) == ["mp4"]
    with av.open(io.BytesIO(film.files["mp4"])) as opened:
        frames = [frame.to_ndarray(format="rgb24").astype(float) for frame in opened.decode(video=0)]
    for face, frame in zip(PEOPLE, (frames[0], frames[timeline.RATE // 2]), strict=True):
        still = images.read(await rig.client.render(face, size=64, format="png"))
        other = next(one for one in PEOPLE if one is not face)
        away = images.read(await rig.client.render(other, size=64, format="png"))
        assert np.abs(frame - np.asarray(still)).mean() < np.abs(frame - np.asarray(away)).mean() / 3


async def test_nothing_is_left_when_the_client_has_its_film(rig: Rig) -> None:
    await filmed(rig)
    await until(lambda: rig.app[JOBS].states() == [])


class Held(Paced):
    """Draws frames only while its gate is open, once it is warm."""

    gate: threading.Event

    def pictures(self, pictures: Sequence[FacePicture]) -> Any:
        assert self.gate.wait(20)
        return super().pictures(pictures)


@pytest_asyncio.fixture
async def held(tiny_pack: LoadedPack) -> AsyncIterator[tuple[Rig, threading.Event]]:
    engine = Held(tiny_pack, 12)
    engine.gate = threading.Event()
    engine.gate.set()
    async with serving(engine, orphan_seconds=60) as running:
        engine.gate.clear()
        try:
            yield running, engine.gate
        finally:
            engine.gate.set()


async def test_closing_the_generator_cancels_the_morph(held: tuple[Rig, threading.Event]) -> None:
    rig, gate = held
    async with contextlib.aclosing(rig.client.morph(PEOPLE, owner="me", seconds=10)) as news:
        async for event in news:
            assert isinstance(event, JobEvent)
            gate.set()
            if event.job.step:
                break
    assert rig.app[JOBS].states() == ["cancelled"]
    assert rig.worker.load() == (0, 0), "no frame waits any more"
    await filmed(rig, owner="me")


async def test_one_that_has_not_begun_is_cancelled_too(held: tuple[Rig, threading.Event]) -> None:
    rig, gate = held
    _, first = await order(rig, owner="a")
    _, second = await order(rig, owner="b")
    assert (await rig.delete(f"/v1/jobs/{second['id']}"))[1]["state"] == "cancelled"
    assert (await rig.delete(f"/v1/jobs/{first['id']}"))[1]["state"] == "cancelled"
    gate.set()
    await filmed(rig, owner="a")


async def test_who_waits_is_told_where(held: tuple[Rig, threading.Event]) -> None:
    rig, gate = held
    views = [(await order(rig, owner=name))[1] for name in "abc"]
    await until(lambda: rig.app[JOBS].states().count("running") == 1)
    shown = [(await rig.get(f"/v1/jobs/{view['id']}"))[1] for view in views]
    assert [view["position"] for view in shown] == [0, 1, 2]
    assert shown[0]["eta"] < shown[1]["eta"] < shown[2]["eta"]
    gate.set()
    await until(lambda: rig.app[JOBS].states() == ["done"] * 3, 30)


async def test_one_morph_an_owner_and_a_bounded_queue(
    held: tuple[Rig, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, _ = held
    monkeypatch.setattr(morphs, "QUEUE", 2)
    assert (await order(rig, owner="a"))[0] == 202
    assert (await order(rig, owner="a"))[1]["code"] == AlreadyRunning.code
    assert (await order(rig, owner="b"))[0] == 202
    status, problem = await order(rig, owner="c")
    assert (status, problem["code"]) == (429, Busy.code)
    assert problem["retry_after"] >= 1


async def test_projections_and_pictures_go_on_beside_a_morph(rig: Rig, photo: bytes) -> None:
    film = asyncio.create_task(filmed(rig, seconds=10))
    await until(lambda: rig.app[JOBS].states() == ["running"])
    await asyncio.gather(collect(rig.client, photo), rig.client.render(SeedFace(seed=9)))
    assert not film.done(), "it does not hold up the others"
    film.cancel()
    with pytest.raises(asyncio.CancelledError):
        await film


async def test_frames_wait_when_the_device_has_too_many_pictures(tiny_pack: LoadedPack) -> None:
    """A queue of one picture is full by the morph's own first frame; it comes through all the same."""
    async with serving(Paced(tiny_pack, 12), renders=1) as rig:
        _, film = await filmed(rig, formats=["jpeg"], seconds=1)
        assert film.files["jpeg"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"faces": [SeedFace(seed=1).model_dump()]},
        {"faces": [SeedFace(seed=1).model_dump()] * 9},
        {"seconds": 0.5},
        {"seconds": 11},
        {"seconds": "NaN"},
        {"size": 65},
        {"size": 2048},
        {"formats": []},
        {"formats": ["gif"]},
        {"kind": "project"},
        {"kind": "dance"},
        {"owner": ""},
        {"faces": [{"kind": "mix", "a": {"kind": "latent"}, "b": {}}] * 2},
    ],
)
async def test_what_is_no_morph_is_refused(rig: Rig, wrong: dict[str, Any]) -> None:
    status, problem = await order(rig, **wrong)
    assert (status, problem["code"]) == (400, "bad_request")
    assert rig.app[JOBS].states() == []


async def test_what_the_pack_has_not_is_told(rig: Rig) -> None:
    with pytest.raises(UnknownLabel):
        await filmed(rig, [SeedFace(seed=1), LabelFace(label="XXXX")])
    with pytest.raises(UnknownPack):
        await filmed(rig, pack="no such")


async def test_a_file_that_was_not_made(rig: Rig) -> None:
    _, view = await order(rig, formats=["jpeg"])
    path = f"/v1/jobs/{view['id']}/result"
    await until(lambda: rig.app[JOBS].states() == ["done"])
    assert (await rig.get(f"{path}?format=mp4"))[1]["code"] == "bad_request"
    async with rig.http.get(rig.url + path) as answer:
        assert (answer.content_type, answer.headers["Cache-Control"]) == ("image/jpeg", "no-store")
        assert (await answer.read()).startswith(b"\xff\xd8")


async def test_a_repeated_order_makes_one_morph(held: tuple[Rig, threading.Event]) -> None:
    rig, _ = held
    body = {"kind": "morph", "owner": "me", "faces": [face.model_dump() for face in PEOPLE]}
    ids = []
    for seconds in (2, 2, 3):
        headers = {"Idempotency-Key": "one"}
        async with rig.http.post(
            f"{rig.url}/v1/jobs", json=body | {"seconds": seconds}, headers=headers
        ) as answer:
            ids.append((await answer.json(content_type=None)).get("id"))
    assert ids[0] == ids[1] is not None
    assert ids[2] is None, "another request by the same key"


class Broken(Paced):
    fails = False

    def pictures(self, pictures: Sequence[FacePicture]) -> Any:
        if self.fails:
            raise ZeroDivisionError("secret")
        return super().pictures(pictures)


async def test_a_failing_frame_fails_its_morph_alone(tiny_pack: LoadedPack) -> None:
    engine = Broken(tiny_pack, 12)
    async with serving(engine) as rig:
        engine.fails = True
        with pytest.raises(InternalError) as caught:
            await filmed(rig)
        assert "secret" not in caught.value.detail
        engine.fails = False
        await filmed(rig)


async def test_a_server_that_stops_sends_them_away(held: tuple[Rig, threading.Event]) -> None:
    rig, _ = held
    ids = [(await order(rig, owner=name))[1]["id"] for name in "ab"]
    await until(lambda: rig.app[JOBS].states().count("running") == 1)
    for state in ("queued", "running"):
        rig.app[JOBS].stop(state)  # type: ignore[arg-type]
    await until(lambda: rig.app[JOBS].states() == ["failed"] * 2)
    for key in ids:
        assert (await rig.get(f"/v1/jobs/{key}"))[1]["problem"]["code"] == "stopping"
