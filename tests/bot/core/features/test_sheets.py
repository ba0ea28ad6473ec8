"""Sheets of many faces through the service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.blend import PEOPLE_PSI
from bot.core.events import Event
from bot.core.hearing import visible
from bot.core.mbti import TYPES
from bot.core.presses import Action
from bot.core.replies import Shown, Text
from bot.core.wording import LOCALES, say
from inference.errors import Busy, Unreachable
from inference.wire import LabelFace, MixFace
from tests.bot.core.conftest import Bench
from tests.bot.core.fakes import PACK
from tests.bot.core.features.test_play import blended, shown
from tests.bot.core.people import actions, command, final, origin, press


async def test_all_sixteen_stand_on_one_sheet_and_each_can_be_chosen(bench: Bench) -> None:
    sheet = shown(await bench.send(command("all", "men")))
    assert bench.drawing.sheets == [(TYPES, 4)]
    assert bench.faces.rendered == [LabelFace(label=kind, gender="male") for kind in TYPES]
    assert [args for action, args in actions(sheet) if action is Action.TYPE] == [(kind,) for kind in TYPES]
    assert sheet.made
    again = shown(await bench.send(command("show", sheet.made)))
    assert bench.drawing.sheets == [(TYPES, 4)] * 2
    assert again.made == sheet.made, "what is shown again keeps its code"


async def test_looks_are_numbered_and_one_is_worn(bench: Bench) -> None:
    await blended(bench)
    sheet = shown(await bench.send(command("looks")))
    assert bench.drawing.sheets[-1] == (("1", "2", "3"), 3)
    assert [args for action, args in actions(sheet) if action is Action.LOOK] == [("0",), ("1",), ("2",)]
    await bench.send(press(Action.LOOK, "2"))
    face = bench.faces.rendered[-1]
    assert isinstance(face, MixFace)
    assert face.b == LabelFace(label="ENFP", gender="female", look=2)
    await bench.send(press(Action.LOOK, "77"))
    assert len(bench.drawing.sheets) == 2, "a look of another pack: these there are"


@pytest.mark.parametrize("locale", LOCALES)
async def test_looks_are_told_by_name_on_buttons_and_under_faces(bench: Bench, locale: str) -> None:
    await blended(bench)

    async def spoken(event: Event) -> Shown:
        return shown(await bench.send(replace(event, origin=origin(locale=locale))))

    names = [say(locale, f"look-{name}") for name in ("mean", "darker", "older")]
    sheet = await spoken(command("looks"))
    labels = [button.label for row in sheet.menu for button in row if "· " in button.label]
    assert labels == [f"{number} · {name}" for number, name in enumerate(names, 1)]
    assert say(locale, "sheet-looks", type="ENFP", look=names[0]) in sheet.text
    worn = await spoken(press(Action.LOOK, "1"))
    assert say(locale, "look-caption", look=names[1]) in worn.text.splitlines()
    sheet = await spoken(press(Action.LOOKS))
    assert say(locale, "sheet-looks", type="ENFP", look=names[1]) in sheet.text
    assert next(b.style for row in sheet.menu for b in row if b.label.endswith(names[1])) == "primary"
    plain = await spoken(press(Action.LOOK, "0"))
    assert not any(name in plain.text for name in names)


async def test_a_look_and_edits_of_another_pack_are_taken_off(bench: Bench) -> None:
    await blended(bench)
    await bench.send(command("looks", "3"))
    await bench.send(press(Action.MOVE, "own-name", "5"))
    bench.faces.infos = [PACK.model_copy(update={"looks": ["mean"], "directions": PACK.directions[:1]})]
    bench.clock.now += 61
    shown(await bench.send(press(Action.AGAIN)))
    face = bench.faces.rendered[-1]
    assert isinstance(face, MixFace), "no edit is around it"
    assert face.b == LabelFace(label="ENFP", gender="female", look=0)


async def test_a_sheet_that_fails_is_counted(bench: Bench) -> None:
    await blended(bench)
    bench.faces.fail["render"] = Unreachable()
    assert final(await bench.send(command("looks"))).code == "unreachable"
    kind, _, _, code = bench.store.jobs[-1]
    assert (kind, code) == ("sheet", "unreachable")


@pytest.mark.parametrize("said", ["3", "older", " Older ", "나이 든 얼굴", "年配の顔"])
async def test_a_look_is_put_on_by_its_number_or_name(bench: Bench, said: str) -> None:
    await blended(bench)
    shown(await bench.send(command("looks", said)))
    face = bench.faces.rendered[-1]
    assert isinstance(face, MixFace)
    assert face.b == LabelFace(label="ENFP", gender="female", look=2)


async def test_a_look_that_there_is_not_is_told_with_those_that_there_are(bench: Bench) -> None:
    for type_first in (False, True):
        if type_first:
            await blended(bench)
        for said in ("4", "0", "taller", "older still", "³"):
            told = final(await bench.send(command("looks", said)))
            assert told.code == "not_understood"
            assert visible(said, 20) in told.text
            assert "1 · average, 2 · darker skin, 3 · older" in told.text
            assert (Action.LOOK, ("2",)) in actions(told)


async def test_a_seed_that_is_none_is_told(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    for said in ("foo", "12345678901", "-3", "7 foo"):
        told = final(await bench.send(command("surprise", said)))
        assert (told.code, told.text) == ("not_understood", say("en", "surprise-how", word=visible(said, 20)))
    assert not bench.drawing.sheets


async def test_a_surprise_tells_its_seed_and_the_seed_brings_the_face_back(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    sheet = shown(await bench.send(command("surprise")))
    seeds = [args[0] for action, args in actions(sheet) if action is Action.SEED]
    assert len(set(seeds)) == 9
    assert seeds[0] in sheet.text
    chosen = [reply for reply in await bench.send(press(Action.SEED, seeds[3])) if isinstance(reply, Shown)]
    face = bench.faces.rendered[-1]
    assert face == LabelFace(label="ENFP", gender="female", seed=int(seeds[3]), psi=PEOPLE_PSI)
    assert f"/surprise {seeds[3]}" in chosen[0].text
    await bench.send(command("mbti", "ENFP", "woman"))
    await bench.send(command("surprise", seeds[3]))
    assert bench.faces.rendered[-1] == face
    more = next(args for action, args in actions(sheet) if action is Action.SURPRISE)
    others = shown(await bench.send(press(Action.SURPRISE, *more)))
    assert not set(seeds) & {args[0] for action, args in actions(others) if action is Action.SEED}


async def test_the_last_seeds_are_seeds_too(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    shown(await bench.send(press(Action.SURPRISE, "9999999999")))
    assert max(face.seed for face in bench.faces.rendered[-9:]) < 2**31  # type: ignore[union-attr,type-var]


async def test_a_sheet_that_fails_is_told(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    bench.faces.fail["render"] = Busy(retry_after=7)
    assert final(await bench.send(command("all"))).code == "busy"
    bench.faces.fail["render"] = Unreachable()
    assert final(await bench.send(command("surprise"))).code == "unreachable"


async def test_where_a_selfie_is_asked_for_nothing_stands_out_beside_it(bench: Bench) -> None:
    await blended(bench)
    await bench.send(press(Action.FORGET_SURE))
    await bench.send(command("mbti", "ENFP", "woman"))
    asked = final(await bench.send(press(Action.AGREE)))
    assert isinstance(asked, Text)
    assert {button.style for row in asked.menu for button in row} == {"secondary"}
