"""Nobody's photo outlives a request that failed: no error holds the frames that hold it."""

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from inference.errors import NoFace, UnknownLabel
from inference.images import read
from inference.server.jobs import JOBS
from inference.wire import LabelFace
from tests.inference.rig import Rig, collect, jpeg, until

GREY = jpeg(np.full((300, 300, 3), 127, np.uint8))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[weakref.ref[Any]]]:
    """What was read of photos, while cycles are not collected."""
    refs: list[weakref.ref[Any]] = []

    def watched(*given: Any, **named: Any) -> Any:
        picture = read(*given, **named)
        refs.append(weakref.ref(picture))
        return picture

    monkeypatch.setattr("inference.images.read", watched)
    gc.collect()
    gc.disable()
    yield refs
    gc.enable()


@pytest.mark.parametrize("count", [1, 3])
async def test_of_a_refused_photo(rig: Rig, photo: bytes, seen: list[Any], count: int) -> None:
    with pytest.raises(NoFace) as caught:
        await collect(rig.client, [photo, photo, GREY][-count:])
    assert caught.value.extra.get("photo", 0) == count - 1
    assert len(seen) == count
    await until(lambda: [ref() for ref in seen] == [None] * count)


async def test_of_a_picture_that_cannot_be_drawn(rig: Rig, photo: bytes, seen: list[Any]) -> None:
    with pytest.raises(UnknownLabel):
        await rig.client.compose(photo, LabelFace(label="nobody"))
    assert len(seen) == 1
    await until(lambda: seen[0]() is None)


async def test_of_a_job_that_failed(rig: Rig, photo: bytes) -> None:
    """Its error is kept for a while, and told as often as somebody asks."""
    _, view = await rig.post(photo)
    job = rig.app[JOBS].find(view["id"])
    await job.end()
    job.result, job.state, job.error = None, "failed", NoFace()
    for _ in range(3):
        assert (await rig.get(f"/v1/jobs/{job.id}/result"))[1]["code"] == "no_face"
    assert job.error.__traceback__ is None
