import pytest

from inference.films import timeline
from inference.wire import Face, MixFace, SeedFace

PEOPLE: list[Face] = [SeedFace(seed=number) for number in range(3)]


def expanded(faces: list[Face], seconds: float) -> list[Face]:
    return [picture.face for picture, shown in timeline.plan(faces, seconds) for _ in range(shown)]


def towards(face: Face) -> tuple[int, float]:
    """Which face of `PEOPLE` is left, and how far."""
    if isinstance(face, MixFace):
        assert PEOPLE.index(face.b) == (PEOPLE.index(face.a) + 1) % 3
        return PEOPLE.index(face.a), face.weight
    return PEOPLE.index(face), 0


@pytest.mark.parametrize("seconds", [1, 4.5, 10])
def test_every_face_rests_and_then_turns_into_the_next(seconds: float) -> None:
    shown = [towards(face) for face in expanded(PEOPLE, seconds)]
    assert len(shown) == round(seconds * timeline.RATE)
    assert shown[0] == (0, 0), "the poster is the first face itself"
    for number in range(3):
        weights = [weight for which, weight in shown if which == number]
        still = weights.count(0)
        assert abs(still - len(weights) / 4) <= 1
        assert weights[:still] == [0] * still
        assert weights == sorted(weights)


def test_the_loop_has_no_jump() -> None:
    """From the last frame to the first is no larger a step than any other."""
    shown = [which + weight for which, weight in map(towards, expanded(PEOPLE, 6))]
    steps = [b - a for a, b in zip(shown, [*shown[1:], 3], strict=True)]
    assert max(steps) < 0.08
    assert steps[-1] < max(steps) / 3, "it comes to rest before it begins again"


def test_still_pictures_are_drawn_once() -> None:
    plan = timeline.plan(PEOPLE, 4)
    assert [shown for _, shown in plan].count(1) == len(plan) - 3
    assert sum(shown for _, shown in plan) == 96


def test_two_faces_that_are_alike_stay_two() -> None:
    assert len(expanded([PEOPLE[0], PEOPLE[0]], 1)) == timeline.RATE


def test_smoothstep_begins_and_ends_gently() -> None:
    assert [timeline.smooth(t) for t in (0, 0.5, 1)] == [0, 0.5, 1]
    assert timeline.smooth(0.01) < 0.001
    assert 1 - timeline.smooth(0.99) < 0.001
