"""The main job through the service, with fakes at its ports."""

from dataclasses import replace

import pytest

from bot.core.events import Command, Person, Photo, PhotoSent, Press, TextSent
from bot.core.presses import Action, encode
from bot.core.replies import Progress, Shown, Text
from bot.core.wording import LOCALES, say
from tests.bot.core.conftest import Bench
from tests.bot.core.fakes import JPEG
from tests.bot.core.people import ANN, BOB, actions, command, final, origin, press, selfie, text
from tests.bot.core.world.rows import DAY


async def agreed(bench: Bench, person: Person = ANN, chat: str = "c") -> None:
    await bench.send(command("mbti", "enfp", "woman", person=person, chat=chat))
    await bench.send(press(Action.AGREE, person=person, chat=chat))


async def blended(bench: Bench, photo: bytes = b"selfie") -> None:
    await agreed(bench)
    assert isinstance(final(await bench.send(selfie(photo))), Shown)


async def test_the_main_job_from_start_to_match(bench: Bench) -> None:
    hello = final(await bench.send(command("start")))
    assert actions(hello)[0] == (Action.BEGIN, ())
    assert "for fun" in hello.text
    assert "trade mark of The Myers-Briggs Company" in hello.text

    ask = final(await bench.send(press(Action.BEGIN)))
    assert [action for action, _ in actions(ask)].count(Action.TYPE) == 16
    assert ask.code == "ask_type"
    assert "for fun" not in ask.text
    ask = final(await bench.send(press(Action.TYPE, "ENFP")))
    assert [args for _, args in actions(ask)] == [("female",), ("male",), ("either",)]
    assert ask.code == "ask_gender"

    shown, consent = await bench.send(press(Action.GENDER, "female"))
    bench.faces.assert_type("ENFP", "female")
    assert isinstance(shown, Shown)
    assert shown.picture.data == JPEG
    assert "ENFP" in shown.text
    assert "ENFP" in shown.picture.alt
    assert actions(consent)[0] == (Action.AGREE, ())
    assert consent.code == "ask_consent"
    assert not bench.row().agreed

    assert final(await bench.send(press(Action.AGREE))).code == "ask_selfie"
    assert bench.row().agreed

    replies = await bench.send(selfie())
    progress, last = replies[:-1], final(replies)
    assert len(progress) >= 2
    assert all(isinstance(reply, Progress) for reply in progress)
    assert any(isinstance(reply, Progress) and reply.preview for reply in progress)
    assert actions(progress[0]) == [(Action.CANCEL, ("1",))]
    bench.faces.assert_blend(b"selfie", "ENFP", 0.5)
    assert isinstance(last, Shown)
    assert not last.public
    ((face, latent),) = bench.row().faces.values()
    assert (latent, face.expires - face.created) == (b"selfie", DAY)

    ask = final(await bench.send(press(Action.MATCH)))
    assert len(actions(ask)) == 3
    assert ask.code == "ask_match"
    match = final(await bench.send(press(Action.MATCH_GENDER, "male")))
    bench.faces.assert_type("ISTJ", "male")
    assert isinstance(match, Shown)
    assert "ISTJ" in match.text
    final(await bench.send(command("match")))
    bench.faces.assert_type("ISTJ", "male")
    assert bench.store.closed == ["matched", "matched"]
    assert bench.row().walks == [(None, "ENFP", "female")]
    assert [job[0] for job in bench.store.jobs] == ["render", "project", "render", "render", "render"]
    assert bench.store.jobs[1] == ("project", 5, 900, "done")


@pytest.mark.parametrize("way", ["pressed", "typed", "said"])
async def test_whose_face_it_is_is_asked_once_and_changed_under_the_types_picture(
    bench: Bench, way: str
) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    assert final(await bench.send(press(Action.TYPES))).code == "ask_type"
    ways = {"pressed": press(Action.TYPE, "INTJ"), "typed": command("mbti", "INTJ"), "said": text("intj")}
    kind = (await bench.send(ways[way]))[0]
    assert isinstance(kind, Shown)
    bench.faces.assert_type("INTJ", "female")
    assert [one for one in actions(kind) if one[0] is Action.TYPE_AS] == [
        (Action.TYPE_AS, ("INTJ", "male")),
        (Action.TYPE_AS, ("INTJ", "either")),
    ]
    await bench.send(press(Action.TYPE_AS, "INTJ", "male"))
    bench.faces.assert_type("INTJ", "male")
    await bench.send(press(Action.BEGIN))
    await bench.send(press(Action.TYPE, "ISTP"))
    bench.faces.assert_type("ISTP", "male")
    # An older picture's button is about the type that it shows.
    await bench.send(press(Action.TYPE_AS, "INTJ", "either"))
    bench.faces.assert_type("INTJ", "either")
    await bench.send(press(Action.FORGET_SURE))
    assert final(await bench.send(press(Action.TYPE, "ENFP"))).code == "ask_gender"


async def test_who_looks_at_a_type_alone_changes_whose_face_it_is_there_too(bench: Bench) -> None:
    await blended(bench)
    plain = final(await bench.send(press(Action.PLAIN)))
    assert (Action.TYPE_AS, ("ENFP", "male")) in actions(plain)
    kind, blend = await bench.send(press(Action.TYPE_AS, "ENFP", "male"))
    assert isinstance(kind, Shown)
    assert isinstance(blend, Shown)
    bench.faces.assert_blend(b"selfie", "ENFP", 0.5)


async def test_one_command_with_everything(bench: Bench) -> None:
    await agreed(bench)
    event = Command(origin(), "mbti", {"gender": "male", "type": "istp"}, Photo(b"me"))
    replies = await bench.send(event)
    assert isinstance(replies[0], Shown)
    assert "ISTP" in replies[0].text
    assert isinstance(final(replies), Shown)
    bench.faces.assert_blend(b"me", "ISTP", 0.5)


async def test_a_session_in_a_community_notes_it(bench: Bench) -> None:
    await agreed(bench)
    assert not bench.store.known
    where = replace(origin(), community="77")
    for kind in ("ENFP", "INTJ"):
        await bench.send(Command(where, "mbti", {"type": kind, "gender": "male"}))
    assert bench.store.known == {"77"}


async def test_korean(bench: Bench) -> None:
    event = Command(origin(locale="ko-KR"), "mbti", {"text": "엔프피 여자"})
    replies = await bench.send(event)
    bench.faces.assert_type("ENFP", "female")
    assert "리본" in replies[0].text
    assert "재미로" in replies[0].text
    assert "동의" in final(replies).menu[0][0].label


async def test_the_language_is_remembered_where_an_update_does_not_tell_it(bench: Bench) -> None:
    unknown = replace(origin(), locale="")
    assert "Hello" in final(await bench.send(Command(unknown, "start"))).text
    await bench.send(Command(origin(locale="ko"), "mbti", {"text": "enfp male"}))
    bench.started()
    assert "안녕" in final(await bench.send(Command(unknown, "start"))).text
    assert "Hello" in final(await bench.send(Command(origin(), "start"))).text


async def test_a_selfie_before_consent_waits_in_memory(bench: Bench) -> None:
    ask = final(await bench.send(selfie(b"early")))
    assert [action for action, _ in actions(ask)].count(Action.TYPE) == 16
    await bench.send(press(Action.TYPE, "INTJ"))
    consent = final(await bench.send(press(Action.GENDER, "either")))
    assert actions(consent)[0] == (Action.AGREE, ())
    bench.faces.assert_nothing_projected()
    assert isinstance(final(await bench.send(press(Action.AGREE))), Shown)
    bench.faces.assert_blend(b"early", "INTJ", 0.5)


async def test_no_consent_no_projection(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "female", photo=b"x"))
    declined = final(await bench.send(press(Action.DECLINE)))
    assert (Action.MATCH, ()) in actions(declined)
    await bench.send(command("me"))
    await bench.send(press(Action.RETRY, "photo"))
    await bench.send(press(Action.AGAIN))
    bench.faces.assert_nothing_projected()
    assert not bench.row().agreed


async def test_a_photo_waits_no_longer_than_fifteen_minutes(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "female", photo=b"x"))
    bench.clock.now += 901
    assert isinstance(final(await bench.send(press(Action.AGREE))), Text)
    bench.faces.assert_nothing_projected()


@pytest.mark.parametrize(
    ("action", "args", "weight"),
    [(Action.MORE_ME, (), 0.35), (Action.MORE_TYPE, (), 0.65), (Action.UNDO, (), 0.5)],
)
async def test_the_blend_follows_the_buttons(
    bench: Bench, action: Action, args: tuple[str, ...], weight: float
) -> None:
    await blended(bench)
    assert isinstance(final(await bench.send(press(action, *args))), Shown)
    bench.faces.assert_blend(b"selfie", "ENFP", weight)


async def test_undo_goes_back_one_by_one(bench: Bench) -> None:
    await blended(bench)
    for action, args in ((Action.MORE_TYPE, ()), (Action.SHAPE, ("1",)), (Action.COLOURS, ("0",))):
        await bench.send(press(action, *args))
    for _ in range(2):
        last = final(await bench.send(press(Action.UNDO)))
    bench.faces.assert_blend(b"selfie", "ENFP", 0.65)
    assert (Action.UNDO, ()) in actions(last)
    last = final(await bench.send(press(Action.UNDO)))
    bench.faces.assert_blend(b"selfie", "ENFP", 0.5)
    assert (Action.UNDO, ()) not in actions(last)


async def test_show_everyone_shows_what_was_looked_at_last(bench: Bench) -> None:
    await blended(bench)
    newest = final(await bench.send(press(Action.MORE_ME)))
    assert (Action.SHOW, ("3",)) in actions(newest)
    old = final(await bench.send(press(Action.SHOW, "2")))
    assert isinstance(old, Shown)
    assert not old.public
    public = final(await bench.send(press(Action.SHOW, "4")))
    assert isinstance(public, Shown)
    assert public.public
    assert Action.SHOW not in [action for action, _ in actions(public)]
    bench.faces.assert_blend(b"selfie", "ENFP", 0.35)


async def test_me_blends_the_last_selfie_anew_with_the_new_type(bench: Bench) -> None:
    await blended(bench)
    bench.clock.now += 901
    shown, ask = await bench.send(command("mbti", "INTJ", "male"))
    assert isinstance(shown, Shown)
    assert actions(ask)[0] == (Action.AGAIN, ())
    assert isinstance(final(await bench.send(command("me"))), Shown)
    bench.faces.assert_blend(b"selfie", "INTJ", 0.5)
    assert len(bench.faces.projected) == 1


async def test_another_type_is_blended_at_once_while_the_photo_is_in_memory(bench: Bench) -> None:
    await blended(bench)
    kind, blend = await bench.send(command("mbti", "INTJ", "male"))
    assert isinstance(kind, Shown)
    assert isinstance(final([blend]), Shown)
    bench.faces.assert_blend(b"selfie", "INTJ", 0.5)
    assert len(bench.faces.projected) == 1


async def test_another_type_is_not_shown_to_everyone_by_the_first_ones_button(bench: Bench) -> None:
    await blended(bench)
    ((_, serial),) = [
        each for each in actions(final(await bench.send(command("me")))) if each[0] == Action.SHOW
    ]
    bench.clock.now += 901
    await bench.send(command("mbti", "INTJ", "male"))
    shown = final(await bench.send(press(Action.SHOW, *serial)))
    assert isinstance(shown, Shown)
    assert not shown.public


async def test_the_last_selfie_serves_in_every_chat(bench: Bench) -> None:
    await blended(bench)
    await bench.send(command("mbti", "INTJ", "male", chat="elsewhere"))
    assert isinstance(final(await bench.send(command("me", chat="elsewhere"))), Shown)
    bench.faces.assert_blend(b"selfie", "INTJ", 0.5)


async def test_a_kept_face_that_is_gone_is_asked_for_again(bench: Bench) -> None:
    await blended(bench)
    bench.row().faces.clear()
    gone = final(await bench.send(press(Action.MORE_ME)))
    assert gone.code == "face_gone"
    assert final(await bench.send(press(Action.MORE_ME))).code == "expired"
    assert isinstance(final(await bench.send(selfie(b"new"))), Shown)


async def test_a_wrong_type_names_the_near(bench: Bench) -> None:
    wrong = final(await bench.send(command("mbti", "ABCD", "woman")))
    assert wrong.code == "unknown_type"
    assert "ENFJ" in wrong.text
    assert (Action.TYPE, ("ENFJ",)) in actions(wrong)
    replies = await bench.send(press(Action.TYPE, "ENFJ"))
    assert isinstance(replies[0], Shown)
    bench.faces.assert_type("ENFJ", "female")
    typo = final(await bench.send(text("enpf")))
    assert typo.code == "unknown_type"


async def test_several_partners_are_all_named(bench: Bench) -> None:
    bench.started("popular")
    await bench.send(command("mbti", "isfp", "man"))
    match = final(await bench.send(command("match", "woman")))
    bench.faces.assert_type("ENFJ", "female")
    for kind in ("ENFJ", "ESFJ", "ESTJ"):
        assert kind in match.text


@pytest.mark.parametrize("locale", LOCALES)
async def test_help_tells_at_a_terminal_how_a_photo_is_sent(bench: Bench, locale: str) -> None:
    here = origin(Person("terminal", "ann"), locale=locale)
    elsewhere = origin(locale=locale)
    pressed = encode(here.person, Action.HELP)
    ways = (Command(here, "help"), Command(here, "what"), Press(here, pressed), TextSent(here, "help"))
    for event in ways:
        told = final(await bench.send(event))
        assert say(locale, "help-terminal") in told.text
        assert "@" in say(locale, "help-terminal")
    assert say(locale, "help-terminal") not in final(await bench.send(Command(elsewhere, "help"))).text


async def test_plain_words(bench: Bench) -> None:
    assert len(actions(final(await bench.send(text("I am an ENFP"))))) == 3
    replies = await bench.send(text("여자"))
    assert isinstance(replies[0], Shown)
    bench.faces.assert_type("ENFP", "female")
    lost = final(await bench.send(text("qwertz? 12 🎉")))
    assert (Action.AGREE, ()) in actions(lost)
    assert lost.code == "ask_consent"
    assert "what you can" not in lost.text
    await bench.send(text("Hi, I am an istp"))
    bench.faces.assert_type("ISTP", "female")
    hello = final(await bench.send(text("hello")))
    assert (Action.BEGIN, ()) in actions(hello)


async def test_privacy_says_what_is_held(bench: Bench) -> None:
    nothing = final(await bench.send(command("privacy")))
    assert "no face of yours" in nothing.text
    await blended(bench)
    held = final(await bench.send(command("privacy")))
    assert "one face of yours" in held.text
    assert "Jan 2, 2030" in held.text
    await bench.send(PhotoSent(origin(chat="d"), Photo(b"x")))
    assert "photo of yours is in memory" in final(await bench.send(command("privacy", chat="d"))).text


async def test_someone_elses_button(bench: Bench) -> None:
    await blended(bench)
    refused = final(await bench.send(press(Action.MORE_ME, person=BOB, of=ANN)))
    assert refused.code == "not_yours"
    assert len(bench.faces.rendered) == 2


async def test_double_delivery_is_answered_once(bench: Bench) -> None:
    event = Command(origin(update="42"), "mbti", {"type": "ENFP", "gender": "male"})
    assert await bench.send(event)
    assert await bench.send(event) == []
    other = Command(origin(BOB, update="43"), "start")
    assert await bench.send(other)


async def test_an_unreadable_state_starts_fresh(bench: Bench) -> None:
    bench.row().states["c"] = '{"version": 99}'
    assert isinstance(final(await bench.send(command("start"))), Text)


async def test_the_state_holds_no_picture_and_no_latent(bench: Bench) -> None:
    await blended(bench, b"SECRETPIXELS")
    saved = bench.row().states["c"]
    assert "SECRET" not in saved
    assert "U0VDUkVU" not in saved
    assert len(saved) < 600
