"""What goes wrong: every time one clear message, a code, and a way on."""

import asyncio

import pytest

from bot.core.events import Event, Photo, PhotoSent
from bot.core.presses import Action
from bot.core.replies import Progress, Reply, Shown, Text
from bot.core.wording import say
from inference.errors import (
    AlreadyRunning,
    BadImage,
    BadLatent,
    Busy,
    Cancelled,
    FaceCut,
    FaceTooSmall,
    InternalError,
    ManyFaces,
    NoFace,
    NoSuchJob,
    PackError,
    Stopping,
    TooLarge,
    TypefaceError,
    Unauthorized,
    UnknownLabel,
    Unreachable,
)
from tests.bot.core.conftest import Bench
from tests.bot.core.people import ANN, BOB, actions, bright, command, final, origin, press, selfie, stopped
from tests.bot.core.test_service import agreed, blended


async def running(bench: Bench) -> tuple[asyncio.Task[list[Reply]], asyncio.Event]:
    """A projection that waits at its gate."""
    await agreed(bench)
    bench.faces.gate = asyncio.Event()
    bench.faces.started.clear()
    task = asyncio.create_task(bench.send(selfie(b"slow")))
    await bench.faces.started.wait()
    return task, bench.faces.gate


async def settle() -> None:
    """Let everything go as far as it can: a count of turns, which a busy machine does not shorten."""
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.mark.parametrize("error", [BadImage, TooLarge, NoFace, FaceTooSmall, FaceCut])
async def test_an_unusable_photo_is_asked_for_again(bench: Bench, error: type[TypefaceError]) -> None:
    await agreed(bench)
    bench.faces.fail["project"] = error()
    told = final(await bench.send(selfie()))
    assert told.code == error.code
    assert "send" in told.text
    assert actions(told)[0] == (Action.SELFIE, ())
    assert final(await bench.send(press(Action.RETRY, "photo"))).code == "photo_gone"
    assert isinstance(final(await bench.send(selfie(b"better"))), Shown)
    bench.faces.fail["project"] = error()
    again = final(await bench.send(selfie(b"worse")))
    assert (Action.AGAIN, ()) in actions(again), "there is a face by now"
    assert bright(told) == bright(again) == [Action.SELFIE]


@pytest.mark.parametrize(
    "error",
    [
        Busy(retry_after=7),
        Stopping(),
        Unreachable(),
        InternalError(),
        NoSuchJob(),
        Cancelled(),
        AlreadyRunning(),
        PackError(),
        Unauthorized(),
        UnknownLabel(),
    ],
    ids=lambda error: error.code,
)
@pytest.mark.parametrize("when", ["project", "project-end"])
async def test_a_failing_server_is_told_and_tried_again(
    bench: Bench, error: TypefaceError, when: str
) -> None:
    await agreed(bench)
    bench.faces.fail[when] = error
    told = final(await bench.send(selfie(b"kept")))
    assert told.code == error.code
    assert actions(told)[0] == (Action.RETRY, ("photo",))
    if isinstance(error, Busy):
        assert "7 s" in told.text
    assert isinstance(final(await bench.send(press(Action.RETRY, "photo"))), Shown)
    bench.faces.assert_blend(b"kept", "ENFP", 0.5)
    assert bench.store.jobs[1][3] == error.code


async def test_every_render_can_be_tried_again(bench: Bench) -> None:
    bench.faces.fail["render"] = Unreachable()
    told = final(await bench.send(command("mbti", "ENFP", "male")))
    assert actions(told)[0] == (Action.RETRY, ("type",))
    assert isinstance((await bench.send(press(Action.RETRY, "type")))[0], Shown)
    bench.faces.fail["render"] = Busy()
    told = final(await bench.send(command("match", "either")))
    assert actions(told)[0] == (Action.RETRY, ("match",))
    assert isinstance(final(await bench.send(press(Action.RETRY, "match"))), Shown)
    await blended(bench)
    bench.faces.fail["render"] = Unreachable()
    told = final(await bench.send(press(Action.MORE_ME)))
    assert actions(told)[0] == (Action.RETRY, ("blend",))
    assert isinstance(final(await bench.send(press(Action.RETRY, "blend"))), Shown)
    bench.faces.assert_blend(b"selfie", "ENFP", 0.35)
    bench.faces.fail["render"] = BadLatent()
    assert final(await bench.send(press(Action.MORE_ME))).code == "bad_latent"


async def test_what_is_drawn_can_be_tried_again(bench: Bench) -> None:
    """Each by a button that asks for the very same."""
    await blended(bench)
    card = final(await bench.send(command("card", "hello")))
    assert isinstance(card, Shown)
    asked: list[tuple[Event, Action, tuple[str, ...]]] = [
        (command("all"), Action.ALL, ()),
        (command("looks"), Action.LOOKS, ()),
        (press(Action.SURPRISE, "77"), Action.SURPRISE, ("77",)),
        (command("card"), Action.CARD, ()),
        (command("show", card.made or ""), Action.RECALL, (card.made or "",)),
        (press(Action.PUBLISH, card.made or ""), Action.PUBLISH, (card.made or "",)),
        (press(Action.ORIGINAL, card.made or ""), Action.ORIGINAL, (card.made or "",)),
        (command("gallery"), Action.GALLERY, ("0",)),
        (press(Action.MY_DATA), Action.MY_DATA, ()),
        (press(Action.MIX, "weight", "60"), Action.MIX, ("open", "0")),
        (press(Action.MOVE, "smile", "5"), Action.EDIT, ("smile",)),
        (press(Action.PLAIN), Action.PLAIN, ()),
    ]
    for event, action, args in asked:
        bench.faces.fail["render"] = Busy(retry_after=7)
        told = final(await bench.send(event))
        assert (told.code, actions(told)[0]) == ("busy", (action, args)), event
        assert "7 s" in told.text
        assert isinstance(final(await bench.send(press(action, *args))), Shown), event
    bench.faces.fail["render"] = Unreachable()
    told = final(await bench.send(command("card", "in my own words")))
    assert say("en", "button-retry") not in {button.label for row in told.menu for button in row}


async def test_many_faces_without_a_place_are_a_failure_like_any_other(bench: Bench) -> None:
    bench.faces.fail["render"] = ManyFaces()
    reply = final(await bench.send(command("mbti", "ENFP", "woman")))
    assert reply.code == "many_faces"
    assert say("en", "error-internal") in reply.text


async def test_several_faces_are_numbered_and_one_is_chosen(bench: Bench) -> None:
    await agreed(bench)
    bench.faces.fail["project"] = ManyFaces(boxes=[(300, 0, 400, 100), (10, 0, 110, 100)])
    shown = final(await bench.send(selfie(b"two")))
    assert isinstance(shown, Shown)
    assert shown.code == "many_faces"
    assert bench.drawing.drawn == [(b"two", ((10, 0, 110, 100), (300, 0, 400, 100)))]
    (action, args), (second, token) = actions(shown)[:2]
    assert action == second == Action.PICK
    assert args[0] == token[0]
    assert isinstance(final(await bench.send(press(Action.PICK, *token))), Shown)
    assert bench.faces.projected[-1][0] == b"two"
    assert bench.faces.projected[-1][2] == (300, 0, 400, 100)
    # The other one, while the photo is in memory; its face is then another.
    assert isinstance(final(await bench.send(press(Action.PICK, *args))), Shown)
    assert bench.faces.projected[-1][2] == (10, 0, 110, 100)
    bench.clock.now += 901
    assert final(await bench.send(press(Action.PICK, *token))).code == "photo_gone"


async def test_a_chosen_face_is_not_asked_for_again_when_it_is_tried_again(bench: Bench) -> None:
    await agreed(bench)
    bench.faces.fail["project"] = ManyFaces(boxes=[(10, 0, 110, 100), (300, 0, 400, 100)])
    numbers = final(await bench.send(selfie(b"two")))
    bench.faces.fail["project-end"] = Unreachable()
    assert (
        final(await bench.send(press(*actions(numbers)[1][:1], *actions(numbers)[1][1]))).code
        == "unreachable"
    )
    assert isinstance(final(await bench.send(press(Action.RETRY, "photo"))), Shown)
    assert bench.faces.projected[-1][2] == (300, 0, 400, 100)


@pytest.mark.parametrize("how", ["fails", "is cancelled", "is lost with the store"])
async def test_another_face_of_the_photo_is_tried_again_too(bench: Bench, how: str) -> None:
    """Its photo served once already: it is there all the same, and it is not the first face that comes back."""
    await agreed(bench)
    bench.faces.fail["project"] = ManyFaces(boxes=[(10, 0, 110, 100), (300, 0, 400, 100)])
    numbers = final(await bench.send(selfie(b"two")))
    (_, one), (_, two) = actions(numbers)[:2]
    await bench.send(press(Action.PICK, *one))
    match how:
        case "fails":
            bench.faces.fail["project-end"] = Unreachable()
            told = final(await bench.send(press(Action.PICK, *two)))
        case "is cancelled":
            bench.faces.gate = asyncio.Event()
            bench.faces.started.clear()
            task = asyncio.create_task(bench.send(press(Action.PICK, *two)))
            await bench.faces.started.wait()
            bench.faces.gate = None
            told = final(await bench.send(press(Action.CANCEL, "3")))
            stopped(await task)
        case _:
            bench.store.failing = {"keep_face"}
            told = final(await bench.send(press(Action.PICK, *two)))
    assert actions(told)[0] == (Action.RETRY, ("photo",))
    assert len(bench.faces.projected) == 3
    assert isinstance(final(await bench.send(press(Action.RETRY, "photo"))), Shown)
    assert [box for _, _, box in bench.faces.projected[-2:]] == [(300, 0, 400, 100)] * 2
    assert isinstance(final(await bench.send(command("me"))), Shown)


async def test_a_crowd_has_buttons_for_the_largest_twenty(bench: Bench) -> None:
    await agreed(bench)
    bench.faces.fail["project"] = ManyFaces(boxes=[(9 * n, 0, 9 * n + n + 1, n + 1) for n in range(40)])
    bench.drawing.error = OSError("no")
    told = final(await bench.send(selfie(b"crowd")))
    assert isinstance(told, Text)
    assert sum(action is Action.PICK for action, _ in actions(told)) == 20


async def test_a_second_selfie_while_one_runs(bench: Bench) -> None:
    task, gate = await running(bench)
    told = final(await bench.send(selfie(b"another")))
    assert told.code == "already_running"
    assert actions(told)[0][0] == Action.CANCEL
    assert final(await bench.send(command("help"))).code is None
    gate.set()
    assert isinstance(final(await task), Shown)
    assert len(bench.faces.projected) == 1


async def test_cancel_stops_the_work(bench: Bench) -> None:
    task, _ = await running(bench)
    told = final(await bench.send(press(Action.CANCEL, "1")))
    assert told.text == say("en", "error-cancelled")
    assert actions(told)[0] == (Action.RETRY, ("photo",))
    stopped(await task)
    assert bench.faces.cancelled == 1
    assert not bench.row().faces
    bench.faces.gate = None
    assert isinstance(final(await bench.send(press(Action.RETRY, "photo"))), Shown)
    assert final(await bench.send(press(Action.CANCEL, "1"))).code is None


async def test_a_group_that_moves_in_mid_job_keeps_it_and_its_photo(bench: Bench) -> None:
    """Under the new id the work goes on, is cancelled and tried again; what is sent under the old one goes on, too."""
    for event in (command("mbti", "ENFP", "woman", chat="old"), press(Action.AGREE, chat="old")):
        await bench.send(event)
    bench.faces.gate = asyncio.Event()
    task = asyncio.create_task(bench.send(selfie(b"slow", chat="old")))
    await bench.faces.started.wait()
    assert await bench.service.moved("discord", "old", "new")
    assert await bench.service.moved("discord", "new", "newer")
    assert final(await bench.send(selfie(b"another", chat="newer"))).code == "already_running"
    told = final(await bench.send(press(Action.CANCEL, "1", chat="newer")))
    stopped(await task)
    assert actions(told)[0] == (Action.RETRY, ("photo",))
    bench.faces.gate = None
    assert isinstance(final(await bench.send(press(Action.RETRY, "photo", chat="newer"))), Shown)
    bench.faces.assert_blend(b"slow", "ENFP", 0.5)
    assert isinstance(final(await bench.send(press(Action.MORE_ME, chat="old"))), Shown)


async def test_what_was_cancelled_is_not_kept(bench: Bench) -> None:
    await agreed(bench)
    bench.store.pause["log_job"] = asyncio.Event()
    task = asyncio.create_task(bench.send(selfie(b"slow")))
    await bench.faces.started.wait()
    await settle()
    cancel = asyncio.create_task(bench.send(press(Action.CANCEL, "1")))
    await settle()
    bench.store.pause["log_job"].set()
    assert final(await cancel).text.startswith("Cancelled")
    stopped(await task)
    assert not bench.row().faces


async def test_forget_while_a_job_runs(bench: Bench) -> None:
    task, _ = await running(bench)
    told = final(await bench.send(press(Action.FORGET_SURE, chat="another chat")))
    assert "forgotten you" in told.text
    assert stopped(await task).text == say("en", "stopped-forgotten")
    assert bench.faces.cancelled == 1
    bench.store.assert_nothing_about(bench.ref())
    assert final(await bench.send(press(Action.MORE_ME))).code == "expired"
    assert final(await bench.send(press(Action.AGREE))).code == "expired"


async def test_forget_at_every_moment_of_a_job_leaves_nothing(bench: Bench) -> None:
    for moment in range(60):
        bench.started()
        await agreed(bench)
        bench.drawing.shrunk.clear()
        task = asyncio.create_task(bench.send(selfie(b"slow")))
        while moment % 3 and not bench.drawing.shrunk:  # a thread of its own has no count of turns
            await asyncio.sleep(0)
        for _ in range(moment):
            await asyncio.sleep(0)
        told = final(await bench.send(press(Action.FORGET_SURE)))
        assert "forgotten you" in told.text
        assert (await task)[-1].text
        assert not len(bench.service._photos)
        bench.store.assert_nothing_about(bench.ref())


async def test_forget_tells_of_a_receipt_and_begins_anew(bench: Bench) -> None:
    await blended(bench)
    told = final(await bench.send(press(Action.FORGET_SURE)))
    assert "one face" in told.text
    assert say("en", "forgotten-key") in told.text
    bench.store.assert_nothing_about(bench.ref())
    assert "for fun" in final(await bench.send(command("start"))).text


async def test_a_restart_in_mid_job_is_told(bench: Bench) -> None:
    task, _ = await running(bench)
    saved = dict(bench.row().states)
    await bench.service.close()
    final(await task)
    bench.row().states = saved
    bench.faces.gate = None
    bench.started()
    replies = await bench.send(command("help"))
    assert replies[0].text.startswith("Sorry, I was interrupted")
    assert final(await bench.send(press(Action.RETRY, "photo"))).code == "photo_gone"
    assert isinstance(final(await bench.send(selfie(b"again"))), Shown)


async def test_who_comes_back_to_work_that_was_interrupted_finds_its_button_last(bench: Bench) -> None:
    task, _ = await running(bench)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    bench.faces.gate = None
    (told,) = await bench.send(command("back"))
    assert told.text == say("en", "interrupted-photo")
    action, args = actions(told)[0]
    assert isinstance(final(await bench.send(press(action, *args))), Shown)


async def test_a_selfie_after_a_restart_just_works(bench: Bench) -> None:
    task, _ = await running(bench)
    saved = dict(bench.row().states)
    await bench.service.close()
    assert final(await task).code == "stopping"
    bench.row().states = saved
    bench.faces.gate = None
    bench.started()
    replies = await bench.send(selfie(b"again"))
    assert isinstance(replies[0], Progress)
    assert isinstance(final(replies), Shown)


async def test_after_close_nothing_begins(bench: Bench) -> None:
    await bench.service.close()
    assert final(await bench.send(command("start"))).code == "stopping"


async def test_closing_the_answer_cancels_the_work(bench: Bench) -> None:
    await agreed(bench)
    bench.faces.gate = asyncio.Event()
    replies = bench.service.handle(selfie())
    await anext(replies)
    await anext(replies)
    await replies.aclose()
    await settle()
    assert bench.faces.cancelled == 1
    assert not bench.row().faces
    bench.faces.gate = None
    assert isinstance(final(await bench.send(press(Action.RETRY, "photo"))), Shown)


async def test_a_job_ends_with_its_photos_time(bench: Bench) -> None:
    await agreed(bench)
    await bench.send(PhotoSent(origin(chat="c2"), Photo(b"x")))
    await bench.send(press(Action.TYPE, "ENFP", chat="c2"))
    bench.clock.now += 899.99
    bench.faces.gate = asyncio.Event()
    told = final(await bench.send(press(Action.GENDER, "female", chat="c2")))
    assert told.code == "photo_gone"
    assert bench.faces.cancelled == 1


async def test_the_photos_own_problem_is_told(bench: Bench) -> None:
    for problem in ("too_large", "bad_image", "photo_gone", "anything"):
        told = final(await bench.send(PhotoSent(origin(), Photo(problem=problem))))
        assert told.code == problem
    told = final(await bench.send(PhotoSent(origin(), Photo(b"1" * (20 * 2**20 + 1)))))
    assert told.code == "too_large"


async def test_forged_and_garbled_buttons(bench: Bench) -> None:
    for payload in (
        "",
        "x",
        "1.2.3",
        "💥" * 9,
        "1." + "a" * 500,
        "1..begin",
        press(Action.BEGIN).payload + ".x",
    ):
        event = press(Action.BEGIN)
        told = final(await bench.send(type(event)(event.origin, payload)))
        assert told.code == "bad_button"


async def test_a_store_that_is_down_is_told_once(bench: Bench) -> None:
    await blended(bench)
    bench.store.down = True
    for event in (command("help"), selfie(), press(Action.FORGET_SURE), press(Action.MORE_ME)):
        (reply,) = await bench.send(event)
        assert final([reply]).code == "store_down"
    bench.store.down = False
    assert isinstance(final(await bench.send(press(Action.MORE_ME))), Shown)


@pytest.mark.parametrize("name", ["keep_face", "log_job", "save", "standing", "face"])
async def test_a_store_that_fails_in_mid_job(bench: Bench, name: str) -> None:
    await agreed(bench)
    bench.store.failing = {name}
    told = final(await bench.send(selfie(b"mine")))
    assert told.code == "store_down"
    assert not bench.service._presences.all()
    if name in {"keep_face", "log_job", "face"}:  # the photo is in memory
        assert actions(told)[0] == (Action.RETRY, ("photo",))
        assert isinstance(final(await bench.send(press(Action.RETRY, "photo"))), Shown)
    assert isinstance(final(await bench.send(selfie(b"mine"))), Shown)


async def test_a_bug_in_a_port_is_told_kindly(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.faces.bug = ZeroDivisionError("about person 1001")
    assert final(await bench.send(command("mbti", "enfp", "man"))).code == "internal"
    assert "ZeroDivisionError" in caplog.text
    assert "fakes.py" in caplog.text
    assert "1001" not in caplog.text


async def test_two_people_at_once_never_cross(bench: Bench) -> None:
    people = [ANN, BOB]
    for person in people:
        await agreed(bench, person)
    photos = {person: person.id.encode() for person in people}
    answers = await asyncio.gather(*(bench.send(selfie(photos[person], person)) for person in people))
    assert all(isinstance(final(replies), Shown) for replies in answers)
    for person in people:
        await bench.send(press(Action.MORE_TYPE, person=person))
        bench.faces.assert_blend(photos[person], "ENFP", 0.65)
    owners = {owner for _, owner, _ in bench.faces.projected}
    assert len(owners) == 2
    assert all(person.id not in owner for person in people for owner in owners)
    await bench.send(press(Action.FORGET_SURE, person=ANN))
    bench.store.assert_nothing_about(bench.ref(ANN))
    await bench.send(press(Action.MORE_TYPE, person=BOB))
    bench.faces.assert_blend(photos[BOB], "ENFP", 0.8)


async def test_the_owner_key_changes_with_every_start(bench: Bench) -> None:
    await blended(bench)
    bench.started()
    await bench.send(selfie())
    (_, first, _), (_, second, _) = bench.faces.projected
    assert first != second
    assert len(first) == 64
