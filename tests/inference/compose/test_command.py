import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from inference.commands import given, local
from inference.errors import PhotoError
from inference.images import synthetic
from inference.settings import Settings, SettingsError
from inference.wire import LabelFace


def test_a_face_goes_into_a_photo_without_a_server(tiny_folder: Path, tmp_path: Path) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out.png"
    Image.fromarray(data.astronaut()[:400]).save(photo)
    settings, face = Settings(packs=(tiny_folder,)), LabelFace(label="ENFP", gender="female")
    found = given.place(settings, photo, None, 2048)
    local.compose(settings, found, face, given.Target(out))
    assert synthetic(out.read_bytes())
    changed = (np.asarray(Image.open(io.BytesIO(out.read_bytes()))) != data.astronaut()[:400]).any(axis=2)
    assert 0.01 < changed.mean() < 0.1
    small = given.place(settings, photo, (170, 80, 270, 180), 256)
    local.compose(settings, small, face, given.Target(tmp_path / "small.jpg"))
    assert Image.open(io.BytesIO((tmp_path / "small.jpg").read_bytes())).size == (256, 200)


def test_what_cannot_be_composed_is_said_before(tiny_folder: Path, tmp_path: Path) -> None:
    photo, settings = tmp_path / "photo.png", Settings(packs=(tiny_folder,))
    Image.fromarray(data.astronaut()[:400]).save(photo)
    with pytest.raises(PhotoError, match="no face"):
        given.place(settings, photo, (0, 0, 50, 50), 2048)
    with pytest.raises(SettingsError, match="cannot be read"):
        given.place(settings, tmp_path / "none.jpg", None, 2048)
