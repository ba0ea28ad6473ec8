import asyncio
import io
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import numpy as np
import pytest
from PIL import ExifTags, Image
from skimage import data

from inference.errors import BadImage, FaceTooSmall, ManyFaces, NoFace, TooLarge, UnknownLabel, from_problem
from inference.images import synthetic
from inference.server.jobs import JOBS
from inference.server.photos import PHOTOS
from inference.wire import (
    ComposePicture,
    FacePicture,
    LabelFace,
    LatentFace,
    MixFace,
    RenderRequest,
    SeedFace,
)
from tests.inference.rig import Paced, Rig, collect, couple, jpeg, serving, until

FACE = SeedFace(seed=5)
COMPOSE = ComposePicture(picture=FacePicture(face=FACE))


async def post(rig: Rig, **parts: str | bytes) -> tuple[int, Mapping[str, str], bytes]:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, part in parts.items():
        form.add_field(name, io.BytesIO(part.encode() if isinstance(part, str) else part))
    async with rig.http.post(f"{rig.url}/v1/render", data=form) as answer:
        return answer.status, answer.headers, await answer.read()


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)


@pytest.mark.parametrize(("format", "known"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
async def test_a_face_goes_into_the_photo(rig: Rig, format: Any, known: str) -> None:
    photo = jpeg(data.astronaut()[:400])
    result = await rig.client.compose(photo, FACE, format=format)
    image = Image.open(io.BytesIO(result))
    assert (image.format, image.size) == (known, (512, 400))
    assert synthetic(result)
    away = np.abs(opened(result) - opened(photo))
    assert away.max() > 30
    assert away[200:].mean() < 2, "below the face the photo is the photo"


async def test_without_loss_only_the_face_differs(rig: Rig, photo: bytes) -> None:
    changed = (opened(await rig.client.compose(photo, FACE, format="png")) != opened(photo)).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert 150 < columns.min() < columns.max() < 300
    assert 40 < rows.min() < rows.max() < 210


async def test_the_size_bounds_the_longer_side_and_enlarges_nothing(rig: Rig) -> None:
    photo = jpeg(data.astronaut()[:400])
    for size, expected in ((256, (256, 200)), (2048, (512, 400))):
        result = await rig.client.compose(photo, FACE, size=size)
        assert Image.open(io.BytesIO(result)).size == expected


async def test_it_comes_upright_and_without_the_photos_metadata(rig: Rig) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = "SECRET"
    out = io.BytesIO()
    lying = Image.fromarray(data.astronaut()[:400]).transpose(Image.Transpose.ROTATE_90)
    lying.save(out, "JPEG", exif=exif, quality=95)
    result = await rig.client.compose(out.getvalue(), FACE)
    image = Image.open(io.BytesIO(result))
    assert image.size == (512, 400)
    assert not image.getexif()
    assert b"SECRET" not in result


async def test_nothing_of_it_may_be_kept(rig: Rig, photo: bytes) -> None:
    asked = RenderRequest(picture=COMPOSE, format="jpeg").model_dump_json()
    status, headers, body = await post(rig, render=asked, image=photo)
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers
    assert (await post(rig, image=photo, render=asked))[2] == body, "the same again, in either order"


async def test_a_blend_is_compared_with_its_person(rig: Rig, photo: bytes) -> None:
    """A weight of 0 is the person, and the person's own photo is how the person looks."""
    _, found = await collect(rig.client, photo)
    still = MixFace(a=found.face, b=FACE, weight=0)
    blend = MixFace(a=found.face, b=FACE, weight=0.8)
    untouched, moved = [
        np.abs(opened(await rig.client.compose(photo, face, format="png")) - opened(photo)).mean()
        for face in (still, blend)
    ]
    assert untouched < moved


@pytest.mark.parametrize(
    ("photo", "told"),
    [
        (b"this is not a picture", BadImage),
        (b"", BadImage),
        (jpeg(np.full((300, 300, 3), 127, np.uint8)), NoFace),
        (couple(), ManyFaces),
        (jpeg(data.astronaut()[::3, ::3]), FaceTooSmall),
        (b"\xff\xd8" + bytes(21 * 2**20), TooLarge),
    ],
    ids=["text", "nothing", "grey", "couple", "small", "large"],
)
async def test_a_photo_that_will_not_do(rig: Rig, photo: bytes, told: type[Exception]) -> None:
    with pytest.raises(told) as caught:
        await rig.client.compose(photo, FACE)
    assert type(caught.value) is told


async def test_one_of_several_faces_is_chosen_by_its_box(rig: Rig) -> None:
    with pytest.raises(ManyFaces) as caught:
        await rig.client.compose(couple(), FACE)
    middles = []
    for box in caught.value.boxes:
        changed = opened(await rig.client.compose(couple(), FACE, box=box, format="png")) != opened(couple())
        middles.append(np.nonzero(changed)[1].mean())
    assert middles[0] < 512 < middles[1]


def asked(**changes: Any) -> str:
    return RenderRequest(**({"picture": COMPOSE} | changes)).model_dump_json()


@pytest.mark.parametrize(
    ("parts", "code", "says"),
    [
        (
            {"render": asked(picture=FacePicture(face=FACE)), "image": b"photo"},
            "bad_request",
            "compose alone",
        ),
        ({"render": asked(picture=None, face=FACE), "image": b"photo"}, "bad_request", "compose alone"),
        (
            {"render": asked(picture=ComposePicture(picture=COMPOSE)), "image": b"x"},
            "bad_request",
            "One photo",
        ),
        ({"render": asked()}, "bad_request", "no part named image"),
        ({"image": b"photo"}, "bad_request", "no part named render"),
        ({"render": "{", "image": b"photo"}, "bad_request", "JSON"),
        ({"render": " " * (2**21 + 1), "image": b"photo"}, "bad_request", "more than"),
        ({"render": asked(), "image": b"photo", "job": "{}"}, "bad_request", "besides"),
        ({"render": asked(pack="nowhere"), "image": b"photo"}, "unknown_pack", ""),
    ],
    ids=["face-picture", "face", "nested", "no-photo", "no-render", "broken", "long", "other-part", "pack"],
)
async def test_a_form_that_will_not_do(rig: Rig, parts: dict[str, Any], code: str, says: str) -> None:
    status, headers, body = await post(rig, **parts)
    assert headers["Content-Type"].startswith("application/problem+json")
    problem = from_problem(json.loads(body))
    assert (problem.code, status) == (code, problem.status)
    assert says in problem.detail


async def test_a_composition_without_its_photo_is_refused(rig: Rig) -> None:
    headers = {"Content-Type": "application/json"}
    async with rig.http.post(
        f"{rig.url}/v1/render", data=io.BytesIO(asked().encode()), headers=headers
    ) as answer:
        assert answer.status == 400
        assert "needs the photo" in (await answer.json(content_type=None))["detail"]


async def test_a_face_that_the_pack_does_not_have(rig: Rig, photo: bytes) -> None:
    with pytest.raises(UnknownLabel):
        await rig.client.compose(photo, LabelFace(label="NOPE"))
    with pytest.raises(Exception, match="latent"):
        await rig.client.compose(photo, MixFace(a=LatentFace(data="AAAA"), b=FACE))


async def test_a_full_queue_of_projections_is_no_matter(busy: Rig, photo: bytes) -> None:
    await busy.post(photo, "one")
    await until(lambda: busy.app[JOBS].states() == ["running"])
    assert (await busy.post(photo, "two"))[0] == 202
    assert (await busy.post(photo, "three"))[0] == 429
    assert synthetic(await busy.client.compose(photo, FACE))


async def test_uploads_wait_for_a_place(quick: Paced, photo: bytes) -> None:
    async with serving(quick, uploads=1, upload_seconds=0.3) as rig, rig.app[PHOTOS].place(queued=False):
        status, _, _ = await post(rig, render=asked(), image=photo)
        assert status == 429


async def test_many_at_once_are_all_answered(rig: Rig, photo: bytes) -> None:
    first, *others = await asyncio.gather(*(rig.client.compose(photo, FACE) for _ in range(6)))
    assert all(other == first for other in others)


async def test_the_contract_tells_of_both_bodies(rig: Rig) -> None:
    _, document = await rig.get("/openapi.json")
    body = document["paths"]["/v1/render"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", "multipart/form-data"}
    assert body["multipart/form-data"]["schema"]["required"] == ["render", "image"]
