"""Two people's agreement, and what is read with it and without."""

import pytest

from db import errors
from db.areas import pairs as area
from db.records import PairLatent, PersonRef
from db.store import Store
from tests.db.clock import Clock


@pytest.fixture
async def ben(store: Store) -> PersonRef:
    """Ann's friend on the same platform."""
    person = PersonRef("discord", "880001")
    await store.consent(person, 1)
    await store.keep_face(person, b"ben", kind="selfie", pack="starter 1", seconds=10**6)
    return person


@pytest.fixture
async def ann(store: Store) -> PersonRef:
    person = PersonRef("discord", "770001")
    await store.consent(person, 1)
    await store.keep_face(person, b"ann", kind="selfie", pack="starter 1", seconds=10**6)
    return person


@pytest.fixture
async def eve(store: Store) -> PersonRef:
    """Whom nobody asked."""
    person = PersonRef("discord", "666001")
    await store.consent(person, 1)
    await store.keep_face(person, b"eve", kind="selfie", pack="starter 1", seconds=10**6)
    return person


async def test_a_face_is_read_only_with_both_agreements(
    store: Store, ann: PersonRef, ben: PersonRef, eve: PersonRef
) -> None:
    pair = await store.invite(ann, ben)
    assert await store.pair_latents(pair, ann, "selfie") is None
    first = await store.agree(pair, ann)
    assert first is not None
    assert (first.asked, first.mine, first.theirs, first.both) == (True, True, False, False)
    assert await store.pair_latents(pair, ann, "selfie") is None
    assert await store.agree(pair, eve) is None
    assert await store.pair(pair, eve) is None
    assert await store.pair_latents(pair, eve, "selfie") is None
    assert await store.agree(pair, ann) == first  # twice by the same one is still one
    second = await store.agree(pair, ben)
    assert second is not None
    assert (second.asked, second.both) == (False, True)
    mixed = (PairLatent("starter 1", b"ann"), PairLatent("starter 1", b"ben"))
    assert await store.pair_latents(pair, ann, "selfie") == mixed
    assert await store.pair_latents(pair, ben, "selfie") == mixed
    assert await store.pair_latents(pair, eve, "selfie") is None
    assert await store.pair_latents(pair, ann, "other kind") is None
    assert not await store.withdraw_pair(pair, eve)
    assert (await store.held(ben)).pairs == 1
    assert await store.withdraw_pair(pair, ben)
    assert await store.pair(pair, ann) is None
    assert await store.pair_latents(pair, ann, "selfie") is None
    assert await store.agree(pair, ann) is None


async def test_the_agreement_has_a_day_and_is_good_for_a_day(
    store: Store, ann: PersonRef, ben: PersonRef, clock: Clock
) -> None:
    late = await store.invite(ann, ben)
    await store.agree(late, ann)
    clock.advance(hours=20)
    timely = await store.invite(ann, ben)
    await store.agree(timely, ann)
    await store.agree(timely, ben)
    clock.advance(hours=4)
    assert await store.agree(late, ben) is None
    assert await store.pair_latents(late, ann, "selfie") is None
    clock.advance(hours=19)
    await store.agree(timely, ben)  # pressing again does not prolong it
    assert await store.pair_latents(timely, ann, "selfie")
    clock.advance(hours=1)
    assert await store.pair_latents(timely, ann, "selfie") is None
    assert (await store.purge()).pairs == 2


async def test_a_handle_is_met_by_whoever_bears_it(
    store: Store, ann: PersonRef, ben: PersonRef, eve: PersonRef
) -> None:
    pair = await store.invite(ann, handle="@Benny")
    for wrong in (None, "", "eve"):
        assert await store.agree(pair, eve, wrong) is None
    assert await store.agree(pair, ben, "benny")
    assert await store.agree(pair, eve, "benny") is None  # taken since
    assert await store.agree(pair, ann)
    assert await store.pair_latents(pair, ben, "selfie")


async def test_an_invitation_to_anybody_takes_the_first_other_one(
    store: Store, ann: PersonRef, ben: PersonRef, eve: PersonRef
) -> None:
    pair = await store.invite(ann)
    assert await store.agree(pair, ann)
    seen = await store.agree(pair, ann)
    assert seen is not None
    assert not seen.both
    assert await store.agree(pair, ben)
    assert await store.agree(pair, eve) is None


@pytest.mark.parametrize("leave", ["forget", "withdraw"])
@pytest.mark.parametrize("who", ["ann", "ben"])
async def test_who_leaves_ends_it(store: Store, ann: PersonRef, ben: PersonRef, leave: str, who: str) -> None:
    pair, asked = await store.invite(ann, ben), await store.invite(ann, ben)
    await store.agree(pair, ann)
    await store.agree(pair, ben)
    leaver = {"ann": ann, "ben": ben}[who]
    await (store.forget if leave == "forget" else store.withdraw)(leaver)
    for person in (ann, ben):
        for each in (pair, asked):
            assert await store.pair(each, person) is None
            assert await store.pair_latents(each, person, "selfie") is None


async def test_agreeing_needs_consent_and_a_face_that_is_kept(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    newcomer = PersonRef("discord", "990001")
    pair = await store.invite(ann, newcomer)
    await store.agree(pair, ann)
    with pytest.raises(errors.NoConsent):
        await store.agree(pair, newcomer)
    await store.consent(newcomer, 1)
    assert await store.agree(pair, newcomer)
    assert await store.pair_latents(pair, ann, "selfie") is None  # no face yet
    await store.keep_face(newcomer, b"new", kind="selfie", pack="starter 1", seconds=60)
    assert await store.pair_latents(pair, ann, "selfie")
    clock.advance(seconds=60)
    assert await store.pair_latents(pair, ann, "selfie") is None


async def test_invitations_are_bounded(
    store: Store, ann: PersonRef, ben: PersonRef, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(area, "INVITATIONS_KEPT", 2)
    ids = []
    for _ in range(3):
        clock.advance(seconds=1)
        ids.append(await store.invite(ann, ben))
    assert [await store.pair(each, ann) is not None for each in ids] == [False, True, True]
