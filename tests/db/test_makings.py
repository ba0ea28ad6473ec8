"""How pictures were made, and the links that show them."""

import json

import pytest

from db import errors
from db.areas import makings as area
from db.records import Held, PersonRef
from db.store import Store
from tests.db.clock import Clock

LATENT = bytes(range(256)) * 8
TYPE = json.dumps({"label": "ENFP", "seed": 7})


async def selfie(store: Store, person: PersonRef, latent: bytes = LATENT) -> str:
    await store.consent(person, 1)
    return await store.keep_face(person, latent, kind="selfie", pack="starter 1", seconds=3600)


def blend(face: str) -> str:
    return json.dumps({"blend": {"weight": 50, "parts": [{"face": face}]}})


async def test_a_sealed_making_is_its_owners_alone_an_open_one_is_everybodys(
    store: Store, ann: PersonRef, bob: PersonRef, clock: Clock
) -> None:
    mine = blend(await selfie(store, ann))
    sealed = await store.keep_making(ann, mine, open=False, seconds=60)
    everybodys = await store.keep_making(ann, TYPE, open=True, seconds=60)
    for code in (sealed, everybodys):
        assert len(code) == area.CODE_LETTERS
        assert set(code) <= set(area.ALPHABET)
    found = await store.making(ann, f" {sealed.lower()} ")
    assert found is not None
    assert (found.code, found.making, found.open, found.created) == (sealed, mine, False, clock())
    assert await store.making(bob, sealed) is None
    await store.save(bob, "chat", "{}")
    assert await store.making(bob, sealed) is None
    shown = await store.making(bob, everybodys)
    assert shown is not None
    assert shown.making == TYPE
    assert await store.making(ann, "BCDFGH") is None
    assert mine not in repr(found)


async def test_makings_come_newest_first_page_by_page_and_end(
    store: Store, ann: PersonRef, bob: PersonRef, clock: Clock
) -> None:
    codes = [await store.keep_making(ann, str(number), open=True, seconds=60) for number in range(5)]
    await store.keep_making(bob, "not ann's", open=True, seconds=60)
    page, total = await store.makings(ann, 1, 2)
    assert ([making.code for making in page], total) == ([codes[3], codes[2]], 5)
    assert not await store.drop_making(bob, codes[0])
    assert await store.drop_making(ann, codes[0].lower())
    assert not await store.drop_making(ann, codes[0])
    assert (await store.makings(ann))[1] == 4
    clock.advance(seconds=60)
    assert await store.makings(ann) == ((), 0)
    assert await store.making(ann, codes[1]) is None
    assert (await store.purge()).makings == 5
    assert await store.makings(PersonRef("discord", "nobody")) == ((), 0)


async def test_the_oldest_makings_go_and_others_keep_theirs(
    store: Store, ann: PersonRef, bob: PersonRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(area, "MAKINGS_KEPT", 3)
    theirs = await store.keep_making(bob, TYPE, open=True, seconds=60)
    codes = [await store.keep_making(ann, TYPE, open=True, seconds=60) for _ in range(5)]
    assert [making.code for making in (await store.makings(ann))[0]] == codes[:1:-1]
    assert await store.making(bob, theirs)


async def test_a_code_that_is_taken_is_not_given_again(
    store: Store, ann: PersonRef, bob: PersonRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = iter("BBBBBB" + "BBBBBB" + "CCCCCC")
    monkeypatch.setattr(area, "choice", lambda _: next(letters))
    assert await store.keep_making(ann, "1", open=True, seconds=60) == "BBBBBB"
    assert await store.keep_making(bob, "2", open=True, seconds=60) == "CCCCCC"
    first = await store.making(bob, "BBBBBB")
    assert first is not None
    assert first.making == "1"


async def test_nothing_with_a_face_is_kept_without_consent(store: Store, ann: PersonRef) -> None:
    with pytest.raises(errors.NoConsent):
        await store.keep_making(ann, blend("x"), open=False, seconds=60)
    code = await store.keep_making(ann, blend(await selfie(store, ann)), open=False, seconds=60)
    label = await store.keep_making(ann, TYPE, open=True, seconds=60)
    await store.withdraw(ann)
    assert await store.making(ann, code) is None
    assert await store.making(ann, label)
    with pytest.raises(errors.NoConsent):
        await store.keep_making(ann, blend("x"), open=False, seconds=60)


async def test_a_link_shows_one_making_and_the_faces_it_names(
    store: Store, ann: PersonRef, bob: PersonRef
) -> None:
    face, other = await selfie(store, ann), await selfie(store, ann, b"another")
    theirs = await selfie(store, bob)
    code = await store.keep_making(ann, blend(face), open=False, seconds=3600)
    token = await store.share(ann, code, 60)
    assert token is not None
    shown = await store.shared(token)
    assert shown is not None
    assert (shown.code, shown.making, shown.open) == (code, blend(face), False)
    assert await store.shared_face(token, face) == LATENT
    for not_named in (other, theirs, "weight", ""):
        assert await store.shared_face(token, not_named) is None
    assert await store.shared_face("no such token", face) is None
    # A making that names somebody else's face does not open it.
    greedy = await store.keep_making(ann, blend(theirs), open=False, seconds=3600)
    link = await store.share(ann, greedy, 60)
    assert link is not None
    assert await store.shared_face(link, theirs) is None
    assert await store.share(bob, code, 60) is None


async def test_a_link_ends_with_its_time_its_making_its_face_and_its_owner(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    async def linked(seconds: int = 600) -> tuple[str, str, str]:
        face = await selfie(store, ann)
        code = await store.keep_making(ann, blend(face), open=False, seconds=120)
        token = await store.share(ann, code, seconds)
        assert token is not None
        return face, code, token

    async def ended(token: str, face: str) -> bool:
        return await store.shared(token) is None and await store.shared_face(token, face) is None

    face, code, token = await linked()
    again = await store.share(ann, code, 600)
    assert again not in (None, token)
    shown = await store.shared(token)
    assert shown is not None
    assert (shown.expires - clock()).total_seconds() == 120  # no longer than the making
    assert await store.links(ann, code) == 2
    assert await store.links(PersonRef("web", "bob"), code) == 0
    assert await store.unshare(ann, code) == 2
    assert await store.links(ann, code) == 0
    assert await ended(token, face)
    face, code, token = await linked()
    await store.drop_making(ann, code)
    assert await ended(token, face)
    face, code, token = await linked(seconds=30)
    clock.advance(seconds=30)
    assert await ended(token, face)
    assert (await store.purge()).shares == 1
    face, code, token = await linked()
    await store.withdraw(ann)
    assert await ended(token, face)
    face, code, token = await linked()
    assert (await store.held(ann)).shares == 1
    receipt = await store.forget(ann)
    assert (receipt.makings, receipt.shares) == (1, 1)
    assert await ended(token, face)
    assert await store.held(ann) == Held()
