"""`typeface-inference project` with several photos of one person."""

from pathlib import Path

import pytest

from tests.inference import rig
from tests.inference.test_commands import here

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def selfies(tmp_path: Path, photo: bytes) -> list[str]:
    paths = [tmp_path / f"{number}.jpg" for number in range(6)]
    for path in paths:
        path.write_bytes(photo)
    return [str(path) for path in paths]


def test_they_share_the_steps(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_folder: Path,
    selfies: list[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("TYPEFACE_INFERENCE_THREADS", "1")
    common = ["--pack", str(tiny_folder), "--steps"]
    both, alone = tmp_path / "both.png", tmp_path / "alone.png"
    code, told = here(monkeypatch, capsys, "project", *selfies[:2], "--out", str(both), *common, "4")
    assert (code, "4 steps in" in told) == (0, True), told
    code, told = here(monkeypatch, capsys, "project", selfies[0], "--out", str(alone), *common, "2")
    assert (code, "2 steps in" in told) == (0, True), told
    assert both.read_bytes() == alone.read_bytes(), "the same photo twice, with as many steps each"


def test_too_many_and_a_box_for_several_are_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_folder: Path,
    selfies: list[str],
    tmp_path: Path,
) -> None:
    common = ["--out", str(tmp_path / "x.png"), "--pack", str(tiny_folder)]
    code, told = here(monkeypatch, capsys, "project", *selfies, *common)
    assert (code, "one to five photos" in told) == (2, True), told
    code, told = here(monkeypatch, capsys, "project", *selfies[:2], "--box", "1,2,3,4", *common)
    assert (code, "single photo" in told) == (2, True), told


def test_of_several_photos_the_one_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tiny_folder: Path,
    selfies: list[str],
    tmp_path: Path,
) -> None:
    couple = tmp_path / "couple.jpg"
    couple.write_bytes(rig.couple())
    common = ["--out", str(tmp_path / "x.png"), "--pack", str(tiny_folder)]
    code, told = here(monkeypatch, capsys, "project", selfies[0], str(couple), *common)
    assert (code, "couple.jpg: several faces were found; cut the photo to one" in told) == (2, True), told
