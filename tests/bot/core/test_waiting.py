"""What waits: photos for an answer, wishes for a type; and what is said while they do."""

from dataclasses import replace

import pytest

from bot.core import photos
from bot.core.events import Command, Person
from bot.core.presses import Action
from bot.core.replies import Progress, Shown
from bot.core.state import from_json
from bot.core.wording import say
from inference.errors import BadImage, TooLarge, TypefaceError
from tests.bot.core.conftest import Bench
from tests.bot.core.people import ANN, BOB, actions, command, final, origin, press, selfie, text
from tests.bot.core.test_service import agreed, blended


@pytest.mark.parametrize("error", [BadImage, TooLarge])
async def test_junk_is_refused_before_anything_is_asked(bench: Bench, error: type[TypefaceError]) -> None:
    bench.drawing.refuses[b"junk"] = error()
    for event in (selfie(b"junk"), command("me", photo=b"junk")):
        told = final(await bench.send(event))
        assert told.code == error.code
        assert say("en", f"error-{error.code.replace('_', '-')}") in told.text
    refused, ask = await bench.send(command("mbti", photo=b"junk"))
    assert (refused.code, ask.code) == (error.code, "ask_type")
    assert ask.text == say("en", "ask-type")
    assert len(bench.service._photos) == 0


async def test_a_junk_photo_leaves_the_one_that_waits(bench: Bench) -> None:
    bench.drawing.refuses[b"junk"] = BadImage()
    await bench.send(command("mbti", "ENFP", "woman", photo=b"good"))
    await bench.send(selfie(b"junk"))
    assert isinstance(final(await bench.send(press(Action.AGREE))), Shown)
    bench.faces.assert_blend(b"good", "ENFP", 0.5)


async def test_strangers_never_push_out_a_waiting_photo(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.service._photos, "_size", 100)
    await bench.send(command("mbti", "ENFP", "woman", photo=b"mine"))
    codes = [final(await bench.send(selfie(b"x" * 30, Person("web", str(n))))).code for n in range(5)]
    assert codes == ["ask_type"] * 3 + ["busy"] * 2
    assert final(await bench.send(selfie(b"y" * 30, BOB))).text == "\n\n".join(
        (say("en", "no-room"), say("en", "disclaimer"))
    )
    assert isinstance(final(await bench.send(press(Action.AGREE))), Shown)
    bench.faces.assert_blend(b"mine", "ENFP", 0.5)
    assert final(await bench.send(selfie(b"y" * 30, BOB))).code == "busy"
    bench.clock.now += photos.SECONDS
    assert final(await bench.send(selfie(b"y" * 30, BOB))).code == "ask_type"


async def test_who_sends_a_photo_in_place_of_the_gender_hears_once_that_it_has_arrived(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP"))
    arrived, ask = say("en", "consent-photo"), say("en", "ask-gender", type="ENFP")
    assert final(await bench.send(selfie(b"early"))).text == f"{arrived}\n\n{ask}"
    assert final(await bench.send(command("looks"))).text == ask
    await bench.send(press(Action.GENDER, "female"))
    assert isinstance(final(await bench.send(press(Action.AGREE))), Shown)
    bench.faces.assert_blend(b"early", "ENFP", 0.5)


@pytest.mark.parametrize("when", ["type", "gender", "consent"])
async def test_a_photo_that_waited_too_long_is_said_to_be_gone(bench: Bench, when: str) -> None:
    answers = {"type": (Action.TYPE, "ENFP"), "gender": (Action.GENDER, "female"), "consent": (Action.AGREE,)}
    await bench.send(selfie(b"early"))
    for question, (action, *args) in answers.items():
        bench.clock.now += photos.SECONDS if question == when else 0
        last = final(await bench.send(press(action, *args)))
    assert last.code == "photo_gone"
    assert last.text == say("en", "error-photo-gone")
    assert final(await bench.send(command("me"))).code == "ask_selfie"


async def test_without_a_photo_nothing_is_said_to_be_gone(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman", photo=b"x"))
    await bench.send(press(Action.DECLINE))
    await bench.send(press(Action.SELFIE))
    assert final(await bench.send(press(Action.AGREE))).code == "ask_selfie"


@pytest.mark.parametrize("words", [(), ("man",)])
async def test_the_match_that_was_asked_for_first_comes_after_the_type(
    bench: Bench, words: tuple[str, ...]
) -> None:
    (ask,) = await bench.send(command("match", *words))
    assert ask.code == "ask_type"
    assert say("en", "match-needs-type") in ask.text
    assert [action for action, _ in actions(ask)].count(Action.TYPE) == 16
    met = await bench.send(press(Action.TYPE, "ENFP"))
    if not words:
        assert [reply.code for reply in met] == ["ask_match"]
        met = await bench.send(press(Action.MATCH_GENDER, "male"))
    assert isinstance(final(met), Shown)
    bench.faces.assert_type("ISTJ", "male")
    # The wish is fulfilled: the next type is a type again.
    await bench.send(press(Action.TYPES))
    assert (
        final(await bench.send(press(Action.TYPE, "INTJ"))).code == "ask_gender"
    )  # whose face was never said


async def test_another_command_lets_the_wish_for_a_match_go(bench: Bench) -> None:
    await bench.send(command("match"))
    replies = await bench.send(command("mbti", "INTJ", "man"))
    assert [reply.code for reply in replies] == [None, "ask_consent"]
    assert not from_json(bench.row().states["c"]).matching


async def test_a_command_that_is_not_known(bench: Bench) -> None:
    told = final(await bench.send(command("nonsense")))
    assert told.code == "unknown_command"
    assert told.text.startswith(say("en", "unknown-command"))
    assert say("en", "help", platform="discord") in told.text
    assert final(await bench.send(command("help"))).code is None


@pytest.mark.parametrize("back", [press(Action.AGAIN), command("me")])
async def test_back_to_my_face_finds_it_as_it_was_left(bench: Bench, back: Command) -> None:
    await blended(bench)
    await bench.send(press(Action.MORE_TYPE))
    await bench.send(press(Action.MATCH))
    await bench.send(press(Action.MATCH_GENDER, "male"))
    shown = final(await bench.send(back))
    bench.faces.assert_blend(b"selfie", "ENFP", 0.65)
    assert (Action.UNDO, ()) in actions(shown)
    await bench.send(command("mbti", "INTJ", "man"))
    await bench.send(back)
    bench.faces.assert_blend(b"selfie", "INTJ", 0.5)


async def test_me_after_a_reload_in_mid_job_just_goes_on(bench: Bench) -> None:
    await agreed(bench)
    replies = bench.service.handle(selfie(b"mine"))
    assert isinstance(await anext(replies), Progress)
    await replies.aclose()
    again = await bench.send(command("me"))
    assert all(isinstance(reply, Progress) for reply in again[:-1])
    assert isinstance(final(again), Shown)
    bench.faces.assert_blend(b"mine", "ENFP", 0.5)


@pytest.mark.parametrize("locale", ["en", "ko"])
async def test_the_first_look_comes_while_one_still_waits(bench: Bench, locale: str) -> None:
    await agreed(bench)
    bench.faces.looks_while_queued = True
    replies = await bench.send(replace(selfie(), origin=origin(locale=locale)))
    waiting = say(locale, "progress-queued", position=2, seconds=20)
    queued = [reply for reply in replies if reply.text == waiting]
    assert [isinstance(reply, Progress) and reply.preview is not None for reply in queued] == [False, True]
    assert isinstance(queued[1], Progress) and queued[1].preview
    assert queued[1].preview.alt == say(locale, "alt-preview")
    assert queued[1].fraction is None
    assert actions(queued[1])[0][0] is Action.CANCEL


@pytest.mark.parametrize("words", ["몰라", "dunno", "whatever"])
async def test_words_unlike_any_type_are_asked_again(bench: Bench, words: str) -> None:
    await bench.send(press(Action.BEGIN))
    told = final(await bench.send(text(words)))
    assert told.code == "ask_type"
    assert [action for action, _ in actions(told)].count(Action.TYPE) == 16
    assert final(await bench.send(text("ENXX"))).code == "unknown_type"


@pytest.mark.parametrize("locale", ["en", "ko"])
async def test_the_first_answer_ends_with_its_question(bench: Bench, locale: str) -> None:
    event = Command(origin(locale=locale), "mbti", {"text": "ENFP"})
    ask = final(await bench.send(event))
    assert ask.text == "\n\n".join((say(locale, "disclaimer"), say(locale, "ask-gender", type="ENFP")))


async def test_the_words_of_the_consent_are_not_repeated_under_every_face(bench: Bench) -> None:
    asked = [final(await bench.send(command("mbti", kind, "man"))) for kind in ("ENFP", "INTJ")]
    assert actions(asked[0])[0] == (Action.AGREE, ())
    assert actions(asked[1])[0] == (Action.SELFIE, ())
    assert asked[1].text == say("en", "offer-selfie")
    whole = final(await bench.send(press(Action.SELFIE)))
    assert actions(whole)[0] == (Action.AGREE, ())
    assert whole.text == asked[0].text
    await bench.send(press(Action.DECLINE))
    assert final(await bench.send(command("mbti", "ISTP", "man"))).text == say("en", "offer-selfie")
    waiting = final(await bench.send(selfie()))
    assert whole.text in waiting.text
    assert isinstance(final(await bench.send(press(Action.AGREE))), Shown)


async def test_who_sends_the_photo_while_the_consent_is_asked_reads_it_once(bench: Bench) -> None:
    whole = final(await bench.send(command("mbti", "ENFP", "man")))
    short = final(await bench.send(selfie(b"mine")))
    assert short.text == "\n\n".join((say("en", "consent-photo"), say("en", "consent-again", hours=24)))
    assert actions(short) == actions(whole)
    # Another type, or another photo, asks as shortly; nobody who comes back is asked without the words.
    assert final(await bench.send(command("mbti", "INTJ", "man"))).text == short.text
    assert final(await bench.send(selfie(b"better"))).text == short.text
    back = final(await bench.send(command("back")))
    assert say("en", "consent", hours=24) in back.text
    assert isinstance(final(await bench.send(press(Action.AGREE))), Shown)
    bench.faces.assert_blend(b"better", "INTJ", 0.5)


async def test_who_sends_the_photo_first_reads_the_consent_once(bench: Bench) -> None:
    await bench.send(selfie(b"early"))
    await bench.send(press(Action.TYPE, "ENFP"))
    first = final(await bench.send(press(Action.GENDER, "female")))
    assert say("en", "consent", hours=24) in first.text
    second = final(await bench.send(command("mbti", "INTJ", "man")))
    assert say("en", "consent-again", hours=24) in second.text


@pytest.mark.parametrize("locale", ["en", "ko"])
async def test_a_caption_tells_what_is_kept(bench: Bench, locale: str) -> None:
    await blended(bench)

    async def caption(action: Action, *args: str) -> str:
        event = press(action, *args)
        return final(await bench.send(replace(event, origin=origin(ANN, locale=locale)))).text

    def kept(*parts: str) -> str:
        names = ", ".join(say(locale, f"kept-{part}") for part in parts)
        return say(locale, "blend-caption-kept", type="ENFP", percent=50, kept=names)

    assert (await caption(Action.SHAPE, "1")).startswith(kept("shape", "colours") + "\n")
    assert (await caption(Action.COLOURS, "0")).startswith(kept("shape") + "\n")
    assert (await caption(Action.COLOURS, "1")).startswith(kept("shape", "colours") + "\n")
    assert (await caption(Action.SHAPE, "0")).startswith(kept("colours") + "\n")
    whole = say(locale, "blend-caption", type="ENFP", mine=50, percent=50)
    assert (await caption(Action.COLOURS, "0")).startswith(whole + "\n")
