from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from inference.alignment import find
from tests.training.preparing.people import astronaut
from training.preparing.detectors.opening import open_detector
from training.preparing.detectors.yolo import LAYOUTS, boxed, rows_of, without_overlaps
from training.preparing.errors import PreparingError
from training.preparing.landmarks import apart
from training.preparing.plan import Look

SIDE = 320


def network(path: Path, output: np.ndarray, outputs: int = 1) -> Look:
    """A model that answers `output` whatever it sees: the mean of its input, times zero, plus that."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    ]
    names = [f"out{i}" for i in range(outputs)]
    nodes += [helper.make_node("Add", ["nothing", "answer"], [name]) for name in names]
    float32 = TensorProto.FLOAT
    constants = [
        numpy_helper.from_array(np.array(0, np.float32), "zero"),
        numpy_helper.from_array(output.astype(np.float32), "answer"),
    ]
    graph = helper.make_graph(
        nodes,
        "faces",
        [helper.make_tensor_value_info("image", float32, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(name, float32, list(output.shape)) for name in names],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, path)
    return Look(64, "yolo", str(path))


def portrait() -> Image.Image:
    """Higher than wide, so that the letterbox has margins."""
    return astronaut().crop((60, 0, 380, 480))


def answers(channels: int, points_shift: float = 0.0) -> np.ndarray:
    """Rows of a layout: the astronaut's face, a weaker box on the same face, and rows that are no face."""
    (face, *_) = find(portrait())
    _, letterbox = boxed(portrait(), SIDE)
    left, top, right, bottom = np.array(face.box) * letterbox.scale + [letterbox.left, letterbox.top] * 2
    eyes = face.landmarks[:4].reshape(2, 2, 2).mean(axis=1)[::-1]
    span = eyes[1] - eyes[0]
    down = np.array([-span[1], span[0]])
    middle = eyes.mean(axis=0)
    marks = np.stack(
        [*eyes, middle + 0.57 * down, middle + 1.15 * down - 0.4 * span, middle + 1.15 * down + 0.4 * span]
    )
    marks = (marks + points_shift) * letterbox.scale + [letterbox.left, letterbox.top]
    layout = LAYOUTS[channels]
    rows = np.zeros((40, channels))
    for row, sure in ((7, 0.9), (8, 0.6)):
        rows[row, :4] = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
        rows[row, list(layout.scores)] = sure
        if layout.points is not None:
            for i, (x, y) in enumerate(marks):
                rows[row, layout.points + i * layout.stride : layout.points + i * layout.stride + 2] = x, y
    return rows[None]


@pytest.mark.parametrize("channels", sorted(LAYOUTS))
@pytest.mark.parametrize("turned", [False, True])
def test_every_layout_gives_the_face_where_hog_finds_it(tmp_path: Path, channels: int, turned: bool) -> None:
    output = answers(channels)
    detector = open_detector(network(tmp_path / "m.onnx", output.transpose(0, 2, 1) if turned else output))
    assert detector is not None
    (face,) = detector(portrait())
    expected = find(portrait())[0]
    assert apart(face.landmarks, expected.landmarks) < 0.03
    assert np.abs(np.array(face.box) - expected.box).max() <= 2
    assert face.width == pytest.approx(expected.width, rel=0.15)


def test_its_own_points_are_kept_where_dlib_places_others(tmp_path: Path) -> None:
    detector = open_detector(network(tmp_path / "m.onnx", answers(15, points_shift=150)))
    assert detector is not None
    (face,) = detector(portrait())
    assert apart(face.landmarks, find(portrait())[0].landmarks + 150) < 0.03


def test_a_layout_that_is_not_known_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PreparingError, match=r"\[1, 40, 9\]"):
        open_detector(network(tmp_path / "m.onnx", np.zeros((1, 40, 9))))
    with pytest.raises(PreparingError, match="cannot be loaded"):
        open_detector(network(tmp_path / "n.onnx", np.zeros((1, 40, 16)), outputs=2))


def test_a_file_that_is_no_model_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_text("<html>not found</html>")
    with pytest.raises(PreparingError, match="yolo model cannot be loaded"):
        open_detector(Look(64, "yolo", str(tmp_path / "x.onnx")))


def test_few_rows_of_many_channels_are_not_turned_by_mistake() -> None:
    rows, layout = rows_of([np.zeros((1, 16, 8400))])
    assert rows.shape == (8400, 16) and layout is LAYOUTS[16]


def test_overlapping_boxes_leave_the_best_and_neighbours_stay() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [20, 0, 30, 10], [0, 0, 4, 4]], dtype=np.float32)
    assert without_overlaps(boxes, np.array([0.5, 0.9, 0.7, 0.6], dtype=np.float32)) == [1, 2, 3]
