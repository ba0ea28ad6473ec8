from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.alignment import Framing, cut, find
from tests.training.preparing.people import astronaut
from training.preparing.detectors import hog, opening
from training.preparing.detectors.hog import HogDetector
from training.preparing.detectors.opening import open_detector
from training.preparing.errors import PreparingError
from training.preparing.landmarks import apart, five_of, usual_box
from training.preparing.plan import DetectorName, Look, share


@pytest.mark.parametrize("name", ["cnn", "haar"])
def test_other_detectors_frame_as_hog_does(name: DetectorName) -> None:
    photo = astronaut().crop((100, 0, 356, 256))
    detector = open_detector(Look(64, name))
    assert detector is not None
    face = max(detector(photo), key=lambda found: found.score)
    expected = find(photo)[0]
    assert apart(face.landmarks, expected.landmarks) < 0.04
    chips = [cut(photo, points, Framing(64)).astype(int) for points in (face.landmarks, expected.landmarks)]
    assert np.abs(chips[0] - chips[1]).mean() < 8


def test_nobody_is_found_on_a_wall() -> None:
    wall = astronaut().crop((380, 0, 510, 100))
    for name in ("cnn", "haar"):
        detector = open_detector(Look(64, name))
        assert detector is not None and detector(wall) == []


def test_a_weak_face_gets_a_second_opinion(monkeypatch: pytest.MonkeyPatch) -> None:
    found = find(astronaut())
    assert [face.score for face in HogDetector()(astronaut())] == [face.score for face in found]
    weak, nowhere = replace(found[0], score=0.1), replace(found[0], score=0.05, box=(0, 300, 60, 360))
    monkeypatch.setattr(hog, "find", lambda _: [weak, nowhere])
    assert [face.score for face in HogDetector()(astronaut())] == [0.5, 0.05]


def test_the_usual_box_is_the_one_that_hog_draws() -> None:
    face = find(astronaut())[0]
    assert np.abs(np.array(usual_box(face.landmarks)) - face.box).max() < 0.12 * face.width


def test_five_points_of_a_mean_face_are_dlibs() -> None:
    marks = np.array([[0.227, 0.2213], [0.7527, 0.2213], [0.49, 0.521], [0.29, 0.83], [0.69, 0.83]])
    dlibs = np.array(
        [[0.8596, 0.2135], [0.6461, 0.229], [0.1206, 0.2137], [0.3341, 0.2291], [0.4901, 0.6278]]
    )
    assert np.abs(five_of(marks) - dlibs).max() < 0.015


def test_a_missing_package_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(opening, "import_module", missing)
    with pytest.raises(PreparingError, match=r"typeface\[detectors\]"):
        open_detector(Look(64, "haar"))


def test_a_cascade_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text("<?xml version='1.0'?><a/>")
    with pytest.raises(PreparingError, match="haar model cannot be loaded"):
        open_detector(Look(64, "haar", str(tmp_path / "x.xml")))


def test_wishes_that_make_no_sense_are_sentences() -> None:
    for size in (32, 100, 2048):
        with pytest.raises(PreparingError, match=str(size)):
            Look(size)
    with pytest.raises(PreparingError, match="--yolo-model"):
        Look(64, "yolo")
    with pytest.raises(PreparingError, match="no model file"):
        Look(64, "cnn", "nowhere.dat")
    assert share("5%") == share("0.05") == 0.05
    for text in ("five", "100%", "-1%", "nan"):
        with pytest.raises(PreparingError, match=text):
            share(text)
