"""The pack that ships with the project, on a real face."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

from inference import alignment, starter
from inference.engine.engine import Engine
from inference.packs.loader import load
from inference.wire import FacePicture, LabelFace, MixFace


@pytest.fixture(scope="module")
def shipped() -> Engine:
    return Engine(load(Path(next(iter(starter.__path__)))))


def test_it_holds_sixteen_types_for_women_men_and_either(shipped: Engine) -> None:
    types = {label for label, _ in shipped.pack.labels}
    assert len(types) == 16
    assert len(shipped.pack.labels) == 48
    assert shipped.pack.manifest.illustrative
    folder = Path(next(iter(starter.__path__)))
    assert sum(path.stat().st_size for path in folder.iterdir()) < 24e6


def test_its_types_have_different_faces(shipped: Engine) -> None:
    for gender in ("female", "male", "either"):
        names = sorted({label for label, _ in shipped.pack.labels})
        latents = [shipped.latent(LabelFace(label=name, gender=gender)) for name in names]
        pictures = shipped.render(torch.stack(latents)).astype(float)
        apart = [np.abs(a - b).mean() for i, a in enumerate(pictures) for b in pictures[:i]]
        assert min(apart) > 0.5


def test_a_real_face_is_brought_nearer_and_blended(shipped: Engine) -> None:
    photo = alignment.align(Image.fromarray(data.astronaut()), shipped.pack.manifest.cut)
    slot = shipped.start([photo], steps=40)
    engine_start = slot.preview().astype(float)
    while not slot.done:
        shipped.advance([slot])
    person = shipped.encode_latent(slot.latent())
    found = shipped.render(slot.latent()[None])[0].astype(float)
    assert np.abs(found - photo).mean() < 0.75 * np.abs(engine_start - photo).mean()
    type_face = LabelFace(label="ENFP", gender="female")
    blend = shipped.picture(FacePicture(face=MixFace(a=type_face, b=person))).astype(float)
    average = shipped.picture(FacePicture(face=type_face)).astype(float)
    assert np.abs(blend - found).mean() < np.abs(average - found).mean()
    assert np.abs(blend - average).mean() < np.abs(found - average).mean()
