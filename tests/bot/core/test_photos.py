from bot.core.photos import Photos
from tests.bot.core.fakes import FakeClock
from tests.bot.core.people import ANN, BOB

A, A2, B = (ANN, "c"), (ANN, "d"), (BOB, "c")


def test_a_photo_is_gone_after_fifteen_minutes() -> None:
    clock = FakeClock()
    photos = Photos(clock)
    held = photos.hold(A, b"x")
    clock.now += 899
    assert photos.find(A) == held
    assert photos.left(held) == 1
    clock.now += 1
    assert photos.find(A) is None
    assert len(photos) == 0


def test_a_new_photo_takes_the_place_of_the_old() -> None:
    photos = Photos(FakeClock())
    first, second = photos.hold(A, b"1"), photos.hold(A, b"2")
    photos.mark(A, first.token, ((0, 0, 1, 1),))
    assert photos.find(A) == second
    photos.mark(A, second.token, ((0, 0, 1, 1),))
    found = photos.find(A)
    assert found and found.boxes == ((0, 0, 1, 1),)
    photos.drop(A)
    assert photos.find(A) is None


def test_when_it_is_full_nobody_makes_room_for_another() -> None:
    clock = FakeClock()
    photos = Photos(clock, count=3, size=10)
    for n in range(3):
        photos.hold((ANN, str(n)), b"1")
    assert not photos.room(B, b"1")
    assert photos.room((ANN, "1"), b"1" * 8)
    assert not photos.room((ANN, "1"), b"1" * 9)
    assert all(photos.find((ANN, str(n))) for n in range(3))
    photos.drop((ANN, "1"))
    assert photos.room(B, b"1" * 8)
    assert not photos.room(B, b"1" * 9)
    clock.now += 900
    assert photos.room(B, b"1" * 10)


def test_the_oldest_spare_photos_make_room() -> None:
    clock = FakeClock()
    photos = Photos(clock, count=3, size=10)
    for n in range(3):
        photos.hold((ANN, str(n)), b"1", spare=n == 1)
    photos.set_spare((ANN, "0"), True)
    assert photos.room(B, b"1" * 9)
    assert not photos.room(B, b"1" * 10)
    photos.hold(B, b"1")
    assert [photos.find((ANN, str(n))) is not None for n in range(3)] == [False, True, True]
    photos.hold((BOB, "d"), b"1" * 8)
    assert photos.find((ANN, "1")) is None
    assert not photos.room((BOB, "e"), b"1")


def test_the_chosen_face_stays_with_its_photo_alone() -> None:
    photos = Photos(FakeClock())
    first = photos.hold(A, b"1")
    photos.choose(A, first.token, (0, 0, 1, 1))
    found = photos.find(A)
    assert found and found.chosen == (0, 0, 1, 1)
    assert photos.hold(A, b"2").chosen is None
    photos.choose(A, first.token, (0, 0, 1, 1))
    found = photos.find(A)
    assert found and found.chosen is None


def test_forget_takes_all_of_one_person() -> None:
    photos = Photos(FakeClock())
    for key in (A, A2, B):
        photos.hold(key, b"x")
    photos.forget(ANN)
    assert photos.find(A) is None
    assert photos.find(A2) is None
    assert photos.find(B)


def test_nothing_of_the_photo_is_in_its_words() -> None:
    held = Photos(FakeClock()).hold(A, b"secret")
    assert "secret" not in repr(held)
