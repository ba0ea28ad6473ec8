"""The pack that ships with the project, behind the server that ships with it."""

import io

import numpy as np
import pytest
from PIL import Image

from inference.engine.engine import Engine
from inference.packs.loader import load
from inference.settings import STARTER
from inference.wire import FacePicture, Gender, LabelFace
from tests.inference.rig import collect, serving

GENDERS: tuple[Gender, ...] = ("female", "male", "either")


@pytest.fixture(scope="module")
def starter() -> Engine:
    return Engine(load(STARTER), width=1)


async def test_every_type_has_a_face_of_its_own(starter: Engine) -> None:
    async with serving(starter) as rig:
        (pack,) = await rig.client.packs()
        assert len(pack.labels) == 16
        assert pack.illustrative
        pictures = []
        for label in pack.labels:
            for gender in GENDERS:
                assert gender in label.genders
                data = await rig.client.render(LabelFace(label=label.label, gender=gender))
                with Image.open(io.BytesIO(data)) as image:
                    assert image.size == (512, 512)
                pictures.append(data)
        assert len(set(pictures)) == 48


async def test_a_selfie_gets_nearer_to_the_person(starter: Engine, photo: bytes) -> None:
    async with serving(starter) as rig:
        _, first = await collect(rig.client, photo, owner="a", steps=1)
        events, result = await collect(rig.client, photo, owner="b", steps=25)
        assert result.loss < 0.9 * first.loss
        assert any(event.preview for event in events)
        picture = np.asarray(starter.picture(FacePicture(face=result.face)))
        assert picture.std() > 20, "a face, not a flat picture"
