"""The identity network by numpy against dlib's own."""

from pathlib import Path

import dlib
import numpy as np
import pytest
from PIL import Image
from skimage import data

from inference import alignment
from inference.alignment import Framing, model_file
from inference.descriptor import Descriptor
from inference.errors import InternalError

FILE = Path(model_file("dlib_face_recognition_resnet_model_v1.dat"))


def test_the_numbers_are_dlibs_alone_and_among_others() -> None:
    face = alignment.align(Image.fromarray(data.astronaut()), Framing(150))
    noise = np.random.RandomState(0).randint(0, 256, face.shape, dtype=np.uint8)
    chips = np.stack([face, noise, face[:, ::-1]])
    network = dlib.face_recognition_model_v1(str(FILE))
    wanted = np.array([network.compute_face_descriptor(np.ascontiguousarray(chip)) for chip in chips])
    found = Descriptor(FILE)(chips)
    assert np.abs(found - wanted).max() < 1e-5 and np.linalg.norm(wanted[0] - wanted[1]) > 0.5
    assert np.abs(alignment.identities(chips) - wanted).max() < 1e-5


def test_another_file_is_told(tmp_path: Path) -> None:
    half = tmp_path / "half.dat"
    half.write_bytes(FILE.read_bytes()[: 2**20])
    for path in (half, tmp_path / "none.dat", FILE.with_name("shape_predictor_5_face_landmarks.dat")):
        with pytest.raises(InternalError, match="not dlib's identity network"):
            Descriptor(path)
