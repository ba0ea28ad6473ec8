"""What a training draws from: rounds, mirrors, shares, labels, and pictures that do not fit into memory."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.pictures import write_prepared
from training.datasets import opening
from training.datasets.opening import Opened, open_data
from training.datasets.pictures import Kept, Streamed
from training.datasets.training_set import TrainingSet, Use
from training.errors import DataError, SettingError

CPU = torch.device("cpu")


def numbered(n: int) -> Kept:
    """Pictures whose top left pixel is their number."""
    images = torch.zeros(n, 3, 4, 4, dtype=torch.uint8)
    images[:, :, 0, 0] = torch.arange(n)[:, None]
    return Kept(images)


def made(n: int, use: Use, part: tuple[int, int] = (0, 1)) -> TrainingSet:
    return TrainingSet(numbered(n), torch.arange(n) % 3, 3, use, CPU, part)


def shown(images: torch.Tensor) -> list[int]:
    return ((images[:, 0].amax(dim=(1, 2)) + 1) * 127.5).round().int().tolist()


def test_a_round_shows_every_picture_once() -> None:
    data = made(12, Use(seed=1))
    first = [n for _ in range(3) for n in shown(data.batch(4)[0])]
    second = [n for _ in range(3) for n in shown(data.batch(4)[0])]
    assert sorted(first) == sorted(second) == list(range(12))
    assert first != second


def test_batches_run_over_the_end_of_a_round() -> None:
    data = made(10, Use())
    assert sorted(n for _ in range(5) for n in shown(data.batch(4)[0])) == sorted([*range(10)] * 2)


def test_processes_share_a_round() -> None:
    parts = [made(12, Use(seed=2), (rank, 3)) for rank in range(3)]
    alone = made(12, Use(seed=2))
    for _ in range(2):
        together = [n for part in parts for n in shown(part.batch(2)[0])]
        assert together == shown(alone.batch(6)[0])


def test_it_goes_on_where_it_was() -> None:
    data, other = made(12, Use()), made(12, Use())
    data.batch(5)
    other.load_state_dict(data.state_dict())
    assert shown(data.batch(5)[0]) == shown(other.batch(5)[0])


def test_mirrors_show_each_picture_each_way_once_a_round() -> None:
    data = made(8, Use(mirror_x=True, mirror_y=True))
    assert len(data) == 32
    images = torch.cat([data.batch(8)[0] for _ in range(4)])
    corners = {(0, 0): 0, (0, 3): 0, (3, 0): 0, (3, 3): 0}
    seven = images[[i for i, n in enumerate(shown(images)) if n == 7]]
    for image in seven:
        y, x = divmod(int(image[0].flatten().argmax()), 4)
        corners[y, x] += 1
    assert list(corners.values()) == [1, 1, 1, 1]


def test_labels_come_with_pictures_and_as_they_are_distributed() -> None:
    labels = torch.tensor([0] * 30 + [1] * 10)
    data = TrainingSet(numbered(40), labels, 2, Use(conditional=True), CPU)
    images, conditions = data.batch(40)
    assert conditions.argmax(dim=1).tolist() == [labels[n] for n in shown(images)]
    torch.manual_seed(0)
    assert data.conditions(4000).mean(dim=0).tolist() == pytest.approx([0.75, 0.25], abs=0.03)
    plain = TrainingSet(numbered(40), labels, 2, Use(), CPU)
    assert (plain.c_dim, plain.batch(3)[1].shape, plain.conditions(5).shape) == (0, (3, 0), (5, 0))


def test_streamed_pictures_are_the_kept_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_prepared(tmp_path / "faces.zip", n=20, side=64)
    kept = open_data(path, None, 32)
    monkeypatch.setattr(opening, "IN_MEMORY", 1000)
    streamed = open_data(path, None, 32)
    assert (type(kept.pictures), type(streamed.pictures)) == (Kept, Streamed)
    one, other = (TrainingSet(o.pictures, o.labels, 2, Use(), CPU) for o in (kept, streamed))
    for _ in range(4):
        assert torch.equal(one.batch(6)[0], other.batch(6)[0])


def test_a_streamed_picture_that_is_broken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_prepared(tmp_path / "faces.zip", n=9)
    monkeypatch.setattr(opening, "IN_MEMORY", 1000)
    opened = open_data(path, None, None)
    data = bytearray(path.read_bytes())
    start = data.index(b"IDAT")
    data[start + 8 : start + 60] = bytes(52)
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"of faces\.zip cannot be read"):
        opened.pictures.read(range(9))


def test_classes_are_counted_by_name(tmp_path: Path) -> None:
    opened: Opened = open_data(write_prepared(tmp_path / "faces.zip"), None, None)
    assert opened.counts == {"L0": 23, "L1": 25}
    assert opened.resolution == 32


def test_too_little_is_told() -> None:
    with pytest.raises(DataError, match="1 picture cannot train a model"):
        made(1, Use())
    with pytest.raises(DataError, match="7 pictures cannot train a model"):
        made(7, Use())
    assert len(made(8, Use())) == 8


def test_sizes_that_are_not_there(tmp_path: Path) -> None:
    path = write_prepared(tmp_path / "faces.zip")
    with pytest.raises(DataError, match="has pictures of 32 px; 64 were asked for"):
        open_data(path, None, 64)
    with pytest.raises(SettingError, match="takes one of 32, 64"):
        open_data(path, None, 48)


def test_the_order_is_the_seeds() -> None:
    orders = {tuple(shown(made(12, Use(seed=s)).batch(12)[0])) for s in (1, 1, 2)}
    assert len(orders) == 2
    assert all(np.array_equal(np.sort(o), np.arange(12)) for o in orders)


def two_types(path: Path) -> Path:
    """`L0.female`, `L0.male` and `L1`, in a set of three classes."""
    write_prepared(path, classes=3)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(files["dataset.json"])
    for i, picture in enumerate(told["pictures"]):
        picture["class"] = i % 3
    pairs = [("L0", "female"), ("L0", "male"), ("L1", "")]
    told["classes"] = [{"label": label, "gender": gender} for label, gender in pairs]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (files | {"dataset.json": json.dumps(told).encode()}).items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("only", "classes"),
    [("L0", ["L0:female", "L0:male"]), ("L0.male", ["L0:male"]), ("L0:male", ["L0:male"]), ("L1", ["L1"])],
)
def test_one_type_of_a_set(tmp_path: Path, only: str, classes: list[str]) -> None:
    path = two_types(tmp_path / "faces.zip")
    whole, found = open_data(path, None, None), open_data(path, None, None, only=only)
    assert found.counts == {name: whole.counts[name] for name in classes}
    taken = [i for i, label in enumerate(whole.labels.tolist()) if whole.classes[label] in classes]
    assert torch.equal(found.pictures.read(range(len(taken))), whole.pictures.read(taken))


def test_a_type_that_is_not_there(tmp_path: Path) -> None:
    path = two_types(tmp_path / "faces.zip")
    with pytest.raises(SettingError, match=r"no pictures of L9; it has L0\.female, L0\.male, L1"):
        open_data(path, None, None, only="L9")
    with pytest.raises(SettingError, match="not of a --manifest"):
        open_data(path, path, 32, only="L0")
