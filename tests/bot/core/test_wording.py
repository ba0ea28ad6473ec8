"""Every text in every language: complete, with the same arguments, and within the platforms' limits."""

import re
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from bot.adapters.web import pages
from bot.core import outcomes
from bot.core.commands import COMMANDS
from bot.core.mbti import TYPES
from bot.core.wording import FOLDER, LOCALES, MissingTextError, pick, say
from inference import errors

OTHERS = [locale for locale in LOCALES if locale != "en"]
LONG: dict[str, str | int | datetime] = {
    "type": "ENFP",
    "mine": "ENFP",
    "text": "20",
    "word": "W" * 12,
    "types": ", ".join(TYPES[:4]),
    "who": "<@12345678901234567890>",
    "path": "/" + "a" * 255,
    "until": datetime(2026, 12, 31, 23, 59),
}
LIMITS = {
    "button": 40,
    "choice": 40,
    "command": 100,
    "option": 100,
    "context": 32,
    "telegram": 200,
    "modal": 45,
    "select": 100,
}
"""Discord: 80 characters a label, of which 40 are read on a phone, 100 a description, 32 a context menu's name;
Telegram: 256 a command's description, 200 a short message of a callback. The shortest of all platforms counts."""
BODY = 1000
"""A caption: Telegram's 1,024, less what is added to it. Discord's messages end at 2,000, Telegram's at 4,096."""
SOURCES = [path.read_text("utf-8") for path in Path("bot").rglob("*.py")]
PAGES = "".join(page.read_text("utf-8") for page in Path("bot/adapters/web/page").glob("*.html"))


class Arguments(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.found.add(node.id.name)


@cache
def texts(locale: str) -> dict[str, set[str]]:
    """The keys of a language, with the names of their arguments."""
    found: dict[str, set[str]] = {}
    for path in sorted((FOLDER / locale).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text("utf-8")).body:
            assert not isinstance(entry, ast.Junk), f"{path.name}: {entry.content!r}"
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{entry.id.name} is there twice"
                visitor = Arguments()
                visitor.visit(entry)
                found[entry.id.name] = visitor.found
    return found


def filled(locale: str, key: str) -> str:
    """The text with the longest arguments that it may have."""
    return say(locale, key, **{name: LONG.get(name, 99) for name in texts(locale)[key]})


KEYS = texts("en")
ONE_FORM = {"ja": ("十六", "１６", "16の", "16 タイプ"), "ko": ("타입",)}
"""What is said in another way everywhere else in that language: 16タイプ, 유형."""
ERROR_CODES = {error.code for error in errors._classes(errors.TypefaceError)}


@pytest.mark.parametrize("locale", OTHERS)
def test_every_language_has_every_text_with_the_same_arguments(locale: str) -> None:
    assert len(KEYS) > 150
    assert texts(locale) == KEYS


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_can_be_said(locale: str) -> None:
    for key in texts(locale):
        text = filled(locale, key)
        assert text.strip() == text != ""
        assert "{" not in text, key
        assert len(text) <= BODY, key


@pytest.mark.parametrize("locale", LOCALES)
def test_labels_and_descriptions_fit_the_platforms(locale: str) -> None:
    for key in KEYS:
        limit = LIMITS.get(key.split("-")[0])
        assert limit is None or len(filled(locale, key)) <= limit, key
    assert len(filled(locale, "bot-description")) <= 120


def test_every_command_option_and_choice_has_its_text() -> None:
    wanted = [f"command-{spec.name}" for spec in COMMANDS]
    wanted += [f"option-{spec.name}-{option.name}" for spec in COMMANDS for option in spec.options]
    choices = {choice for spec in COMMANDS for option in spec.options for choice in option.choices}
    wanted += [f"choice-{choice}" for choice in choices - set(TYPES)]
    wanted += [f"{kind}-{name}" for kind in ("title", "about") for name in TYPES]
    assert not set(wanted) - KEYS.keys()


def test_every_error_has_a_sentence() -> None:
    assert len(ERROR_CODES) > 15
    for code in ERROR_CODES:
        assert outcomes.error_line(code).key in KEYS
    for code in outcomes.KNOWN_CODES:
        assert outcomes.error_line(code).key == f"error-{code.replace('_', '-')}"


def named_by(source: str) -> list[str]:
    """Patterns of the keys that a source names: `lost-selfie`, `lost-.+` for an f-string, `button-help`."""
    literals = re.findall(r'["\']([a-z]+(?:-[A-Za-z0-9]+|-?\{[^}"]+\})*)["\']', source)
    buttons = [f"button-{name}" for name in re.findall(r'button\(\s*"([a-z0-9-]+)"', source)]
    either = [
        f"button-{n}" for pair in re.findall(r'"([a-z-]+)" if [^"]+ else "([a-z-]+)"', source) for n in pair
    ]
    return [re.sub(r"\{[^}]+\}", ".+", name) for name in (*literals, *buttons, *either)]


def test_no_text_is_there_in_vain() -> None:
    patterns = {pattern for source in SOURCES for pattern in named_by(source)} - {".+"}
    patterns |= set(re.findall(r"\{\{([a-z-]+)\}\}", PAGES))
    patterns |= {f"web-{word}" for word in pages.SCRIPT_WORDS} - {"web-.+"}
    used = re.compile("|".join(sorted(patterns - {"web-.+", "error-.+"})))
    spoken = {outcomes.error_line(code).key for code in (*outcomes.KNOWN_CODES, *ERROR_CODES)}
    in_vain = {key for key in KEYS if not used.fullmatch(key)} - spoken
    assert len(patterns) > 100
    assert in_vain == set()


def test_every_key_that_the_core_names_exists() -> None:
    sources = [path.read_text("utf-8") for path in (Path(outcomes.__file__).parent).glob("*.py")]
    named = set(chain.from_iterable(re.findall(r'Line\(\s*"([a-z-]+)"', source) for source in sources))
    buttons = set(chain.from_iterable(re.findall(r'button\(\s*"([a-z-]+)"', source) for source in sources))
    assert len(named) > 30
    assert len(buttons) > 10
    assert named | {f"button-{name}" for name in buttons} <= KEYS.keys()


@pytest.mark.parametrize("locale", LOCALES)
def test_types_are_told_in_words_of_their_own(locale: str) -> None:
    abouts = [say(locale, f"about-{kind}") for kind in TYPES]
    titles = [say(locale, f"title-{kind}") for kind in TYPES]
    assert len(set(abouts)) == len({title.split(" · ")[1] for title in titles}) == 16
    assert all(title.startswith(kind) for kind, title in zip(TYPES, titles, strict=True))
    assert all(2 <= len(re.findall(r"[.?!](?:\s|$)|。", about)) <= 3 for about in abouts)


def test_pick_takes_the_tags_of_all_platforms() -> None:
    tags = {
        "ko": "ko",
        "ko-KR": "ko",
        "ko_KR.UTF-8": "ko",
        "en-GB": "en",
        "EN": "en",
        "ja": "ja",
        "ja_JP.UTF-8": "ja",
        "fr-CH": "en",
        "": "en",
        "C": "en",
    }
    assert {tag: pick(tag) for tag in tags} == tags


def test_a_missing_text_is_our_bug() -> None:
    with pytest.raises(MissingTextError, match="nothing-such"):
        say("en", "nothing-such")
    with pytest.raises(MissingTextError, match="ask-gender"):
        say("en", "ask-gender")


@pytest.mark.parametrize("locale", ONE_FORM)
def test_one_thing_has_one_name(locale: str) -> None:
    said = "".join(path.read_text("utf-8") for path in sorted((FOLDER / locale).glob("*.ftl")))
    assert not [form for form in ONE_FORM[locale] if form in said]
