"""What is kept: handed over whole, and forgotten only after it was asked twice."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from bot.core.hands import mine as hands
from bot.core.presses import Action
from bot.core.replies import Shown
from bot.core.wording import say
from inference.errors import Busy
from tests.bot.core.conftest import Bench
from tests.bot.core.features.test_play import blended, shown
from tests.bot.core.people import ANN, BOB, actions, command, final, press


async def test_forget_is_asked_twice_and_then_done_at_once(bench: Bench) -> None:
    mine = await blended(bench)
    assert mine.made
    asked = final(await bench.send(command("forget")))
    assert asked.code == "ask_forget"
    assert bench.row().faces
    assert (Action.FORGET_SURE, ()) in actions(asked)
    await bench.send(press(Action.FORGET))
    assert bench.row().faces
    told = final(await bench.send(press(Action.FORGET_SURE)))
    assert "forgotten you" in told.text
    bench.store.assert_nothing_about(bench.ref(ANN))


async def test_forget_pressed_by_another_forgets_nobody(bench: Bench) -> None:
    await blended(bench)
    pressed = press(Action.FORGET_SURE, person=BOB, of=ANN)
    assert final(await bench.send(pressed)).code == "not_yours"
    assert bench.row().faces


async def test_it_is_told_who_sees_the_pictures_here(bench: Bench) -> None:
    asked, here = command("privacy"), {"shared": True, "community": "guild"}
    places: list[tuple[bool, bool, dict[str, Any], str]] = [
        (True, False, here, "seen-hidden"),
        (True, True, here, "seen-public"),
        (False, True, here, "seen-group"),
        (False, True, {}, "seen-private"),
    ]
    for hide, public, where, key in places:
        await bench.send(command("public" if public else "private"))
        told = final(await bench.send(replace(asked, origin=replace(asked.origin, can_hide=hide, **where))))
        assert say("en", key) in told.text


async def test_all_that_is_kept_comes_in_one_file(bench: Bench) -> None:
    mine = await blended(bench)
    privacy = final(await bench.send(command("mydata")))
    assert (Action.MY_DATA, ()) in actions(privacy)
    file = shown(await bench.send(press(Action.MY_DATA)))
    assert (file.whole, file.picture.media_type, file.picture.name) == (
        True,
        "application/zip",
        "typeface-my-data.zip",
    )
    with zipfile.ZipFile(io.BytesIO(file.picture.data)) as archive:
        names = set(archive.namelist())
        told = json.loads(archive.read("data.json"))
        (face,) = bench.row().faces
        assert archive.read(f"faces/{face}.float16") == b"me"
    assert {"data.json", f"pictures/{mine.made}.png"} <= names
    assert told["held"]["faces"][0]["id"] == face
    assert mine.made in {picture["code"] for picture in told["pictures"]}


async def test_the_newest_pictures_are_in_the_file_and_how_all_were_made(bench: Bench) -> None:
    """Sheets count as all their faces, so that nobody's file keeps the server busy for everybody."""
    mine = await blended(bench)
    for number in range(hands.MOST_FACES // 9 + 1):
        await bench.send(command("surprise", str(number)))
        await bench.send(press(Action.SURPRISE, str(100 * number)))
    faces = len(bench.faces.rendered)
    file = shown(await bench.send(press(Action.MY_DATA)))
    assert len(bench.faces.rendered) - faces <= hands.MOST_FACES
    with zipfile.ZipFile(io.BytesIO(file.picture.data)) as archive:
        told = json.loads(archive.read("data.json"))["pictures"]
        drawn = [name for name in archive.namelist() if name.startswith("pictures/")]
    assert 0 < len(drawn) < len(told)
    assert f"pictures/{told[0]['code']}.png" in drawn
    assert mine.made in {picture["code"] for picture in told}


async def test_the_file_is_no_larger_than_platforms_take(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await blended(bench)
    newest = shown(await bench.send(press(Action.SEED, "7"))).made
    whole = await _pictures(bench)
    assert len(whole) > 1
    monkeypatch.setattr(hands, "MOST_BYTES", sum(whole.values()) - 1)
    less = await _pictures(bench)
    assert len(less) == len(whole) - 1
    assert f"pictures/{newest}.png" in less


async def _pictures(bench: Bench) -> dict[str, int]:
    """Those in the file, and their bytes."""
    file = shown(await bench.send(press(Action.MY_DATA)))
    with zipfile.ZipFile(io.BytesIO(file.picture.data)) as archive:
        found = {one.filename: one.file_size for one in archive.infolist()}
    return {name: size for name, size in found.items() if name.startswith("pictures/")}


async def test_a_group_gets_nobodys_file(bench: Bench) -> None:
    """It holds what was made in private chats."""
    await blended(bench)
    asked = press(Action.MY_DATA)
    here = replace(asked, origin=replace(asked.origin, shared=True, can_hide=False))
    rendered = len(bench.faces.rendered)
    assert final(await bench.send(here)).code == "my_data_private"
    assert len(bench.faces.rendered) == rendered
    hidden = replace(asked, origin=replace(asked.origin, shared=True, can_hide=True))
    assert shown(await bench.send(hidden)).picture.media_type == "application/zip"


async def test_a_file_that_cannot_be_made_now_is_told(bench: Bench) -> None:
    await blended(bench)
    bench.faces.fail["render"] = Busy(retry_after=9)
    reply = final(await bench.send(press(Action.MY_DATA)))
    assert reply.code == "busy"
    assert not isinstance(reply, Shown)
