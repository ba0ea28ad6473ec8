"""The language: the platform's, until another one is chosen, and then for everything that is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.events import Command, Event
from bot.core.presses import Action
from bot.core.wording import AUTO, LOCALES, say
from tests.bot.core.conftest import Bench
from tests.bot.core.people import BOB, actions, command, final, origin, press


def labels(reply: object) -> list[str]:
    return [button.label for row in reply.menu for button in row]  # type: ignore[attr-defined]


async def test_languages_are_named_in_themselves_and_the_chosen_one_stands_out(bench: Bench) -> None:
    asked = final(await bench.send(command("language")))
    assert labels(asked)[:4] == ["English", "한국어", "日本語", "As my platform says"]
    assert [args for action, args in actions(asked) if action is Action.LANGUAGE] == [
        (one,) for one in (*LOCALES, AUTO)
    ]
    assert asked.menu[1][0].style == "primary"
    await bench.send(press(Action.LANGUAGE, "ko"))
    assert final(await bench.send(command("language"))).menu[0][1].style == "primary"


@pytest.mark.parametrize("language", LOCALES)
async def test_a_chosen_language_is_spoken_at_once_and_overrides_the_platform(
    bench: Bench, language: str
) -> None:
    chosen = final(await bench.send(press(Action.LANGUAGE, language)))
    assert chosen.text.startswith(say(language, "language-set"))
    bench.started()
    for told in ("en", "ko-KR", "ja", ""):
        help_ = Command(origin(locale=told), "help")
        assert final(await bench.send(help_)).text == say(language, "help", platform="discord")
    assert (
        say("en", "help", platform="discord")
        == final(await bench.send(command("help", person=BOB))).text.split("\n\n")[0]
    )


async def test_as_the_platform_says_takes_the_choice_back(bench: Bench) -> None:
    await bench.send(press(Action.LANGUAGE, "ja"))
    back = replace(press(Action.LANGUAGE, AUTO), origin=origin(locale="ko"))
    assert final(await bench.send(back)).text.startswith(say("ko", "language-as-platform"))
    assert final(await bench.send(command("help"))).text == say("en", "help", platform="discord")


async def test_what_the_platform_told_last_is_remembered_beside_the_choice(bench: Bench) -> None:
    await bench.send(press(Action.LANGUAGE, "ja"))
    for event in (command("mbti", "ENFP", "woman"),):
        await bench.send(replace(event, origin=origin(locale="ko")))
    await bench.send(press(Action.LANGUAGE, AUTO))
    untold = Command(origin(locale=""), "help")
    assert final(await bench.send(untold)).text == say("ko", "help", platform="discord")


@pytest.mark.parametrize(
    ("words", "language"),
    [
        *((("日本語でお願い",), "ja"), (("Japanese",), "ja"), (("한국어",), "ko"), (("english",), "en")),
        *((("ko",), "ko"), (("ＪＡ",), "ja")),
    ],
)
async def test_a_language_may_be_written(bench: Bench, words: tuple[str, ...], language: str) -> None:
    told = final(await bench.send(command("language", *words)))
    assert told.text.startswith(say(language, "language-set"))


async def test_a_language_that_nobody_speaks_here_is_asked_again(bench: Bench) -> None:
    assert final(await bench.send(command("language", "français"))).code == "ask_language"


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ((command("mbti"),), say("ko", "ask-type")),
        ((command("mbti", "ENFP"),), say("ko", "ask-gender", type="ENFP")),
        ((command("mbti", "ENFP", "woman"),), say("ko", "consent", hours=24)),
        ((command("mbti", "ENFP", "woman"), press(Action.MATCH)), say("ko", "ask-match")),
    ],
)
async def test_an_open_question_is_asked_again_in_the_new_language(
    bench: Bench, before: tuple[Event, ...], question: str
) -> None:
    for event in before:
        asked = final(await bench.send(event))
    told, again = await bench.send(press(Action.LANGUAGE, "ko"))
    assert (told.code, told.menu) == ("language_set", ())
    assert again.text == question
    assert actions(again) == actions(asked)


async def test_forget_forgets_the_language_too(bench: Bench) -> None:
    await bench.send(press(Action.LANGUAGE, "ja"))
    await bench.send(press(Action.FORGET_SURE))
    assert final(await bench.send(command("help"))).text.startswith(
        say("en", "help", platform="discord").split("\n")[0]
    )
