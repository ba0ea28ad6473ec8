"""A picture of two, with the real database: what both have agreed to, and nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import codes
from bot.core.events import Command, Event, Person
from bot.core.hands.us import CALM
from bot.core.house import House as Rules
from bot.core.presses import Action
from bot.core.replies import Reply, Shown, Text
from bot.core.service import Service
from bot.core.wording import say
from db.records import PAIR_ALPHABET, PAIR_LETTERS
from db.settings import load
from db.store import Store, open_store, upgrade
from inference.wire import LatentFace, MixFace, SeedFace
from tests.bot.core.fakes import FakeClock, FakeDrawing, FakeFaces
from tests.bot.core.fakes import mixed as calmed
from tests.bot.core.people import ANN, BOB, actions, at, command, final, origin, press, selfie

EVE = Person("discord", "1003")


class House:
    """The service, with the real store and faces that are the photos' own bytes."""

    def __init__(self, store: Store) -> None:
        self.faces, self.store = FakeFaces(), store
        self.restart()

    def restart(self) -> None:
        """Only what the store holds is as it was."""
        self.service = Service(self.faces, self.store, FakeDrawing(), FakeClock(), Rules(86400))

    async def all_of(self, event: Event) -> list[Reply]:
        return [reply async for reply in self.service.handle(event)]

    async def send(self, event: Event) -> Reply:
        return final(await self.all_of(event))

    async def face_of(self, person: Person) -> None:
        await self.send(command("mbti", "ENFP", "woman", person=person))
        await self.send(press(Action.AGREE, person=person))
        await self.send(selfie(person.id.encode(), person=person))

    async def asked(self, options: dict[str, str] | None = None, asker: Person = ANN) -> str:
        """Somebody asks; the pair's code."""
        given = {"friend": BOB.id} if options is None else options
        reply = await self.send(Command(origin(asker), "us", given))
        assert isinstance(reply, Text)
        assert reply.public, "the friend must see it"
        return next(args[0] for action, args in actions(reply, asker) if action is Action.US_AGREE)

    async def agree(self, pair: str, person: Person) -> Reply:
        return await self.send(press(Action.US_AGREE, pair, person=person, of=ANN))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = load({"TYPEFACE_HOME": str(tmp_path / "home")})
    settings.home.mkdir(mode=0o700)
    upgrade(settings)
    store = await open_store(settings)
    yield House(store)
    await store.close()


def mixed(weight: float) -> MixFace:
    a, b = (LatentFace(data=b64encode(one.id.encode()).decode()) for one in (ANN, BOB))
    two = MixFace(a=a, b=b, layers="all", weight=weight)
    return calmed(two, SeedFace(seed=0, psi=0), CALM)


async def both(house: House) -> tuple[str, Shown]:
    for person in (ANN, BOB):
        await house.face_of(person)
    pair = await house.asked()
    waits = await house.agree(pair, ANN)
    assert isinstance(waits, Text)
    reply = await house.agree(pair, BOB)
    assert isinstance(reply, Shown)
    return pair, reply


async def test_when_both_have_agreed_there_is_one_picture_and_both_can_change_it(house: House) -> None:
    pair, reply = await both(house)
    assert house.faces.rendered[-1] == mixed(0.5)
    assert reply.public
    assert reply.sliders
    for person, weight in ((ANN, 30), (BOB, 70)):
        changed = await house.send(press(Action.US_MIX, pair, str(weight), person=person, of=ANN))
        assert isinstance(changed, Shown)
        assert house.faces.rendered[-1] == mixed(weight / 100)
    assert isinstance(await house.send(command("us", pair, person=BOB)), Shown)


async def test_where_nobody_has_a_handle_nobody_is_asked_by_one(house: House) -> None:
    """Nobody could ever answer it."""
    ann = Person("web", ANN.id)
    await house.face_of(ann)
    for options in ({"handle": "@bob"}, {"text": "@bob"}):
        told = await house.send(Command(origin(ann), "us", options))
        assert isinstance(told, Text)
        assert (told.code, told.text) == ("us_nameless", say("en", "us-nameless"))
    assert await house.asked({}, ann)
    assert "@friend" not in (await house.send(command("help", person=ann))).text
    assert "/us @friend:" in (await house.send(command("help"))).text


async def test_a_stranger_neither_agrees_nor_changes_nor_ends_nor_looks(house: House) -> None:
    pair, _ = await both(house)
    await house.face_of(EVE)
    rendered = len(house.faces.rendered)
    for event in (
        press(Action.US_AGREE, pair, person=EVE, of=ANN),
        press(Action.US_MIX, pair, "90", person=EVE, of=ANN),
        press(Action.US_END, pair, person=EVE, of=ANN),
        command("us", pair, person=EVE),
    ):
        assert isinstance(await house.send(event), Text)
    assert len(house.faces.rendered) == rendered
    assert isinstance(await house.send(command("us", pair)), Shown)


@pytest.mark.parametrize("who", [ANN, BOB])
async def test_either_ends_it_at_once_and_old_buttons_say_so(house: House, who: Person) -> None:
    pair, _ = await both(house)
    ended = await house.send(press(Action.US_END, pair, person=who, of=ANN))
    assert isinstance(ended, Text)
    for person in (ANN, BOB):
        for _ in range(3):
            late = await house.send(press(Action.US_MIX, pair, "50", person=person, of=ANN))
            assert isinstance(late, Text)
            assert late.code == "us_over"


async def test_what_is_ended_while_it_is_drawn_is_not_shown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, _ = await both(house)
    drawn = house.faces.render

    async def render(*args: Any, **options: Any) -> bytes:
        picture = await drawn(*args, **options)
        await house.send(press(Action.US_END, pair, person=BOB, of=ANN))
        return picture

    monkeypatch.setattr(house.faces, "render", render)
    late = await house.send(press(Action.US_MIX, pair, "70", of=ANN))
    assert isinstance(late, Text)
    assert late.code == "us_over"


@pytest.mark.parametrize("who", [ANN, BOB])
async def test_forget_by_either_ends_it(house: House, who: Person) -> None:
    pair, _ = await both(house)
    await house.send(press(Action.FORGET_SURE, person=who))
    other = BOB if who == ANN else ANN
    late = await house.send(press(Action.US_MIX, pair, "50", person=other, of=ANN))
    assert isinstance(late, Text)
    assert late.code in {"us_over", "us_friend"}


async def test_whoever_has_no_face_yet_is_told_how_to_get_ready(house: House) -> None:
    await house.face_of(ANN)
    pair = await house.asked()
    await house.agree(pair, ANN)
    told = await house.agree(pair, BOB)
    assert isinstance(told, Text)
    assert (told.code, told.public) == ("us_not_ready", False)
    await house.face_of(BOB)
    assert isinstance(await house.agree(pair, BOB), Shown)


async def _brought_back(house: House, pair: str) -> None:
    """Bob sends a selfie, and is asked for the picture of two again, once."""
    *_, shown, asked = await house.all_of(selfie(BOB.id.encode(), person=BOB))
    assert isinstance(shown, Shown)
    assert isinstance(asked, Text)
    assert (asked.code, asked.public) == ("us_asked", False)
    assert actions(asked, BOB) == [(Action.US_AGREE, (pair,)), (Action.US_END, (pair,))]
    assert isinstance(await house.send(selfie(b"another", person=BOB)), Shown), "once is enough"
    assert isinstance(await house.agree(pair, BOB), Shown)


@pytest.mark.parametrize("restarted", [False, True])
async def test_whoever_gets_a_face_after_they_were_asked_is_brought_back_once(
    house: House, restarted: bool
) -> None:
    await house.face_of(ANN)
    pair = await house.asked()
    await house.agree(pair, ANN)
    await house.agree(pair, BOB)
    if restarted:
        house.restart()
    await house.send(command("mbti", "ENFP", "woman", person=BOB))
    await house.send(press(Action.AGREE, person=BOB))
    await _brought_back(house, pair)


async def test_whoever_agrees_in_a_group_may_send_the_selfie_in_private(house: House) -> None:
    await house.face_of(ANN)
    pair = await house.asked()
    await house.agree(pair, ANN)
    told = await house.send(at(press(Action.US_AGREE, pair, person=BOB, of=ANN), channel="a group"))
    assert say("en", "us-again-agree-here") in told.text
    # In another group, where others would read it, nothing is said of it.
    elsewhere = command("mbti", "ENFP", "woman", person=BOB, photo=b"early")
    await house.send(at(elsewhere, channel="another"))
    *_, shown = await house.all_of(at(press(Action.AGREE, person=BOB), channel="another"))
    assert isinstance(shown, Shown)
    await house.send(command("mbti", "ENFP", "woman", person=BOB))
    await _brought_back(house, pair)


async def test_whoever_is_forgotten_is_brought_back_nowhere(house: House) -> None:
    await house.face_of(ANN)
    pair = await house.asked()
    await house.send(at(press(Action.US_AGREE, pair, person=BOB, of=ANN), channel="a group"))
    await house.send(press(Action.FORGET_SURE, person=BOB))
    await house.send(command("mbti", "ENFP", "woman", person=BOB))
    await house.send(press(Action.AGREE, person=BOB))
    assert isinstance(await house.send(selfie(BOB.id.encode(), person=BOB)), Shown)


async def test_whoever_gets_a_face_too_late_hears_that_it_is_over(house: House) -> None:
    await house.face_of(ANN)
    pair = await house.asked()
    await house.agree(pair, BOB)
    await house.send(press(Action.US_END, pair))
    first, *_ = await house.all_of(command("mbti", "ENFP", "woman", person=BOB))
    assert first.text == say("en", "us-gone", code=codes.spelled(pair))


async def test_whoever_has_agreed_sees_who_is_waited_for_and_may_take_it_back(house: House) -> None:
    """Where others read along, the button is there for the other one, and says so."""
    for person in (ANN, BOB):
        await house.face_of(person)
    pair = await house.asked()
    for event in (press(Action.US_AGREE, pair), press(Action.US_AGREE, pair), command("us", pair)):
        waits = await house.send(event)
        assert final_text(waits).startswith("You have agreed.")
        assert actions(waits) == [(Action.US_END, (pair,))]
    in_group = at(press(Action.US_AGREE, pair))
    shared = await house.send(in_group)
    assert [button.label for row in shared.menu for button in row][:1] == [say("en", "button-us-agree-too")]
    assert actions(shared)[:2] == [(Action.US_AGREE, (pair,)), (Action.US_END, (pair,))]
    await house.send(press(Action.US_END, pair))
    assert final_text(await house.agree(pair, BOB)) == say("en", "us-over")


async def test_a_friend_known_by_handle_only_is_the_one_with_that_handle(house: House) -> None:
    for person in (ANN, BOB, EVE):
        await house.face_of(person)
    pair = await house.asked({"text": "@Bob_the_friend"})
    await house.agree(pair, ANN)
    stranger = await house.agree(pair, EVE)
    assert isinstance(stranger, Text)
    event = press(Action.US_AGREE, pair, person=BOB, of=ANN)
    named = replace(event, origin=replace(event.origin, handle="bob_the_friend"))
    assert isinstance(await house.send(named), Shown)


async def test_where_no_friend_can_be_named_the_code_is_handed_over(house: House) -> None:
    for person in (ANN, BOB):
        await house.face_of(person)
    pair = await house.asked({})
    await house.agree(pair, ANN)
    looked = await house.send(command("us", pair, person=BOB))
    assert (Action.US_AGREE, (pair,)) in actions(looked, BOB)
    assert isinstance(await house.agree(pair, BOB), Shown)
    assert isinstance(await house.agree(pair, EVE), Text)


@pytest.mark.parametrize(
    "written",
    [
        lambda code: "-".join((code[:4], code[4:8], code[8:])),
        lambda code: " ".join((code[:4], code[4:8], code[8:])).lower(),
        lambda code: code.lower().replace("0", "o").replace("1", "l"),
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in code),
        lambda code: f" {code[:5]}–{code[5:]}. ",
    ],
)
async def test_a_code_is_understood_however_it_is_written(
    house: House, written: Callable[[str], str]
) -> None:
    for person in (ANN, BOB):
        await house.face_of(person)
    pair = await house.asked({})
    for options in ({"text": written(pair)}, {"code": written(pair)}):
        looked = await house.send(Command(origin(BOB), "us", options))
        assert isinstance(looked, Text)
        assert looked.code == "us_asked"
        assert (Action.US_AGREE, (pair,)) in actions(looked, BOB)
        assert f"/us {pair[:4]}-{pair[4:8]}-{pair[8:]}" in looked.text


@given(st.text(PAIR_ALPHABET, min_size=PAIR_LETTERS, max_size=PAIR_LETTERS))
def test_a_code_that_is_dictated_is_the_same_code(pair: str) -> None:
    assert codes.read(codes.spelled(pair)) == pair
    assert codes.read(codes.spelled(pair).lower().replace("0", "o").replace("1", "i")) == pair


@pytest.mark.parametrize("text", ["ZZZZZZ", "bob", "x" * 5000, "AAAA-AAAA-AAAA", "K7M2-QX4B-9RT"])
async def test_a_mistyped_code_asks_nobody(house: House, text: str) -> None:
    reply = await house.send(Command(origin(ANN), "us", {"text": text}))
    assert isinstance(reply, Text)
    assert reply.code == "us_unknown"
    assert not reply.public


async def test_a_code_that_is_none_leads_on(house: House) -> None:
    reply = await house.send(command("us", "ZZZZ-ZZZZ-ZZZZ"))
    assert isinstance(reply, Text)
    assert reply.code == "us_over"


DEEDS = st.lists(
    st.tuples(st.sampled_from(["agree", "end", "mix", "forget", "face"]), st.integers(0, 2)), max_size=9
)


@given(deeds=DEEDS)
@pytest.mark.timeout(300)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nobody_is_on_a_picture_without_both_words(house: House, deeds: list[tuple[str, int]]) -> None:
    """In any order of deeds of three people: a picture only while two of them both agree and neither ended it."""
    people = [Person("discord", uuid4().hex) for _ in range(3)]
    asker, friend, stranger = people
    for person in people:
        await house.face_of(person)
    pair, agreed, over = await house.asked({"friend": friend.id}, asker), set[Person](), False
    for deed, who in deeds:
        person = people[who]
        before = len(house.faces.rendered)
        if deed == "face":
            await house.face_of(person)
            continue
        if deed == "forget":
            await house.send(press(Action.FORGET_SURE, person=person))
            over = over or person != stranger
            continue
        action = {"agree": Action.US_AGREE, "end": Action.US_END, "mix": Action.US_MIX}[deed]
        args = ("50",) if deed == "mix" else ()
        reply = await house.send(press(action, pair, *args, person=person, of=asker))
        over = over or (deed == "end" and person != stranger)
        if deed == "agree" and person != stranger and not over:
            agreed.add(person)
        allowed = not over and agreed == {asker, friend} and person != stranger
        assert (len(house.faces.rendered) > before) == (allowed and deed in {"agree", "mix"}), (deed, reply)


async def test_a_friend_who_never_answers_lets_it_end_after_a_day(tmp_path: Path) -> None:
    """Every button and the code say so, and the asker may ask anew."""
    settings = load({"TYPEFACE_HOME": str(tmp_path / "home")})
    settings.home.mkdir(mode=0o700)
    upgrade(settings)
    now = datetime.now(UTC)
    store = await open_store(settings, lambda: now)
    house = House(store)
    for person in (ANN, BOB):
        await house.face_of(person)
    pair = await house.asked()
    assert "agreed" in final_text(await house.agree(pair, ANN))
    now += timedelta(hours=23)
    assert (await house.send(command("us", pair))).code == "us_asked"  # type: ignore[union-attr]
    now += timedelta(hours=2)
    for reply in (
        await house.agree(pair, ANN),
        await house.agree(pair, BOB),
        await house.send(command("us", pair)),
        await house.send(press(Action.US_MIX, pair, "50")),
        await house.send(press(Action.US_END, pair)),
    ):
        assert isinstance(reply, Text) and "is over" in reply.text
    await house.face_of(ANN)
    assert await house.asked() != pair
    await store.close()


def final_text(reply: Reply) -> str:
    assert isinstance(reply, Text)
    return reply.text
