"""Films and cards through the service."""

from __future__ import annotations

import asyncio

from bot.core.presses import Action
from bot.core.replies import Progress
from inference.errors import Unreachable
from inference.wire import LabelFace
from tests.bot.core.conftest import Bench
from tests.bot.core.fakes import mixed
from tests.bot.core.features.test_play import ME, blended, shown
from tests.bot.core.people import BOB, actions, command, final, press


async def test_a_film_goes_from_the_type_to_oneself_to_the_match(bench: Bench) -> None:
    await blended(bench)
    replies = await bench.send(command("morph"))
    film = shown(replies)
    kind = LabelFace(label="ENFP", gender="female")
    mine = mixed(ME, kind)
    assert bench.faces.morphed == [(kind, mine, LabelFace(label="ISTJ", gender="female"))]
    assert (film.picture.media_type, film.picture.name) == ("video/mp4", "typeface-film.mp4")
    assert film.picture.poster
    assert "10%" in next(r.text for r in replies if isinstance(r, Progress) and r.fraction)
    assert film.made
    await bench.send(command("show", film.made))
    assert bench.faces.morphed[1] == bench.faces.morphed[0]


async def test_without_a_selfie_the_film_goes_from_type_to_match(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    assert len(actions(shown(await bench.send(press(Action.FILM))))) >= 3
    assert [face.label for face in bench.faces.morphed[0]] == ["ENFP", "ISTJ"]  # type: ignore[union-attr]


async def test_a_film_can_be_cancelled_and_tried_again(bench: Bench) -> None:
    await blended(bench)
    bench.faces.gate = asyncio.Event()
    filming = asyncio.create_task(bench.send(command("morph")))
    await bench.faces.started.wait()
    assert final(await bench.send(command("card"))).code is None, "what is quick goes on beside it"
    assert final(await bench.send(press(Action.FILM))).code == "already_running"
    job = next(args[0] for r in [await _busy(bench)] for action, args in r if action is Action.CANCEL)
    told = final(await bench.send(press(Action.CANCEL, job)))
    assert (Action.RETRY, ("film",)) in actions(told)
    assert (await filming)[-1].code == "cancelled"  # type: ignore[union-attr]
    assert bench.faces.cancelled == 1
    bench.faces.gate.set()
    shown(await bench.send(press(Action.RETRY, "film")))


async def _busy(bench: Bench) -> list[tuple[Action, tuple[str, ...]]]:
    return actions(final(await bench.send(press(Action.FILM))))


async def test_a_film_that_fails_is_told_with_a_way_to_try_again(bench: Bench) -> None:
    await blended(bench)
    bench.faces.fail["morph"] = Unreachable()
    told = final(await bench.send(command("morph")))
    assert told.code == "unreachable"
    assert actions(told)[0] == (Action.FILM_AS, ("mp4",))
    bench.faces.fail["morph"] = Unreachable()
    told = final(await bench.send(press(Action.FILM_AS, "webp")))
    assert actions(told)[0] == (Action.FILM_AS, ("webp",)), "in the form that was asked for"
    film = shown(await bench.send(press(Action.FILM_AS, "webp")))
    bench.faces.fail["morph"] = Unreachable()
    told = final(await bench.send(command("show", film.made or "")))
    assert actions(told)[0] == (Action.RECALL, (film.made,)), "that very film"
    bench.row().faces.clear()
    assert final(await bench.send(press(Action.FILM))).code == "face_gone"


async def test_a_card_has_three_faces_a_name_and_ones_own_words(bench: Bench) -> None:
    await blended(bench)
    card = shown(await bench.send(command("card", "Hello from me")))
    drawn = bench.drawing.cards[0]
    assert (drawn.kind, drawn.line, drawn.shape) == ("ENFP", "Hello from me", "wide")
    assert drawn.title == "The kite with a thousand ribbons"
    assert drawn.mine
    assert "ISTJ" in drawn.match_label
    assert card.made
    offered = [action for action, _ in actions(card)]
    assert Action.CARD not in offered, "it is there already"
    assert {Action.AGAIN, Action.FILM, Action.GALLERY, Action.MATCH} <= {*offered}
    await bench.send(command("show", card.made))
    assert bench.drawing.cards[1].mine
    long = shown(await bench.send(command("card", "x" * 5000)))
    assert long
    assert len(bench.drawing.cards[2].line) <= 120
    await bench.send(command("card"))
    assert bench.drawing.cards[3].line.startswith("This is me as ENFP.")


async def test_a_card_without_a_selfie_has_two_faces(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    shown(await bench.send(command("card")))
    assert bench.drawing.cards[0].mine is None
    assert bench.drawing.cards[0].line == "This is the face of ENFP. Its best match is ISTJ!"
    assert final(await bench.send(command("card", "", chat="elsewhere"))).code in {"ask_type"}


async def test_who_has_not_agreed_writes_on_a_card_that_is_not_kept(bench: Bench) -> None:
    await bench.send(command("mbti", "ENFP", "woman"))
    card = shown(await bench.send(command("card", "Happy birthday")))
    assert bench.drawing.cards[0].line == "Happy birthday"
    assert card.made is None
    assert "Code" not in card.text
    assert not [one for one in bench.row().made.values() if "Happy" in one.making]


async def test_a_film_is_had_as_an_animated_picture_too(bench: Bench) -> None:
    await blended(bench)
    film = shown(await bench.send(command("morph")))
    assert (Action.FILM_AS, ("webp",)) in actions(film)
    moving = shown(await bench.send(press(Action.FILM_AS, "webp")))
    assert (moving.picture.media_type, moving.picture.name) == ("image/webp", "typeface-film.webp")
    assert (Action.FILM_AS, ("mp4",)) in actions(moving)


async def test_what_only_the_asker_sees_is_shown_to_everyone_by_a_button(bench: Bench) -> None:
    await blended(bench)
    for words in (("card", "My own words"), ("morph",), ("all",), ("surprise",), ("looks",)):
        hidden = shown(await bench.send(command(*words)))
        assert not hidden.public
        assert hidden.made
        assert (Action.PUBLISH, (hidden.made,)) in actions(hidden)
        everyone = shown(await bench.send(press(Action.PUBLISH, hidden.made)))
        assert everyone.public
        assert Action.PUBLISH not in {action for action, _ in actions(everyone)}
    assert [card.line for card in bench.drawing.cards] == ["My own words"] * 2


async def test_nobody_shows_anothers_card_to_everyone(bench: Bench) -> None:
    await blended(bench)
    card = shown(await bench.send(command("card", "My own words")))
    assert card.made
    told = final(await bench.send(press(Action.PUBLISH, card.made, person=BOB)))
    assert told.code == "unknown_code"
