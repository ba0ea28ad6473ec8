"""Coming back: where somebody stands, with the buttons that lead on."""

from __future__ import annotations

from datetime import timedelta

from bot.core.presses import Action
from bot.core.replies import Shown
from bot.core.wording import say
from inference.wire import LabelFace
from tests.bot.core.conftest import Bench
from tests.bot.core.features.test_play import blended
from tests.bot.core.people import actions, command, final, press


async def test_the_open_question_is_asked_again_and_the_face_is_still_there(bench: Bench) -> None:
    assert (Action.BEGIN, ()) in actions(final(await bench.send(command("back"))))
    await bench.send(command("mbti", "ENFP", "woman"))
    asked = final(await bench.send(command("back")))
    assert say("en", "consent", hours=24) in asked.text, "nobody is asked to agree without the words"
    assert (Action.AGREE, ()) in actions(asked)
    await blended(bench)
    told, shown = await bench.send(command("back"))
    assert say("en", "back-face", type="ENFP") in told.text
    assert isinstance(shown, Shown)
    assert (Action.MORE_ME, ()) in actions(shown), "the face is shown with its own buttons"


async def test_a_face_that_is_kept_no_longer_is_not_said_to_be_there(bench: Bench) -> None:
    await blended(bench)
    bench.store.now += timedelta(days=2)
    told, shown = await bench.send(command("back"))
    assert say("en", "back-type", type="ENFP") in told.text
    assert isinstance(shown, Shown)
    assert isinstance(bench.faces.rendered[-1], LabelFace)


async def test_a_type_that_was_left_is_shown_again_and_keeps_its_code(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    (first,) = [reply for reply in await bench.send(command("edit")) if isinstance(reply, Shown)]
    bench.started()
    told, shown = await bench.send(command("back"))
    assert say("en", "back-type", type="ENFP") in told.text
    assert isinstance(shown, Shown)
    assert shown.made == first.made
    assert actions(shown)


async def test_a_quiz_that_was_begun_is_gone_on_with(bench: Bench) -> None:
    first = final(await bench.send(command("quiz")))
    action, args = next(one for one in actions(first) if one[0] == Action.ANSWER)
    await bench.send(press(action, *args))
    bench.started()
    back = final(await bench.send(command("back")))
    assert (Action.QUIZ, ()) in actions(back)
    assert say("en", "quiz-resumed") in final(await bench.send(press(Action.QUIZ))).text
