"""The blended face in the person's own photo, through the service with fakes at its ports."""

import asyncio
from dataclasses import replace

import pytest

from bot.core import photos
from bot.core.events import Command, Event, Photo, PhotoSent
from bot.core.presses import Action
from bot.core.replies import Progress, Reply, Shown
from bot.core.state import from_json
from bot.core.wording import say
from db.community import CommunitySettings
from inference.errors import (
    AlreadyRunning,
    BadImage,
    BadLatent,
    Busy,
    FaceCut,
    FaceTooSmall,
    InternalError,
    ManyFaces,
    NoFace,
    OutOfMemory,
    Stopping,
    TooLarge,
    TooLate,
    TypefaceError,
    Unreachable,
)
from tests.bot.core.conftest import Bench
from tests.bot.core.fakes import COMPOSED, FILE
from tests.bot.core.people import (
    ANN,
    BOB,
    actions,
    at,
    bright,
    command,
    final,
    origin,
    press,
    selfie,
    stopped,
    text,
)
from tests.bot.core.test_service import agreed, blended
from tests.bot.core.test_trouble import settle

BOXES = [(10, 0, 110, 100), (300, 0, 400, 100)]
IN_PHOTO = press(Action.COMPOSE)


async def composed(bench: Bench, event: Event = IN_PHOTO) -> Shown:
    """A photo with the face in it, after a word that it is being made."""
    progress, shown = await bench.send(event)
    assert isinstance(progress, Progress)
    assert progress.text == say("en", "progress-compose")
    assert actions(progress)[0][0] is Action.CANCEL
    assert isinstance(final([shown]), Shown)
    assert isinstance(shown, Shown)
    assert shown.picture.data == COMPOSED
    return shown


def button(reply: Reply, action: Action) -> tuple[str, ...]:
    """The arguments of the one button that does `action`."""
    (args,) = [args for found, args in actions(reply) if found is action]
    return args


async def two_faces(bench: Bench) -> Reply:
    """A composition that asks which of two faces it is; `bench` has a blended face before."""
    bench.faces.fail["compose"] = ManyFaces(boxes=BOXES)
    numbers = final(await bench.send(IN_PHOTO))
    assert isinstance(numbers, Shown)
    assert numbers.code == "many_faces"
    return numbers


async def test_the_face_goes_into_the_photo_that_it_was_found_in(bench: Bench) -> None:
    await blended(bench)
    blend = final(await bench.send(press(Action.MORE_TYPE)))
    assert button(blend, Action.COMPOSE) == ()
    shown = await composed(bench)
    assert bench.faces.composed == [(b"selfie", None)]
    bench.faces.assert_blend(b"selfie", "ENFP", 0.65)
    assert shown.text == say("en", "composed-caption", type="ENFP")
    assert shown.picture.alt == say("en", "alt-composed", type="ENFP")
    assert not shown.public
    assert len(bench.faces.projected) == 1
    kind, queued, _, outcome = bench.store.jobs[-1]
    assert (kind, queued, outcome) == ("compose", 0, "done")
    # Back to the face, another blend, and into the photo once more: nothing is asked again.
    assert isinstance(final(await bench.send(press(Action.AGAIN))), Shown)
    await bench.send(press(Action.COLOURS, "0"))
    await composed(bench)
    assert len(bench.faces.composed) == 2


async def test_the_type_that_was_chosen_after_the_selfie_goes_into_it(bench: Bench) -> None:
    await blended(bench)
    await bench.send(command("mbti", "INTJ", "male"))
    await composed(bench)
    bench.faces.assert_blend(b"selfie", "INTJ", 0.5)


@pytest.mark.parametrize("locale", ["en", "ko"])
async def test_a_photo_that_is_gone_is_asked_for_and_serves_for_this(bench: Bench, locale: str) -> None:
    await blended(bench)
    bench.clock.now += photos.SECONDS
    asked = final(await bench.send(replace(IN_PHOTO, origin=origin(locale=locale))))
    assert asked.code == "ask_photo"
    assert asked.text == say(locale, "ask-photo-gone")
    assert (Action.AGAIN, ()) in actions(asked)
    await composed(bench, selfie(b"beach"))
    assert bench.faces.composed == [(b"beach", None)]
    bench.faces.assert_blend(b"selfie", "ENFP", 0.5)
    assert len(bench.faces.projected) == 1
    # It waits for nothing else, and the next one is a selfie again.
    assert isinstance(final(await bench.send(command("me"))), Shown)
    assert len(bench.faces.projected) == 1
    await composed(bench)
    assert isinstance(final(await bench.send(selfie(b"new"))), Shown)
    assert bench.faces.projected[-1][0] == b"new"


async def test_the_wait_for_a_photo_survives_a_restart(bench: Bench) -> None:
    await blended(bench)
    bench.started()
    assert final(await bench.send(IN_PHOTO)).code == "ask_photo"
    bench.started()
    lost = final(await bench.send(text("which photo?")))
    assert (lost.text, lost.code) == (say("en", "lost-photo"), "ask_photo")
    await composed(bench, command("me", photo=b"beach"))
    assert bench.faces.composed == [(b"beach", None)]


@pytest.mark.parametrize("name", ["start", "help", "privacy", "match", "me"])
async def test_any_command_leaves_the_wait_for_a_photo(bench: Bench, name: str) -> None:
    await blended(bench)
    bench.clock.now += photos.SECONDS
    await bench.send(IN_PHOTO)
    final(await bench.send(command(name)))
    assert isinstance(final(await bench.send(selfie(b"new"))), Shown)
    assert bench.faces.projected[-1][0] == b"new"
    assert not bench.faces.composed


async def test_a_command_with_a_type_and_a_photo_leaves_it_too(bench: Bench) -> None:
    await blended(bench)
    bench.clock.now += photos.SECONDS
    await bench.send(IN_PHOTO)
    assert isinstance(final(await bench.send(command("mbti", "INTJ", "man", photo=b"new"))), Shown)
    bench.faces.assert_blend(b"new", "INTJ", 0.5)


async def test_another_photo_can_be_asked_for(bench: Bench) -> None:
    await blended(bench)
    shown = await composed(bench)
    asked = final(await bench.send(press(Action.OTHER_PHOTO, *button(shown, Action.OTHER_PHOTO))))
    assert (asked.text, asked.code) == (say("en", "ask-photo"), "ask_photo")
    await composed(bench, selfie(b"beach"))
    assert [photo for photo, _ in bench.faces.composed] == [b"selfie", b"beach"]


async def test_the_chosen_face_is_remembered_with_the_photo(bench: Bench) -> None:
    await agreed(bench)
    bench.faces.fail["project"] = ManyFaces(boxes=BOXES)
    numbers = final(await bench.send(selfie(b"two")))
    await bench.send(press(Action.PICK, *actions(numbers)[1][1]))
    await composed(bench)
    assert bench.faces.composed == [(b"two", BOXES[1])]
    assert str(BOXES[1][0]) not in bench.row().states["c"]


async def test_several_faces_in_the_photo_are_numbered_and_one_is_chosen(bench: Bench) -> None:
    await blended(bench, b"alone")
    bench.clock.now += photos.SECONDS
    await bench.send(IN_PHOTO)
    bench.faces.fail["compose"] = ManyFaces(boxes=BOXES)
    numbers = final(await bench.send(selfie(b"group")))
    assert numbers.text == say("en", "error-many-faces", count=2)
    assert bench.drawing.drawn == [(b"group", tuple(BOXES))]
    (first, one), (second, two), *_ = actions(numbers)
    assert first is second is Action.PLACE
    assert (Action.OTHER_PHOTO, ()) in actions(numbers)
    await composed(bench, press(Action.PLACE, *two))
    assert bench.faces.composed[-1] == (b"group", BOXES[1])
    bench.faces.assert_blend(b"alone", "ENFP", 0.5)
    # Chosen once, it stays; the other number can still be taken.
    await composed(bench)
    assert bench.faces.composed[-1] == (b"group", BOXES[1])
    await composed(bench, press(Action.PLACE, *one))
    assert bench.faces.composed[-1] == (b"group", BOXES[0])


async def test_numbers_of_a_photo_that_is_gone(bench: Bench) -> None:
    await blended(bench)
    numbers = await two_faces(bench)
    bench.clock.now += photos.SECONDS
    assert final(await bench.send(press(Action.PLACE, *actions(numbers)[0][1]))).code == "ask_photo"
    await composed(bench, selfie(b"again"))
    assert final(await bench.send(press(Action.PLACE, *actions(numbers)[0][1]))).code == "ask_photo"
    await bench.send(press(Action.FORGET_SURE))
    assert final(await bench.send(press(Action.PLACE, *actions(numbers)[0][1]))).code == "expired"


async def test_a_new_photo_in_place_of_a_number_is_composed_too(bench: Bench) -> None:
    await blended(bench)
    await two_faces(bench)
    await composed(bench, selfie(b"alone"))
    assert bench.faces.composed[-1] == (b"alone", None)


@pytest.mark.parametrize("error", [BadImage, TooLarge, NoFace, FaceTooSmall, FaceCut])
async def test_a_photo_that_cannot_be_used_is_asked_for_again(
    bench: Bench, error: type[TypefaceError]
) -> None:
    await blended(bench)
    bench.faces.fail["compose"] = error()
    told = final(await bench.send(IN_PHOTO))
    assert told.code == error.code
    assert actions(told)[:2] == [(Action.OTHER_PHOTO, ()), (Action.AGAIN, ())]
    assert bright(told) == [Action.OTHER_PHOTO]
    await composed(bench, selfie(b"better"))
    assert [photo for photo, _ in bench.faces.composed] == [b"selfie", b"better"]


async def test_junk_in_place_of_the_photo(bench: Bench) -> None:
    await blended(bench)
    bench.clock.now += photos.SECONDS
    await bench.send(IN_PHOTO)
    bench.drawing.refuses[b"junk"] = BadImage()
    for event in (selfie(b"junk"), PhotoSent(origin(), Photo(problem="too_large"))):
        told = final(await bench.send(event))
        assert told.code in {"bad_image", "too_large"}
        assert actions(told)[:2] == [(Action.OTHER_PHOTO, ()), (Action.AGAIN, ())]
    await composed(bench, selfie(b"good"))


@pytest.mark.parametrize(
    "error",
    [
        Busy(retry_after=7),
        Stopping(),
        Unreachable(),
        InternalError(),
        AlreadyRunning(),
        TooLate(),
        OutOfMemory(),
    ],
    ids=lambda error: error.code,
)
async def test_a_failing_server_is_told_and_tried_again_with_the_same_photo(
    bench: Bench, error: TypefaceError
) -> None:
    await blended(bench)
    bench.faces.fail["compose"] = error
    told = final(await bench.send(IN_PHOTO))
    assert told.code == error.code
    assert actions(told)[0] == (Action.RETRY, ("compose",))
    assert told.text == say("en", f"error-{error.code.replace('_', '-')}", seconds=7)
    await composed(bench, press(Action.RETRY, "compose"))
    assert [photo for photo, _ in bench.faces.composed] == [b"selfie"] * 2
    assert bench.store.jobs[-2][::3] == ("compose", error.code)


async def test_a_kept_face_that_does_not_serve_any_more(bench: Bench) -> None:
    await blended(bench)
    bench.faces.fail["compose"] = BadLatent()
    assert final(await bench.send(IN_PHOTO)).code == "bad_latent"
    assert final(await bench.send(IN_PHOTO)).code == "expired"
    await bench.send(selfie())
    bench.row().faces.clear()
    assert final(await bench.send(IN_PHOTO)).code == "face_gone"


async def waiting(bench: Bench, event: Event = IN_PHOTO) -> asyncio.Task[list[Reply]]:
    """A composition that waits at its gate."""
    bench.faces.gate = asyncio.Event()
    bench.faces.started.clear()
    task = asyncio.create_task(bench.send(event))
    await bench.faces.started.wait()
    return task


async def test_ten_presses_at_once_are_one_composition(bench: Bench) -> None:
    await blended(bench)
    bench.faces.gate = asyncio.Event()
    tasks = [asyncio.create_task(bench.send(IN_PHOTO)) for _ in range(10)]
    await settle()
    bench.faces.gate.set()
    answers = [final(replies) for replies in await asyncio.gather(*tasks)]
    assert sorted(answer.code or "" for answer in answers) == [""] + ["already_running"] * 9
    assert len(bench.faces.composed) == 1
    told = next(answer for answer in answers if answer.code)
    assert told.text == say("en", "already-compose")
    assert actions(told)[0][0] is Action.CANCEL


async def test_while_it_is_made_all_else_is_answered(bench: Bench) -> None:
    await blended(bench)
    task = await waiting(bench)
    assert final(await bench.send(selfie(b"another"))).text == say("en", "already-compose")
    assert final(await bench.send(press(Action.OTHER_PHOTO))).code == "already_running"
    bench.faces.gate = None
    replies = await bench.send(command("mbti", "INTJ", "man"))
    assert final(replies).text == say("en", "still-compose")
    assert not task.done()
    cancel = final(await bench.send(press(Action.CANCEL, "2")))
    assert actions(cancel)[0] == (Action.RETRY, ("compose",))
    stopped(await task)
    assert bench.faces.cancelled == 1
    await composed(bench, press(Action.RETRY, "compose"))
    bench.faces.assert_blend(b"selfie", "INTJ", 0.5)


async def test_forget_while_it_is_made(bench: Bench) -> None:
    await blended(bench)
    task = await waiting(bench)
    assert "forgotten you" in final(await bench.send(press(Action.FORGET_SURE))).text
    assert stopped(await task).text == say("en", "stopped-forgotten")
    bench.store.assert_nothing_about(bench.ref())
    assert not len(bench.service._photos)
    for late in (IN_PHOTO, press(Action.RETRY, "compose"), press(Action.REVEAL, "2", "0" * 8)):
        assert final(await bench.send(late)).code == "expired"


async def test_a_restart_while_it_is_made_is_told(bench: Bench) -> None:
    """Killed, so that nobody was told."""
    await blended(bench)
    task = await waiting(bench)
    saved = dict(bench.row().states)
    await bench.service.close()
    assert final(await task).code == "stopping"
    bench.row().states = saved
    bench.faces.gate = None
    bench.started()
    told, _ = await bench.send(command("help"))
    assert told.text == say("en", "interrupted-compose-gone")
    await asked_again(bench)


async def test_a_stop_while_it_is_made_is_told_and_what_it_has_cost_too(bench: Bench) -> None:
    await blended(bench)
    task = await waiting(bench)
    await bench.service.close()
    assert final(await task).code == "stopping"
    bench.faces.gate = None
    bench.started()
    await asked_again(bench)


async def asked_again(bench: Bench) -> None:
    """For the photo, and not because its time was over; once it is, that is said again."""
    asked = final(await bench.send(press(Action.RETRY, "compose")))
    assert (asked.code, asked.text) == ("ask_photo", say("en", "ask-photo-lost"))
    await composed(bench, selfie(b"again"))
    bench.clock.now += photos.SECONDS
    assert final(await bench.send(IN_PHOTO)).text == say("en", "ask-photo-gone")


async def test_it_ends_with_its_photos_time(bench: Bench) -> None:
    await blended(bench)
    bench.clock.now += photos.SECONDS - 0.01
    bench.faces.gate = asyncio.Event()
    assert final(await bench.send(IN_PHOTO)).code == "ask_photo"
    assert bench.faces.cancelled == 1
    assert bench.store.jobs[-1][::3] == ("compose", "photo_gone")


async def test_a_store_or_a_port_that_breaks(bench: Bench) -> None:
    await blended(bench)
    for name in ("face", "log_job", "save"):
        bench.store.failing = {name}
        assert final(await bench.send(IN_PHOTO)).code == "store_down"
        assert not bench.service._presences.all()
    await composed(bench)
    bench.faces.bug = ZeroDivisionError("about person 1001")
    assert final(await bench.send(IN_PHOTO)).code == "internal"


async def test_someone_elses_button(bench: Bench) -> None:
    await blended(bench)
    assert final(await bench.send(press(Action.COMPOSE, person=BOB, of=ANN))).code == "not_yours"
    assert not bench.faces.composed


# The uncompressed file


async def original(bench: Bench, *args: str) -> Shown:
    _, shown = await bench.send(press(Action.PHOTO_ORIGINAL, *args))
    assert isinstance(final([shown]), Shown)
    assert isinstance(shown, Shown)
    assert (shown.picture.data, shown.picture.name) == (FILE, "typeface-ENFP-photo.png")
    assert shown.whole
    assert not shown.public
    return shown


async def test_the_file_is_that_very_picture(bench: Bench) -> None:
    """Whatever the face has become since, and whichever face in the photo was taken since."""
    await blended(bench)
    first, second = (args for action, args in actions(await two_faces(bench)) if action is Action.PLACE)
    args = button(await composed(bench, press(Action.PLACE, *first)), Action.PHOTO_ORIGINAL)
    await bench.send(press(Action.MORE_TYPE))
    later = button(await composed(bench, press(Action.PLACE, *second)), Action.PHOTO_ORIGINAL)
    shown = await original(bench, *args)
    assert shown.text == say("en", "photo-original", type="ENFP")
    bench.faces.assert_blend(b"selfie", "ENFP", 0.5)
    assert bench.faces.composed[-1] == (b"selfie", BOXES[0])
    await original(bench, *later)
    bench.faces.assert_blend(b"selfie", "ENFP", 0.65)
    assert bench.faces.composed[-1] == (b"selfie", BOXES[1])
    assert bench.faces.composed_as[-3:] == ["jpeg", "png", "png"]
    assert not [made for made in bench.row().made.values() if "photo" in made.making]


@pytest.mark.parametrize("gone", ["time", "restart", "another"])
async def test_the_file_of_a_photo_that_is_gone(bench: Bench, gone: str) -> None:
    await blended(bench)
    args = button(await composed(bench), Action.PHOTO_ORIGINAL)
    match gone:
        case "time":
            bench.clock.now += photos.SECONDS
        case "restart":
            bench.started()
        case "another":
            await bench.send(selfie(b"another"))
    asked = final(await bench.send(press(Action.PHOTO_ORIGINAL, *args)))
    assert (asked.text, asked.code) == (say("en", "photo-original-gone"), "ask_photo")
    # The photo, sent once more, leads to the file.
    again = await composed(bench, selfie(b"selfie"))
    await original(bench, *button(again, Action.PHOTO_ORIGINAL))


async def test_the_file_costs_nothing_and_needs_no_pause(bench: Bench) -> None:
    """It is what the person has had already."""
    bench.store.settings["guild"] = CommunitySettings(quota=2, cooldown=60)
    await blended(bench)
    args = button(await composed(bench, at(IN_PHOTO)), Action.PHOTO_ORIGINAL)
    assert [count for count, _ in bench.store.uses.values()] == [1]
    assert final(await bench.send(at(press(Action.PHOTO_ORIGINAL, *args)))).code is None
    assert [count for count, _ in bench.store.uses.values()] == [1]


async def test_the_file_when_the_server_fails(bench: Bench) -> None:
    await blended(bench)
    args = button(await composed(bench), Action.PHOTO_ORIGINAL)
    bench.faces.fail["compose"] = Unreachable()
    told = final(await bench.send(press(Action.PHOTO_ORIGINAL, *args)))
    assert (told.code, actions(told)[0]) == ("unreachable", (Action.PHOTO_ORIGINAL, args))
    await original(bench, *args)
    await bench.send(press(Action.FORGET_SURE))
    assert final(await bench.send(press(Action.PHOTO_ORIGINAL, *args))).code == "expired"


# Showing everyone


@pytest.mark.parametrize("way", ["/public", "the place"])
async def test_no_habit_shows_everyone_ones_own_photo(bench: Bench, way: str) -> None:
    await blended(bench)
    if way == "/public":
        await bench.send(command("public"))
    else:
        bench.store.settings["guild"] = CommunitySettings(public=True)
    shown = await composed(bench, at(IN_PHOTO))
    assert not shown.public
    assert button(shown, Action.REVEAL)


async def test_everyone_sees_the_photo_only_after_a_word_of_warning(bench: Bench) -> None:
    await blended(bench)
    shown = await composed(bench)
    asked = final(await bench.send(press(Action.REVEAL, *button(shown, Action.REVEAL))))
    assert (asked.text, asked.code) == (say("en", "ask-reveal"), "ask_reveal")
    assert "your own photo" in asked.text
    assert (Action.AGAIN, ()) in actions(asked)
    public = await composed(bench, press(Action.REVEAL_SURE, *button(asked, Action.REVEAL_SURE)))
    assert public.public
    assert Action.REVEAL not in {action for action, _ in actions(public)}
    assert len(bench.faces.composed) == 2


async def test_where_nothing_can_be_hidden_nothing_is_revealed(bench: Bench) -> None:
    await blended(bench)
    where = replace(origin(), can_hide=False)
    shown = await composed(bench, replace(IN_PHOTO, origin=where))
    assert Action.REVEAL not in {action for action, _ in actions(shown)}


@pytest.mark.parametrize("action", [Action.REVEAL, Action.REVEAL_SURE])
@pytest.mark.parametrize("change", ["blend", "type", "photo", "choice"])
async def test_what_was_not_looked_at_is_never_shown_to_everyone(
    bench: Bench, action: Action, change: str
) -> None:
    await blended(bench)
    numbers = await two_faces(bench)
    args = button(await composed(bench, press(Action.PLACE, *actions(numbers)[0][1])), Action.REVEAL)
    match change:
        case "blend":
            await bench.send(press(Action.MORE_ME))
        case "type":
            bench.faces.fail["render"] = Unreachable()
            await bench.send(command("mbti", "INTJ", "man"))
        case "photo":
            bench.faces.fail["project"] = Unreachable()
            await bench.send(selfie(b"another"))
        case "choice":
            bench.faces.fail["project"] = Unreachable()
            await bench.send(press(Action.PICK, *actions(numbers)[1][1]))
    assert not (await composed(bench, press(action, *args))).public


async def test_a_photo_that_is_gone_is_not_revealed(bench: Bench) -> None:
    await blended(bench)
    args = button(await composed(bench), Action.REVEAL)
    bench.clock.now += photos.SECONDS
    for action in (Action.REVEAL, Action.REVEAL_SURE):
        assert final(await bench.send(press(action, *args))).code == "ask_photo"


# What is kept in memory


async def test_privacy_tells_of_the_photo_that_is_kept(bench: Bench) -> None:
    await blended(bench)
    assert say("en", "privacy-photo") in final(await bench.send(command("privacy"))).text
    bench.clock.now += photos.SECONDS
    assert say("en", "privacy-photo") not in final(await bench.send(command("privacy"))).text
    assert not len(bench.service._photos)


async def test_the_state_holds_nothing_of_the_photo(bench: Bench) -> None:
    await blended(bench, b"SECRETPIXELS")
    await composed(bench)
    saved = bench.row().states["c"]
    assert "SECRET" not in saved
    assert from_json(saved).doing == "photo"


async def test_photos_kept_for_convenience_make_room(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.service._photos, "_count", 3)
    chats = [f"chat{n}" for n in range(5)]
    for chat in chats:
        await agreed(bench, chat=chat)
        assert isinstance(final(await bench.send(selfie(chat.encode(), chat=chat))), Shown)
    assert len(bench.service._photos) == 3
    codes = [final(await bench.send(press(Action.COMPOSE, chat=chat))).code for chat in chats]
    assert codes == ["ask_photo"] * 2 + [None] * 3


async def test_in_korean(bench: Bench) -> None:
    where = origin(locale="ko")
    await bench.send(Command(where, "mbti", {"text": "엔프피 여자"}))
    await bench.send(replace(press(Action.AGREE), origin=where))
    blend = final(await bench.send(PhotoSent(where, Photo(b"me"))))
    assert "내 사진에 넣기" in {b.label for row in blend.menu for b in row}
    replies = await bench.send(replace(IN_PHOTO, origin=where))
    assert replies[0].text == say("ko", "progress-compose")
    assert final(replies).text == say("ko", "composed-caption", type="ENFP")
