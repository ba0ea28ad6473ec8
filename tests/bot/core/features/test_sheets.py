"""Sheets of many faces through the service."""

from __future__ import annotations

from bot.core.blend import PEOPLE_PSI
from bot.core.mbti import TYPES
from bot.core.presses import Action
from bot.core.replies import Shown
from inference.errors import Busy, Unreachable
from inference.wire import LabelFace
from tests.bot.core.conftest import Bench
from tests.bot.core.features.test_play import blended, shown
from tests.bot.core.people import actions, command, final, press


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
    assert face.b == LabelFace(label="ENFP", gender="female", look=2)  # type: ignore[union-attr]
    await bench.send(press(Action.LOOK, "77"))
    assert len(bench.drawing.sheets) == 2, "a look of another pack: these there are"


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
