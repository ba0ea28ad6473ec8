"""What is called by name."""

import pytest

from bot.core.effects import Line
from bot.core.named import everywhere, meant

THINGS = {"smile": ["smile", *everywhere(Line("direction-smile"))], "face": ["🙂"], "none": []}


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("SMILE", "smile"),
        ("미소", "smile"),
        ("「笑顔」", "smile"),
        ("smile 2", None),
        ("", None),
        ("👍", None),
    ],
)
def test_a_thing_is_meant_by_the_words_of_its_name(said: str, thing: str | None) -> None:
    assert meant(said, THINGS) == thing
