"""Particles, durations and moments, as each language says them."""

import re
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.grammar import duration, final, josa, when
from bot.core.mbti import TYPES
from bot.core.wording import FOLDER, LOCALES, say

PAIRS = ("은/는", "이/가", "을/를", "과/와", "으로/로", "이에요/예요")
DIGITS = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
FINALS = 28
syllables = st.integers(0, 11171)


def spoken(number: int) -> str:
    """`number` in Korean words, below 10**12: 1204 is 천이백사."""
    if number == 0:
        return "영"
    groups = [(number // 10 ** (4 * n)) % 10_000 for n in range(3)]
    return "".join(
        below_ten_thousand(group) + unit for group, unit in zip(groups[::-1], "억만 ", strict=True) if group
    )


def below_ten_thousand(number: int) -> str:
    units = zip(f"{number:04}", ("천", "백", "십", ""), strict=True)
    return "".join(DIGITS[int(d)] + unit for d, unit in units if d != "0")


@given(syllables, st.sampled_from(PAIRS))
def test_hangul_takes_its_particle_by_the_final_consonant(at: int, pair: str) -> None:
    word, (closed, opened) = "사" + chr(0xAC00 + at), pair.split("/")
    consonant = at % FINALS != 0 and not (pair == "으로/로" and at % FINALS == 8)
    assert josa(word, pair) == word + (closed if consonant else opened)


@given(st.integers(0, 10**12 - 1), st.sampled_from(PAIRS))
@example(10, "으로/로")
@example(70_000, "으로/로")
def test_a_number_takes_the_particle_of_how_it_is_said(number: int, pair: str) -> None:
    said = spoken(number).strip()
    assert josa(str(number), pair).removeprefix(str(number)) == josa(said, pair).removeprefix(said)
    assert josa(f"{number:,}", pair).removeprefix(f"{number:,}") == josa(said, pair).removeprefix(said)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6))
def test_capital_letters_are_read_one_by_one(word: str) -> None:
    names = {"L": "엘", "R": "알", "M": "엠", "N": "엔"}
    said = names.get(word[-1], "에이")
    for pair in PAIRS:
        assert josa(word, pair) == word + josa(said, pair).removeprefix(said)


def test_every_type_ends_in_a_vowel() -> None:
    assert {final(kind) for kind in TYPES} == {"vowel"}
    assert josa("ENFP", "으로/로") == "ENFP로"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        *(("지민", "지민은"), ("수지", "수지는"), ("수지 (친구)", "수지 (친구)는"), ("민준!!", "민준!!은")),
        *(
            ("Kim", "Kim은"),
            ("Paul", "Paul은"),
            ("Anna", "Anna는"),
            ("Peter", "Peter는"),
            ("Jungkook", "Jungkook은(는)"),
        ),
        *(("R2D2", "R2D2는"), ("20%", "20%는"), ("3.0", "3.0은"), ("ゆみ", "ゆみ는"), ("ジュン", "ジュン은")),
        *(("惠子", "惠子은(는)"), ("", "은(는)"), ("🦊", "🦊은(는)"), ("ㅋㅋ", "ㅋㅋ은(는)")),
    ],
)
def test_nicknames(word: str, said: str) -> None:
    assert josa(word, "은/는") == said


def test_what_is_not_known_is_written_both_ways() -> None:
    assert josa("惠子", "으로/로") == "惠子(으)로"


@given(st.text(max_size=30), st.sampled_from(PAIRS))
def test_any_word_stays_whole(word: str, pair: str) -> None:
    after = josa(word, pair)
    assert after.startswith(word)
    assert len(after) > len(word)


def test_no_korean_particle_hangs_on_an_argument() -> None:
    sources = [path.read_text("utf-8") for path in (FOLDER / "ko").glob("*.ftl")]
    hanging = [
        found
        for source in sources
        for found in re.findall(r"\}\s?(?:은|는|이|가|을|를|과|와|으로|로)(?=[\s.,!?])", source)
    ]
    assert sources
    assert hanging == []


def test_the_particles_of_the_korean_texts_fit_their_words() -> None:
    """Of those that are nothing else: 를 stands after a vowel, 으로 after a consonant but ㄹ."""
    said = "".join(path.read_text("utf-8") for path in (FOLDER / "ko").glob("*.ftl"))
    ends = [(word, final(word[:1]), word[1:]) for word in re.findall(r"[가-힣](?:를|으로)(?![가-힣])", said)]
    assert {particle for _, _, particle in ends} == {"를", "으로"}
    wrong = [word for word, end, particle in ends if (end == "vowel") != (particle == "를") or end == "rieul"]
    assert wrong == []


@pytest.mark.parametrize(
    ("seconds", "en", "ko", "ja"),
    [
        (1, "1 second", "1초", "1 秒"),
        (45, "45 seconds", "45초", "45 秒"),
        (120, "2 minutes", "2분", "2 分"),
        (3600, "1 hour", "1시간", "1 時間"),
        (86_400, "1 day", "1일", "1 日"),
    ],
)
def test_durations_follow_the_plural_rules(seconds: int, en: str, ko: str, ja: str) -> None:
    assert [duration(seconds, locale) for locale in LOCALES] == [en, ko, ja]


def test_a_moment_is_written_as_the_language_does() -> None:
    moment = datetime(2026, 11, 26, 23, 5)
    assert [when(moment, locale) for locale in LOCALES] == [
        "Nov 26, 2026 23:05",
        "2026년 11월 26일 23:05",
        "2026年11月26日 23:05",
    ]


def test_no_word_is_said_again_with_its_particle() -> None:
    said = "".join(path.read_text("utf-8") for path in sorted((FOLDER / "ko").glob("*.ftl")))
    assert "{ JOSA($" in said
    assert not re.findall(r"\{ *\$(\w+) *\}\s*\{ *JOSA\(\$\1\b.*", said)
    kept = say("ko", "blend-caption-kept", type="ENFP", percent=50, kept="색감")
    assert kept.startswith("나와 ENFP: 색감은 내 것 그대로")
