"""Codes, the gallery, and who sees what, through the service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import making
from bot.core.blend import Blend
from bot.core.events import Command, Person, Platform
from bot.core.mbti import TYPES
from bot.core.presses import Action
from bot.core.replies import Shown
from bot.core.wording import LOCALES, say
from inference.wire import LabelFace
from tests.bot.core.conftest import Bench
from tests.bot.core.features.test_play import blended, shown
from tests.bot.core.people import ANN, BOB, actions, command, final, origin, press, selfie


async def test_a_code_tells_how_a_picture_was_made_and_makes_it_again(bench: Bench) -> None:
    await blended(bench)
    moved = shown(await bench.send(press(Action.MOVE, "smile", "10")))
    assert moved.made
    assert moved.made in moved.text
    made = bench.faces.rendered[-1]
    await bench.send(command("mbti", "INTJ", "man"))
    again = shown(await bench.send(command("show", f" {moved.made[:4].lower()}-{moved.made[4:]} ")))
    assert bench.faces.rendered[-1] == made
    assert "Smile +1.0" in again.text
    await bench.send(press(Action.UNEDITED))
    bench.faces.assert_blend(b"me", "ENFP", 0.5)


def test_what_an_earlier_version_made_is_made_again_as_it_was() -> None:
    face = '{"type":"ENFP","gender":"female","face":"f","blend":%s}'
    saved = '{"version":1,"kind":"face","faces":[' + face + "]}"
    for blend, kept in (("{}", False), ('{"keep_colours":true}', True)):
        made = making.from_json(saved % blend)
        assert made
        assert made.faces[0].blend == Blend(keep_colours=kept)
        assert making.from_json(making.to_json(made)) == made


@pytest.mark.parametrize("selfie_too", [False, True])
async def test_the_gallery_says_whose_faces_a_film_shows(bench: Bench, selfie_too: bool) -> None:
    if selfie_too:
        await blended(bench)
    else:
        await bench.send(command("mbti", "ENFP", "woman"))
    film = shown(await bench.send(command("morph")))
    assert film.made
    key = "made-film-mine" if selfie_too else "made-film"
    said = say("en", key, first="ENFP", last="ISTJ")
    assert "ENFP" in said and "ISTJ" in said and ("you" in said) == selfie_too
    for told in (
        final(await bench.send(press(Action.MADE, film.made))),
        (await bench.send(command("show", film.made)))[0],
    ):
        assert said in told.text


async def test_who_sees_pictures_is_told_as_it_is_where_one_asks(bench: Bench) -> None:
    """Nothing is said of a button that is not there."""
    show = say("en", "button-show")
    assert show in final(await bench.send(command("private"))).text
    others: tuple[Platform, ...] = ("web", "telegram", "terminal")
    for platform in others:
        for shared in (False, True):
            where = replace(origin(Person(platform, "1")), can_hide=False, shared=shared)
            for name in ("private", "public"):
                told = final(await bench.send(Command(where, name)))
                assert show not in told.text
                assert told.text.startswith(say("en", "seen-group" if shared else "seen-private"))


async def test_nobody_sees_anothers_face_by_its_code(bench: Bench) -> None:
    mine = await blended(bench)
    assert mine.made
    before = list(bench.faces.rendered)
    told = final(await bench.send(command("show", mine.made, person=BOB)))
    assert told.code == "unknown_code"
    for action in (Action.RECALL, Action.ORIGINAL, Action.TOSS_SURE):
        assert not isinstance(final(await bench.send(press(action, mine.made, person=BOB))), Shown)
    assert bench.faces.rendered == before
    assert mine.made in bench.row().made


async def test_a_types_face_is_anybodys(bench: Bench) -> None:
    faces = [
        reply for reply in await bench.send(command("mbti", "ENFP", "woman")) if isinstance(reply, Shown)
    ]
    assert faces[0].made
    shown(await bench.send(command("show", faces[0].made, person=BOB)))
    assert bench.faces.rendered[-1] == LabelFace(label="ENFP", gender="female")


@pytest.mark.parametrize("face_first", [False, True])
async def test_a_type_that_came_by_its_code_leaves_a_person_their_colours(
    bench: Bench, face_first: bool
) -> None:
    await bench.send(command("match", "woman", person=BOB))
    kind = shown(await bench.send(press(Action.TYPE, "ISTJ", person=BOB)))  # whose match is ENFP
    assert kind.made
    if face_first:
        await blended(bench)
    await bench.send(command("show", kind.made))
    if not face_first:
        await bench.send(press(Action.SELFIE))
        await bench.send(press(Action.AGREE))
        await bench.send(selfie(b"me"))
    await bench.send(press(Action.AGAIN))
    bench.faces.assert_blend(b"me", "ENFP", 0.5)


async def test_the_gallery_has_pages_and_each_picture_comes_back_whole_or_goes(bench: Bench) -> None:
    await blended(bench)
    for weight in range(60, 66):
        await bench.send(press(Action.MIX, "weight", str(weight)))
    page = shown(await bench.send(command("gallery")))
    codes = [args[0] for action, args in actions(page) if action is Action.MADE]
    assert len(codes) == 6
    assert (Action.PAGE, ("1",)) in actions(page)
    older = shown(await bench.send(press(Action.PAGE, "1")))
    assert (page.instead, older.instead) == (False, True), "a page takes the place of another page alone"
    assert not shown(await bench.send(press(Action.GALLERY, "1"))).instead
    assert not set(codes) & {args[0] for action, args in actions(older) if action is Action.MADE}
    assert shown(await bench.send(press(Action.PAGE, "999"))).instead
    original = shown(await bench.send(press(Action.ORIGINAL, codes[0])))
    assert (original.whole, original.picture.media_type) == (True, "image/png")
    assert original.picture.name.endswith(".png")
    assert final(await bench.send(press(Action.TOSS, codes[0]))).code == "ask_toss"
    assert codes[0] in bench.row().made
    await bench.send(press(Action.TOSS_SURE, codes[0]))
    assert codes[0] not in bench.row().made
    assert final(await bench.send(press(Action.RECALL, codes[0]))).code == "unknown_code"


async def test_sheets_cards_and_films_are_seen_as_what_they_are(bench: Bench) -> None:
    await blended(bench)
    sheets = {}
    for name, faces in (("all", 4), ("card", 3), ("morph", 3)):
        sheets[shown(await bench.send(command(name))).made] = faces
    await bench.send(command("gallery"))
    assert bench.drawing.mosaics == [*reversed(sheets.values())], "the newest stands first"
    sheet, card, film = sheets
    assert sheet
    original = shown(await bench.send(press(Action.ORIGINAL, sheet)))
    assert (original.picture.media_type, original.whole) == ("image/png", True)
    assert bench.drawing.sheets[-1] == (TYPES, 4)
    assert original.picture.alt == say("en", "alt-sheet-all")
    for code, word in ((sheet, "sheet of all sixteen"), (card, "card"), (film, "film")):
        assert code
        assert word in final(await bench.send(press(Action.MADE, code))).text
    bench.row().faces.clear()
    assert card
    assert final(await bench.send(press(Action.ORIGINAL, card))).code == "face_gone"


async def test_an_entry_of_another_or_of_nobody_is_told(bench: Bench) -> None:
    mine = await blended(bench)
    assert mine.made
    for code in (mine.made, "ZZZZZZ"):
        told = final(await bench.send(press(Action.MADE, code, person=BOB)))
        assert told.code == "unknown_code"


async def test_pictures_of_a_face_that_is_gone_leave_the_gallery(bench: Bench) -> None:
    mine = await blended(bench)
    assert mine.made
    bench.row().faces.clear()
    assert isinstance(final(await bench.send(command("gallery"))), Shown), "the type's face is still there"
    assert final(await bench.send(press(Action.ORIGINAL, mine.made))).code == "face_gone"
    assert final(await bench.send(press(Action.RECALL, mine.made))).code == "face_gone"


async def test_an_empty_gallery_leads_on(bench: Bench) -> None:
    assert final(await bench.send(command("gallery"))).code == "gallery_empty"


async def test_after_forget_no_code_brings_anything_back(bench: Bench) -> None:
    mine = await blended(bench)
    assert mine.made
    await bench.send(press(Action.FORGET_SURE))
    bench.store.assert_nothing_about(bench.ref(ANN))
    assert final(await bench.send(command("show", mine.made))).code == "unknown_code"


async def test_public_shows_faces_to_everyone_until_private(bench: Bench) -> None:
    assert not (await blended(bench)).public
    await bench.send(command("public"))
    public = shown(await bench.send(press(Action.MORE_ME)))
    assert public.public
    assert Action.SHOW not in {action for action, _ in actions(public)}
    assert shown(await bench.send(command("all"))).public
    assert not shown(await bench.send(command("gallery"))).public, "the gallery is one's own"
    await bench.send(command("private"))
    assert not shown(await bench.send(press(Action.MORE_ME))).public


def test_a_gallery_of_one_page_counts_no_pages() -> None:
    for locale in LOCALES:
        one, more = (say(locale, "gallery", total=5, page=1, pages=pages) for pages in (1, 2))
        assert "1" not in one
        assert "2" in more
        assert "  " not in one + more
