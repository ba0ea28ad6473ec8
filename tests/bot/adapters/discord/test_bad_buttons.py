"""Buttons, selects and forms at their worst, with the real core and database: each press has one clear outcome."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.blend import LOW
from bot.core.replies import Button, Select, Text
from bot.core.wording import say
from db.store import Store
from inference.errors import Unreachable
from inference.wire import LatentFace, MixFace
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import Scripted, jpeg
from tests.bot.adapters.discord.test_with_core import asks, core, faces, store
from tests.bot.core.fakes import FakeFaces
from tests.db.stands import settings_of
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call, Channel, Message, User

__all__ = ["faces", "store"]

TEN = 10


async def asked(double: DiscordDouble, ann: User, room: Channel) -> Message:
    """The consent's question, with a photo in memory."""
    await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
    call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
    return await asks(double, call, "button-agree")


async def blended(double: DiscordDouble, ann: User, room: Channel) -> Message:
    """Ann's face in the type's."""
    question = await asked(double, ann, room)
    call = await double.press(ann, question, say("en", "button-agree"))
    return await asks(double, call, "button-show")


async def hammered(double: DiscordDouble, ann: User, message: Message, key: str) -> list[Call]:
    """Ten quick presses of one button."""
    presses = (double.press(ann, message, say("en", key)) for _ in range(TEN))
    return list(await asyncio.gather(*presses))


async def answered(double: DiscordDouble, calls: list[Call], text: str) -> list[Call]:
    """Those of `calls` that are answered with `text`; waits until every one has an answer."""
    for call in calls:
        await double.until(lambda call=call: call.messages)
    return [call for call in calls if call.messages[-1].content.startswith(text)]


async def test_ten_quick_presses_are_ten_steps_in_turn(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        shown = await blended(double, ann, room)
        for call in await hammered(double, ann, shown, "button-more-me"):
            (message,) = await double.until(lambda call=call: call.messages)
            assert len(message.attachments) == 1 and message.ephemeral
    weights = [round(100 * face.weight) for face in faces.rendered if isinstance(face, MixFace)]
    assert weights[0] == 50 and weights[-1] == LOW
    assert sorted(weights, reverse=True) == weights and len(weights) == 1 + TEN


async def test_ten_quick_agreements_begin_one_job(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    faces.gate = asyncio.Event()
    async with launch(core(faces, store)):
        calls = await hammered(double, ann, await asked(double, ann, room), "button-agree")
        waiting = await answered(double, calls, say("en", "still-photo"))
        assert len(waiting) == TEN - 1
        assert len(faces.projected) == 1
        (works,) = set(calls) - set(waiting)
        faces.gate.set()
        await asks(double, works, "button-show")


@pytest.mark.parametrize(("key", "told"), [("button-in-photo", "compose"), ("button-film", "film")])
async def test_ten_quick_presses_begin_one_job(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store, key: str, told: str
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        shown = await blended(double, ann, room)
        faces.gate = asyncio.Event()
        calls = await hammered(double, ann, shown, key)
        busy = await answered(double, calls, say("en", f"already-{told}"))
        assert len(busy) == TEN - 1
        (works,) = set(calls) - set(busy)
        progress = await asks(double, works, "button-cancel")
        stopped = await hammered(double, ann, progress, "button-cancel")
        assert len(await answered(double, stopped, say("en", "error-cancelled"))) == 1
        assert len(await answered(double, stopped, say("en", "nothing-runs"))) == TEN - 1
    assert len(faces.composed) + len(faces.morphed) == faces.cancelled == 1


async def test_ten_quick_presses_show_everyone_one_picture(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        shown = await blended(double, ann, room)
        calls = await hammered(double, ann, shown, "button-show")
        assert len(await answered(double, calls, say("en", "already-shown"))) == TEN - 1
        assert len(double.seen_by(bob, room)) == 1
        call = await double.press(ann, shown, say("en", "button-film"))
        film = await asks(double, call, "button-show")
        calls = await hammered(double, ann, film, "button-show")
        for call in calls:
            await double.until(lambda call=call: call.messages)
        await double.until(lambda: len(double.seen_by(bob, room)) == 2)
        call = await double.press(ann, shown, say("en", "button-in-photo"))
        composed = await asks(double, call, "button-show")
        sure = await asks(
            double, await double.press(ann, composed, say("en", "button-show")), "button-reveal"
        )
        for call in await hammered(double, ann, sure, "button-reveal"):
            await double.until(lambda call=call: call.messages)
        await double.until(lambda: len(double.seen_by(bob, room)) == 3)
    assert len(double.seen_by(bob, room)) == 3


async def test_what_everyone_saw_is_taken_back_by_its_owner_alone(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    eve = double.person("eve")
    take = say("en", "button-withdraw")
    async with launch(core(faces, store)):
        shown = await blended(double, ann, room)
        assert take not in shown.buttons
        await double.press(ann, shown, say("en", "button-show"))
        (public,) = await double.until(lambda: double.seen_by(eve, room))
        call = await double.press(bob, public, take)
        await double.until(lambda: call.messages)
        assert call.messages[0].content.startswith(say("en", "not-yours"))
        for call in await hammered(double, ann, public, "button-withdraw"):
            (told,) = await double.until(lambda call=call: call.messages)
            assert told.content == say("en", "withdrawn") and told.ephemeral
        assert double.seen_by(eve, room) == []
        await double.press(ann, shown, say("en", "button-show"))
        (again,) = await double.until(lambda: double.seen_by(eve, room))
        double.fail("DELETE", "/messages/@original", status=403, code=50013)
        call = await double.press(ann, again, take)
        (told,) = await double.until(lambda: call.messages)
        assert told.content == say("en", "not-removed")
    assert double.seen_by(eve, room) == [again]


async def test_what_could_not_be_shown_to_everyone_is_shown_when_asked_again(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        shown = await blended(double, ann, room)
        faces.fail["render"] = Unreachable()
        await asks(double, await double.press(ann, shown, say("en", "button-show")), "button-retry")
        await double.press(ann, shown, say("en", "button-show"))
        await double.until(lambda: double.seen_by(bob, room))


async def test_ten_quick_goodbyes_forget_once_and_say_so_each_time(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        await blended(double, ann, room)
        sure = await asks(double, await double.command(ann, "forget", channel=room), "button-forget-sure")
        calls = await hammered(double, ann, sure, "button-forget-sure")
        for call in calls:
            await double.until(lambda call=call: call.messages)
        assert len(await answered(double, calls, say("en", "forgotten", faces=1))) == 1
        nothing = await answered(double, calls, say("en", "forgotten", faces=0))
        stopped = await answered(double, calls, say("en", "stopped-forgotten"))  # it was being answered
        assert len(nothing) + len(stopped) == TEN - 1


async def everything_seen(
    double: DiscordDouble, ann: User, room: Channel, faces: FakeFaces
) -> list[tuple[Message, str]]:
    """All buttons of many messages of Ann's, of each label one: faces, controls, sheet, film, card, gallery, data."""
    shown = await blended(double, ann, room)
    for key in ("button-mix", "button-edit", "button-looks", "button-in-photo", "button-film", "button-card"):
        call = await double.press(ann, shown, say("en", key))
        await double.until(lambda call=call: call.messages and call.messages[-1].history[-1].labels)
        await double.until(lambda call=call: "Cancel" not in call.messages[-1].buttons)
    for name in ("gallery", "match", "quiz", "privacy", "language", "us", "forget"):
        call = await double.command(ann, name, channel=room)
        await double.until(lambda call=call: call.messages and call.messages[-1].history[-1].labels)
    found = {
        custom_id.split(":", 1)[1].split(".")[2]: (message, custom_id)
        for message in double.seen_by(ann, room)
        for custom_id in message.buttons.values()
    }
    assert len(found) > 30
    return list(found.values())


async def pressed(
    double: DiscordDouble, who: User, buttons: list[tuple[Message, str]]
) -> list[tuple[Message, str]]:
    """Each button's last word."""
    said = []
    for message, custom_id in buttons:
        call = await double.press(who, message, custom_id)
        await double.until(lambda call=call: call.messages)
        said.append((call.messages[-1], custom_id))
    return said


async def test_every_button_is_its_owners_outlives_a_restart_and_brings_nothing_back_after_forget(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    """But for those by which a picture together is agreed to, which tell a stranger nothing."""
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        buttons = await everything_seen(double, ann, room, faces)
        rendered = len(faces.rendered)
        for said, custom_id in await pressed(double, bob, buttons):
            together = custom_id.split(".")[2] in {"agreed", "share", "end"}
            refused = said.content.startswith(say("en", "not-yours")) and said.only_for is bob
            assert together or refused, custom_id
        assert len(faces.rendered) == rendered
    async with launch(core(faces, store)):
        for said, custom_id in await pressed(double, ann, buttons):
            assert not said.content.startswith(say("en", "bad-button")), custom_id
        sure = await asks(double, await double.command(ann, "forget", channel=room), "button-forget-sure")
        call = await double.press(ann, sure, say("en", "button-forget-sure"))
        await double.until(lambda: call.messages)
        rendered = len(faces.rendered)
        await pressed(double, ann, buttons)
    assert not any(isinstance(face, LatentFace | MixFace) for face in faces.rendered[rendered:])


async def test_a_button_of_a_message_that_is_deleted_meanwhile_is_answered_anew(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    """The person closes the picture while its button works, and then the progress too (10008)."""
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        shown = await blended(double, ann, room)
        faces.gate = asyncio.Event()
        call = await double.press(ann, shown, say("en", "button-in-photo"))
        progress = await asks(double, call, "button-cancel")
        double.dismiss(shown)
        double.dismiss(progress)
        faces.gate.set()
        composed = await asks(double, call, "button-other-photo")
    assert composed.attachments and composed is not progress


async def opened(double: DiscordDouble, ann: User, room: Channel) -> Call:
    home = await asks(double, await double.command(ann, "admin", channel=room), "button-admin-pause")
    call = await double.press(ann, home, say("en", "button-admin-pause"))
    await double.until(lambda: call.callback)
    return call


@pytest.mark.parametrize("how", ["message gone", "after 15 minutes", "place locked"])
async def test_a_form_that_is_sent_late_is_taken(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store, how: str
) -> None:
    """Sending it is an interaction of its own, so that only the place can be closed to the answer."""
    ann = double.person("ann")
    room = double.thread(double.channel())
    async with launch(core(faces, store)):
        form = await opened(double, ann, room)
        assert form.source is not None
        if how == "message gone":
            double.dismiss(form.source)
        elif how == "after 15 minutes":
            double.age(form, 16 * 60)
        else:
            room.locked = True
        sent = await double.submit(form, "Back soon")
        if how == "place locked":
            (said,) = await double.until(lambda: double.seen_by(ann, double.dm(ann)))
            assert say("en", "discord-moved", where=f"<#{room.id}>", kept="no") in said.content
        else:
            await asks(double, sent, "button-admin-resume")
    assert (await settings_of(store, "discord", room.guild or "")).paused == "Back soon"


async def test_a_choice_that_is_no_longer_there_opens_those_that_are(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    """A direction of a pack that was taken away, and a select of which nothing was chosen."""
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        call = await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        await double.until(lambda: call.messages)
        call = await double.command(ann, "edit", channel=room)
        (controls,) = await double.until(lambda: [item for item in call.messages if item.selects])
        (select,) = controls.selects
        before = [option["label"] for option in select["options"]]
        gone = select["options"][0]["value"].rsplit(".", 1)[0] + ".antlers"
        select["options"].append({"label": "Antlers", "value": gone})
        call = await double.choose(ann, controls, "Antlers")
        assert await double.until(lambda: call.messages) == [controls]
        (select,) = controls.selects
        assert [option["label"] for option in select["options"]] == before
        select["min_values"] = 0
        call = await double.choose(ann, controls)
        await double.until(lambda: call.messages)
        assert call.messages[0].content.startswith(say("en", "bad-button"))


async def test_a_select_of_someone_else_is_refused(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        call = await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        await double.until(lambda: call.messages)
        call = await double.command(ann, "edit", channel=room)
        (controls,) = await double.until(lambda: [item for item in call.messages if item.selects])
        call = await double.choose(bob, controls, say("en", "direction-smile"))
        await double.until(lambda: call.messages)
    assert call.messages[0].content.startswith(say("en", "not-yours"))


async def test_a_press_in_a_locked_thread_is_answered_elsewhere(
    double: DiscordDouble, launch: Launch
) -> None:
    ann = double.person("ann")
    thread = double.thread(double.channel())
    go = Text("Go?", ((Button("Go", "1.abc.me"),),), select=Select("What", (Button("One", "1.abc.one"),)))
    async with launch(Scripted(lambda _: (go,))):
        call = await double.command(ann, "help", channel=thread)
        (message,) = await double.until(lambda: call.messages)
        thread.locked = True
        await double.press(ann, message, "Go")
        (said,) = await double.until(lambda: double.seen_by(ann, double.dm(ann)))
    assert said.content.startswith("Go?") and not said.components
