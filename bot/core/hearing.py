"""The words that are understood, in English, Korean and Japanese: types, genders, a greeting, a call for help."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import product

from bot.core.mbti import TYPES, Gender

_KOREAN = {
    "INTJ": ("인티제",),
    "INTP": ("인팁", "인티피"),
    "INFJ": ("인프제",),
    "INFP": ("인프피",),
    "ISTJ": ("잇티제",),
    "ISTP": ("잇팁", "잇티피"),
    "ISFJ": ("잇프제",),
    "ISFP": ("잇프피",),
    "ENTJ": ("엔티제",),
    "ENTP": ("엔팁", "엔티피"),
    "ENFJ": ("엔프제",),
    "ENFP": ("엔프피",),
    "ESTJ": ("엣티제",),
    "ESTP": ("엣팁", "엣티피"),
    "ESFJ": ("엣프제",),
    "ESFP": ("엣프피",),
}
"""How Koreans say a type."""
_KATAKANA = (
    {"I": ("イ",), "E": ("エ",), "N": ("ン",), "S": ("ス",), "T": ("ティ", "ト"), "F": ("フ",)}
    | {"J": ("ジェ", "ジェー", "ジェイ"), "P": ("ピ", "ピー")},
    {"I": ("アイ",), "E": ("イー",), "N": ("エヌ",), "S": ("エス",), "T": ("ティー",), "F": ("エフ",)}
    | {"J": ("ジェー", "ジェイ"), "P": ("ピー",)},
)
"""How Japanese say a type's letters: run together (エンフピ), or one by one (イーエヌエフピー)."""
_GENDER_WORDS: dict[Gender, str] = {
    "female": "female f woman women w girl lady 여자 여성 여 여자친구 여친 女性 女の人 女の子 女子 女 彼女 おんな",
    "male": "male m man men guy boy 남자 남성 남 남자친구 남친 男性 男の人 男の子 男子 男 彼氏 おとこ",
    "either": "either any anyone both whoever 아무나 상관없음 상관없어 상관없어요 둘다 모두 무관 "
    "どちらでも どっちでも 両方 男女 誰でも だれでも こだわらない おまかせ お任せ 問わない",
}
_GREETINGS = (
    "hi hello hey start 안녕 안녕하세요 시작 こんにちは こんばんは おはよう はじめまして 初めまして やあ ハロー "
    "はじめる 始める スタート"
)
_CALLS_FOR_HELP = "help 도움말 도움 도와줘 ヘルプ 使い方 つかいかた 助けて たすけて"
HELLO, HELP = frozenset(_GREETINGS.split()), frozenset(_CALLS_FOR_HELP.split())


def _hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def _japanese(kind: str) -> set[str]:
    said = {"".join(sounds) for way in _KATAKANA for sounds in product(*(way[letter] for letter in kind))}
    return said | {_hiragana(word) for word in said}


_TYPE_BY_WORD = (
    {word: kind for kind, said in _KOREAN.items() for word in said}
    | {word: kind for kind in TYPES for word in _japanese(kind)}
    | {kind.lower(): kind for kind in TYPES}
)
_LANGUAGES = {
    "en": "en english 영어 英語",
    "ko": "ko korean 한국어 韓国語",
    "ja": "ja japanese 일본어 日本語",
    "auto": "auto automatic platform 자동 自動",
}
_LANGUAGE_BY_WORD = {word: language for language, said in _LANGUAGES.items() for word in said.split()}
_GENDER_BY_WORD: dict[str, Gender] = {
    w: gender for gender, words in _GENDER_WORDS.items() for w in words.split()
}
_ENDINGS = re.compile(r"(?:이에요|예요|이요|요|으로|로|형|얼굴)$")
"""What Koreans hang on a word: `엔프피요`, `여자로`."""
_KANA = "ぁ-ゖァ-ヺーｦ-ﾟ一-鿿々"
_RUN = re.compile(rf"[{_KANA}]+|[^\W\d_{_KANA}]+")
_VOCABULARY = {*_TYPE_BY_WORD, *_GENDER_BY_WORD, *_LANGUAGE_BY_WORD, *HELLO, *HELP}
_KNOWN = re.compile(
    "|".join(sorted((w for w in _VOCABULARY if re.fullmatch(f"[{_KANA}]+", w)), key=len, reverse=True))
)
"""Japanese is written without spaces: what is known is found inside a run, the longest word first."""


@dataclass(frozen=True)
class Asked:
    """What words ask for. `unknown` is the first word that could be meant as a type and is none."""

    type: str | None = None
    gender: Gender | None = None
    unknown: str | None = None


def words(text: str) -> list[str]:
    """The words of `text` in lower case, without signs, digits and the ending of `ENFP-A`.

    Letters of any width are the same (`ＥＮＦＰ`). Of a run of Japanese the known words are told, if there are any.
    """
    plain = unicodedata.normalize("NFKC", text[:400]).lower()
    return [
        word
        for run in _RUN.findall(re.sub(r"(?<=[^\W\d_]{4})-[at]\b", "", plain))
        for word in _KNOWN.findall(run) or [run]
    ]


def visible(text: str, most: int) -> str:
    """At most so many characters on one line, without what has no shape or turns the words after it round."""
    return "".join(c for c in " ".join(text[: 20 * most].split()) if c.isprintable())[:most].rstrip()


def type_of(word: str) -> str | None:
    """The type that `word` writes, in any case or as Koreans and Japanese say it."""
    low = word.lower()
    return _TYPE_BY_WORD.get(low) or _TYPE_BY_WORD.get(_ENDINGS.sub("", low))


def gender_of(word: str) -> Gender | None:
    """The gender that `word` names."""
    low = word.lower()
    return _GENDER_BY_WORD.get(low) or _GENDER_BY_WORD.get(_ENDINGS.sub("", low))


def language_of(word: str) -> str | None:
    """The language that `word` names, or "auto"."""
    return _LANGUAGE_BY_WORD.get(word.lower())


def parse(*texts: str) -> Asked:
    """Find type and gender in `texts`, in any order and case; the first of each counts."""
    found = [word for text in texts for word in words(text)]
    kinds = [t for word in found if (t := type_of(word))]
    genders = [g for word in found if (g := gender_of(word))]
    rest = [w for w in found if len(w) > 1 and not type_of(w) and not gender_of(w)]
    return Asked(
        kinds[0] if kinds else None, genders[0] if genders else None, rest[0] if rest and not kinds else None
    )
