"""Data sets of the official layout: as a zip, as a folder, with labels, with null, without an index at all."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from training.datasets.archive import Archive
from training.datasets.opening import open_data, open_held_out
from training.datasets.people import load_people
from training.datasets.photos import load_photos
from training.datasets.prepared import open_prepared
from training.errors import DataError, SettingError
from training.evaluation.photos import open_photos

LABELS = [["00000/img00000000.png", 3], *([f"00000/img{i:08d}.png", i % 2] for i in range(1, 12))]


def picture(shade: int, side: tuple[int, int] = (32, 32), kind: str = "PNG", mode: str = "RGB") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", side, (shade, shade, shade)).convert(mode).save(data, kind)
    return data.getvalue()


def official(path: Path, index: object = None, n: int = 12, **more: bytes) -> Path:
    """As the official tool writes it; `index` none: without a `dataset.json`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(n):
            archive.writestr(f"00000/img{i:08d}.png", picture(10 * i % 256))
        if index is not None:
            archive.writestr("dataset.json", json.dumps(index))
        for name, data in more.items():
            archive.writestr(name, data)
    return path


def unpacked(path: Path, *more: Any) -> Path:
    with zipfile.ZipFile(official(path.with_suffix(".zip"), *more)) as archive:
        archive.extractall(path)
    return path


@pytest.mark.parametrize("made", [official, unpacked])
def test_labels_are_classes(made: Callable[..., Path], tmp_path: Path) -> None:
    opened = open_data(made(tmp_path / "faces", {"labels": LABELS}), None, None)
    assert opened.classes == ("class-0", "class-1", "class-2", "class-3")
    assert opened.counts == {"class-0": 5, "class-1": 6, "class-2": 0, "class-3": 1}
    assert opened.resolution == 32
    assert opened.pictures.read([0, 11])[:, 0, 0, 0].tolist() == [0, 110]


@pytest.mark.parametrize("index", [None, {"labels": None}, {}])
def test_without_labels_there_is_one_class(index: object, tmp_path: Path) -> None:
    data = official(tmp_path / "faces.zip", index)
    assert open_data(data, None, None).counts == {"pictures": 12}
    photos, held_out = load_photos(data, None, 16)
    assert (len(photos), len(held_out)) == (12, 0), "it does not tell who is who"
    assert open_held_out(data, None, 32) is None
    assert len(set(load_people(data, None, 16).people.tolist())) == 12
    compared = open_photos(data)
    assert (len(compared.training), compared.held_out, compared.classes) == (12, [], (1.0,))
    assert sorted(int(p[0, 0, 0]) for p in compared.read(compared.training, 8)) == [10 * i for i in range(12)]


@pytest.mark.parametrize("index", [None, {"labels": [[f"00000/img{i:08d}.png", i % 2] for i in range(600)]}])
def test_of_a_large_set_a_few_pictures_are_kept_for_the_watch(index: object, tmp_path: Path) -> None:
    data = official(tmp_path / "faces.zip", index, n=600)
    learnt, watched = open_data(data, None, None), open_held_out(data, None, 32)
    assert watched is not None and 8 <= len(watched.labels) <= 24
    assert len(learnt.labels) + len(watched.labels) == 600
    assert watched.classes == learnt.classes
    told = open_prepared(data)
    assert not {e.file for e in told.side("train")} & {e.file for e in told.side("watched")}
    assert told.side("validation") == [], (
        "the same people may be among them, so nothing else takes them for strangers"
    )


def test_pictures_of_other_kinds_and_sizes_are_taken_as_far_as_they_go(tmp_path: Path) -> None:
    odd = {
        "more/a.JPG": picture(200, (64, 64), "JPEG"),
        "more/grey.png": picture(90, (48, 48), mode="L"),
        "__MACOSX/._img.png": b"nothing",
        ".hidden.png": b"nothing",
        "notes.txt": b"nothing",
    }
    prepared = open_prepared(official(tmp_path / "faces.zip", **odd))
    assert (prepared.size, len(prepared.entries)) == (32, 14), "the smallest side"
    last = list(prepared.read(["more/a.JPG", "more/grey.png"], 32))
    assert [pixels.shape for pixels in last] == [(32, 32, 3)] * 2
    assert np.abs(last[0].astype(int) - 200).max() < 3 and (last[1] == 90).all()


@pytest.mark.parametrize(
    ("index", "more", "said"),
    [
        ({"labels": LABELS[:4]}, {}, "the labels of set.zip leave out 8 of its 12 pictures"),
        (
            {"labels": [[f, [0.5, 0.5]] for f, _ in LABELS]},
            {},
            "must be numbers of classes from 0 on, not [0.5",
        ),
        ({"labels": [[f, -1] for f, _ in LABELS]}, {}, "must be numbers of classes from 0 on, not -1"),
        ({"labels": [[f, 10**12] for f, _ in LABELS]}, {}, "must be numbers of classes"),
        ({"labels": {"a": 1}}, {}, "are no list of [file, class]"),
        ({"labels": [1, 2]}, {}, "are no list of [file, class]"),
        ([1], {}, "dataset.json of set.zip is of another program"),
        (
            None,
            {"wide.png": picture(0, (40, 32))},
            "wide.png of set.zip is 40 x 32 px; pictures must be square",
        ),
        (None, {"huge.png": picture(0, (5000, 5000))}, "huge.png of set.zip is 5000 x 5000 px"),
        (None, {"broken.png": picture(0)[:20]}, "a picture of set.zip cannot be read"),
        (None, {"dataset.json": b"{labels"}, "dataset.json of set.zip cannot be read"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(
    index: object, more: dict[str, bytes], said: str, tmp_path: Path
) -> None:
    data = official(tmp_path / "set.zip", index, **more)
    with pytest.raises(DataError) as caught:
        open_prepared(data)
    assert said in str(caught.value)


def test_sizes_that_no_network_has_are_a_sentence(tmp_path: Path) -> None:
    data = tmp_path / "set.zip"
    with zipfile.ZipFile(data, "w") as archive:
        for i in range(9):
            archive.writestr(f"{i}.png", picture(i, (100, 100)))
    with pytest.raises(SettingError, match="pictures of 100 px; say a smaller --resolution"):
        open_data(data, None, None)
    assert open_data(data, None, 64).resolution == 64


def test_a_folder_gives_nothing_from_beside_it(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "set")
    (tmp_path / "secret.png").write_bytes(picture(1))
    told = [{"file": "../secret.png", "class": 0, "person": "p", "split": "train", "source": ""}]
    index = {"format": 1, "size": 32, "classes": [{"label": "A", "gender": ""}], "pictures": told}
    (folder / "dataset.json").write_text(json.dumps(index))
    with pytest.raises(DataError, match="lacks 1 of its pictures"):
        open_prepared(folder)


def test_an_empty_folder_and_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty has no pictures"):
        open_prepared(tmp_path / "empty")
    with pytest.raises(DataError, match="there is no data set nowhere"):
        Archive(tmp_path / "nowhere")
