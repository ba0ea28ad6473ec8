"""Answers that take the place of the message whose button was pressed, and what is done where they cannot."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.events import Event, Press
from bot.core.replies import Progress, Shown, Text
from bot.core.wording import say
from db.store import Store
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import MENU, Scripted, Step, picture
from tests.bot.adapters.discord.test_with_core import asks, core, faces, store
from tests.bot.core.fakes import FakeFaces
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call, Channel, Message, User

__all__ = ["faces", "store"]

ONE = Text("Page 1", MENU)
TWO = Text("Page 2", MENU, instead=True)
PAINTED = Shown(picture("page.jpg"), "Page 2", MENU, instead=True)
WORK = (Progress("Looking", 0.5), 0.05)


def pages(first: Step, *then: Step) -> Scripted:
    """A press is answered by `then`, all else by `first`."""

    def script(event: Event) -> tuple[Step, ...]:
        return then if isinstance(event, Press) else (first,)

    return Scripted(script)


async def opened(double: DiscordDouble, ann: User, room: Channel | None) -> Message:
    call = await double.command(ann, "help", channel=room)
    return (await double.until(lambda: call.messages))[0]


async def pressed(double: DiscordDouble, ann: User, message: Message, **how: bool) -> Call:
    """Press, and wait until the second page is there."""
    call = await double.press(ann, message, "More me", **how)
    await double.until(lambda: [one for one in call.messages if "Page 2" in one.content])
    return call


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("before", [ONE, Shown(picture(), "Page 1", MENU)], ids=["words", "a picture"])
@pytest.mark.parametrize("after", [TWO, PAINTED], ids=["words", "a picture"])
async def test_the_next_page_takes_the_place_of_the_last(
    double: DiscordDouble, launch: Launch, shared: bool, before: Step, after: Step
) -> None:
    ann, room = double.person("ann"), double.channel() if shared else None
    async with launch(pages(before, after, Text("And more."))):
        message = await opened(double, ann, room)
        call = await pressed(double, ann, message)
        page, more = await double.until(lambda: call.messages if len(call.messages) == 2 else None)
    assert call.callback == {"type": 6}, "it is deferred, however slow the core is"
    assert page is message and page.ephemeral is shared
    assert [item.name for item in page.attachments] == (["page.jpg"] if after is PAINTED else [])
    assert more.content == "And more.", "what comes after it is a new message"


async def test_pages_of_ones_own_do_not_stand_where_everyone_sees_them(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(pages(Text("Page 1", MENU, public=True), TWO)):
        message = await opened(double, ann, room)
        call = await pressed(double, ann, message)
    assert [item.content for item in double.seen_by(bob, room)] == ["Page 1"]
    assert call.messages[0] is not message and call.messages[0].ephemeral


async def test_what_everyone_sees_is_changed_for_everyone(double: DiscordDouble, launch: Launch) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    first, second = Text("Page 1", MENU, public=True), Text("Page 2", MENU, public=True, instead=True)
    async with launch(pages(first, second)):
        message = await opened(double, ann, room)
        await pressed(double, ann, message)
    assert double.seen_by(bob, room) == [message] and message.content == "Page 2"


async def test_what_everyone_is_to_see_does_not_stand_where_one_alone_sees_it(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(pages(ONE, Text("Page 2", public=True, instead=True))):
        await pressed(double, ann, await opened(double, ann, room))
    assert [item.content for item in double.seen_by(bob, room)] == ["Page 2"]


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (403, 50005), (400, 50035), (403, 50013)])
async def test_a_message_that_discord_does_not_let_be_changed(
    double: DiscordDouble, launch: Launch, status: int, code: int
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(pages(ONE, TWO)):
        message = await opened(double, ann, room)
        double.fail("PATCH", "@original", status=status, code=code)
        call = await pressed(double, ann, message)
        await double.until(lambda: len(double.seen_by(ann, room)) == 2)
    assert call.messages[0] is not message and call.messages[0].ephemeral
    assert (message.content, message.deleted) == ("Page 1", False)


async def test_a_hidden_message_that_was_closed_meanwhile(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    gate = asyncio.Event()
    async with launch(pages(ONE, gate, TWO)):
        message = await opened(double, ann, room)
        call = await double.press(ann, message, "More me")
        await double.until(lambda: call.callback)
        double.dismiss(message)
        gate.set()
        await double.until(lambda: call.messages)
    assert [item.content for item in double.seen_by(ann, room)] == ["Page 2"]


async def test_a_core_that_is_slow_beyond_the_tokens_end(double: DiscordDouble, launch: Launch) -> None:
    """Nothing can be changed any more; the page comes as a direct message."""
    ann, room = double.person("ann"), double.channel()
    gate = asyncio.Event()
    async with launch(pages(ONE, gate, TWO)):
        message = await opened(double, ann, room)
        call = await double.press(ann, message, "More me")
        await double.until(lambda: call.callback)
        double.age(call, 16 * 60)
        gate.set()
        await double.until(lambda: double.seen_by(ann, double.dm(ann)))
    assert message.content == "Page 1"


async def test_a_page_after_work_with_progress(double: DiscordDouble, launch: Launch) -> None:
    """The progress message goes away, and is not taken for the answer."""
    ann, room = double.person("ann"), double.channel()
    async with launch(pages(ONE, *WORK, TWO)):
        message = await opened(double, ann, room)
        await pressed(double, ann, message)
        await double.until(lambda: len(double.seen_by(ann, room)) == 1)
    assert message.content == "Page 2"


async def test_pages_of_an_app_that_a_person_brought_along_have_no_end(
    double: DiscordDouble, launch: Launch
) -> None:
    """Discord lets such an app send five more messages by one token, and each press has its own."""
    ann, room = double.person("ann"), double.channel()
    async with launch(pages(ONE, TWO)):
        call = await double.command(ann, "help", channel=room, user_installed_only=True)
        (message,) = await double.until(lambda: call.messages)
        for _ in range(7):
            again = await pressed(double, ann, message, user_installed_only=True)
            assert again.followups == 0
    assert len(double.seen_by(ann, room)) == 1


# With the real core


async def test_the_quiz_is_one_message_from_the_first_statement_to_the_chart(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        call = await double.command(ann, "quiz", channel=room)
        (quiz,) = await double.until(lambda: call.messages)
        for number in range(2, 21):
            await double.press(ann, quiz, "5")
            await double.until(lambda number=number: say("en", f"quiz-{number}") in quiz.content)
            if number == 5:
                await double.press(ann, quiz, say("en", "button-quiz-pause"))
                await double.until(lambda: say("en", "quiz-paused", number=5) in quiz.content)
                await double.press(ann, quiz, say("en", "button-quiz-go-on"))
                await double.until(lambda: say("en", "quiz-5") in quiz.content)
        assert double.seen_by(ann, room) == [quiz]
        await double.press(ann, quiz, "5")
        await double.until(lambda: quiz.attachments)
    assert quiz.ephemeral and "last one" in quiz.content


async def test_a_statement_pressed_ten_times_counts_once(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        call = await double.command(ann, "quiz", channel=room)
        (quiz,) = await double.until(lambda: call.messages)
        first = quiz.buttons["4"]
        calls = await asyncio.gather(*(double.press(ann, quiz, first) for _ in range(10)))
        for one in calls:
            await double.until(lambda one=one: one.messages)
        assert double.seen_by(ann, room) == [quiz] and say("en", "quiz-2") in quiz.content
        stranger = await double.press(bob, quiz, quiz.buttons["1"])
        await double.until(lambda: stranger.messages)
        assert stranger.messages[0] is not quiz and say("en", "quiz-2") in quiz.content
        back = await double.press(ann, quiz, say("en", "button-quiz-back"))
        await double.until(lambda: back.messages)
    assert say("en", "quiz-1") in quiz.content and quiz.buttons["4"] == first


async def test_a_panel_and_its_form_stay_one_message(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    admin, room = double.person("admin"), double.channel()
    async with launch(core(faces, store)):
        call = await double.command(admin, "admin", channel=room)
        (panel,) = await double.until(lambda: call.messages)
        form = await double.press(admin, panel, say("en", "button-admin-pause"))
        await double.until(lambda: form.callback)
        sent = await double.submit(form, "Back at nine.")
        assert await asks(double, sent, "button-admin-resume") is panel
        call = await double.press(admin, panel, say("en", "button-admin-log"))
        assert await asks(double, call, "button-admin-back") is panel
    assert sent.messages == [panel] == double.seen_by(admin, room)
