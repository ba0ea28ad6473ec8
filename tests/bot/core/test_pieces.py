import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pieces import length, pieces

FAMILY, WAVE, FLAG, ACCENT = "👩‍👩‍👧", "👋🏽", "🇰🇷", "é"


@pytest.mark.parametrize(
    "text",
    [
        *("one two three\nfour 😀😀😀 five" * 40, "word " * 100, "x" * 450, "line\n" * 90, "😀" * 60, ""),
        *(
            " " * 120 + "x",
            "x" + " " * 120 + "y",
            "שלום עולם " * 30,
            "a\u200bb" * 50,
            "\u202e" * 120,
            "\u0301" * 200,
        ),
    ],
)
def test_pieces_lose_nothing_and_keep_to_the_limit(text: str) -> None:
    cut = list(pieces(text, 50))
    assert all(length(piece) <= 50 for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


@given(st.text(st.sampled_from("ab \n😀\u0301\u200d🇰\u202e"), max_size=120), st.integers(2, 30))
def test_whatever_is_cut_ends_and_loses_nothing(text: str, limit: int) -> None:
    cut = list(pieces(text, limit))
    assert all(length(piece) <= limit for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


def test_a_text_is_cut_where_it_hurts_least() -> None:
    assert list(pieces("one two\nthree four", 12)) == ["one two", "three four"]
    assert list(pieces("one two three", 12)) == ["one two", "three"]
    assert list(pieces("one two three", 7)) == ["one two", "three"]
    assert list(pieces("a\nand two three", 12)) == ["a\nand two", "three"]
    assert list(pieces("型の顔　私の顔", 5)) == ["型の顔", "私の顔"]
    assert list(pieces(" " * 90 + "one two three" + "\n" * 90, 7)) == ["one two", "three"], (
        "no piece is blank"
    )
    assert list(pieces("x" * 101, 50)) == ["x" * 50, "x" * 50, "x"]


def test_addresses_commands_and_mentions_stay_whole() -> None:
    text = "write to @typeface_bot or /mbti@typeface_bot at https://example.org/s/abc?d=1 " * 3
    assert {word for piece in pieces(text, 40) for word in piece.split()} == set(text.split())


@pytest.mark.parametrize("sign", [FAMILY, WAVE, FLAG, ACCENT])
def test_what_one_sees_as_one_sign_is_not_cut(sign: str) -> None:
    for shift in range(8):
        text = "x" * shift + f"{sign}-" * 40
        assert all(piece.replace(sign, "").strip("-x") == "" for piece in pieces(text, 30))
