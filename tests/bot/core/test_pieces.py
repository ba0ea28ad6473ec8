import pytest

from bot.core.pieces import length, pieces


@pytest.mark.parametrize(
    "text", ["one two three\nfour 😀😀😀 five" * 40, "word " * 100, "x" * 450, "line\n" * 90, "😀" * 60, ""]
)
def test_pieces_lose_nothing_and_keep_to_the_limit(text: str) -> None:
    cut = list(pieces(text, 50))
    assert all(length(piece) <= 50 for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


def test_a_text_is_cut_where_it_hurts_least() -> None:
    assert list(pieces("one two\nthree four", 12)) == ["one two", "three four"]
    assert list(pieces("one two three", 12)) == ["one two", "three"]
    assert list(pieces("x" * 101, 50)) == ["x" * 50, "x" * 50, "x"]
