"""Links to one picture, through the service: made, told of, ended, and what they show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import sharing
from bot.core.events import Event, Person
from bot.core.mbti import TYPES
from bot.core.ports import Shared, SharingError
from bot.core.presses import Action
from bot.core.replies import Text
from bot.core.wording import say
from inference.errors import Unreachable
from tests.bot.core.conftest import Bench
from tests.bot.core.features.test_play import blended, shown
from tests.bot.core.people import ANN, BOB, actions, command, final, press


def sent(event: Event) -> Event:
    """As the web sends it."""
    return replace(event, origin=replace(event.origin, can_share=True))


async def share(bench: Bench, code: str, person: Person = ANN) -> Text:
    reply = final(await bench.send(sent(press(Action.SHARE, code, person=person))))
    assert isinstance(reply, Text)
    return reply


async def mine(bench: Bench) -> tuple[str, str]:
    """The code of one's own blended face, and the token of its link."""
    code = (await blended(bench)).made
    assert code
    token = (await share(bench, code)).link
    assert token
    return code, token


async def test_a_link_shows_ones_own_face_until_it_is_ended(bench: Bench) -> None:
    code, token = await mine(bench)
    faces = len(bench.faces.rendered)
    assert await bench.service.sharing.look(token) == Shared(
        "shared-title-face", "shared-alt-face", {"type": "ENFP", "match": "ENFP"}
    )
    assert await bench.service.sharing.picture(token, "en")
    bench.faces.assert_blend(b"me", "ENFP", 0.5)
    await bench.service.sharing.picture(token, "en")
    assert len(bench.faces.rendered) == faces + 1, "the second look is answered from memory"
    entry = final(await bench.send(sent(press(Action.MADE, code))))
    assert "One link" in entry.text
    assert (Action.UNSHARE, (code,)) in actions(entry)
    ended = final(await bench.send(sent(press(Action.UNSHARE, code))))
    assert "ended" in ended.text
    assert await bench.service.sharing.look(token) is None
    assert await bench.service.sharing.picture(token, "en") is None, "not from memory either"
    entry = final(await bench.send(sent(press(Action.MADE, code))))
    assert (Action.UNSHARE, (code,)) not in actions(entry)


@pytest.mark.parametrize("end", [Action.TOSS_SURE, Action.FORGET_SURE])
async def test_a_link_ends_with_its_picture_and_with_its_owner(bench: Bench, end: Action) -> None:
    code, token = await mine(bench)
    assert await bench.service.sharing.picture(token, "en")
    await bench.send(press(end, *([code] if end is Action.TOSS_SURE else [])))
    assert await bench.service.sharing.look(token) is None
    assert await bench.service.sharing.picture(token, "en") is None


async def test_a_link_shows_what_its_pack_made_when_another_is_the_default(bench: Bench) -> None:
    _, token = await mine(bench)
    starter, anime = bench.faces.infos
    bench.faces.infos = [
        starter.model_copy(update={"default": False}),
        anime.model_copy(update={"default": True}),
    ]
    bench.clock.now += 100
    assert await bench.service.sharing.picture(token, "en")
    assert bench.faces.packs_asked[-1] == "starter"
    bench.faces.assert_blend(b"me", "ENFP", 0.5)


async def test_a_face_whose_pack_has_left_is_not_drawn_by_another(bench: Bench) -> None:
    _, token = await mine(bench)
    sheet = shown(await bench.send(command("all"))).made
    assert sheet
    other = (await share(bench, sheet)).link
    assert other
    bench.faces.infos = [bench.faces.infos[1].model_copy(update={"default": True})]
    bench.clock.now += 100
    bench.faces.packs_asked.clear()
    assert await bench.service.sharing.picture(token, "en") is None
    assert not bench.faces.packs_asked
    assert await bench.service.sharing.picture(other, "en"), "but the types' are"
    assert set(bench.faces.packs_asked) == {"anime"}


async def test_a_card_and_a_sheet_are_shared_in_the_language_of_who_looks(bench: Bench) -> None:
    await blended(bench)
    card, sheet = [shown(await bench.send(command(name))).made for name in ("card", "all")]
    assert card
    assert sheet
    token = (await share(bench, card)).link
    assert token
    looked = await bench.service.sharing.look(token)
    assert looked == Shared("shared-title-card", "shared-alt-card", {"type": "ENFP", "match": "ISTJ"})
    for locale in ("ko", "en", "ko"):
        assert await bench.service.sharing.picture(token, locale)
    assert [one.title for one in bench.drawing.cards[1:]] == [
        say(locale, "title-ENFP").partition("·")[2].strip() for locale in ("ko", "en")
    ]
    assert not any(one.name for one in bench.drawing.cards[1:]), "whose it is, the owner tells"
    token = (await share(bench, sheet)).link
    assert token
    assert (await bench.service.sharing.look(token)).alt == "alt-sheet-all"  # type: ignore[union-attr]
    assert await bench.service.sharing.picture(token, "en")
    assert bench.drawing.sheets == [(TYPES, 4)] * 2


async def test_a_sheet_counts_as_all_its_faces(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or whoever has a link to one could keep the server busy for everybody."""
    monkeypatch.setattr(sharing, "A_MINUTE", 2 * len(TYPES) - 1)
    code = shown(await bench.send(command("all"))).made
    assert code
    token = (await share(bench, code)).link
    assert token
    assert await bench.service.sharing.picture(token, "en")
    bench.service.sharing._cache.kept.clear()
    with pytest.raises(SharingError):
        await bench.service.sharing.picture(token, "en")
    bench.clock.now += 61
    assert await bench.service.sharing.picture(token, "en")


async def test_only_ones_own_picture_is_shared_and_only_where_there_are_links(bench: Bench) -> None:
    code = (await blended(bench)).made
    assert code
    assert (await share(bench, code, BOB)).code == "unknown_code"
    film = final(await bench.send(command("morph"))).made  # type: ignore[union-attr]
    assert film
    assert (await share(bench, film)).code == "no_film"
    entry = final(await bench.send(sent(press(Action.MADE, film))))
    assert not {Action.SHARE, Action.ORIGINAL} & {action for action, _ in actions(entry)}
    assert "film" in entry.text
    elsewhere = final(await bench.send(press(Action.SHARE, code)))
    assert elsewhere.code == "only_web"  # type: ignore[union-attr]
    assert (Action.SHARE, (code,)) not in actions(final(await bench.send(press(Action.MADE, code))))
    asked = final(await bench.send(sent(command("share"))))
    assert asked.code == "ask_code"  # type: ignore[union-attr]
    assert not bench.row().links


async def test_a_guess_shows_nothing(bench: Bench) -> None:
    await mine(bench)
    assert await bench.service.sharing.look("x" * 22) is None
    assert await bench.service.sharing.picture("x" * 22, "en") is None


async def test_trouble_and_too_many_looks_are_told_and_pass(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "A_MINUTE", 2)
    bench.started()
    _, token = await mine(bench)
    bench.faces.fail["render"] = Unreachable()
    with pytest.raises(SharingError):
        await bench.service.sharing.picture(token, "en")
    assert await bench.service.sharing.picture(token, "en")
    bench.clock.now += sharing.KEPT_SECONDS + 1
    bench.store.failing.add("shared")
    with pytest.raises(SharingError):
        await bench.service.sharing.look(token)
    for _ in range(2):
        bench.service.sharing._cache.kept.clear()
        assert await bench.service.sharing.picture(token, "en")
    bench.service.sharing._cache.kept.clear()
    with pytest.raises(SharingError):
        await bench.service.sharing.picture(token, "en")
    bench.clock.now += 61
    assert await bench.service.sharing.picture(token, "en")
