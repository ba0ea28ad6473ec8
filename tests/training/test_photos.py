import io
import json
import zipfile
from pathlib import Path

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from training.__main__ import app
from training.datasets.photos import Photos, load_photos
from training.errors import DataError


def prepared(path: Path, sides: list[str]) -> Path:
    """A set as `prepare` writes it: grey pictures of 32 px, each a shade of its own."""
    told = [
        {"file": f"{n}.png", "class": n % 2, "person": str(n), "split": side, "source": ""}
        for n, side in enumerate(sides)
    ]
    classes = [{"label": "ENFP", "gender": "female"}, {"label": "배우", "gender": ""}]
    index = {"format": 1, "size": 32, "framing": None, "classes": classes, "pictures": told, "labels": []}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dataset.json", json.dumps(index))
        for n in range(len(sides)):
            data = io.BytesIO()
            Image.new("RGB", (32, 32), (10 * n, 10 * n, 10 * n)).save(data, "PNG")
            archive.writestr(f"{n}.png", data.getvalue())
    return path


def test_photos_of_a_prepared_set_are_learnt_from_and_the_held_out_ones_are_not(tmp_path: Path) -> None:
    photos, held_out = load_photos(
        prepared(tmp_path / "set.zip", ["train"] * 8 + ["validation"] * 2), None, 16
    )
    assert isinstance(photos, Photos)
    assert (len(photos), photos.counts) == (8, {"ENFP.female": 4, "배우": 4})
    assert held_out.flatten(1)[:, 0].tolist() == [80, 90]
    torch.manual_seed(0)
    images, labels = photos.batch(64)
    assert images.shape == (64, 3, 16, 16) and labels.shape == (64, 0)
    shades = {round(float(one)) for one in (images[:, 0, 0, 0] + 1) * 127.5}
    assert shades == {0, 10, 20, 30, 40, 50, 60, 70}


def test_a_set_may_hold_nobody_out_but_not_everybody(tmp_path: Path) -> None:
    photos, held_out = load_photos(prepared(tmp_path / "set.zip", ["train"] * 8), None, 16)
    assert len(photos) == 8 and held_out.shape == (0, 3, 16, 16)
    with pytest.raises(DataError, match="0 pictures cannot train a model"):
        load_photos(prepared(tmp_path / "other.zip", ["validation"] * 6), None, 16)


@pytest.mark.parametrize("missing", ["faces.zip", "faces.csv"])
def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path, missing: str) -> None:
    archive, table = prepared(tmp_path / "faces.zip", ["train"] * 2), tmp_path / "faces.csv"
    table.write_text("file,gender\n")
    (tmp_path / missing).unlink()
    options = ["--data", str(archive), "--manifest", str(table), "--out", str(tmp_path / "run")]
    said = CliRunner().invoke(app, ["identity", *options])
    assert said.exit_code == 2
    assert missing in said.output
    assert not (tmp_path / "run").exists()
