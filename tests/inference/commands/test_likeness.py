import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from skimage import data

from inference.commands import likeness
from inference.commands.likeness import Asked
from inference.errors import BadRequest, UnknownLabel
from inference.images import synthetic
from inference.networks.vgg import Lpips
from inference.settings import Settings, SettingsError
from tests.inference import rig

NAMES = {
    "identity",
    "begun",
    "blend_to_photo",
    "blend_to_type",
    "ms_ssim",
    "psnr",
    "lpips",
    "steps",
    "seconds",
}


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "a_face.jpg").write_bytes(rig.selfie())
    (folder / "b_two.jpg").write_bytes(rig.couple())
    (folder / "c_broken.png").write_bytes(b"no picture")
    Image.fromarray(data.coffee()).save(folder / "d_coffee.png")
    (folder / "README.md").write_text("not a photo")
    return folder


@pytest.fixture
def settings(tiny_folder: Path) -> Settings:
    return Settings(packs=(tiny_folder,))


def test_figures_are_told_and_photos_without_a_usable_face_left_out(
    settings: Settings, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    likeness.run(settings, Asked(photos, steps=6, sheet=sheet), as_json=True)
    told = json.loads(capsys.readouterr().out)
    (row,) = told["photos"]
    assert row["photo"] == "a_face.jpg"
    assert row.keys() > NAMES
    assert 0 < row["identity"] < 1.5
    assert 0 <= row["ms_ssim"] < 1
    assert (row["steps"], row["lpips"]) == (6, None)
    assert row["seconds"] > 0
    assert told["left_out"] == [
        {"photo": "b_two.jpg", "code": "many_faces"},
        {"photo": "c_broken.png", "code": "bad_image"},
        {"photo": "d_coffee.png", "code": "no_face"},
    ]
    assert told["mean"]["psnr"] == told["median"]["psnr"] == told["worst"]["psnr"] == row["psnr"]
    assert synthetic(sheet.read_bytes())
    with Image.open(sheet) as page:
        assert page.width > 3 * page.height, "one row of four pictures"


def test_no_step_at_all_is_where_the_search_begins(settings: Settings, photos: Path) -> None:
    (row,) = likeness.measure(settings, Asked(photos, steps=0), [photos / "a_face.jpg"]).rows
    assert row.figures.identity == pytest.approx(
        row.figures.begun, abs=0.02
    )  # the latent goes through float16
    assert row.figures.steps == 0


def test_the_worst_is_the_least_alike(settings: Settings, photos: Path, tmp_path: Path) -> None:
    shutil.copy(photos / "a_face.jpg", tmp_path / "one.jpg")
    Image.fromarray(data.astronaut() // 3).save(tmp_path / "two.png")
    report = likeness.measure(settings, Asked(tmp_path, steps=3), sorted(tmp_path.iterdir()))
    one, two = (row.figures for row in report.rows)
    assert report.worst()["identity"] == max(one.identity, two.identity)
    assert report.worst()["ms_ssim"] == min(one.ms_ssim, two.ms_ssim)


def test_a_table_for_people(settings: Settings, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    likeness.run(settings, Asked(photos, label="ISTJ", steps=2), as_json=False)
    told = capsys.readouterr().out
    for words in (
        "a_face.jpg",
        "nearest",
        "mean",
        "median",
        "worst",
        "ISTJ",
        "left out: b_two.jpg (many_faces)",
        "identity ↓",
        "ms ssim ↑",
        "identity is a distance, lower is nearer: below 0.6",
    ):
        assert words in told


def test_a_folder_of_nothing_usable_is_told_before_a_pack_is_loaded(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, photos: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(likeness, "open_default", lambda _: pytest.fail("too late"))
    for name in ("c_broken.png", "d_coffee.png"):
        shutil.copy(photos / name, tmp_path)
    with pytest.raises(SettingsError, match=r"c_broken.png \(bad_image\), d_coffee.png \(no_face\)"):
        likeness.run(settings, Asked(tmp_path), as_json=False)


def test_what_cannot_be_asked_is_one_sentence(settings: Settings, photos: Path, tmp_path: Path) -> None:
    for asked, said in (
        (Asked(tmp_path / "nowhere"), "is not a folder"),
        (Asked(tmp_path), "holds no photos"),
    ):
        with pytest.raises(SettingsError, match=said):
            likeness.run(settings, asked, as_json=False)
    with pytest.raises(UnknownLabel):
        likeness.run(settings, Asked(photos, label="NOPE"), as_json=False)


def test_lpips_is_told_where_its_weights_are_given(settings: Settings, photos: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = {re.sub(r"^lins\.(\d)$", r"lin\1.model.1.weight", n): v for n, v in Lpips().state_dict().items()}
    torch.save(state, tmp_path / "lpips.pt")
    asked = Asked(photos, steps=1, lpips=tmp_path / "lpips.pt")
    (row,) = likeness.measure(settings, asked, [photos / "a_face.jpg"]).rows
    assert row.figures.lpips is not None
    assert row.figures.lpips > 0
    with pytest.raises(BadRequest):
        likeness.run(settings, Asked(photos, lpips=photos / "a_face.jpg"), as_json=False)
