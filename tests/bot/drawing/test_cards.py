"""The card in every language and shape, with whatever people call themselves, looked at by its pixels."""

import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bot.core.card import Card, Shape
from bot.core.mbti import TYPES
from bot.drawing import cards
from inference import images
from inference.errors import BadImage

SHAPES: tuple[Shape, ...] = ("wide", "tall")
RED, GREEN, BLUE = (220, 20, 20), (20, 200, 20), (20, 20, 220)


def face(colour: tuple[int, int, int], size: tuple[int, int] = (96, 96)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


CARD = Card(
    kind="ENFP",
    title="The kite with a thousand ribbons",
    line="You find a friend in every queue and an adventure on every way home.",
    name="Mina",
    type_label="ENFP, on average",
    match_label="Best match: INTJ",
    note="Made by a computer, for fun",
    type_face=face(GREEN),
    mine=face(RED),
    match_face=face(BLUE),
)
KOREAN = replace(
    CARD,
    title="리본이 천 개 달린 연",
    line="줄을 서다가도 친구를 만들고, 집에 가는 길에도 모험을 찾아내요.",
    name="김민준",
    type_label="ENFP 평균 얼굴",
    match_label="잘 맞는 유형: INTJ",
    note="컴퓨터가 재미로 만든 그림",
)
JAPANESE = replace(
    CARD,
    title="千のリボンの凧",
    line="どんな行列でも友だちを見つけ、どんな帰り道にも冒険を見つける人。",
    name="颯凛",
    type_label="ENFPの平均の顔",
    match_label="いちばん合うのは INTJ",
    note="コンピューターが遊びで作った絵",
)
NAMES = [
    "",
    "김",
    "i",
    "W" * 200,
    "뷁" * 60,
    "محمد",
    "👻",
    "<b>*x*</b> @everyone",
    "\u202e\u200b" * 50,
    "颯 凛 " * 40,
]


def drawn(card: Card) -> NDArray[np.int_]:
    data = cards.draw(card, "jpeg")
    assert images.synthetic(data)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def near(picture: NDArray[np.int_], colour: tuple[int, int, int], by: int = 40) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.abs(picture - colour).max(axis=2) < by
    return found


def dark(picture: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Where there are words: in ink, or in the accent of a type."""
    found: NDArray[np.bool_] = (picture.sum(axis=2) < 330) & ~near(picture, RED) & ~near(picture, BLUE)
    return found & ~near(picture, GREEN)


@pytest.mark.parametrize(("shape", "size"), [("wide", (630, 1200)), ("tall", (1350, 1080))])
def test_a_card_has_its_platforms_size(shape: Shape, size: tuple[int, int]) -> None:
    assert drawn(replace(CARD, shape=shape)).shape[:2] == size


@pytest.mark.parametrize("shape", SHAPES)
def test_three_faces_are_on_it_the_persons_largest(shape: Shape) -> None:
    picture = drawn(replace(CARD, shape=shape))
    mine, kind, match = (near(picture, colour).mean() for colour in (RED, GREEN, BLUE))
    assert mine > 0.3
    assert 0.008 < kind < 0.1 and abs(kind - match) < 0.1 * kind
    assert (
        np.flatnonzero(near(picture, GREEN).any(axis=0))[0]
        < np.flatnonzero(near(picture, BLUE).any(axis=0))[0]
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_without_a_selfie_the_type_is_the_large_one(shape: Shape) -> None:
    picture = drawn(replace(CARD, shape=shape, mine=None))
    assert near(picture, GREEN).mean() > 0.3
    assert near(picture, BLUE).mean() > 0.008
    alone = drawn(replace(CARD, shape=shape, mine=None, match_face=None))
    assert near(alone, BLUE).mean() == 0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("card", [KOREAN, JAPANESE, *(replace(CARD, name=name) for name in NAMES)])
def test_no_word_leaves_the_card_or_lies_on_another(shape: Shape, card: Card) -> None:
    card = replace(card, shape=shape)
    picture = drawn(card)
    words = dark(picture)
    edge = 18
    assert not words[:edge].any() and not words[-edge:].any() and not words[:, -edge:].any()
    assert shape == "wide" or not words[:, :edge].any()
    assert not words[:, :636].any() or shape == "tall", "nor on the large face"
    without = drawn(replace(card, name=""))
    changed = np.abs(picture - without).max(axis=2) > 60
    if shape == "tall":
        assert not changed[880:].any() and not changed[:800].any(), "a name stands in its own row"
        assert not changed[:, :260].any() and not changed[:, -260:].any(), "and not on the labels"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("field", ["title", "line", "name", "type_label", "match_label", "note"])
def test_every_text_is_seen(shape: Shape, field: str) -> None:
    whole = drawn(replace(CARD, shape=shape))
    assert np.abs(whole - drawn(replace(CARD, shape=shape, **{field: ""}))).max() > 60  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", SHAPES)
def test_endless_texts_are_cut_and_stay_in_place(shape: Shape) -> None:
    long = dict.fromkeys(("title", "line", "name", "type_label", "match_label", "note"), "word " * 1000)
    words = dark(drawn(replace(CARD, shape=shape, **long)))  # type: ignore[arg-type]
    assert not words[:18].any() and not words[-18:].any() and not words[:, -18:].any()


def test_every_type_is_told_apart_from_its_ground() -> None:
    """WCAG: large letters need a contrast of 3, small ones 4.5."""
    grounds = set()
    for kind in TYPES:
        ground, accent = cards._GROUPS[cards._group(kind)]
        grounds.add(ground)
        assert contrast(ground, accent) > 4.5
        assert contrast(ground, cards._INK) > 4.5 < contrast(ground, cards._SOFT)
    assert len(grounds) == 4


def contrast(a: str, b: str) -> float:
    lights = sorted(luminance(colour) for colour in (a, b))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_a_face_that_is_not_square_is_cut_to_its_middle() -> None:
    wide = Image.new("RGB", (300, 100), BLUE)
    wide.paste(RED, (100, 0, 200, 100))
    out = io.BytesIO()
    wide.save(out, "PNG")
    picture = drawn(replace(CARD, mine=out.getvalue(), match_face=None))
    assert near(picture, RED)[:, :630].mean() > 0.97


def test_a_face_that_is_no_picture() -> None:
    with pytest.raises(BadImage):
        cards.draw(replace(CARD, mine=b"no picture"), "jpeg")
