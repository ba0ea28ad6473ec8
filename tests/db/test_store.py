"""Every use case, on both databases."""

import asyncio
import json
from dataclasses import replace

import pytest

from db import errors
from db.records import Held, PersonRef, Preferences, Purged, Receipt
from db.repositories import people
from db.settings import Settings
from db.store import Store, open_store
from tests.db.clock import Clock
from tests.db.stands import agreed_to, newest_face, preferences_of, state_of

LATENT = bytes(range(256)) * 40


async def test_an_update_is_new_once_for_each_platform(store: Store) -> None:
    assert [await store.seen("telegram", "7"), await store.seen("telegram", "7")] == [False, True]
    assert not await store.seen("discord", "7")
    assert not await store.seen("telegram", "8")


async def test_of_many_at_once_exactly_one_handles_an_update(store: Store) -> None:
    answers = await asyncio.gather(*(store.seen("discord", "interaction") for _ in range(24)))
    assert sorted(answers) == [False] + [True] * 23


async def test_a_state_belongs_to_one_person_in_one_chat(
    store: Store, ann: PersonRef, bob: PersonRef
) -> None:
    assert await state_of(store, ann, "chat") is None
    await store.save(ann, "chat", '{"step": "gender"}')
    await store.save(ann, "other", '{"step": "selfie"}')
    await store.save(ann, "chat", '{"step": "얼굴 \\u0000"}')
    assert await state_of(store, ann, "chat") == '{"step": "얼굴 \\u0000"}'
    assert await state_of(store, ann, "other") == '{"step": "selfie"}'
    assert await state_of(store, bob, "chat") is None


async def test_many_first_messages_at_once_make_one_person(store: Store, ann: PersonRef) -> None:
    await asyncio.gather(*(store.save(ann, f"chat {i}", str(i)) for i in range(16)))
    assert [await state_of(store, ann, f"chat {i}") for i in range(16)] == [str(i) for i in range(16)]
    assert (await store.held(ann)).conversations == 16


async def test_a_conversation_goes_on_after_a_restart(settings: Settings, ann: PersonRef) -> None:
    first = await open_store(settings)
    await first.save(ann, "chat", '{"step": "selfie"}')
    await first.close()
    second = await open_store(settings)
    assert await state_of(second, ann, "chat") == '{"step": "selfie"}'
    await second.close()


async def test_consent_is_to_one_version_of_the_text(store: Store, ann: PersonRef, bob: PersonRef) -> None:
    assert await agreed_to(store, ann) is None
    await asyncio.gather(store.consent(ann, 1), store.consent(ann, 1))
    assert await agreed_to(store, ann) == 1
    await store.consent(ann, 2)
    assert await agreed_to(store, ann) == 2
    assert await agreed_to(store, bob) is None


async def test_withdrawing_ends_consent_and_faces_until_given_anew(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    await store.consent(ann, 1)
    given = clock()
    face = await store.keep_face(ann, LATENT, kind="self", pack="starter 1", seconds=600)
    clock.advance(minutes=1)
    assert await store.withdraw(ann) == 1
    assert await agreed_to(store, ann) is None
    assert await store.face(ann, face) is None
    (consent,) = (await store.held(ann)).consents
    assert (consent.given, consent.withdrawn) == (given, clock())
    clock.advance(minutes=1)
    await store.consent(ann, 1)
    (consent,) = (await store.held(ann)).consents
    assert (consent.given, consent.withdrawn) == (clock(), None)


async def test_a_face_comes_back_bit_by_bit_to_its_owner_alone(
    store: Store, ann: PersonRef, bob: PersonRef
) -> None:
    await store.consent(ann, 1)
    await store.consent(bob, 1)
    face = await store.keep_face(ann, LATENT, kind="self", pack="starter 1", seconds=600)
    assert len(face) == 12
    assert set(face) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert await store.face(ann, face) == LATENT
    assert await store.face(bob, face) is None
    assert await store.face(ann, "nothing") is None
    assert await store.face(PersonRef("discord", "stranger"), face) is None


async def test_the_latest_face_is_the_newest_of_its_kind(store: Store, ann: PersonRef, clock: Clock) -> None:
    await store.consent(ann, 1)
    assert await newest_face(store, ann) is None
    old = await store.keep_face(ann, b"old", kind="self", pack="starter 1", seconds=7200)
    clock.advance(seconds=1)
    new = await store.keep_face(ann, b"new", kind="self", pack="starter 1", seconds=60)
    clock.advance(seconds=1)
    await store.keep_face(ann, b"blend", kind="blend", pack="starter 1", seconds=60)
    assert await newest_face(store, ann) == new
    clock.advance(seconds=60)
    assert await newest_face(store, ann) == old


async def test_an_expired_face_is_gone_at_once_and_deleted_by_the_purge(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    await store.consent(ann, 1)
    face = await store.keep_face(ann, LATENT, kind="self", pack="starter 1", seconds=60)
    clock.advance(seconds=59)
    assert await store.face(ann, face) == LATENT
    clock.advance(seconds=1)
    assert await store.face(ann, face) is None
    assert (await store.held(ann)).faces == ()
    assert (await store.purge()).faces == 1
    assert (await store.purge()).faces == 0


async def test_no_face_is_kept_without_consent(store: Store, ann: PersonRef) -> None:
    await store.save(ann, "chat", "{}")
    with pytest.raises(errors.NoConsent):
        await store.keep_face(ann, LATENT, kind="self", pack="starter 1", seconds=60)
    await store.consent(ann, 1)
    await store.forget(ann)
    with pytest.raises(errors.NoConsent):
        await store.keep_face(ann, LATENT, kind="self", pack="starter 1", seconds=60)
    assert await store.held(ann) == Held()


async def test_forgetting_while_work_ends_leaves_no_face(store: Store, ann: PersonRef) -> None:
    for _ in range(5):
        await store.consent(ann, 1)
        work = [store.keep_face(ann, LATENT, kind="self", pack="starter 1", seconds=60) for _ in range(4)]
        ended = await asyncio.gather(*work[:2], store.forget(ann), *work[2:], return_exceptions=True)
        failures = [result for result in ended if isinstance(result, BaseException)]
        assert all(isinstance(failure, errors.NoConsent) for failure in failures)
        assert await store.held(ann) == Held()
        assert await store.purge() == Purged()


async def test_work_that_ends_in_the_middle_of_forgetting_waits_and_keeps_nothing(
    store: Store, ann: PersonRef
) -> None:
    await store.consent(ann, 1)
    async with store._database.writing() as session:
        known = await store._find(session, ann, lock=True)
        assert known is not None
        keeping = asyncio.create_task(store.keep_face(ann, LATENT, kind="self", pack="starter 1", seconds=60))
        starting = asyncio.create_task(store.open_session(ann, "chat", "ENFP", "female"))
        await asyncio.sleep(0.2)
        assert not keeping.done()
        assert not starting.done()
        await people.remove(session, known.id)
    with pytest.raises(errors.NoConsent):
        await keeping
    await starting
    held = await store.held(ann)
    assert (held.faces, held.consents, held.sessions) == (
        (),
        (),
        1,
    )  # somebody new, as far as anyone can tell


async def test_preferences_are_remembered_one_by_one(store: Store, ann: PersonRef) -> None:
    assert await preferences_of(store, ann) == Preferences()
    await store.prefer(ann, locale="ko")
    await store.prefer(ann, match_gender="either")
    await store.prefer(ann)
    assert await preferences_of(store, ann) == Preferences("ko", "either")


async def test_what_is_held_is_told(store: Store, ann: PersonRef, bob: PersonRef, clock: Clock) -> None:
    await fill(store, ann)
    await fill(store, bob)
    start = clock()
    held = await store.held(ann)
    assert [(face.kind, face.pack, face.created) for face in held.faces] == [("self", "starter 1", start)]
    assert [(consent.version, consent.given) for consent in held.consents] == [(1, start)]
    assert (held.conversations, held.sessions, held.jobs) == (1, 1, 1)
    assert held.preferences == Preferences("ko", "male")
    assert held.until is not None
    assert (held.until - start).total_seconds() == 3600


async def test_forgetting_removes_one_person_wholly(store: Store, ann: PersonRef, bob: PersonRef) -> None:
    face = await fill(store, ann)
    other = await fill(store, bob)
    receipt = await store.forget(ann)
    assert receipt == Receipt(key=True, faces=1, conversations=1, consents=1, sessions=1, jobs=1)
    assert await store.held(ann) == Held()
    assert await store.face(ann, face) is None
    assert await state_of(store, ann, "chat") is None
    assert await agreed_to(store, ann) is None
    assert await store.forget(ann) == Receipt()
    assert await store.face(bob, other) == LATENT
    assert (await store.held(bob)).sessions == 1


async def test_somebody_who_comes_back_gets_another_key(settings: Settings, ann: PersonRef) -> None:
    store = await open_store(settings)
    keys = []
    for _ in range(2):
        await store.save(ann, "chat", "{}")
        async with store._database.reading() as session:
            person = await store._find(session, ann)
            assert person is not None
            keys.append((person.id, person.key))
        await store.forget(ann)
    assert keys[0] != keys[1]
    await store.close()


async def test_a_job_of_somebody_unknown_is_still_counted(store: Store, ann: PersonRef) -> None:
    await store.log_job(ann, "project", 5, 10, "done")
    assert await store.held(ann) == Held()
    await store.close_session(ann, "chat", "done")
    assert await store.withdraw(ann) == 0


async def test_impossible_times_are_refused(store: Store, ann: PersonRef) -> None:
    with pytest.raises(errors.Rejected) as caught:
        await store.log_job(ann, "project", -1, 10, "done")
    assert ann.id not in str(caught.value)


async def test_the_purge_keeps_what_is_in_time_and_removes_the_rest(
    store: Store, ann: PersonRef, bob: PersonRef, clock: Clock
) -> None:
    await fill(store, ann)
    await store.seen("discord", "1")
    await store.open_session(ann, "chat", "INTJ", "female")
    await store.save(bob, "chat", "{}")
    await store.open_session(bob, "chat", "INTJ", "female")
    assert await store.purge() == Purged()
    clock.advance(days=2)
    assert await store.purge() == Purged(faces=1, updates=1, abandoned=2)
    clock.advance(days=29)
    assert await store.purge() == Purged(conversations=2, people=1)
    assert await store.held(bob) == Held()
    clock.advance(days=365)
    assert await store.purge() == Purged(sessions=3, jobs=1)
    assert await agreed_to(store, ann) == 1


async def test_the_purge_goes_by_the_settings_and_the_time_it_is_given(
    settings: Settings, ann: PersonRef, clock: Clock
) -> None:
    store = await open_store(replace(settings, session_days=2, conversation_days=3), clock)
    await fill(store, ann)
    start = clock()
    clock.advance(days=2, seconds=1)
    assert await store.purge(start) == Purged()
    assert await store.purge() == Purged(faces=1, sessions=1, jobs=1)
    clock.advance(days=1)
    assert await store.purge() == Purged(conversations=1)
    await store.close()


async def test_a_face_whose_owner_never_agreed_is_purged(settings: Settings, ann: PersonRef) -> None:
    """Only a row put there by hand gets past `keep_face`; the purge takes it nevertheless."""
    store = await open_store(settings)
    await fill(store, ann)
    async with store._database.connection() as connection:
        await connection.exec_driver_sql("DELETE FROM consents")
    assert (await store.purge()).faces == 1
    await store.close()


def test_a_person_does_not_print_their_id(ann: PersonRef) -> None:
    assert ann.id not in repr(ann)
    assert ann.id not in json.dumps(str(ann))


async def fill(store: Store, person: PersonRef) -> str:
    """One of each thing; returns the face's id."""
    await store.consent(person, 1)
    await store.prefer(person, locale="ko", match_gender="male")
    await store.save(person, "chat", json.dumps({"step": "blend"}))
    await store.open_session(person, "chat", "ENFP", "female")
    await store.close_session(person, "chat", "done")
    await store.log_job(person, "project", 120, 9000, "done")
    return await store.keep_face(person, LATENT, kind="self", pack="starter 1", seconds=3600)


async def test_what_is_held_tells_this_houses_own_terms(settings: Settings, ann: PersonRef) -> None:
    store = await open_store(replace(settings, session_days=7, conversation_days=3))
    held = await store.held(ann)
    await store.close()
    assert (held.session_days, held.conversation_days) == (7, 3)
