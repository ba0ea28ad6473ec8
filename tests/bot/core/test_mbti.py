import pytest

from bot.core.mbti import TYPES, distance, near


def test_sixteen_types() -> None:
    assert len(set(TYPES)) == 16


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("enpf", "ENFP"), ("INTG", "INTJ"), ("ENF", "ENFP"), ("ISSTJ", "ISTJ"), ("XSTP", "ISTP")],
)
def test_near_finds_what_was_meant(wrong: str, right: str) -> None:
    assert right in near(wrong)[:2]


def test_near_always_names_four() -> None:
    for word in ("ABCD", "Q", "엔", "z" * 400):
        assert len(set(near(word))) == 4


def test_distance_counts_a_swap_once() -> None:
    assert distance("ENPF", "ENFP") == 1
    assert distance("", "ENFP") == 4
    assert distance("ENFP", "ENFP") == 0
