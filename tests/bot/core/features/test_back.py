"""Coming back: where somebody stands, with the buttons that lead on."""

from __future__ import annotations

from bot.core.presses import Action
from bot.core.wording import say
from tests.bot.core.conftest import Bench
from tests.bot.core.features.test_play import blended
from tests.bot.core.people import actions, command, final


async def test_the_open_question_is_asked_again_and_the_face_is_still_there(bench: Bench) -> None:
    assert (Action.BEGIN, ()) in actions(final(await bench.send(command("back"))))
    await bench.send(command("mbti", "ENFP", "woman"))
    asked = final(await bench.send(command("back")))
    assert say("en", "consent", hours=24) in asked.text, "nobody is asked to agree without the words"
    assert (Action.AGREE, ()) in actions(asked)
    await blended(bench)
    back = final(await bench.send(command("back")))
    assert say("en", "back-face", type="ENFP") in back.text
    assert (Action.AGAIN, ()) in actions(back)
