"""The sheet of failures: the worst of dark, medium and light samples."""

from pathlib import Path

import numpy as np
import pytest

import inference
from training.evaluation.judging import Bytes
from training.evaluation.subjects import open_subjects
from training.export.failures import EACH, failures, sureness

STARTER = Path(inference.__file__).parent / "starter"


@pytest.fixture(scope="module")
def samples() -> Bytes:
    """Eight average faces dark, medium and light each, and among them one of each brightness that is no face."""
    (starter,) = open_subjects([STARTER])
    faces = np.stack(list(starter.samples(8, (), 0.2))).astype(np.float32)
    shades = np.concatenate([faces * 0.4, faces * 0.7, faces * 0.5 + 127])
    dice = np.random.RandomState(0)
    none = [dice.randint(0, 30, faces.shape[1:]) + base for base in (10, 80, 180)]
    return np.concatenate([shades, none]).clip(0, 255).astype(np.uint8)


def test_a_face_is_surer_than_none(samples: Bytes) -> None:
    scores = [sureness(sample) for sample in samples]
    assert min(scores[:24]) > 0 > max(scores[24:])


def test_each_row_begins_with_the_worst_of_its_brightness(samples: Bytes) -> None:
    sheet = np.asarray(failures(samples))
    side = samples.shape[1]
    assert sheet.shape == (3 * side, EACH * side, 3)
    first = [sheet[row * side : (row + 1) * side, :side] for row in range(3)]
    assert all(np.array_equal(shown, samples[24 + row]) for row, shown in enumerate(first))
    means = [sheet[row * side : (row + 1) * side].mean() for row in range(3)]
    assert means == sorted(means)


def test_fewer_samples_than_places_leave_white(samples: Bytes) -> None:
    sheet = np.asarray(failures(samples[:4]))
    assert sheet.shape[1] == EACH * samples.shape[1] and (sheet[:, -samples.shape[1] :] == 255).all()
