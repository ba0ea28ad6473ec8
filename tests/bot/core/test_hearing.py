import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.hearing import HELLO, HELP, Asked, parse, visible, words
from bot.core.mbti import TYPES


@pytest.mark.parametrize(
    ("said", "asked"),
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
        ("ＥＮＦＰ　女性", Asked("ENFP", "female")),
        ("ｅｎｆｐ－Ａ、男性！", Asked("ENFP", "male")),
        ("私はENFPです。", Asked("ENFP")),
        ("ENFPの女の人の顔が見たい", Asked("ENFP", "female")),
        ("エンフピでお願いします", Asked("ENFP")),
        ("えんふぴです", Asked("ENFP")),
        ("ｴﾝﾌﾋﾟ", Asked("ENFP")),
        ("イスティジェの彼氏", Asked("ISTJ", "male")),
        ("アイエヌエフジェー、どちらでもいいです", Asked("INFJ", "either")),
        ("男女どっちでも", Asked(None, "either")),
        ("彼女は私の友達です", Asked(None, "female")),  # beside a known word the rest is grammar
        ("らーめん", Asked(None, None, "らーめん")),
    ],
)
def test_parse(said: str, asked: Asked) -> None:
    assert parse(said) == asked


def test_parse_reads_options_in_any_order() -> None:
    assert parse("male", "x", "infj") == Asked("INFJ", "male")


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_heard_in_any_width_and_case(kind: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in kind)
    assert {parse(said).type for said in (kind, kind.lower(), kind.title(), wide, wide.lower())} == {kind}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        *(("インティピ", "INTP"), ("イントジェ", "INTJ"), ("エンティジェ", "ENTJ"), ("エントピ", "ENTP")),
        *(("イスフピ", "ISFP"), ("エスフジェ", "ESFJ"), ("エスティピ", "ESTP"), ("いんふじぇ", "INFJ")),
        *(("イーエスティージェイ", "ESTJ"), ("인팁", "INTP"), ("엣프제", "ESFJ")),
    ],
)
def test_types_as_they_are_spoken(said: str, kind: str) -> None:
    assert parse(said).type == kind


@pytest.mark.parametrize(
    "said", ["こんにちは！", "おはようございます", "안녕하세요?", "Hello!!", "ＨＥＬＬＯ"]
)
def test_greetings(said: str) -> None:
    assert HELLO & set(words(said))


@pytest.mark.parametrize("said", ["使い方を教えて", "ヘルプ", "助けて〜", "도와줘", "HELP"])
def test_calls_for_help(said: str) -> None:
    assert HELP & set(words(said))


@given(st.text(max_size=600))
def test_anything_can_be_heard(text: str) -> None:
    asked = parse(text)
    assert asked.type is None or asked.type in TYPES
    assert all(word == word.lower() for word in words(text))


def test_words_that_are_told_are_one_line_of_what_can_be_seen() -> None:
    assert visible("long " * 1000, 300) == ("long " * 60).rstrip()
    assert visible("\u200b\u202e\x00", 300) == ""
    assert visible("a\n\u202eb  שלום", 5) == "a b ש"
