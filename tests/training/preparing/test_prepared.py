import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training.preparing.people import as_bytes
from training.datasets.prepared import open_prepared


def archive(path: Path, **changes: object) -> Path:
    picture = {"file": "a.png", "class": 0, "person": "p", "split": "train", "source": "s"}
    told = {"format": 1, "size": 64, "classes": [{"label": "A", "gender": ""}], "pictures": [picture]}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.png", as_bytes(Image.new("RGB", (64, 64), (10, 20, 30)), "PNG"))
        file.writestr("dataset.json", json.dumps({**told, **changes}))
    return path


def test_a_set_is_read(tmp_path: Path) -> None:
    pictures, labels = open_prepared(archive(tmp_path / "a.zip")).load("train", 64)
    assert pictures.dtype == np.uint8 and pictures[0, :, 5, 5].tolist() == [10, 20, 30]
    assert labels.tolist() == [0]


def test_every_broken_set_is_a_sentence(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.zip")
    (tmp_path / "half.zip").write_bytes(whole.read_bytes()[:-60])
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("x.txt", "x")
    missing = [{"file": "b.png", "class": 0, "person": "p", "split": "train", "source": "s"}]
    for path, said in (
        (tmp_path / "half.zip", "not a whole zip"),
        (tmp_path / "other.zip", "has no pictures"),
        (tmp_path / "none.zip", "no data set"),
        (archive(tmp_path / "later.zip", format=2), "format 2"),
        (archive(tmp_path / "less.zip", pictures=missing), "lacks 1"),
        (archive(tmp_path / "odd.zip", pictures=[1]), "its dataset.json is not whole"),
    ):
        with pytest.raises(ValueError, match=said):
            open_prepared(path)


def test_what_a_set_cannot_give_is_a_sentence(tmp_path: Path) -> None:
    prepared = open_prepared(archive(tmp_path / "a.zip"))
    with pytest.raises(ValueError, match="no pictures for validation"):
        prepared.load("validation", 64)
    with pytest.raises(ValueError, match="64 px; 128"):
        prepared.load("train", 128)
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[60] ^= 255
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ValueError, match="cannot be read"):
        prepared.load("train", 64)
