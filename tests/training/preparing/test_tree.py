import os
import unicodedata
from pathlib import Path

import pytest

from training.preparing.errors import PreparingError
from training.preparing.tree import Photo, shown, told, walk


@pytest.mark.parametrize(
    ("folders", "label", "gender"),
    [
        (("ENFP", "female"), "ENFP", "female"),
        (("ENFP", "Male", "2019", "summer"), "ENFP", "male"),
        (("actors", "korean"), "actors/korean", ""),
        (("한국 사람", "female"), "한국 사람", "female"),
        (("😀",), "😀", ""),
        (("female",), "female", "female"),
        ((), "unlabelled", ""),
    ],
)
def test_folders_tell_label_and_gender(folders: tuple[str, ...], label: str, gender: str) -> None:
    assert told(folders) == (label, gender)


def test_korean_names_from_a_mac_are_the_same_label() -> None:
    assert told((unicodedata.normalize("NFD", "한국"),)) == ("한국", "")


def test_hidden_files_and_own_output_are_passed_by(tmp_path: Path) -> None:
    for name in ("a/1.jpg", "a/.DS_Store", ".git/2.jpg", "out-work/3.png", "out.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    own = {(tmp_path / "out-work").resolve(), (tmp_path / "out.zip").resolve()}
    assert walk(tmp_path, own) == [Photo("a/1.jpg", "a", "")]


def test_a_name_that_is_no_text_can_be_shown(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).touch()
    (photo,) = walk(tmp_path)
    assert shown(photo.path) == "caf\\udce9.jpg"


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_nothing_there_is_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PreparingError, match=name):
        walk(tmp_path / name)
