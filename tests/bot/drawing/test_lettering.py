"""What people call themselves, and what the bot says in its languages, on lines of a given width."""

import unicodedata
from importlib.resources import files

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.core import texts
from bot.drawing import lettering
from bot.drawing.lettering import CUT
from inference.fonts.letters import Weight

WEIGHTS: tuple[Weight, ...] = ("regular", "bold")


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Zoë", "Zoë"),
        ("e\u0301\u0301\u0301", "é"),  # marks piled up
        ("𝓐𝓵𝓮𝔁 👻🔥", "Alex"),
        ("ｶﾅ", "カナ"),
        ("\u1112\u1161\u11ab", "한"),
        ("뷁 凛颯 Ωж", "뷁 凛颯 Ωж"),
        ("a\u200b\u202eb\u0000c", "abc"),
        ("  x \n\u3000 y ", "x y"),
        ("\u3164김\u3164", "김"),  # the blank that Hangul has
        ("محمد שלום", ""),
        ("محمد Mo", "Mo"),
        ("<b>*x*", "<b>*x*"),
        ("\ue000\U000f0000\ud800", ""),
    ],
)
def test_what_can_be_written_of_a_name(text: str, drawn: str) -> None:
    assert lettering.legible(text) == drawn


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_nothing_is_left_that_draws_as_a_box(text: str) -> None:
    found = lettering.legible(text, most=20)
    assert len(found) <= 20
    assert lettering.covers("bold", found)
    assert found == lettering.legible(found, most=20), "drawing it again changes nothing"
    assert not any(unicodedata.category(sign)[0] in "CM" for sign in found)


def test_an_endless_name_costs_little() -> None:
    assert lettering.legible("x" * 5_000_000, most=30) == "x" * 30


class _Words(Visitor):
    def __init__(self) -> None:
        self.found = ""

    def visit_TextElement(self, node: ast.TextElement) -> None:  # noqa: N802
        self.found += node.value


def test_the_bots_own_words_are_drawn_in_every_language() -> None:
    folders = [folder for folder in files(texts).iterdir() if folder.is_dir() and folder.name[0] != "_"]
    assert len(folders) >= 2
    for folder in folders:
        words = _Words()
        for file in folder.iterdir():
            words.visit(FluentParser().parse(file.read_text("utf-8")))
        letters = {sign for sign in words.found if unicodedata.category(sign)[0] == "L"}
        assert len(letters) > 40
        for weight in WEIGHTS:
            assert lettering.covers(weight, "".join(letters)), folder.name


@pytest.mark.parametrize("weight", WEIGHTS)
def test_kana_and_the_usual_syllables_are_there(weight: Weight) -> None:
    kana = "".join(map(chr, [*range(0x3041, 0x3095), *range(0x30A1, 0x30FB)]))
    assert lettering.covers(weight, kana + "가각힘日本語漢字性格診断ÀßñжΩ")
    assert not lettering.covers(weight, "م")


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("sign", ["g", "ñ", "한", "あ", "漢"])
def test_each_script_has_shapes_of_its_own(weight: Weight, sign: str) -> None:
    missing = lettering.font(weight, 40).getmask("\U0010fffd")
    drawn = lettering.font(weight, 40, sign).getmask(sign)
    assert bytes(drawn) != bytes(missing)
    assert sum(bytes(drawn)) > 0


def test_what_the_regular_font_lacks_is_set_in_bold() -> None:
    regular, bold = (lettering.font(weight, 40, "뷁").getname() for weight in WEIGHTS)
    assert regular == bold != lettering.font("regular", 40, "한").getname()


@pytest.mark.parametrize("text", ["i", "Ann", "W" * 40, "김" * 40, "凛" * 80, ""])
@pytest.mark.parametrize("width", [60, 300])
def test_a_line_fits(text: str, width: int) -> None:
    line, font = lettering.fit(text, "bold", width, 60, 20)
    assert font.getlength(line) <= width
    assert 20 <= font.size <= 60
    assert line == text or (line.endswith(CUT) and text.startswith(line[:-1]) and font.size == 20)
    if line == text and font.size < 60:
        assert lettering.font("bold", int(font.size) + 3, text).getlength(text) > width, "no larger one would"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("The quick brown fox jumps over the lazy dog", 300, 4),
        ("한국어 문장은 띄어쓰기에서 줄을 바꾼다", 260, 4),
        ("日本語の文章は、どこでも改行できる。", 220, 4),
        ("x" * 100, 300, 20),
    ],
)
def test_lines_hold_the_whole_text_and_no_more_than_their_width(text: str, width: int, lines: int) -> None:
    font = lettering.font("regular", 30, text)
    found = lettering.wrap(text, font, width, lines)
    assert 1 < len(found) <= lines
    assert all(0 < font.getlength(line) <= width for line in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "、。" for line in found)


def test_words_stay_whole_and_lines_alike() -> None:
    font = lettering.font("regular", 30)
    text = "one two three four five six seven"
    found = lettering.wrap(text, font, 330, 3)
    assert " ".join(found) == text
    assert min(map(font.getlength, found)) > 0.5 * max(map(font.getlength, found))


def test_what_is_too_long_is_cut() -> None:
    font = lettering.font("regular", 30)
    found = lettering.wrap("one two three four five six seven eight nine ten", font, 150, 2)
    assert len(found) == 2
    assert found[1].endswith(CUT)
    assert font.getlength(found[1]) <= 150


def test_drawn_text_takes_the_room_that_it_was_measured_to_take() -> None:
    line, font = lettering.fit("Åg한日", "bold", 180, 60, 20)
    picture = Image.new("L", (240, 120))
    ImageDraw.Draw(picture).text((20, 60), line, fill=255, font=font, anchor="lm")
    left, top, right, bottom = picture.getbbox() or (0, 0, 0, 0)
    assert left >= 17 and right <= 203 and top > 0 and bottom < 120
