import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import split


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("/mbti ENFP female", ("mbti", "ENFP female")),
        ("  /HELP  ", ("help", "")),
        ("／ｍｂｔｉ　ＥＮＦＰ　女性", ("mbti", "ＥＮＦＰ　女性")),
        ("／quiz", ("quiz", "")),
        ("/card a line\nand another", ("card", "a line\nand another")),
        ("mbti ENFP", None),
        ("/ mbti", None),
        ("/1", None),
        ("//mbti", None),
        ("", None),
        ("/" + "x" * 40, None),
    ],
)
def test_split(line: str, read: tuple[str, str] | None) -> None:
    assert split(line) == read


@given(st.text(max_size=200))
def test_any_line_can_be_read(line: str) -> None:
    found = split(line)
    assert found is None or (found[0].isascii() and found[0] == found[0].lower())
    assert split(f"/quiz {line}") == ("quiz", line.strip())
