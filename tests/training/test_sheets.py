"""Sheets write what their rows and pictures are called."""

from pathlib import Path

import pytest
import torch
from PIL import Image, ImageChops

from training.loops.sheets import save_sheet


def drawn(path: Path, names: list[str], captions: list[str]) -> Image.Image:
    save_sheet(path, torch.zeros(2, 3, 32, 32), 1, names=names, captions=captions)
    with Image.open(path) as picture:
        return picture.convert("L")


@pytest.mark.parametrize("name", ["ENFP", "Łódź", "고양이", "猫", "Кот"])
def test_names_are_written_in_their_own_letters(tmp_path: Path, name: str) -> None:
    written = drawn(tmp_path / "named.png", [name, "b"], [name, "b"])
    numbers = drawn(tmp_path / "numbers.png", ["1", "b"], ["1", "b"])
    assert written.width > numbers.width
    assert ImageChops.invert(written).crop((0, 0, written.width - 32, 32)).getbbox()


def test_letters_that_no_font_here_has_are_a_number_and_no_boxes(tmp_path: Path) -> None:
    said = drawn(tmp_path / "thai.png", ["แมว", "b"], ["แมว", "b"])
    assert said.tobytes() == drawn(tmp_path / "number.png", ["1", "b"], ["1", "b"]).tobytes()
