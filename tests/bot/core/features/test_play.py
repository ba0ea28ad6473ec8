"""Playing with a face through the service: what is rendered, what can be pressed, and what comes back."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace

import pytest

from bot.core.blend import PEOPLE_PSI
from bot.core.presses import Action
from bot.core.replies import Shown, Text
from bot.core.wording import say
from inference.errors import Unreachable
from inference.wire import EditFace, LabelFace, LatentFace, MixFace
from tests.bot.core.conftest import Bench
from tests.bot.core.fakes import mixed
from tests.bot.core.people import BOB, actions, command, final, origin, press, selfie

ME = LatentFace(data=b64encode(b"me").decode())


async def blended(bench: Bench) -> Shown:
    await bench.send(command("mbti", "ENFP", "woman"))
    await bench.send(press(Action.AGREE))
    return shown(await bench.send(selfie(b"me")))


def shown(replies: list[object]) -> Shown:
    reply = final(replies)  # type: ignore[arg-type]
    assert isinstance(reply, Shown)
    return reply


async def test_parts_of_the_face_are_kept_and_the_rest_follows_the_weight(bench: Bench) -> None:
    await blended(bench)
    panel = shown(await bench.send(press(Action.MIX, "open", "0")))
    assert (Action.MIX, ("features", "1")) in actions(panel)
    assert [(slider.low, slider.high, slider.value) for slider in panel.sliders] == [(5, 95, 50)]
    await bench.send(press(Action.MIX, "features", "1"))
    await bench.send(press(Action.MIX, "weight", "80"))
    kind = LabelFace(label="ENFP", gender="female")
    coarse = MixFace(a=ME, b=kind, layers="coarse", weight=0.8)
    assert bench.faces.rendered[-1] == coarse
    await bench.send(press(Action.MIX, "colours", "0"))
    assert bench.faces.rendered[-1] == MixFace(a=coarse, b=kind, layers="fine", weight=0.8)
    shown(await bench.send(command("mix", "middle 40%")))
    assert bench.faces.rendered[-1] == MixFace(a=ME, b=kind, layers="middle", weight=0.4)


@pytest.mark.parametrize("said", ["foo", "40 foo", "foo 40", "coarse middel", "-5", "4000", "40 60"])
async def test_what_mix_does_not_understand_is_told_and_changes_nothing(bench: Bench, said: str) -> None:
    for face_first in (False, True):
        if face_first:
            await blended(bench)
        rendered = list(bench.faces.rendered)
        told = final(await bench.send(command("mix", said)))
        assert told.code == "not_understood"
        assert told.text.startswith(say("en", "mix-how", word=said, parts="shape, features, colours, all"))
        assert bench.faces.rendered == rendered
    assert actions(told)[0] == (Action.MIX, ("open", "0"))


async def test_parts_of_the_face_have_the_names_that_captions_give_them(bench: Bench) -> None:
    await blended(bench)
    kind = LabelFace(label="ENFP", gender="female")
    for said in ("features 40", "Middle 40%", "40 features", "이목구비 40", "目鼻立ち\u300040"):
        shown(await bench.send(command("mix", said)))
        assert bench.faces.rendered[-1] == MixFace(a=ME, b=kind, layers="middle", weight=0.4)


@pytest.mark.parametrize("said", ["grin", "grin 1", "smile much", "1.5", "smile 1 2"])
async def test_what_edit_does_not_understand_is_told_with_all_that_there_is(bench: Bench, said: str) -> None:
    await blended(bench)
    rendered = list(bench.faces.rendered)
    told = final(await bench.send(command("edit", said)))
    names = "Smile, own-name"
    assert (told.code, told.text) == ("not_understood", say("en", "edit-how", word=said, names=names))
    assert bench.faces.rendered == rendered
    assert actions(told)[0] == (Action.EDIT, ("",))


@pytest.mark.parametrize("said", ["smile", "Smile", "미소", "笑顔", "own-name", "name own"])
async def test_a_direction_is_named_in_any_language(bench: Bench, said: str) -> None:
    await blended(bench)
    name = "own-name" if "own" in said else "smile"
    for amount, moved in ((" 1", 1.0), (" −0,5", -0.5)):
        shown(await bench.send(command("edit", said + amount)))
        assert bench.faces.rendered[-1] == EditFace(
            face=mixed(ME, LabelFace(label="ENFP", gender="female")), direction=name, amount=moved
        )
    panel = shown(await bench.send(command("edit", said)))
    assert panel.select
    assert [one.style for one in panel.select.options].index("primary") == (name == "own-name")


async def test_what_is_not_understood_is_told_in_the_persons_language(bench: Bench) -> None:
    await blended(bench)
    for locale, parts, smile in (
        ("ko", "얼굴형, 이목구비, 색감, 전부", "미소"),
        ("ja", "輪郭, 目鼻立ち, 色み, すべて", "笑顔"),
    ):
        mixed_up = replace(command("mix", "foo"), origin=origin(locale=locale))
        assert parts in final(await bench.send(mixed_up)).text
        assert f"/edit {smile} 1.5" in final(await bench.send(replace(mixed_up, name="edit"))).text


async def test_a_control_changes_the_picture_that_it_is_under(bench: Bench) -> None:
    await blended(bench)
    opened = [press(Action.MIX, "open", "0"), press(Action.EDIT, ""), press(Action.AGAIN)]
    turned = [
        *(press(Action.MIX, "weight", "80"), press(Action.MIX, "shape", "1"), press(Action.EDIT, "smile")),
        *(press(Action.MOVE, "smile", "5"), press(Action.UNEDITED), press(Action.UNDO), press(Action.REDO)),
    ]
    assert not any([shown(await bench.send(event)).instead for event in opened])
    assert all([shown(await bench.send(event)).instead for event in turned])


async def test_the_colours_are_the_persons_own_until_the_types_are_asked_for(bench: Bench) -> None:
    first = await blended(bench)
    kind = LabelFace(label="ENFP", gender="female")
    assert bench.faces.rendered[-1] == mixed(ME, kind)
    assert first.text.startswith(say("en", "blend-caption-kept", type="ENFP", percent=50, kept="the colours"))
    panel = shown(await bench.send(command("mix")))
    assert (Action.MIX, ("colours", "0")) in actions(panel)
    assert say("en", "button-free-colours") in {button.label for row in panel.menu for button in row}
    typed = shown(await bench.send(press(Action.MIX, "colours", "0")))
    whole = MixFace(a=ME, b=kind, layers="all", weight=0.5)
    assert bench.faces.rendered[-1] == whole
    assert typed.text.startswith(say("en", "blend-caption", type="ENFP", mine=50, percent=50))
    await bench.send(press(Action.UNDO))
    assert bench.faces.rendered[-1] == mixed(ME, kind)
    await bench.send(command("mix", "all"))
    assert bench.faces.rendered[-1] == whole
    assert typed.made
    await bench.send(command("mbti", "INTJ", "man"))
    bench.faces.assert_blend(b"me", "INTJ", 0.5)
    await bench.send(command("show", typed.made))
    assert bench.faces.rendered[-1] == whole


async def test_with_everything_kept_the_face_is_ones_own(bench: Bench) -> None:
    await blended(bench)
    for part in ("shape", "features", "colours"):
        own = shown(await bench.send(press(Action.MIX, part, "1")))
    assert bench.faces.rendered[-1] == ME
    assert own.text.startswith(say("en", "blend-caption-own", type="ENFP"))


async def test_a_face_moves_along_a_direction_within_its_range(bench: Bench) -> None:
    await blended(bench)
    panel = shown(await bench.send(press(Action.EDIT, "")))
    assert panel.select
    assert [one.label for one in panel.select.options] == ["Smile", "own-name"]
    assert [one.style for one in panel.select.options] == ["primary", "secondary"]
    assert actions(panel)[:4] == [(Action.MOVE, ("smile", str(n))) for n in (-15, -5, 5, 15)]
    moved = shown(await bench.send(press(Action.MOVE, "smile", "99")))
    assert bench.faces.rendered[-1] == EditFace(
        face=mixed(ME, LabelFace(label="ENFP", gender="female")),
        direction="smile",
        amount=2.0,
    )
    assert "Smile +2.0" in moved.text
    assert (Action.MOVE, ("smile", "20")) not in actions(moved)
    await bench.send(command("edit", "own-name −1.5"))
    edited = bench.faces.rendered[-1]
    assert isinstance(edited, EditFace)
    assert (edited.direction, edited.amount) == ("own-name", -1.0)
    cleared = shown(await bench.send(press(Action.UNEDITED)))
    assert isinstance(bench.faces.rendered[-1], MixFace)
    assert "Changed" not in cleared.text


async def test_a_direction_of_another_pack_opens_those_that_there_are(bench: Bench) -> None:
    await blended(bench)
    panel = shown(await bench.send(press(Action.MOVE, "hat", "10")))
    assert panel.select
    assert isinstance(bench.faces.rendered[-1], MixFace)


async def test_undo_and_redo_go_through_all_that_was_done(bench: Bench) -> None:
    first = await blended(bench)
    assert final(await bench.send(command("undo"))).code == "nothing_to_undo"
    assert Action.UNDO not in {action for action, _ in actions(first)}
    await bench.send(press(Action.MORE_TYPE))
    await bench.send(press(Action.MOVE, "smile", "10"))
    moved = bench.faces.rendered[-1]
    await bench.send(press(Action.UNDO))
    bench.faces.assert_blend(b"me", "ENFP", 0.65)
    back = shown(await bench.send(command("undo")))
    bench.faces.assert_blend(b"me", "ENFP", 0.5)
    assert (Action.REDO, ()) in actions(back)
    await bench.send(press(Action.REDO))
    last = shown(await bench.send(command("redo")))
    assert bench.faces.rendered[-1] == moved
    assert Action.REDO not in {action for action, _ in actions(last)}
    assert final(await bench.send(command("redo"))).code == "nothing_to_redo"
    shown(await bench.send(press(Action.REDO)))
    assert bench.faces.rendered[-1] == moved


async def test_back_to_the_type_and_to_oneself(bench: Bench) -> None:
    await blended(bench)
    plain = shown(await bench.send(press(Action.PLAIN)))
    bench.faces.assert_type("ENFP", "female")
    assert (Action.AGAIN, ()) in actions(plain)
    await bench.send(press(Action.AGAIN))
    bench.faces.assert_blend(b"me", "ENFP", 0.5)


async def test_the_types_face_is_played_with_before_there_is_a_selfie_and_kept_for_it(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    await bench.send(press(Action.SEED, "7"))
    panel = shown(await bench.send(command("edit", "smile 1")))
    seven = LabelFace(label="ENFP", gender="female", seed=7, psi=PEOPLE_PSI)
    assert bench.faces.rendered[-1] == EditFace(face=seven, direction="smile", amount=1.0)
    assert panel.sliders
    await bench.send(press(Action.AGREE))
    await bench.send(selfie(b"me"))
    assert bench.faces.rendered[-1] == EditFace(face=mixed(ME, seven), direction="smile", amount=1.0)


async def test_without_a_type_every_way_to_play_asks_for_one(bench: Bench) -> None:
    for name in ("mix", "edit", "undo", "redo", "looks", "surprise"):
        assert final(await bench.send(command(name))).code in {"ask_type", "ask_gender"}


async def test_nobody_presses_anothers_buttons(bench: Bench) -> None:
    await blended(bench)
    reply = final(await bench.send(press(Action.MOVE, "smile", "5", person=BOB, of=None or BOB)))
    assert reply.code == "ask_type"
    theirs = press(Action.MOVE, "smile", "5", person=BOB, of=press(Action.UNDO).origin.person)
    assert final(await bench.send(theirs)).code == "not_yours"


async def test_while_the_server_is_away_the_directions_that_were_known_stay(bench: Bench) -> None:
    await blended(bench)
    bench.clock.now += 61
    bench.faces.fail["packs"] = Unreachable()
    assert shown(await bench.send(press(Action.EDIT, ""))).select


@pytest.mark.parametrize("words", ["nan", "1e999", "--1", "9" * 40])
async def test_amounts_that_are_none_are_told(bench: Bench, words: str) -> None:
    await blended(bench)
    assert final(await bench.send(command("edit", f"smile {words}"))).code == "not_understood"
    assert isinstance(bench.faces.rendered[-1], MixFace)


async def test_a_text_is_no_answer(bench: Bench) -> None:
    assert isinstance(final(await bench.send(command("mix"))), Text)
