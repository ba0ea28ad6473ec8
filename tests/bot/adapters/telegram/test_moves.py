"""A group that becomes a supergroup: the same people, another id."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.core.wording import say
from db.errors import StoreError
from db.records import PersonRef
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.house import PaintedFaces, house
from tests.bot.adapters.telegram.scripted import Scripted, face, jpeg
from tests.bot.adapters.telegram.test_house import Chat, button
from tests.db.stands import settings_of
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram


async def test_what_admins_set_is_there_in_the_supergroup(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    """Told by both messages: settings, blocks, log, and where each person stands."""
    old, new, ben = telegram.group(basic=True), telegram.group(), telegram.person("Ben")
    before, after = Chat(telegram, ann, old), Chat(telegram, ann, new)
    admin, blocked = PersonRef("telegram", str(ann.id)), PersonRef("telegram", str(ben.id))
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        store = core._store
        await store.change_community(admin, str(old.id), "spoiler", True)
        await store.change_community(
            admin, str(old.id), "channels", (store.tag("telegram", "channel", str(old.id)),)
        )
        await store.block(admin, str(old.id), blocked)
        ann.text("/mbti ENFP", old)
        asked = await before.sees("Whose face")
        telegram.migrate(old, new, told=True)
        while not (await settings_of(store, "telegram", str(new.id))).spoiler:
            await asyncio.sleep(0.01)
        ben.text("/mbti INFP", new)
        await after.sees(say("en", "blocked"))
        after.press(asked, "Woman")
        shown = await telegram.until(lambda: next((m for m in after.messages if "photo" in m), None))
        assert "ENFP" in shown["caption"], (
            "the question that was open in the group is answered in the supergroup"
        )
        assert [c.params["has_spoiler"] for c in telegram.calls("sendPhoto")] == ["true"]
        assert (await store.audit("telegram", str(new.id), 0, 10))[1] == 3
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/match@typeface_bot", new)
        await after.sees("Whom would you like to meet", shown)


async def test_a_job_goes_on_in_the_supergroup(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    """Told by the refusal of a message alone; the work is neither lost nor begun anew, nor is the photo."""
    old, new, faces = telegram.group(basic=True), telegram.group(), PaintedFaces(step_seconds=0.4)
    before, after = Chat(telegram, ann, old), Chat(telegram, ann, new)
    async with house(tmp_path, faces) as core, launch(core):
        ann.text("/mbti ENFP female", old)
        ann.photo(jpeg(), group=old, reply_to_message=await before.sees("please read this"))
        before.press(await before.sees("Got your photo"), "agree")
        await before.sees("Finding your face")
        await core._store.change_community(PersonRef("telegram", str(ann.id)), str(old.id), "quota", 50)
        telegram.migrate(old, new)
        blended = await after.sees("You and ENFP")
        assert "reply_to_message" not in blended, "ids of messages mean others there"
        await telegram.until(lambda: not after._find("Finding", None))
        ann.tap(blended, button(blended, "In my photo"))
        await after.sees("in your own photo", blended)
        assert (await settings_of(core._store, "telegram", str(new.id))).quota == 50
    assert len(faces.projected) == 1


async def test_old_buttons_after_a_restart(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    old, new = telegram.group(basic=True), telegram.group()
    before, after = Chat(telegram, ann, old), Chat(telegram, ann, new)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/mbti ENFP", old)
        asked = await before.sees("Whose face")
        telegram.migrate(old, new, told=True)
        ann.text("/help", new)
        await after.sees("/forget:")
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        after.press(asked, "Woman")
        await telegram.until(lambda: any("photo" in m for m in after.messages))


async def test_the_right_to_manage_is_asked_of_the_supergroup(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    old, new, core = telegram.group(basic=True), telegram.group(), Scripted(face)
    ann.found(new)
    telegram.migrate(old, new)
    async with launch(core):
        ann.text("/admin", old)
        await telegram.until(lambda: core.events)
    assert core.events[0].origin.admin


async def test_a_move_is_told_once_and_the_core_goes_on_with_the_name_it_knows(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    old, new, core = telegram.group(basic=True), telegram.group(), Scripted(face)
    async with launch(core):
        telegram.migrate(old, new, told=True)
        ann.text("/mbti ENFP", old)
        await telegram.until(lambda: telegram.world.of_bot(new.id))
        ann.text("/mbti INFP", new)
        await telegram.until(lambda: len(core.events) == 2)
    assert core.moves == [(str(old.id), str(new.id))]
    assert {e.origin.chat for e in core.events} == {e.origin.community for e in core.events} == {str(old.id)}
    assert core.events[1].origin.channel == str(new.id), "settings of channels mean what there is"


async def test_a_store_that_is_away_is_asked_until_it_has_it(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = telegram.group(basic=True), telegram.group()
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        await core._store.change_community(PersonRef("telegram", str(ann.id)), str(old.id), "quota", 7)
        move, asked = core._store.move_community, []

        async def away(*ids: str) -> bool:
            asked.append(ids)
            if len(asked) == 1:
                raise StoreError("away")
            return await move(*ids)

        monkeypatch.setattr(core._store, "move_community", away)
        telegram.migrate(old, new, told=True)
        await telegram.until(lambda: len(asked) == 2)
        ann.text("/help", new)
        await Chat(telegram, ann, new).sees("/forget:")
        assert (await settings_of(core._store, "telegram", str(new.id))).quota == 7
