"""The main job through Discord's protocol, with the real core and a real database; the faces are a fake."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.house import House
from bot.core.service import Service
from bot.core.wording import say
from db.settings import load
from db.store import Store, open_store, upgrade
from inference.errors import NoFace
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import jpeg
from tests.bot.core import fakes
from tests.bot.core.fakes import FakeDrawing, FakeFaces
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call, Channel, Message, User


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    settings = load({"TYPEFACE_HOME": str(tmp_path)})
    await asyncio.to_thread(upgrade, settings)
    store = await open_store(settings)
    yield store
    await store.close()


@pytest.fixture
def faces() -> FakeFaces:
    return FakeFaces()


def core(faces: FakeFaces, store: Store) -> Service:
    return Service(faces, store, FakeDrawing(), time, House(3600))


async def asks(double: DiscordDouble, call: Call, label_key: str, locale: str = "en") -> Message:
    """Wait for the message of `call` that has this button."""
    label = say(locale, label_key)
    found = await double.until(lambda: [item for item in call.messages if label in item.buttons])
    return found[-1]


async def consented(double: DiscordDouble, ann: User, room: Channel, call: Call) -> Call:
    """Agree, and go on to the blended face."""
    question = await asks(double, call, "button-agree")
    agreed = await double.press(ann, question, say("en", "button-agree"))
    await asks(double, agreed, "button-show")
    return agreed


async def test_from_a_type_to_the_match(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    photo = jpeg(96)
    async with launch(core(faces, store)):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        question = await asks(double, call, "choice-female")
        call = await double.press(ann, question, say("en", "choice-female"))
        shown = await double.until(lambda: [item for item in call.messages if item.attachments])
        assert shown[0].attachments[0].description == say("en", "alt-type-female", type="ENFP")
        faces.assert_type("ENFP", "female")
        mine = double.post(ann, room, files=(double.file(room, photo),))
        call = await double.context_menu(ann, say("en", "context-blend"), mine)
        agreed = await consented(double, ann, room, call)
    # Restarted between two presses: all goes on from the database.
    async with launch(core(faces, store)):
        blended = await asks(double, agreed, "button-show")
        faces.assert_blend(photo, "ENFP", 0.5)
        assert double.seen_by(bob, room) == [mine]
        call = await double.press(ann, blended, say("en", "button-show"))
        await double.until(lambda: len(double.seen_by(bob, room)) == 2)
        more = await double.press(ann, blended, say("en", "button-more-me"))
        newer = await asks(double, more, "button-match")
        call = await double.press(ann, newer, say("en", "button-match"))
        question = await asks(double, call, "choice-male")
        call = await double.press(ann, question, say("en", "choice-male"))
        await double.until(lambda: call.messages and call.messages[-1].attachments)
        faces.assert_type("ISTJ", "male")
    assert len(double.seen_by(bob, room)) == 2


async def test_in_my_photo_for_oneself_and_then_for_everyone(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        blended = await asks(double, await consented(double, ann, room, call), "button-in-photo")
        assert double.seen_by(bob, room) == []
        call = await double.press(ann, blended, say("en", "button-in-photo"))
        composed = await asks(double, call, "button-other-photo")
        assert composed.history[0].content == say("en", "progress-compose")
        assert composed.ephemeral
        (shown,) = composed.attachments
        assert shown.data == fakes.COMPOSED
        assert shown.description == say("en", "alt-composed", type="ENFP")
        call = await double.press(ann, composed, say("en", "button-show"))
        sure = await asks(double, call, "button-reveal")
        assert sure.ephemeral
        assert "your own photo" in sure.content
        assert double.seen_by(bob, room) == []
        call = await double.press(ann, sure, say("en", "button-reveal"))
        (public,) = await double.until(lambda: double.seen_by(bob, room))
        assert public.attachments[0].data == fakes.COMPOSED
        assert say("en", "button-show") not in public.buttons
    assert double.seen_by(bob, room) == [public]


async def test_in_a_channel_one_is_told_how_to_send_the_photo_again(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        blended = await asks(double, await consented(double, ann, room, call), "button-in-photo")
    async with launch(core(faces, store)):
        call = await double.press(ann, blended, say("en", "button-in-photo"))
        asked = await asks(double, call, "button-blend-back")
        assert asked.content.startswith(say("en", "ask-photo-gone"))
        assert "/me" in asked.content
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg(96))}, channel=room)
        composed = await asks(double, call, "button-other-photo")
        assert composed.attachments[0].data == fakes.COMPOSED
    assert faces.composed == [(jpeg(96), None)]


async def test_the_first_look_is_shown_while_one_waits(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    faces.looks_while_queued, faces.queue_gate = True, asyncio.Event()
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        question = await asks(double, call, "button-agree")
        work = await double.press(ann, question, say("en", "button-agree"))
        progress = await asks(double, work, "button-cancel")
        (look,) = await double.until(lambda: progress.attachments)
        assert progress.content == say("en", "progress-queued", position=2, seconds=20)
        assert look.description == say("en", "alt-preview")
        faces.queue_gate.set()
        await asks(double, work, "button-show")


async def test_in_korean_and_without_a_face(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann = double.person("ann", "ko")
    dm = double.dm(ann)
    faces.fail["project"] = NoFace()
    async with launch(core(faces, store)):
        call = await double.command(ann, "mbti", {"type": "INTJ", "gender": "either"})
        await double.until(lambda: call.messages and call.messages[0].attachments)
        await double.write(ann, files=(double.file(dm, jpeg()),))
        heard = say("ko", "consent-photo")
        question = await double.until(
            lambda: [item for item in double.seen_by(ann, dm) if item.content.startswith(heard)]
        )
        call = await double.press(ann, question[0], say("ko", "button-agree"))
        text = say("ko", "error-no-face")
        await double.until(lambda: call.messages and call.messages[-1].content == text)
    assert not any(item.ephemeral for item in double.seen_by(ann, dm))


async def test_somebody_elses_button_is_kindly_refused(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        question = await asks(double, call, "choice-male")
        call = await double.press(bob, question, say("en", "choice-male"))
        await double.until(lambda: call.messages)
    assert call.messages[0].content.startswith(say("en", "not-yours"))
    assert call.messages[0].only_for is bob
    assert faces.rendered == []


async def test_cancel_while_the_work_goes_on(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    faces.gate = asyncio.Event()
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        question = await asks(double, call, "button-agree")
        work = await double.press(ann, question, say("en", "button-agree"))
        progress = await asks(double, work, "button-cancel")
        await double.press(ann, progress, say("en", "button-cancel"))
        await double.until(lambda: say("en", "button-cancel") not in work.messages[-1].buttons)
    assert faces.cancelled == 1
    assert work.messages[-1].content.startswith(say("en", "stopped"))


async def test_forget_me_and_then_an_old_button(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        agreed = await consented(double, ann, room, call)
        old = agreed.messages[-1]
        call = await double.command(ann, "forget", channel=room)
        await double.until(lambda: call.messages)
        call = await double.press(ann, call.messages[-1], say("en", "button-forget-sure"))
        await double.until(lambda: call.messages)
        rendered = len(faces.rendered)
        call = await double.press(ann, old, say("en", "button-more-me"))
        await double.until(lambda: call.messages)
    assert len(faces.rendered) == rendered
    assert not call.messages[0].attachments
