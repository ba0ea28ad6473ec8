import pytest

from bot.core.mbti import TYPES, Asked, distance, near, parse


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("ENFP", Asked("ENFP")),
        ("enfp woman", Asked("ENFP", "female")),
        ("남자 istj", Asked("ISTJ", "male")),
        ("ENFP 여자", Asked("ENFP", "female")),
        ("엔프피 여자로", Asked("ENFP", "female")),
        ("저는 잇티제예요", Asked("ISTJ")),
        ("InTp-T, either!", Asked("INTP", "either")),
        ("f intj-a", Asked("INTJ", "female")),
        ("woman", Asked(None, "female")),
        ("ABCD man", Asked(None, "male", "abcd")),
        ("", Asked()),
        ("🎉 12345", Asked()),
        ("ENFP ISTJ man woman", Asked("ENFP", "male")),
    ],
)
def test_parse(words: str, asked: Asked) -> None:
    assert parse(words) == asked


def test_parse_reads_options_in_any_order() -> None:
    assert parse("male", "x", "infj") == Asked("INFJ", "male")


def test_sixteen_types() -> None:
    assert len(set(TYPES)) == 16
    assert all(parse(kind.lower()).type == kind for kind in TYPES)


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
